#include "ops/scalar_head.h"

#include "ops/kernels/kernels.h"

namespace medgym {

void scalar_head_forward(Context& ctx, const float* hidden, int64_t hidden_row, int64_t rows, int64_t channels, const float* weight,
                         float* values) {
  const Kernels& k = kernels();
  ctx.pool.split(rows, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) values[r] = k.dot(hidden + r * hidden_row, weight, channels);
  });
}

void scalar_head_backward(Context& ctx, const float* hidden, int64_t hidden_row, int64_t rows, int64_t channels, const float* weight,
                          const float* dvalues, float* dhidden, int64_t dhidden_row, float* dweight) {
  const Kernels& k = kernels();
  ctx.pool.split(rows, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = begin; r < end; r++) k.axpy(dhidden + r * dhidden_row, weight, dvalues[r], channels);
  });
  if (!dweight) return;
  // Threads share out the channels, so that each number is a sum over the rows in their order.
  ctx.pool.split(channels, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = 0; r < rows; r++) k.axpy(dweight + begin, hidden + r * hidden_row + begin, dvalues[r], end - begin);
  });
}

}  // namespace medgym
