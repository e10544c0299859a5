// One token from one row of logits, with transformers' processors in generate()'s order:
// repetition penalty (arXiv:1909.05858: z<0 ? z·p : z/p for tokens seen), presence penalty (z − a for tokens seen), temperature,
// top-k (ties with the k-th value stay), top-p (arXiv:1904.09751), min-p (arXiv:2407.01082).
#pragma once
#include <vector>

#include "runtime/context.h"

namespace medgym {

struct SamplingOptions {
  float temperature = 1;  // 0: the most likely token; ties: the lowest id
  int32_t top_k = 0;      // 0: off
  float top_p = 1;        // 1: off
  float min_p = 0;        // 0: off
  float repetition_penalty = 1, presence_penalty = 0;
};

struct Sample {
  int32_t token;
  float logprob;  // log softmax(logits/τ)[token] of the logits as given (τ = 1 when greedy): before penalties and filters; NaN when a logit is not finite
};

// logits (V) are not changed. seen: distinct or repeated token ids of prompt and completion so far, for the penalties.
// The draw is Philox(seed, counter): counter is the position, so nothing else matters to it.
Sample sample(const float* logits, int64_t vocabulary, const SamplingOptions&, const int32_t* seen, int64_t seen_count, uint64_t seed,
              uint64_t counter);

// The distribution that `sample` draws from: probabilities (V), 0 where filtered out.
void sampling_probabilities(const float* logits, int64_t vocabulary, const SamplingOptions&, const int32_t* seen, int64_t seen_count,
                            float* probabilities);

}  // namespace medgym
