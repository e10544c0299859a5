#include "ops/rope.h"

#include <cmath>
#include <cstring>
#include <numbers>

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {

std::vector<float> rope_frequencies(int head_dim, double theta, const RopeScaling& s) {
  std::vector<float> frequencies(head_dim / 2);
  for (int i = 0; i < head_dim / 2; i++) {
    // f32 powers as transformers computes them: 1/(θ^(2i/D)).
    float f = 1.0f / float(std::pow(float(theta), float(2 * i) / float(head_dim)));
    if (s.kind == RopeScaling::Kind::linear) f /= float(s.factor);
    if (s.kind == RopeScaling::Kind::llama3) {
      const double wavelength = 2 * std::numbers::pi / double(f);
      const double low = s.original_max_positions / s.low_frequency_factor, high = s.original_max_positions / s.high_frequency_factor;
      if (wavelength > low) {
        f = float(double(f) / s.factor);
      } else if (wavelength >= high) {
        const double smooth = (s.original_max_positions / wavelength - s.low_frequency_factor) / (s.high_frequency_factor - s.low_frequency_factor);
        f = float((1 - smooth) * double(f) / s.factor + smooth * double(f));
      }
    }
    frequencies[i] = f;
  }
  return frequencies;
}

void RopeTable::reserve(Context& ctx, int64_t positions) {
  if (positions <= positions_) return;
  // Doubling keeps the cost of growing by one position per decoded token low.
  positions = std::max(positions, 2 * positions_);
  Buffer cos(ctx.memory, size_t(positions * half()) * 4), sin(ctx.memory, size_t(positions * half()) * 4);
  if (positions_) {
    std::memcpy(cos.data(), cos_.data(), size_t(positions_ * half()) * 4);
    std::memcpy(sin.data(), sin_.data(), size_t(positions_ * half()) * 4);
  }
  const int64_t known = positions_;
  ctx.pool.split(positions - known, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t p = known + begin; p < known + end; p++)
      for (int i = 0; i < half(); i++) {
        const float angle = float(p) * frequencies_[i];  // rounded to f32 first, as transformers does
        cos.f32()[p * half() + i] = float(std::cos(double(angle)));
        sin.f32()[p * half() + i] = float(std::sin(double(angle)));
      }
  });
  cos_ = std::move(cos);
  sin_ = std::move(sin);
  positions_ = positions;
}

void rope(Context& ctx, const RopeTable& table, const int32_t* positions, int64_t tokens, int heads, float* x, int64_t x_row, bool backward) {
  const int half = table.half();
  for (int64_t t = 0; t < tokens; t++)
    if (positions[t] < 0 || positions[t] >= table.positions())
      fail(MG_INVALID_ARGUMENT, "position %d at index %lld: the rope table holds 0…%lld", positions[t], static_cast<long long>(t),
           static_cast<long long>(table.positions() - 1));
  const Kernels& k = kernels();
  const float sign = backward ? -1.0f : 1.0f;
  ctx.pool.split(tokens, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++)
      for (int h = 0; h < heads; h++)
        k.rope_head(x + t * x_row + int64_t(h) * 2 * half, table.cos(positions[t]), table.sin(positions[t]), sign, half);
  });
}

}  // namespace medgym
