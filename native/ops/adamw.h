// AdamW (arXiv:1711.05101) with f32 state, as torch.optim.AdamW; g is first multiplied by gradient_scale (clipping).
//   w ← w·(1 − lr·decay);  m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²
//   w ← w − lr/(1−β1^t) · m / (sqrt(v)/sqrt(1−β2^t) + eps)
#pragma once
#include "runtime/context.h"
#include "runtime/dtype.h"

namespace medgym {

struct AdamwArgs {
  int64_t count;
  float* value;
  float* gradient;       // cleared to 0 when clear_gradient
  float *moment1, *moment2;
  int64_t step;          // t, from 1
  float learning_rate, beta1, beta2, eps, weight_decay;
  float gradient_scale = 1;
  bool clear_gradient = true;
  bf16* copy = nullptr;  // also writes the new value in bf16 here
};
void adamw_step(Context&, const AdamwArgs&);

}  // namespace medgym
