#include "ops/adamw.h"

#include "ops/l2_norm.h"
#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

TEST(adamw_by_hand) {
  // First step: m̂ = g and v̂ = g², so w moves by lr·sign(g) up to eps: 1·(1 − 0.1·0.5) − 0.1·0.2/(0.2 + 1e-8) = 0.85.
  Context ctx(1);
  float value = 1, gradient = 0.4f, m = 0, v = 0;
  adamw_step(ctx, {.count = 1, .value = &value, .gradient = &gradient, .moment1 = &m, .moment2 = &v, .step = 1, .learning_rate = 0.1f,
                   .beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .weight_decay = 0.5f, .gradient_scale = 0.5f});
  CHECK_NEAR(value, 0.85, 1e-6);
  CHECK_NEAR(m, 0.02, 1e-8);
  CHECK_NEAR(v, 4e-5, 1e-9);  // beta2 is an f32: 1 − 0.999f is 0.00099999
  CHECK_EQ(gradient, 0.0f);
}

TEST(adamw_steps_equal_the_definition) {
  every_isa([](Context& ctx) {
    const int64_t n = 20011;
    std::vector<float> value = random_values(n, 1), m(n), v(n);
    std::vector<bf16> copy(n);
    std::vector<double> w(value.begin(), value.end()), m64(n), v64(n);
    for (int64_t step = 1; step <= 3; step++) {
      auto gradient = random_values(n, 10 + step);
      for (int64_t i = 0; i < n; i++) {
        const double g = gradient[i] * 0.25;
        w[i] *= 1 - 0.01 * 0.1;
        m64[i] = 0.9 * m64[i] + 0.1 * g;
        v64[i] = 0.95 * v64[i] + 0.05 * g * g;
        w[i] -= 0.01 / (1 - std::pow(0.9, step)) * m64[i] / (std::sqrt(v64[i]) / std::sqrt(1 - std::pow(0.95, step)) + 1e-8);
      }
      AdamwArgs a{.count = n, .value = value.data(), .gradient = gradient.data(), .moment1 = m.data(), .moment2 = v.data(), .step = step,
                  .learning_rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.95f, .eps = 1e-8f, .weight_decay = 0.1f, .gradient_scale = 0.25f};
      a.clear_gradient = false;
      a.copy = copy.data();
      const auto before = gradient;
      adamw_step(ctx, a);
      CHECK(gradient == before);
    }
    CHECK_CLOSE(value, w, 2e-6);
    for (int64_t i = 0; i < n; i++) CHECK_EQ(copy[i], to_bf16(value[i]));
  });
}

TEST(l2_norm_is_the_same_for_any_number_of_threads) {
  const auto x = random_values(100003, 1);
  double expected = 0, first = 0;
  for (float f : x) expected += double(f) * f;
  for (int threads : {1, 2, 5}) {
    Context ctx(threads);
    const double s = sum_of_squares(ctx, x.data(), int64_t(x.size()));
    CHECK_NEAR(s / expected, 1, 1e-13);
    if (threads == 1) first = s;
    CHECK_EQ(s, first);
  }
  Context ctx(1);
  const float bad[2] = {1, NAN};
  CHECK(std::isnan(sum_of_squares(ctx, bad, 2)));
}
