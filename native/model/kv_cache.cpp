#include "model/kv_cache.h"

#include <algorithm>
#include <cstring>

namespace medgym {
namespace {

// `adapter` of what comes before a block that is not the first: no version of an adapter.
constexpr uint64_t after_a_block = ~uint64_t{0};

}  // namespace

size_t KvCache::Hash::operator()(const Content& c) const {
  // splitmix64's mixing (https://doi.org/10.1145/2714064.2660195) of one number after the other.
  uint64_t h = 0;
  const auto mix = [&h](uint64_t value) {
    h = (h ^ value) + 0x9e3779b97f4a7c15;
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
    h = (h ^ h >> 27) * 0x94d049bb133111eb;
    h ^= h >> 31;
  };
  mix(c.before.base);
  mix(c.before.adapter);
  for (const int32_t token : c.tokens) mix(static_cast<uint64_t>(token));
  return h;
}

KvCache::KvCache(Context& ctx, const ModelConfig& config, Dtype type)
    : ctx_(ctx), config_(config), type_(type), index_(0, Hash{&blocks_}, Equal{&blocks_}), keys_(static_cast<size_t>(config.layers)),
      values_(static_cast<size_t>(config.layers)) {}

PagedCache KvCache::layer(int64_t i) const {
  const auto l = static_cast<size_t>(i);
  return {keys_[l].data(), values_[l].data(), type_, block_size, static_cast<int>(config_.kv_heads), static_cast<int>(config_.head_dim)};
}

void KvCache::enlarge(int64_t blocks) {
  const size_t bytes = static_cast<size_t>(PagedCache::elements(blocks, block_size, static_cast<int>(config_.kv_heads),
      static_cast<int>(config_.head_dim))) * dtype_size(type_);
  for (std::vector<Buffer>* side : {&keys_, &values_}) {
    for (Buffer& old : *side) {
      if (old.bytes() >= bytes) continue;  // an earlier attempt ran out of memory half-way
      Buffer larger(ctx_.memory, bytes);
      if (old.bytes()) std::memcpy(larger.data(), old.data(), old.bytes());
      old = std::move(larger);
    }
  }
  const auto before = static_cast<int64_t>(blocks_.size());
  // Releasing must not allocate.
  free_.reserve(static_cast<size_t>(blocks));
  blocks_.resize(static_cast<size_t>(blocks));
  // Highest first, so that the lowest are used first.
  for (int64_t b = blocks - 1; b >= before; --b) free_.push_back(static_cast<int32_t>(b));
}

void KvCache::copy(int32_t from, int32_t to) {
  const size_t bytes = static_cast<size_t>(PagedCache::elements(1, block_size, static_cast<int>(config_.kv_heads),
      static_cast<int>(config_.head_dim))) * dtype_size(type_);
  for (const std::vector<Buffer>* side : {&keys_, &values_})
    for (const Buffer& buffer : *side) {
      char* base = static_cast<char*>(buffer.data());
      std::memcpy(base + static_cast<size_t>(to) * bytes, base + static_cast<size_t>(from) * bytes, bytes);
    }
}

void KvCache::remember(int32_t block) {
  Block& b = at(block);
  b.older = newest_;
  b.newer = -1;
  (newest_ >= 0 ? at(newest_).newer : oldest_) = block;
  newest_ = block;
  ++cached_;
}

void KvCache::unlink(int32_t block) {
  Block& b = at(block);
  (b.older >= 0 ? at(b.older).newer : oldest_) = b.newer;
  (b.newer >= 0 ? at(b.newer).older : newest_) = b.older;
  --cached_;
}

void KvCache::forget(int32_t block) {
  Block& b = at(block);
  if (b.chain) index_.erase(block);
  b.chain = 0;
  b.computed = false;
}

int32_t KvCache::take_one() {
  int32_t block;
  if (!free_.empty()) {
    block = free_.back();
    free_.pop_back();
  } else {
    block = oldest_;
    unlink(block);
    forget(block);
  }
  at(block).holders = 1;
  ++used_;
  return block;
}

std::optional<std::vector<int32_t>> KvCache::take(const Weights& weights, std::span<const int32_t> prompt, int64_t positions) {
  const int64_t needed = blocks_for(positions), full = static_cast<int64_t>(prompt.size()) / block_size;
  const auto tokens_of = [&](int64_t i) { return prompt.subspan(static_cast<size_t>(i * block_size), block_size); };
  std::vector<int32_t> taken;
  taken.reserve(static_cast<size_t>(needed));
  int64_t not_held = 0;
  Before before = weights;
  for (int64_t i = 0; i < full; ++i) {
    const auto found = index_.find(Content{before, tokens_of(i)});
    if (found == index_.end()) break;
    taken.push_back(*found);
    not_held += at(*found).holders == 0;
    before = {at(*found).chain, after_a_block};
  }
  const int64_t fresh = needed - static_cast<int64_t>(taken.size());
  if (used_ + not_held + fresh > capacity_) return std::nullopt;
  // What is cached may stay while there is room for as much again as is held.
  most_used_ = std::max(most_used_, used_ + not_held + fresh);
  const auto allocated = static_cast<int64_t>(blocks_.size()), lacking = fresh - static_cast<int64_t>(free_.size());
  const int64_t room = std::min(capacity_, 2 * most_used_);
  if (lacking > 0 && allocated < room) enlarge(std::min(room, std::max(2 * allocated, allocated + lacking)));
  for (const int32_t b : taken)
    if (at(b).holders++ == 0) {
      unlink(b);
      ++used_;
    }
  for (int64_t i = static_cast<int64_t>(taken.size()); i < needed; ++i) {
    const int32_t block = take_one();
    taken.push_back(block);
    if (i >= full) continue;
    Block& b = at(block);
    b.before = before;
    b.weights = weights;
    b.chain = next_chain_++;
    std::ranges::copy(tokens_of(i), b.tokens.begin());
    index_.insert(block);
    before = {b.chain, after_a_block};
  }
  return taken;
}

void KvCache::give_back(std::vector<int32_t>& blocks) {
  // The last first: a block is then never dropped before those that are found through it.
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    Block& b = at(*block);
    if (--b.holders) continue;
    --used_;
    if (b.chain && b.computed) {
      remember(*block);
    } else {
      forget(*block);
      free_.push_back(*block);
    }
  }
  blocks.clear();
}

void KvCache::keep_only(std::span<const Weights> wanted) {
  for (int32_t block = oldest_, next; block >= 0; block = next) {
    next = at(block).newer;
    if (std::ranges::find(wanted, at(block).weights) != wanted.end()) continue;
    unlink(block);
    forget(block);
    free_.push_back(block);
  }
}

}  // namespace medgym
