#include "ops/nf4.h"

#include <cstring>

#include "ops/kernels/kernels.h"
#include "ops/linear.h"
#include "ops/testing.h"
#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Nf4Fixture {
  TensorFiles files = TensorFiles::open_file(fixture("nf4/nf4.safetensors"));
  std::vector<float> floats(const std::string& name) const { return read_fixture_tensor(files, name); }
  std::vector<uint8_t> bytes(const std::string& name) const {
    const FileTensor& t = files.tensors().at(name);
    return {t.data, t.data + t.bytes};
  }
};

// W as the kernels see it: values f32, rounded to bf16 where products are bf16 (int8: the row's scale comes after the product).
std::vector<float> seen(const Weight& w) {
  std::vector<float> values(size_t(w.n() * w.k()));
  w.read(0, w.n(), values.data());
  return kernels().bf16_products && w.type() == Dtype::NF4 ? rounded(values) : values;
}

// Two tensors in one matrix, as q, k and v have it.
Weight two_tensors(Context& ctx, int64_t n, int64_t k, const std::vector<float>& values) {
  Weight w(ctx, n, k, Dtype::NF4);
  const int64_t cut = n / 3, blocks = quantised_blocks(k);
  std::vector<float> absmax(size_t(n * blocks));
  for (int64_t row = 0; row < n; row++) w.quantise(row, 1, &values[size_t(row * k)], &absmax[size_t(row * blocks)]);
  w.finish(ctx, cut, n - cut, &absmax[size_t(cut * blocks)]);
  w.finish(ctx, 0, cut, absmax.data());
  return w;
}

}  // namespace

TEST(nf4_codes_scales_and_values_are_the_fixtures) {
  const Nf4Fixture f;
  const auto weight = f.floats("weight"), code = f.floats("nf4_code"), map = f.floats("dynamic_map");
  CHECK(std::equal(code.begin(), code.end(), nf4_code));
  CHECK(std::equal(map.begin(), map.end(), nf4_absmax_map()));
  every_isa([&](Context&) {
    std::vector<uint8_t> codes(96 * 64), absmax_codes(192);
    std::vector<float> absmax(192), scales(1);
    nf4_quantise(96, 128, weight.data(), codes.data(), absmax.data());
    CHECK(codes == f.bytes("packed"));
    CHECK(absmax == f.floats("absmax"));
    CHECK_EQ(int(codes[32 * 6]), 0x77);  // a block of zeros: code 7 is 0
    const float offset = nf4_quantise_absmax(192, absmax.data(), absmax_codes.data(), scales.data());
    CHECK(absmax_codes == f.bytes("dq_absmax_u8"));
    // The mean is a sum in another order than torch's: its last bit may differ.
    CHECK_CLOSE(std::vector<float>{offset}, f.floats("dq_offset"), 1e-7);
    CHECK_CLOSE(scales, f.floats("dq_absmax2"), 1e-7);
    // From the fixture's own scales every value agrees to the bit.
    nf4_interleave(96, 128, codes.data());
    const auto fixture_scales = f.floats("dq_absmax2");
    const QuantisedRows rows{.format = QuantisedRows::Format::nf4, .rows = 96, .k = 128, .blocks = 2, .codes = codes.data(),
                             .absmax = absmax_codes.data(), .group_scales = fixture_scales.data(), .offset = f.floats("dq_offset")[0], .tensor_rows = 96};
    std::vector<float> values(weight.size());
    dequantise(rows, values.data());
    CHECK(values == f.floats("dq_dequant"));
  });
}

