// Number formats. bf16 is the upper half of an f32 (8-bit exponent, 7-bit mantissa); f16 occurs only in files; nf4 and int8 are weights
// that are kept quantised (ops/nf4.h).
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

namespace medgym {

enum class Dtype : int32_t { F32 = 0, BF16 = 1, F16 = 2, NF4 = 3, INT8 = 4 };  // the values of mg_dtype
using bf16 = uint16_t;

inline bool is_quantised(Dtype t) { return t == Dtype::NF4 || t == Dtype::INT8; }
inline size_t dtype_size(Dtype t) { return t == Dtype::F32 ? 4 : 2; }  // bytes of a number; not of quantised ones
const char* dtype_name(Dtype);  // "f32", "bf16", "f16", "nf4", "int8"

inline float from_bf16(bf16 h) { return std::bit_cast<float>(uint32_t(h) << 16); }
// Round to nearest, ties to even; a NaN stays a (quiet) NaN.
inline bf16 to_bf16(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f);
  if ((u & 0x7fffffffu) > 0x7f800000u) return bf16((u >> 16) | 0x40);
  return bf16((u + 0x7fffu + ((u >> 16) & 1)) >> 16);
}
float from_f16(uint16_t);
uint16_t to_f16(float);  // round to nearest even; too large becomes infinity

// Converts count numbers between formats; `from` and `to` must not overlap unless they are equal and the formats agree.
void convert(void* to, Dtype to_type, const void* from, Dtype from_type, size_t count);

}  // namespace medgym
