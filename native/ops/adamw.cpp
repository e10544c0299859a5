#include "ops/adamw.h"

#include <cmath>

#include "ops/kernels/kernels.h"

namespace medgym {

void adamw_step(Context& ctx, const AdamwArgs& a) {
  const Kernels& k = kernels();
  AdamwStep step{a.value, a.gradient, a.moment1, a.moment2, a.gradient_scale, a.beta1, a.beta2, a.eps, 0, 0, 0};
  step.decay = 1 - a.learning_rate * a.weight_decay;
  step.step_size = float(a.learning_rate / (1 - std::pow(double(a.beta1), double(a.step))));
  step.root_correction = float(1 / std::sqrt(1 - std::pow(double(a.beta2), double(a.step))));
  ctx.pool.split(a.count, 1 << 13, [&](int64_t begin, int64_t end, int) {
    k.adamw_range(step, begin, end);
    if (a.clear_gradient) std::fill(a.gradient + begin, a.gradient + end, 0.0f);
    if (a.copy) k.floats_to_bf16(a.copy + begin, a.value + begin, end - begin);
  });
}

}  // namespace medgym
