// y = silu(gate)·up, silu(g) = g/(1+exp(−g)) (arXiv:2002.05202)
//   dup = dy·silu(g);  dgate = dy·up·σ(g)·(1 + g·(1−σ(g)))
// gate, up, y (T,F) with row strides, so gate and up may be halves of one buffer.
#pragma once
#include "runtime/context.h"

namespace medgym {

void swiglu_forward(Context&, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, float* y, int64_t y_row);
// dgate and dup are written; they may be gate and up themselves.
void swiglu_backward(Context&, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, const float* dy,
                     int64_t dy_row, float* dgate, float* dup, int64_t out_row);

}  // namespace medgym
