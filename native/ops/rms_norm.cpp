#include "ops/rms_norm.h"

#include <cmath>

namespace medgym {

static float row_rstd(const float* x, int64_t channels, float eps) {
  float sum = 0;
  for (int64_t c = 0; c < channels; c++) sum += x[c] * x[c];
  return 1 / std::sqrt(sum / float(channels) + eps);
}

void rms_norm_forward(Context& ctx, const NormRows& n, const float* x, int64_t x_row, const float* weight, float eps, float* y, int64_t y_row,
                      float* rstd) {
  ctx.pool.split(n.tokens, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t h = 0; h < n.heads; h++) {
        const float* from = x + t * x_row + h * n.channels;
        float* to = y + t * y_row + h * n.channels;
        const float r = row_rstd(from, n.channels, eps);
        for (int64_t c = 0; c < n.channels; c++) to[c] = from[c] * r * weight[c];
        if (rstd) rstd[t * n.heads + h] = r;
      }
  });
}

void rms_norm_residual_forward(Context& ctx, int64_t tokens, int64_t channels, float* x, const float* delta, const float* weight, float eps,
                               float* y, float* rstd) {
  ctx.pool.split(tokens, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      float* row = x + t * channels;
      for (int64_t c = 0; c < channels; c++) row[c] += delta[t * channels + c];
      const float r = row_rstd(row, channels, eps);
      for (int64_t c = 0; c < channels; c++) y[t * channels + c] = row[c] * r * weight[c];
      if (rstd) rstd[t] = r;
    }
  });
}

void rms_norm_backward(Context& ctx, const NormRows& n, const float* x, int64_t x_row, const float* weight, const float* rstd,
                       const float* dy, int64_t dy_row, float* dx, int64_t dx_row, bool accumulate, float* dweight) {
  Scratch scratch(ctx.arena);
  const int threads = ctx.pool.size();
  float* partial = nullptr;  // (threads, C): each thread's share of dweight, summed in thread order
  if (dweight) {
    partial = scratch.floats(threads * n.channels);
    std::fill_n(partial, threads * n.channels, 0.0f);
  }
  ctx.pool.split(n.tokens, 8, [&](int64_t begin, int64_t end, int index) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t h = 0; h < n.heads; h++) {
        const float* xs = x + t * x_row + h * n.channels;
        const float* dys = dy + t * dy_row + h * n.channels;
        float* dxs = dx + t * dx_row + h * n.channels;
        const float r = rstd[t * n.heads + h];
        float dot = 0;
        for (int64_t c = 0; c < n.channels; c++) dot += dys[c] * weight[c] * xs[c];
        if (partial)
          for (int64_t c = 0; c < n.channels; c++) partial[index * n.channels + c] += dys[c] * xs[c] * r;
        const float pull = r * r * r * dot / float(n.channels);
        for (int64_t c = 0; c < n.channels; c++) {
          const float value = r * dys[c] * weight[c] - xs[c] * pull;
          dxs[c] = accumulate ? dxs[c] + value : value;
        }
      }
  });
  if (dweight)
    for (int i = 0; i < threads; i++)
      for (int64_t c = 0; c < n.channels; c++) dweight[c] += partial[i * n.channels + c];
}

}  // namespace medgym
