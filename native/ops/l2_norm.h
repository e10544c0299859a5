// Σ x² in f64, in a fixed order that depends on neither threads nor instruction set; the total norm over tensors is the root of the sum
// of these. Not finite if any x is not.
#pragma once
#include "runtime/context.h"

namespace medgym {

double sum_of_squares(Context&, const float* x, int64_t count);

}  // namespace medgym