TEST(nf4_quantised_again_keeps_its_codes_and_values_are_near) {
  Context ctx(1);
  for (const int64_t k : {64, 128, 100, 7}) {
    const int64_t n = 50;
    const auto values = random_values(size_t(n * k), 3, 0.02f);
    Weight w(ctx, n, k, Dtype::NF4, values.data(), Dtype::F32);
    std::vector<float> once(values.size()), absmax(size_t(n * quantised_blocks(k)));
    w.read(0, n, once.data());
    double error = 0, total = 0;
    for (size_t i = 0; i < values.size(); i++) {
      error += std::pow(double(once[i]) - values[i], 2);
      total += std::pow(double(values[i]), 2);
    }
    CHECK(std::sqrt(error / total) < 0.1);  // the fixture's normal matrix has 0.092
    // Absmax is known only as double quantisation gives it back, so the second time every value is a code times exactly that.
    std::vector<uint8_t> codes(size_t(n * quantised_blocks(k) * 32));
    nf4_quantise(n, k, once.data(), codes.data(), absmax.data());
    nf4_interleave(n, k, codes.data());
    CHECK(!std::memcmp(codes.data(), w.data(), codes.size()));
  }
}

TEST(int8_rows_are_within_half_a_step) {
  Context ctx(1);
  const int64_t n = 9, k = 70;
  auto values = random_values(size_t(n * k), 4);
  std::fill_n(values.begin() + 2 * k, k, 0.0f);
  const Weight w(ctx, n, k, Dtype::INT8, values.data(), Dtype::F32);
  std::vector<float> back(values.size());
  w.read(0, n, back.data());
  for (int64_t r = 0; r < n; r++) {
    float largest = 0;
    for (int64_t i = 0; i < k; i++) largest = std::max(largest, std::fabs(values[size_t(r * k + i)]));
    for (int64_t i = 0; i < k; i++) CHECK(std::fabs(values[size_t(r * k + i)] - back[size_t(r * k + i)]) <= largest / 127 * 0.5001f);
  }
  const Weight middle = w.rows(3, 4);
  std::vector<float> part(size_t(4 * k));
  middle.read(0, 4, part.data());
  CHECK(std::equal(part.begin(), part.end(), &back[size_t(3 * k)]));
}

TEST(quantised_products_equal_the_definition_for_odd_sizes) {
  every_isa([](Context& ctx) {
    for (const Dtype type : {Dtype::NF4, Dtype::INT8})
      for (const auto& [n, k] : {std::pair<int64_t, int64_t>{70, 45}, {33, 64}, {131, 1100}, {5, 200}, {96, 320}}) {
        const auto values = random_values(size_t(n * k), 2, 0.1f);
        const Weight w = type == Dtype::NF4 ? two_tensors(ctx, n, k, values) : Weight(ctx, n, k, type, values.data(), Dtype::F32);
        const auto numbers = seen(w);
        for (const int64_t t : {1, 2, 5, 16, 37}) {
          auto x = random_values(size_t(t * k), 1), dy = random_values(size_t(t * n), 3);
          if (kernels().bf16_products) x = rounded(x);
          const auto bias = random_values(size_t(n), 4), before = random_values(size_t(t * n), 5);
          std::vector<double> plain(size_t(t * n)), expected(size_t(t * n)), dx(size_t(t * k), 1.0);
          for (int64_t i = 0; i < t; i++)
            for (int64_t j = 0; j < n; j++) {
              double sum = bias[size_t(j)];
              for (int64_t p = 0; p < k; p++) {
                sum += double(x[size_t(i * k + p)]) * numbers[size_t(j * k + p)];
                dx[size_t(i * k + p)] += double(dy[size_t(i * n + j)]) * numbers[size_t(j * k + p)];
              }
              plain[size_t(i * n + j)] = sum;
              expected[size_t(i * n + j)] = sum + before[size_t(i * n + j)];
            }
          for (const GemmPath path : {GemmPath::automatic, GemmPath::dots, GemmPath::panels}) {
            std::vector<float> y(size_t(t * n)), sum = before;
            linear_forward(ctx, w, bias.data(), x.data(), k, t, y.data(), n, false, path);
            CHECK_CLOSE(y, plain, 1e-5);
            linear_forward(ctx, w, bias.data(), x.data(), k, t, sum.data(), n, true, path);
            CHECK_CLOSE(sum, expected, 1e-5);
          }
          // The gradient's bf16 rounding (of dy; of dy · scale) is the only error left.
          std::vector<float> gradient(size_t(t * k), 1.0f);
          linear_backward_input(ctx, w, dy.data(), n, t, gradient.data(), k, true);
          CHECK_CLOSE(gradient, dx, kernels().bf16_products ? 2e-2 : 1e-5);
        }
      }
  });
}

