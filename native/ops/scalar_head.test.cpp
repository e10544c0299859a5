#include "ops/scalar_head.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

TEST(scalar_head_equals_the_definition) {
  every_isa([](Context& ctx) {
    const int64_t rows = 131, channels = 77, row = 80;
    const auto hidden = random_values(rows * row, 1), weight = random_values(channels, 2), dvalues = random_values(rows, 3);
    std::vector<float> values(rows), dhidden = random_values(rows * row, 4), dweight = random_values(channels, 5);
    const auto dhidden_before = dhidden, dweight_before = dweight;
    scalar_head_forward(ctx, hidden.data(), row, rows, channels, weight.data(), values.data());
    scalar_head_backward(ctx, hidden.data(), row, rows, channels, weight.data(), dvalues.data(), dhidden.data(), row, dweight.data());
    for (int64_t r = 0; r < rows; r++) {
      double v = 0;
      for (int64_t c = 0; c < channels; c++) v += double(hidden[r * row + c]) * weight[c];
      CHECK_NEAR(values[r], v, 1e-5);
      for (int64_t c = 0; c < row; c++)
        CHECK_NEAR(dhidden[r * row + c], dhidden_before[r * row + c] + (c < channels ? double(dvalues[r]) * weight[c] : 0), 1e-5);
    }
    for (int64_t c = 0; c < channels; c++) {
      double d = dweight_before[c];
      for (int64_t r = 0; r < rows; r++) d += double(dvalues[r]) * hidden[r * row + c];
      CHECK_NEAR(dweight[c], d, 5e-5);
    }
  });
}
