// One number for each row of hidden states: the score of a reward model, the value of a state.
//   v_r = Σ_c h_rc·w_c;  dh_rc += dv_r·w_c;  dw_c += Σ_r dv_r·h_rc, rows in order whatever the threads
//   hidden (R,C), w (C), values (R): f32
#pragma once
#include "runtime/context.h"

namespace medgym {

void scalar_head_forward(Context&, const float* hidden, int64_t hidden_row, int64_t rows, int64_t channels, const float* weight, float* values);
void scalar_head_backward(Context&, const float* hidden, int64_t hidden_row, int64_t rows, int64_t channels, const float* weight,
                          const float* dvalues, float* dhidden, int64_t dhidden_row, float* dweight_or_null);

}  // namespace medgym
