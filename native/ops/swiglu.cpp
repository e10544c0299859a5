#include "ops/swiglu.h"

#include <cmath>

namespace medgym {

void swiglu_forward(Context& ctx, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, float* y,
                    int64_t y_row) {
  ctx.pool.split(tokens, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t f = 0; f < features; f++) {
        const float g = gate[t * in_row + f];
        y[t * y_row + f] = g / (1 + std::exp(-g)) * up[t * in_row + f];
      }
  });
}

void swiglu_backward(Context& ctx, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, const float* dy,
                     int64_t dy_row, float* dgate, float* dup, int64_t out_row) {
  ctx.pool.split(tokens, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t f = 0; f < features; f++) {
        const float g = gate[t * in_row + f], u = up[t * in_row + f], d = dy[t * dy_row + f];
        const float sigma = 1 / (1 + std::exp(-g));
        dup[t * out_row + f] = d * g * sigma;
        dgate[t * out_row + f] = d * u * sigma * (1 + g * (1 - sigma));
      }
  });
}

}  // namespace medgym
