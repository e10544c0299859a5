// Philox 4x32-10 (Salmon et al., SC'11, https://doi.org/10.1145/2063384.2063405): a counter-based generator. The value at
// (key, counter) is a pure function, so results do not depend on threads, batch composition or order.
#pragma once
#include <array>
#include <cstdint>

namespace medgym {

inline std::array<uint32_t, 4> philox(uint64_t key, uint64_t counter, uint64_t stream = 0) {
  uint32_t c0 = uint32_t(counter), c1 = uint32_t(counter >> 32), c2 = uint32_t(stream), c3 = uint32_t(stream >> 32);
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = uint64_t(0xD2511F53u) * c0, p1 = uint64_t(0xCD9E8D57u) * c2;
    c0 = uint32_t(p1 >> 32) ^ c1 ^ k0;
    c2 = uint32_t(p0 >> 32) ^ c3 ^ k1;
    c1 = uint32_t(p1);
    c3 = uint32_t(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {c0, c1, c2, c3};
}

// Uniform in [0, 1), 24 bits.
inline float uniform24(uint32_t bits) { return float(bits >> 8) * 0x1p-24f; }
// Uniform in [0, 1), 53 bits of two words.
inline double uniform53(uint32_t high, uint32_t low) { return double((uint64_t(high) << 21) ^ (low >> 11)) * 0x1p-53; }

// count values of a standard normal, scaled; Box–Muller on (key, stream).
void fill_normal(float* out, int64_t count, float scale, uint64_t key, uint64_t stream);
// count values uniform in [low, high).
void fill_uniform(float* out, int64_t count, float low, float high, uint64_t key, uint64_t stream);

}  // namespace medgym