// Where x becomes whole numbers: of any magnitude, beside an outlier, and not finite.
TEST(eight_bit_products_follow_the_size_of_x) {
  every_isa([](Context& ctx) {
    const int64_t n = 20, k = 130;
    const auto values = random_values(size_t(n * k), 2, 0.1f);
    const Weight w(ctx, n, k, Dtype::INT8, values.data(), Dtype::F32);
    const auto numbers = seen(w);
    for (const float size : {0.0f, 1e-30f, 1.0f, 3e25f})
      for (const int64_t t : {1, 5}) {
        auto x = random_values(size_t(t * k), 1);
        x[7] = 300;
        for (float& f : x) f *= size;
        x = rounded(x);
        std::vector<float> y(size_t(t * n));
        linear_forward(ctx, w, nullptr, x.data(), k, t, y.data(), n, false, GemmPath::dots);
        std::vector<double> expected(y.size()), relative(y.size());
        for (size_t i = 0; i < y.size(); i++) {
          for (size_t p = 0; p < size_t(k); p++) expected[i] += double(x[i / size_t(n) * size_t(k) + p]) * numbers[i % size_t(n) * size_t(k) + p];
          expected[i] /= size > 0 ? size : 1;
          relative[i] = size > 0 ? double(y[i]) / size : y[i];
        }
        CHECK_CLOSE(relative, expected, 3e-5);  // of sums about 1 beside a number of 300
      }
    for (const float bad : {INFINITY, -INFINITY, NAN}) {
      auto x = random_values(size_t(5 * k), 1);
      x[3] = x[size_t(4 * k + 9)] = bad;
      std::vector<float> y(size_t(5 * n));
      linear_forward(ctx, w, nullptr, x.data(), k, 5, y.data(), n, false, GemmPath::dots);
      for (int64_t j = 0; j < n; j++) CHECK(!std::isfinite(y[size_t(j)]) && std::isfinite(y[size_t(2 * n + j)]) && !std::isfinite(y[size_t(4 * n + j)]));
    }
  });
}

TEST(quantised_rows_do_not_depend_on_how_many_there_are_nor_on_threads) {
  every_isa([](Context& ctx) {
    Context alone(1);
    for (const Dtype type : {Dtype::NF4, Dtype::INT8}) {
      const int64_t n = 150, k = 1300, t = 37;
      const auto values = random_values(size_t(n * k), 2, 0.1f), x = random_values(size_t(t * k), 1);
      const Weight w = type == Dtype::NF4 ? two_tensors(ctx, n, k, values) : Weight(ctx, n, k, type, values.data(), Dtype::F32);
      for (const GemmPath path : {GemmPath::dots, GemmPath::panels}) {
        std::vector<float> all(size_t(t * n), 0.0f), one(size_t(n), 0.0f), some(size_t(9 * n), 0.0f);
        linear_forward(ctx, w, nullptr, x.data(), k, t, all.data(), n, false, path);
        for (int64_t i = 0; i < t; i++) {
          linear_forward(alone, w, nullptr, &x[size_t(i * k)], k, 1, one.data(), n, false, path);
          CHECK(std::equal(one.begin(), one.end(), &all[size_t(i * n)]));
        }
        linear_forward(ctx, w, nullptr, &x[size_t(7 * k)], k, 9, some.data(), n, false, path);
        CHECK(std::equal(some.begin(), some.end(), &all[size_t(7 * n)]));
      }
    }
  });
}
