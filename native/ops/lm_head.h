// Scores of tokens under the language-model head, in chunks of rows and of the vocabulary, so that no (R,V) array is needed.
//   z = h·Wᵀ / τ;  L = log Σ_v exp(z_v);  logp_k = z_{t_k} − L;  H = −Σ_v p_v log p_v = L − Σ_v p_v z_v
//   dz_v = Σ_k dlogp_k·(1[v = t_k] − p_v) − dH·p_v·(log p_v + H);  dh = dz·W/τ;  dW += dzᵀ·h/τ
//   hidden (R,C)  W (V,C)  targets (R,K) in 0…V-1, or −1: gets logprob 0 and no gradient.  Natural logarithms.
#pragma once
#include "ops/linear.h"

namespace medgym {

struct LmHeadArgs {
  int64_t rows, candidates;  // R, K
  const float* hidden;
  int64_t hidden_row;
  const Weight* weight;
  const int32_t* targets;  // (R,K)
  float temperature = 1;   // τ > 0
  float* stats = nullptr;  // (R,2): L and H of each row; the forward pass writes them and saves the backward pass a product
};

// Any output may be null.
struct LmHeadOutputs {
  float* logprobs = nullptr;      // (R,K)
  float* entropy = nullptr;       // (R)
  int32_t* top_ids = nullptr;     // (R,top_k), best first; ties: the lower id
  float* top_logprobs = nullptr;  // (R,top_k)
  int32_t top_k = 0;
  float* logits = nullptr;        // (R,V), before temperature
};

void lm_head_forward(Context&, const LmHeadArgs&, const LmHeadOutputs&);
// dlogprobs (R,K); dentropy (R) or null. logits (R,V) of the forward pass, before temperature, or null: computed again by chunk.
// dhidden (R,C) is written; dweight (V,C) f32 is added to, or null.
void lm_head_backward(Context&, const LmHeadArgs&, const float* logits_or_null, const float* dlogprobs, const float* dentropy_or_null,
                      float* dhidden, int64_t dhidden_row, float* dweight_or_null);

}  // namespace medgym
