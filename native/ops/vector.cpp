#include "ops/vector.h"

#include <cstring>

#include "ops/kernels/kernels.h"

namespace medgym {
namespace {
constexpr int64_t kGrain = 1 << 14;
}

void add_to(Context& ctx, float* y, const float* x, int64_t count) {
  ctx.pool.split(count, kGrain, [&](int64_t begin, int64_t end, int) { kernels().axpy(y + begin, x + begin, 1, end - begin); });
}

void fill(Context& ctx, float* y, float value, int64_t count) {
  ctx.pool.split(count, kGrain, [&](int64_t begin, int64_t end, int) { std::fill(y + begin, y + end, value); });
}

int64_t find_non_finite(Context& ctx, const void* x, Dtype type, int64_t count) {
  std::atomic<int64_t> first{count};
  ctx.pool.split(count, kGrain, [&](int64_t begin, int64_t end, int) {
    int64_t at = -1;
    for (int64_t i = begin; i < end && at < 0; i++) {
      // All exponent bits set: infinity or NaN.
      const bool bad = type == Dtype::F32    ? (static_cast<const uint32_t*>(x)[i] & 0x7f800000u) == 0x7f800000u
                       : type == Dtype::BF16 ? (static_cast<const uint16_t*>(x)[i] & 0x7f80) == 0x7f80
                                             : (static_cast<const uint16_t*>(x)[i] & 0x7c00) == 0x7c00;
      if (bad) at = i;
    }
    int64_t best = first.load();
    while (at >= 0 && at < best && !first.compare_exchange_weak(best, at)) {
    }
  });
  return first.load() == count ? -1 : first.load();
}

void gather_rows(Context& ctx, const float* x, int64_t x_row, const int32_t* index, int64_t rows, int64_t width, float* out) {
  ctx.pool.split(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(width, 1)), [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; i++) std::memcpy(out + i * width, x + index[i] * x_row, size_t(width) * sizeof(float));
  });
}

void scatter_rows(Context& ctx, const float* in, const int32_t* index, int64_t rows, int64_t width, float* x, int64_t x_row) {
  ctx.pool.split(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(width, 1)), [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; i++) std::memcpy(x + index[i] * x_row, in + i * width, size_t(width) * sizeof(float));
  });
}

}  // namespace medgym
