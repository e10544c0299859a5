// Keys and values of all layers in blocks of positions (arXiv:2309.06180). A sequence holds a list of blocks; the memory behind
// them grows with use up to the capacity.
#pragma once
#include <vector>

#include "model/config.h"
#include "ops/paged_attention.h"

namespace medgym {

class KvCache {
 public:
  static constexpr int block_size = 32;
  KvCache(Context&, const ModelConfig&, Dtype);
  static int64_t blocks_for(int64_t positions) { return (positions + block_size - 1) / block_size; }

  void set_capacity(int64_t blocks) { capacity_ = blocks; }
  int64_t capacity() const { return capacity_; }
  bool fits(int64_t blocks) const { return used_ + blocks <= capacity_; }
  std::vector<int32_t> take(int64_t blocks);  // they must fit
  void give_back(std::vector<int32_t>&);
  PagedCache layer(int64_t) const;

 private:
  void enlarge(int64_t blocks);
  Context& ctx_;
  const ModelConfig& config_;
  Dtype type_;
  int64_t capacity_ = 0, used_ = 0, allocated_ = 0;
  std::vector<int32_t> free_;
  std::vector<Buffer> keys_, values_;  // one for each layer
};

}  // namespace medgym
