#include "runtime/dtype.h"

#include <cstring>

namespace medgym {

const char* dtype_name(Dtype t) {
  constexpr const char* names[] = {"f32", "bf16", "f16", "nf4", "int8"};
  return names[int(t)];
}

float from_f16(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000) << 16;
  const uint32_t exponent = (h >> 10) & 31, mantissa = h & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  if (exponent) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float tiny = float(mantissa) * 0x1p-24f;  // subnormal: mantissa units of 2^-24
  return sign ? -tiny : tiny;
}

uint16_t to_f16(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f), sign = (u >> 16) & 0x8000, magnitude = u & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return uint16_t(sign | 0x7e00);
  if (magnitude >= 0x477ff000u) return uint16_t(sign | 0x7c00);  // 65520 and more round to infinity
  if (magnitude < 0x38800000u) {                                 // below 2^-14: subnormal
    // Adding 0.5 makes the FPU round the value to units of 2^-24, ties to even.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return uint16_t(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
  }
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1);
  return uint16_t(sign | ((rounded - 0x38000000u) >> 13));
}

namespace {

// Whole arrays: the compiler's own vector code, for the widest registers that the CPU has. Every version gives the same bits.
// (Sanitisers cannot start with functions that are chosen at load time.)
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MG_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define MG_WIDEST
#endif

MG_WIDEST void widen(float* __restrict to, const bf16* __restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = from_bf16(from[i]);
}
MG_WIDEST void narrow(bf16* __restrict to, const float* __restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = to_bf16(from[i]);
}

}  // namespace

void convert(void* to, Dtype to_type, const void* from, Dtype from_type, size_t count) {
  if (to_type == from_type) {
    if (to != from) std::memcpy(to, from, count * dtype_size(to_type));
    return;
  }
  const auto* f32 = static_cast<const float*>(from);
  const auto* h = static_cast<const uint16_t*>(from);
  auto* out32 = static_cast<float*>(to);
  auto* out16 = static_cast<uint16_t*>(to);
  if (to_type == Dtype::F32) {
    if (from_type == Dtype::BF16)
      widen(out32, h, count);
    else
      for (size_t i = 0; i < count; i++) out32[i] = from_f16(h[i]);
  } else if (to_type == Dtype::BF16) {
    if (from_type == Dtype::F32)
      narrow(out16, f32, count);
    else
      for (size_t i = 0; i < count; i++) out16[i] = to_bf16(from_f16(h[i]));
  } else {
    if (from_type == Dtype::F32)
      for (size_t i = 0; i < count; i++) out16[i] = to_f16(f32[i]);
    else
      for (size_t i = 0; i < count; i++) out16[i] = to_f16(from_bf16(h[i]));
  }
}

}  // namespace medgym
