// LoRA (arXiv:2106.09685) over one linear layer whose outputs may be those of several adapted modules side by side (q, k, v; gate, up):
// for each module, in its columns of y, y += scale · drop(x)·Aᵀ·Bᵀ, and its gradients.
//   x (T,K)  A (R,K)  B (N,R)  y (T,ΣN)  hidden (T,R) = scale · drop(x)·Aᵀ, kept for the backward pass.
//   dh = scale · dy·B   dB += dyᵀ·hidden   dA += dhᵀ·drop(x)   dx += drop(dh·A)
// drop: x/(1-p) where a Philox draw at (seed, stream, (first + t)*K + k) is at least p, else 0; the same draw in both passes.
// The base's product and the modules' run as one: x (dy) is rounded and packed once, and what a module adds is added to each block of
// y (dx) as soon as the base's part of it is there.
#pragma once
#include "ops/linear.h"

namespace medgym {

struct LoraModule {
  int64_t column, n, rank;  // its outputs are columns column … column+n-1 of y
  const float *a, *b;
  float scale;
  float dropout = 0;
  uint64_t stream = 0;  // one number per module, so that modules drop independently
  float* hidden;        // (T,R): written by the forward pass, read by the backward pass
  float *da = nullptr, *db = nullptr;  // (R,K), (N,R): the backward pass adds to them
};

struct LoraArgs {
  int64_t tokens, k;
  const float* x;
  int64_t x_row;
  Dtype compute = Dtype::F32;           // type of the products
  GemmPath path = GemmPath::automatic;  // of the forward products
  uint64_t seed = 0;
  int64_t first = 0;  // which row of the tensor that is dropped x begins with
  const LoraModule* modules;
  int64_t count;
};

// What the modules are added to: y = x·Wᵀ (+ bias), or y += it. Without a weight y holds the base's part already.
struct LoraBase {
  const Weight* weight = nullptr;
  const float* bias = nullptr;
  bool accumulate = false;
};

void lora_forward(Context&, const LoraArgs&, const LoraBase&, float* y, int64_t y_row);
// dx = dy·W and the modules' part; without a weight they are added to dx. dx may be null.
void lora_backward(Context&, const LoraArgs&, const Weight* base, const float* dy, int64_t dy_row, float* dx, int64_t dx_row);

}  // namespace medgym
