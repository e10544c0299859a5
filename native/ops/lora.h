// LoRA (arXiv:2106.09685): y += scale · drop(x)·Aᵀ·Bᵀ, and its gradients.
//   x (T,K)  A (R,K)  B (N,R)  y (T,N)  hidden (T,R) = drop(x)·Aᵀ, kept for the backward pass.
//   dh = scale · dy·B   dB += scale · dyᵀ·hidden   dA += dhᵀ·drop(x)   dx += drop(dh·A)
// drop: x/(1-p) where a Philox draw at (seed, stream, (first + t)*K + k) is at least p, else 0; the same draw in both passes.
#pragma once
#include "ops/gemm.h"

namespace medgym {

struct LoraArgs {
  int64_t tokens, k, n, rank;
  const float *a, *b;
  float scale;
  float dropout = 0;
  uint64_t seed = 0, stream = 0;  // stream: one number per module, so that modules drop independently
  int64_t first = 0;              // which row of the tensor that is dropped x begins with
  Dtype compute = Dtype::F32;     // type of the products
  const float* x;
  int64_t x_row;
  GemmPath path = GemmPath::automatic;  // of the forward products
};

// hidden (T,R) out; y += …
void lora_forward(Context&, const LoraArgs&, float* hidden, float* y, int64_t y_row);
// hidden (T,R) from the forward pass; da (R,K), db (N,R), dx (T,K) are added to; dx may be null.
void lora_backward(Context&, const LoraArgs&, const float* hidden, const float* dy, int64_t dy_row, float* da, float* db, float* dx,
                   int64_t dx_row);

}  // namespace medgym
