#include "ops/adamw.h"

#include <cmath>

namespace medgym {

void adamw_step(Context& ctx, const AdamwArgs& a) {
  const float decay = 1 - a.learning_rate * a.weight_decay;
  const float step_size = float(a.learning_rate / (1 - std::pow(double(a.beta1), double(a.step))));
  const float root_correction = float(1 / std::sqrt(1 - std::pow(double(a.beta2), double(a.step))));
  const float keep1 = 1 - a.beta1, keep2 = 1 - a.beta2;
  ctx.pool.split(a.count, 1 << 13, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; i++) {
      const float g = a.gradient[i] * a.gradient_scale;
      const float m = a.beta1 * a.moment1[i] + keep1 * g;
      const float v = a.beta2 * a.moment2[i] + keep2 * g * g;
      a.moment1[i] = m;
      a.moment2[i] = v;
      a.value[i] = a.value[i] * decay - step_size * m / (std::sqrt(v) * root_correction + a.eps);
    }
    if (a.clear_gradient) std::fill(a.gradient + begin, a.gradient + end, 0.0f);
    if (a.copy) convert(a.copy + begin, Dtype::BF16, a.value + begin, Dtype::F32, size_t(end - begin));
  });
}

}  // namespace medgym
