// Causal attention over a packed batch, grouped-query, with an optional sliding window; nothing of size T×T is kept
// (arXiv:2205.14135: running maximum and sum; backward recomputes the probabilities from the log-sum-exp).
//   q (T,H,D)  k, v (T,G,D)  out (T,H,D); head h reads k, v of h/(H/G); row strides in numbers, heads contiguous in a row.
//   s_ij = scale·q_i·k_j for j ≤ i in the same sequence and, with window W > 0, i−j < W;  p = softmax_j(s);  out_i = Σ_j p_ij v_j
//   lse[t,h] = log Σ_j exp(s_ij)
// A sequence may have a prefix: keys and values of another sequence that come before its own and that it sees all of. Then j runs over the
// prefix and the sequence joined, and windows are counted over both. Several sequences may share one prefix.
//   dv_j = Σ_i p_ij do_i;  dp_ij = do_i·v_j;  ds_ij = p_ij (dp_ij − do_i·out_i);  dq_i = scale Σ_j ds_ij k_j;  dk_j = scale Σ_i ds_ij q_i
#pragma once
#include "runtime/context.h"
#include "runtime/dtype.h"

namespace medgym {

// Rows of the prefix buffers.
struct KeySpan {
  int64_t first, count;
};

struct AttentionShape {
  int64_t tokens;             // T
  int32_t sequences;          // S
  const int32_t* cu_seqlens;  // (S+1), 0 … T
  int heads, kv_heads, head_dim;  // H, G, D
  float scale;                // 1/sqrt(D) as a rule
  int window = 0;             // 0: none
  Dtype compute = Dtype::F32; // BF16: products of bf16-rounded factors, f32 sums
  const KeySpan* prefixes = nullptr;  // (S) or null: none; count 0: this sequence has none
  const float *prefix_k = nullptr, *prefix_v = nullptr;  // (rows,G,D), prefix_row numbers apart
  float *prefix_dk = nullptr, *prefix_dv = nullptr;      // likewise; the backward pass adds to them
  int64_t prefix_row = 0;
};

void attention_forward(Context&, const AttentionShape&, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                       int64_t v_row, float* out, int64_t out_row, float* lse_or_null);
// dq, dk, dv are written (not added to). How the sums are divided does not depend on the number of threads, so neither do the bits.
void attention_backward(Context&, const AttentionShape&, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                        int64_t v_row, const float* out, int64_t out_row, const float* lse, const float* dout, int64_t dout_row, float* dq,
                        int64_t dq_row, float* dk, int64_t dk_row, float* dv, int64_t dv_row);

}  // namespace medgym
