#include "runtime/philox.h"

#include <cmath>

namespace medgym {

void fill_normal(float* out, int64_t count, float scale, uint64_t key, uint64_t stream) {
  for (int64_t i = 0; i < count; i += 2) {
    const auto r = philox(key, uint64_t(i / 2), stream);
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform53(r[0], r[1])));
    const double angle = 6.283185307179586476925 * uniform53(r[2], r[3]);
    out[i] = float(radius * std::cos(angle)) * scale;
    if (i + 1 < count) out[i + 1] = float(radius * std::sin(angle)) * scale;
  }
}

void fill_uniform(float* out, int64_t count, float low, float high, uint64_t key, uint64_t stream) {
  for (int64_t i = 0; i < count; i += 4) {
    const auto r = philox(key, uint64_t(i / 4), stream);
    for (int64_t j = 0; j < 4 && i + j < count; j++) out[i + j] = low + (high - low) * uniform24(r[j]);
  }
}

}  // namespace medgym
