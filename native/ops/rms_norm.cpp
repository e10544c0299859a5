#include "ops/rms_norm.h"

#include <cmath>

#include "ops/kernels/kernels.h"

namespace medgym {

// Rows per piece of work: a few thousand numbers outweigh waking a thread.
static int64_t grain(int64_t channels) { return std::max<int64_t>(1, 8192 / std::max<int64_t>(channels, 1)); }

void rms_norm_forward(Context& ctx, const NormRows& n, const float* x, int64_t x_row, const float* weight, float eps, float* y, int64_t y_row,
                      float* rstd) {
  const Kernels& k = kernels();
  ctx.pool.split(n.tokens, grain(n.channels * n.heads), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t h = 0; h < n.heads; h++) {
        const float* from = x + t * x_row + h * n.channels;
        const float r = 1 / std::sqrt(k.dot(from, from, n.channels) / float(n.channels) + eps);
        k.norm_row(from, weight, r, y + t * y_row + h * n.channels, n.channels);
        if (rstd) rstd[t * n.heads + h] = r;
      }
  });
}

void rms_norm_residual_forward(Context& ctx, int64_t tokens, int64_t channels, float* x, const float* delta, const float* weight, float eps,
                               float* y, float* rstd) {
  const Kernels& k = kernels();
  ctx.pool.split(tokens, grain(channels), [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      float* row = x + t * channels;
      const float r = 1 / std::sqrt(k.add_and_square(row, delta + t * channels, channels) / float(channels) + eps);
      k.norm_row(row, weight, r, y + t * channels, channels);
      if (rstd) rstd[t] = r;
    }
  });
}

void rms_norm_backward(Context& ctx, const NormRows& n, const float* x, int64_t x_row, const float* weight, const float* rstd,
                       const float* dy, int64_t dy_row, float* dx, int64_t dx_row, bool accumulate, float* dweight) {
  const Kernels& k = kernels();
  Scratch scratch(ctx.arena);
  const int threads = ctx.pool.size();
  float* partial = nullptr;  // (threads, C): each thread's share of dweight, summed in thread order
  if (dweight) {
    partial = scratch.floats(size_t(threads * n.channels));
    std::fill_n(partial, threads * n.channels, 0.0f);
  }
  ctx.pool.split(n.tokens, grain(n.channels * n.heads), [&](int64_t begin, int64_t end, int index) {
    float* mine = partial ? partial + index * n.channels : nullptr;
    for (int64_t t = begin; t < end; t++)
      for (int64_t h = 0; h < n.heads; h++) {
        const int64_t at = h * n.channels;
        k.norm_row_backward(x + t * x_row + at, weight, rstd[t * n.heads + h], dy + t * dy_row + at, dx + t * dx_row + at, accumulate, mine,
                            n.channels);
      }
  });
  if (dweight)
    for (int i = 0; i < threads; i++) k.axpy(dweight, partial + i * n.channels, 1, n.channels);
}

}  // namespace medgym
