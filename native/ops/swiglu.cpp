#include "ops/swiglu.h"

#include "ops/kernels/kernels.h"

namespace medgym {

static int64_t grain(int64_t features) { return std::max<int64_t>(1, 4096 / std::max<int64_t>(features, 1)); }

void swiglu_forward(Context& ctx, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, float* y,
                    int64_t y_row) {
  const Kernels& k = kernels();
  ctx.pool.split(tokens, grain(features), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) k.swiglu_row(gate + t * in_row, up + t * in_row, y + t * y_row, features);
  });
}

void swiglu_backward(Context& ctx, int64_t tokens, int64_t features, const float* gate, const float* up, int64_t in_row, const float* dy,
                     int64_t dy_row, float* dgate, float* dup, int64_t out_row) {
  const Kernels& k = kernels();
  ctx.pool.split(tokens, grain(features), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      k.swiglu_row_backward(gate + t * in_row, up + t * in_row, dy + t * dy_row, dgate + t * out_row, dup + t * out_row, features);
  });
}

}  // namespace medgym
