#include "ops/rms_norm.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

std::vector<double> define(const std::vector<float>& x, const std::vector<float>& weight, int64_t c, double eps) {
  std::vector<double> y(x.size());
  for (size_t n = 0; n < x.size() / c; n++) {
    double squares = 0;
    for (int64_t i = 0; i < c; i++) squares += double(x[n * c + i]) * x[n * c + i];
    for (int64_t i = 0; i < c; i++) y[n * c + i] = x[n * c + i] / std::sqrt(squares / c + eps) * weight[i];
  }
  return y;
}

}  // namespace

TEST(rms_norm_by_hand) {
  // x = (3, 4): mean of squares 12.5; eps 0; y = x/√12.5 · (1, 2)
  Context ctx(1);
  const float x[2] = {3, 4}, weight[2] = {1, 2};
  float y[2], rstd;
  rms_norm_forward(ctx, {1, 2}, x, 2, weight, 0, y, 2, &rstd);
  CHECK_NEAR(rstd, 0.28284271, 1e-7);
  CHECK_NEAR(y[0], 0.84852814, 1e-7);
  CHECK_NEAR(y[1], 2.26274170, 1e-6);
}

TEST(rms_norm_forward_equals_the_definition) {
  every_isa([](Context& ctx) {
    for (int64_t c : {1, 7, 16, 33, 200})
      for (int64_t tokens : {1, 3, 90}) {
        const auto x = random_values(tokens * c, 1), weight = random_values(c, 2), delta = random_values(tokens * c, 3);
        std::vector<float> y(x.size()), rstd(tokens), sum = x;
        rms_norm_forward(ctx, {tokens, c}, x.data(), c, weight.data(), 1e-6f, y.data(), c, rstd.data());
        CHECK_CLOSE(y, define(x, weight, c, 1e-6), 2e-6);
        rms_norm_residual_forward(ctx, tokens, c, sum.data(), delta.data(), weight.data(), 1e-6f, y.data(), nullptr);
        for (size_t i = 0; i < x.size(); i++) CHECK_EQ(sum[i], x[i] + delta[i]);
        CHECK_CLOSE(y, define(sum, weight, c, 1e-6), 2e-6);
      }
  });
}

TEST(rms_norm_of_heads_leaves_what_lies_between_alone) {
  every_isa([](Context& ctx) {
    const int64_t tokens = 5, heads = 3, c = 20, row = heads * c + 7;
    std::vector<float> x = random_values(tokens * row, 1);
    const auto weight = random_values(c, 2), before = x;
    rms_norm_forward(ctx, {tokens, c, heads}, x.data(), row, weight.data(), 1e-6f, x.data(), row, nullptr);
    for (int64_t t = 0; t < tokens; t++) {
      const std::vector<float> head(&before[t * row], &before[t * row] + heads * c), out(&x[t * row], &x[t * row] + heads * c);
      CHECK_CLOSE(out, define(head, weight, c, 1e-6), 2e-6);
      for (int64_t i = heads * c; i < row; i++) CHECK_EQ(x[t * row + i], before[t * row + i]);
    }
  });
}

TEST(rms_norm_backward_equals_finite_differences) {
  every_isa([](Context& ctx) {
    const int64_t tokens = 4, heads = 2, c = 19, n = tokens * heads * c;
    const auto x = random_values(n, 1), weight = random_values(c, 2), dy = random_values(n, 3), dx0 = random_values(n, 4);
    const double eps = 1e-5;
    std::vector<float> y(n), rstd(tokens * heads), dx = dx0, dweight(c, 0.5f), alone = dy;
    rms_norm_forward(ctx, {tokens, c, heads}, x.data(), heads * c, weight.data(), float(eps), y.data(), heads * c, rstd.data());
    rms_norm_backward(ctx, {tokens, c, heads}, x.data(), heads * c, weight.data(), rstd.data(), dy.data(), heads * c, dx.data(), heads * c, true,
                      dweight.data());
    rms_norm_backward(ctx, {tokens, c, heads}, x.data(), heads * c, weight.data(), rstd.data(), alone.data(), heads * c, alone.data(), heads * c,
                      false, nullptr);
    const auto loss = [&](const std::vector<float>& xs, const std::vector<float>& ws) {
      const auto out = define(xs, ws, c, eps);
      double sum = 0;
      for (int64_t i = 0; i < n; i++) sum += out[i] * dy[i];
      return sum;
    };
    const auto slope = [&](std::vector<float> values, int64_t i, auto f) {
      const float kept = values[i];
      values[i] = kept + 1.0f / 512;
      const double high = f(values), up = values[i];
      values[i] = kept - 1.0f / 512;
      return (high - f(values)) / (up - values[i]);
    };
    for (int64_t i = 0; i < n; i += 5) {
      const double expected = slope(x, i, [&](const auto& v) { return loss(v, weight); });
      CHECK_NEAR(dx[i] - dx0[i], expected, 2e-4);
      CHECK_NEAR(alone[i], expected, 2e-4);
    }
    for (int64_t i = 0; i < c; i++) CHECK_NEAR(dweight[i] - 0.5, slope(weight, i, [&](const auto& v) { return loss(x, v); }), 2e-4);
  });
}
