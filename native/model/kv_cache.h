// Keys and values of all layers in blocks of positions (arXiv:2309.06180), and which blocks are whose.
//
// A sequence holds a list of blocks. The full blocks of its prompt are in an index, by the weights that computed them and all tokens up to
// their end, so that sequences which begin alike hold the same blocks (docs/decisions/0010-shared-prefixes-in-generation.md). Blocks that nobody holds
// stay in the index until their place is needed, the longest unused first; the memory grows with use, to at most twice what was ever held
// at once and to the capacity. Blocks are compared by their tokens, never by a hash alone.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "model/config.h"
#include "ops/paged_attention.h"

namespace medgym {

class KvCache {
 public:
  static constexpr int block_size = 32;
  static int64_t blocks_for(int64_t positions) { return (positions + block_size - 1) / block_size; }

  // What keys and values depend on besides the tokens: versions of the base's weights and of the adapter's (0: none).
  struct Weights {
    uint64_t base, adapter;
    bool operator==(const Weights&) const = default;
  };

  KvCache(Context&, const ModelConfig&, Dtype);
  KvCache(const KvCache&) = delete;
  void set_capacity(int64_t blocks) { capacity_ = blocks; }
  int64_t capacity() const { return capacity_; }
  int64_t used() const { return used_; }      // blocks that sequences hold
  int64_t cached() const { return cached_; }  // blocks that nobody holds and that would be found again

  // Blocks for `positions` positions that begin with this prompt, some of them perhaps held by others or found again; nothing when they
  // do not fit beside those that are held.
  std::optional<std::vector<int32_t>> take(const Weights&, std::span<const int32_t> prompt, int64_t positions);
  void give_back(std::vector<int32_t>&);
  // Keys and values are there. Until a block of a prompt is computed, those who share it compute it or wait.
  bool computed(int32_t block) const { return blocks_[static_cast<size_t>(block)].computed; }
  void set_computed(int32_t block) { blocks_[static_cast<size_t>(block)].computed = true; }
  // Drops what nobody holds and was computed with weights that are not among these.
  void keep_only(std::span<const Weights>);
  void copy(int32_t from, int32_t to);
  PagedCache layer(int64_t) const;

 private:
  // What came before a block: the weights for the first one, then the chain number of the block before it.
  using Before = Weights;
  struct Content {
    Before before;
    std::span<const int32_t> tokens;  // block_size of them
  };
  struct Block {
    int32_t holders = 0;
    bool computed = false;
    uint64_t chain = 0;  // a number for exactly these tokens after exactly these blocks, never used twice; 0: not in the index
    Before before{};
    Weights weights{};
    std::array<int32_t, block_size> tokens;
    int32_t older = -1, newer = -1;  // neighbours among the cached blocks
    Content content() const { return {before, tokens}; }
  };
  // The index holds block numbers and is asked by content.
  struct Hash {
    using is_transparent = void;
    const std::vector<Block>* blocks;
    size_t operator()(const Content&) const;
    size_t operator()(int32_t b) const { return (*this)((*blocks)[static_cast<size_t>(b)].content()); }
  };
  struct Equal {
    using is_transparent = void;
    const std::vector<Block>* blocks;
    Content content(int32_t b) const { return (*blocks)[static_cast<size_t>(b)].content(); }
    static const Content& content(const Content& c) { return c; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      const Content x = content(a), y = content(b);
      return x.before == y.before && std::equal(x.tokens.begin(), x.tokens.end(), y.tokens.begin(), y.tokens.end());
    }
  };

  Block& at(int32_t block) { return blocks_[static_cast<size_t>(block)]; }
  int32_t take_one();
  void remember(int32_t block);  // as the newest of the cached
  void unlink(int32_t block);    // from the cached
  void forget(int32_t block);    // from the index
  void enlarge(int64_t blocks);

  Context& ctx_;
  const ModelConfig& config_;
  Dtype type_;
  int64_t capacity_ = 0, used_ = 0, cached_ = 0, most_used_ = 0;
  uint64_t next_chain_ = 1;
  std::vector<Block> blocks_;  // allocated ones
  std::vector<int32_t> free_;  // neither held nor cached
  int32_t oldest_ = -1, newest_ = -1;
  std::unordered_set<int32_t, Hash, Equal> index_;
  std::vector<Buffer> keys_, values_;  // one for each layer
};

}  // namespace medgym
