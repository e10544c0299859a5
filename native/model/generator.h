// Continuous batching over a paged key/value cache: submitted requests wait, their prompts are computed in chunks, then they are decoded
// together, one token of every running sequence per pass. Prompts that begin alike are computed once (docs/decisions/0010-shared-prefixes-in-generation.md).
// What a request yields depends on its own seed and tokens only, to the last bit.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "model/adapter.h"
#include "model/kv_cache.h"
#include "model/run.h"
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
  mg_generator_stats stats() const;

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
    KvCache::Weights weights{};  // that its prompt is computed with
    int64_t cached = 0;          // positions whose keys and values are in the cache
    int64_t computed = 0;        // tokens of the prompt that were computed for this request
    int64_t row = 0;             // of the logits, in the pass that completes its tokens
    int64_t length() const { return static_cast<int64_t>(tokens.size()); }
    int64_t positions() const { return prompt_length + max_new_tokens; }
    bool running() const { return length() > prompt_length; }
    int32_t block_at(int64_t position) const { return blocks[static_cast<size_t>(position / KvCache::block_size)]; }
  };
  // Tokens [begin, end) of a sequence, to be computed in one pass.
  struct Part {
    Sequence* sequence;
    int64_t begin, end;
    bool completes() const { return end == sequence->length(); }
  };

  KvCache::Weights current_weights(const Sequence&) const;
  void start_over_with_changed_weights();
  void admit();
  void note_weights(const Sequence&);
  void round();
  void plan_prefill(int64_t tokens);
  bool computed_in_this_pass(int32_t block) const;
  Sequence* same_prompt_in_this_pass(const Sequence&) const;
  void prefill();
  void decode();
  // Runs the tokens of parts_ and computes the logits of those that complete their sequences.
  void run_parts(GemmPath);
  void sample_all();  // the next token of each of sampled_
  void emit(Sequence&, const Sample&);
  void end_round(size_t first_event);

  struct KnownWeights {
    KvCache::Weights weights;
    std::weak_ptr<Adapter> adapter;
  };

  int64_t max_sequences_, max_tokens_;
  uint64_t next_id_ = 1;
  KvCache cache_;
  std::vector<KnownWeights> known_;  // that prompts in the cache were computed with
  std::deque<std::unique_ptr<Sequence>> waiting_;
  std::vector<std::unique_ptr<Sequence>> active_;  // in order of arrival
  std::vector<mg_token_event> events_;
  mg_generator_stats totals_{};

  // One pass, and its room: kept, so that decoding allocates nothing.
  std::vector<Part> parts_;
  std::vector<std::pair<Sequence*, Sequence*>> copies_;  // a prompt, and the same one that this pass computes
  std::vector<Sequence*> sampled_;
  std::vector<Sample> samples_;
  std::vector<int32_t> tokens_, positions_, lengths_, stored_from_, tables_, last_rows_;
  Pass pass_;
  Buffer rows_, logits_;  // (B,H) last positions, (B,V)
};

}  // namespace medgym
