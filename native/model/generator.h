// Continuous batching over a paged key/value cache: submitted requests wait, are prefilled packed, then decoded together, one
// token of every active sequence per pass. What a request yields depends on its own seed and tokens only.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "model/adapter.h"
#include "model/kv_cache.h"
#include "ops/sampling.h"

namespace medgym {

class Generator {
 public:
  Generator(std::shared_ptr<Model>, int64_t max_sequences, int64_t max_tokens);
  uint64_t submit(const mg_request&, std::shared_ptr<Adapter>);
  void cancel(uint64_t id);
  // Events in order; at most `capacity` are handed out, the rest with the next call. Returns how many.
  int32_t step(int32_t max_steps, mg_token_event* events, int32_t capacity);
  int32_t remaining() const;  // requests whose last event has not been handed out

  std::shared_ptr<Model> model;

 private:
  struct Sequence {
    uint64_t id;
    std::vector<int32_t> tokens;  // prompt and completion
    int64_t prompt_length, max_new_tokens;
    std::shared_ptr<Adapter> adapter;
    SamplingOptions sampling;
    uint64_t seed;
    std::vector<int32_t> stop_tokens;
    std::vector<int32_t> blocks;
    int64_t cached = 0;  // positions whose keys and values are in the cache
    int64_t positions() const { return prompt_length + max_new_tokens; }
  };
  using Group = std::vector<Sequence*>;

  void admit();
  // Runs the tokens that are not yet cached of these sequences, all of them new or all of them with one, and samples the next
  // token of each.
  void advance(const Group&, bool prefill);
  void decode_one_token_each();
  void remove_finished();
  void emit(Sequence&, const Sample&);

  int64_t max_sequences_, max_tokens_;
  uint64_t next_id_ = 1;
  KvCache cache_;
  std::deque<std::unique_ptr<Sequence>> waiting_;
  std::vector<std::unique_ptr<Sequence>> active_;
  std::deque<mg_token_event> events_;
  Buffer rows_, logits_;  // (B,H) last positions, (B,V)
};

}  // namespace medgym
