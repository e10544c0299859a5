// https://arxiv.org/abs/1910.07467
//   y[n,c] = x[n,c] * rstd[n] * weight[c];  rstd[n] = 1/sqrt(mean_c(x²) + eps)
//   g = dy*weight;  dx = rstd*g − x * rstd³/C * Σ_c(g*x);  dweight[c] += Σ_n dy*x*rstd
//   x, y (N,C)  weight (C)  rstd (N), kept for backward.
// The q/k norm is the same with N = tokens*heads, C = head size: rows are then reached by two strides, `heads` rows of C inside
// each token's row of `token_row` numbers.
#pragma once
#include "runtime/context.h"

namespace medgym {

struct NormRows {
  int64_t tokens, channels;  // C per row
  int64_t heads = 1;         // rows per token; N = tokens*heads
};

// rstd (N) may be null when no backward follows. y may be x. Rows lie at x + token*x_row + head*C.
void rms_norm_forward(Context&, const NormRows&, const float* x, int64_t x_row, const float* weight, float eps, float* y, int64_t y_row,
                      float* rstd_or_null);
// x += delta (both (tokens, C), contiguous), then y = rms_norm(x).
void rms_norm_residual_forward(Context&, int64_t tokens, int64_t channels, float* x, const float* delta, const float* weight, float eps,
                               float* y, float* rstd_or_null);
// dx = …, or dx += … with accumulate; dx may be dy (then without accumulate). dweight (C) is added to; null: not computed.
void rms_norm_backward(Context&, const NormRows&, const float* x, int64_t x_row, const float* weight, const float* rstd, const float* dy,
                       int64_t dy_row, float* dx, int64_t dx_row, bool accumulate, float* dweight_or_null);

}  // namespace medgym
