#include "ops/swiglu.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

TEST(swiglu_forward_and_backward_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (int64_t features : {1, 5, 16, 37, 344}) {
      const int64_t tokens = 13, row = 2 * features + 3;
      std::vector<float> in = random_values(tokens * row, 1, 3);
      in[0] = 60, in[features] = 1;  // saturated both ways
      in[row] = -95, in[row + features] = 2;
      const auto dy = random_values(tokens * features, 2);
      std::vector<float> y(tokens * features), d(in.size());
      swiglu_forward(ctx, tokens, features, in.data(), in.data() + features, row, y.data(), features);
      swiglu_backward(ctx, tokens, features, in.data(), in.data() + features, row, dy.data(), features, d.data(), d.data() + features, row);
      std::vector<double> ey, eg, eu;
      std::vector<float> g, u;
      for (int64_t t = 0; t < tokens; t++)
        for (int64_t f = 0; f < features; f++) {
          const double gate = in[t * row + f], up = in[t * row + features + f], s = 1 / (1 + std::exp(-gate));
          ey.push_back(gate * s * up);
          eu.push_back(dy[t * features + f] * gate * s);
          // d/dg [g/(1+e^−g)] as a central difference in f64
          const auto silu = [](double v) { return v / (1 + std::exp(-v)); };
          eg.push_back(dy[t * features + f] * up * (silu(gate + 1e-5) - silu(gate - 1e-5)) / 2e-5);
          g.push_back(d[t * row + f]);
          u.push_back(d[t * row + features + f]);
        }
      CHECK_CLOSE(y, ey, 1e-6);
      CHECK_CLOSE(u, eu, 1e-6);
      CHECK_CLOSE(g, eg, 2e-6);
      // In place.
      swiglu_backward(ctx, tokens, features, in.data(), in.data() + features, row, dy.data(), features, in.data(), in.data() + features, row);
      for (int64_t t = 0; t < tokens; t++)
        for (int64_t f = 0; f < 2 * features; f++) CHECK_EQ(in[t * row + f], d[t * row + f]);
    }
  });
}
