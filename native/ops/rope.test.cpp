#include "ops/rope.h"

#include <numbers>

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

TEST(rope_by_hand) {
  // D = 4, θ = 100: f = (1, 0.1). Position 2 turns (x0, x2) by 2 and (x1, x3) by 0.2.
  Context ctx(1);
  RopeTable table(rope_frequencies(4, 100, {}));
  table.reserve(ctx, 3);
  float x[4] = {1, 0, 0, 1};
  const int32_t position = 2;
  rope(ctx, table, &position, 1, 1, x, 4);
  CHECK_NEAR(x[0], std::cos(2.0), 1e-7);
  CHECK_NEAR(x[2], std::sin(2.0), 1e-7);
  CHECK_NEAR(x[1], -std::sin(0.2), 1e-7);
  CHECK_NEAR(x[3], std::cos(0.2), 1e-7);
}

TEST(rope_turns_back_and_reports_positions_outside_the_table) {
  every_isa([](Context& ctx) {
    for (int d : {2, 6, 32, 80}) {
      RopeTable table(rope_frequencies(d, 10000, {}));
      table.reserve(ctx, 40);
      const int64_t tokens = 21, row = 3 * d + 1;
      const auto before = random_values(tokens * row, 3);
      std::vector<float> x = before;
      std::vector<int32_t> positions(tokens);
      for (int i = 0; i < tokens; i++) positions[i] = (i * 7) % 40;
      rope(ctx, table, positions.data(), tokens, 3, x.data(), row);
      std::vector<double> expected(before.begin(), before.end());
      for (int64_t t = 0; t < tokens; t++)
        for (int h = 0; h < 3; h++)
          for (int i = 0; i < d / 2; i++) {
            const double angle = double(float(positions[t]) * (1.0f / float(std::pow(10000.0f, float(2 * i) / float(d)))));
            const double a = before[t * row + h * d + i], b = before[t * row + h * d + i + d / 2];
            expected[t * row + h * d + i] = a * std::cos(angle) - b * std::sin(angle);
            expected[t * row + h * d + i + d / 2] = b * std::cos(angle) + a * std::sin(angle);
          }
      CHECK_CLOSE(x, expected, 1e-6);
      rope(ctx, table, positions.data(), tokens, 3, x.data(), row, true);
      CHECK_CLOSE(x, before, 1e-6);
      positions[4] = 1000;
      CHECK_THROWS(rope(ctx, table, positions.data(), tokens, 3, x.data(), row), "position 1000 at index 4");
    }
  });
}

TEST(rope_llama3_frequencies) {
  // Llama 3.2: θ 500000, D 64, factor 32, low 1, high 4, original 8192. Frequencies of wavelength below 8192/4 stay; those above 8192 are
  // divided by 32; between, s = (8192/λ − 1)/3 mixes f·s + f/32·(1−s).
  const RopeScaling scaling{RopeScaling::Kind::llama3, 32, 1, 4, 8192};
  const auto f = rope_frequencies(64, 500000, scaling), plain = rope_frequencies(64, 500000, {});
  for (int i = 0; i < 32; i++) {
    const double base = std::pow(500000.0, -2.0 * i / 64), wavelength = 2 * std::numbers::pi / base;
    double expected = base;
    if (wavelength > 8192) expected = base / 32;
    else if (wavelength > 2048) {
      const double s = (8192 / wavelength - 1) / 3;
      expected = base * s + base / 32 * (1 - s);
    }
    CHECK_NEAR(f[i] / expected, 1, 1e-5);
    CHECK_NEAR(plain[i] / base, 1, 1e-5);
  }
}
