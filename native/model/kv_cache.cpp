#include "model/kv_cache.h"

#include <algorithm>
#include <cstring>

namespace medgym {

KvCache::KvCache(Context& ctx, const ModelConfig& config, Dtype type)
    : ctx_(ctx), config_(config), type_(type), keys_(static_cast<size_t>(config.layers)), values_(static_cast<size_t>(config.layers)) {}

PagedCache KvCache::layer(int64_t i) const {
  const auto l = static_cast<size_t>(i);
  return {keys_[l].data(), values_[l].data(), type_, block_size, static_cast<int>(config_.kv_heads), static_cast<int>(config_.head_dim)};
}

void KvCache::enlarge(int64_t blocks) {
  const size_t bytes = static_cast<size_t>(PagedCache::elements(blocks, block_size, static_cast<int>(config_.kv_heads),
      static_cast<int>(config_.head_dim))) * dtype_size(type_);
  for (std::vector<Buffer>* side : {&keys_, &values_}) {
    for (Buffer& old : *side) {
      Buffer larger(ctx_.memory, bytes);
      if (old.bytes()) std::memcpy(larger.data(), old.data(), old.bytes());
      old = std::move(larger);
    }
  }
  // Highest first, so that the lowest are used first.
  std::vector<int32_t> fresh;
  for (int64_t b = blocks - 1; b >= allocated_; --b) fresh.push_back(static_cast<int32_t>(b));
  free_.insert(free_.begin(), fresh.begin(), fresh.end());
  allocated_ = blocks;
}

std::vector<int32_t> KvCache::take(int64_t blocks) {
  if (static_cast<int64_t>(free_.size()) < blocks) enlarge(std::clamp<int64_t>(2 * allocated_, used_ + blocks, capacity_));
  std::vector<int32_t> out(free_.end() - blocks, free_.end());
  std::reverse(out.begin(), out.end());
  free_.resize(free_.size() - static_cast<size_t>(blocks));
  used_ += blocks;
  return out;
}

void KvCache::give_back(std::vector<int32_t>& blocks) {
  used_ -= static_cast<int64_t>(blocks.size());
  free_.insert(free_.end(), blocks.rbegin(), blocks.rend());
  blocks.clear();
}

}  // namespace medgym
