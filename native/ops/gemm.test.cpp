#include "ops/gemm.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Product {
  int64_t rows, columns, inner;
};

// One product in every layout and number format, against the definition in f64.
void compare(Context& ctx, const Product& c, bool a_turned, bool b_turned, Dtype compute, Dtype a_type, Dtype b_type, float alpha, float beta,
             bool with_bias) {
  const int64_t pad = 3;  // rows of A, B and C are longer than what is used
  const int64_t a_row = a_turned ? 1 : c.inner + pad, a_inner = a_turned ? c.rows + pad : 1;
  const int64_t b_inner = b_turned ? 1 : c.columns + pad, b_column = b_turned ? c.inner + pad : 1;
  const int64_t c_row = c.columns + pad;
  std::vector<float> a = random_values((c.rows + pad) * (c.inner + pad), 1), b = random_values((c.columns + pad) * (c.inner + pad), 2);
  const std::vector<float> bias = random_values(c.columns, 3);
  std::vector<float> out = random_values(c.rows * c_row, 4);
  std::vector<bf16> a16(a.size()), b16(b.size());
  if (compute == Dtype::BF16 || a_type == Dtype::BF16) a = compute == Dtype::BF16 && a_type == Dtype::F32 ? a : rounded(a);
  if (b_type == Dtype::BF16) b = rounded(b);
  convert(a16.data(), Dtype::BF16, a.data(), Dtype::F32, a.size());
  convert(b16.data(), Dtype::BF16, b.data(), Dtype::F32, b.size());
  const std::vector<float> ea = compute == Dtype::BF16 ? rounded(a) : a, eb = compute == Dtype::BF16 ? rounded(b) : b;
  std::vector<double> expected(out.begin(), out.end());
  for (int64_t i = 0; i < c.rows; i++)
    for (int64_t j = 0; j < c.columns; j++) {
      double sum = 0;
      for (int64_t p = 0; p < c.inner; p++) sum += double(ea[i * a_row + p * a_inner]) * double(eb[p * b_inner + j * b_column]);
      double& e = expected[i * c_row + j];
      e = alpha * sum + (with_bias ? bias[j] : 0) + (beta != 0 ? beta * e : 0);
    }
  GemmArgs g{.rows = c.rows, .columns = c.columns, .inner = c.inner,
             .a = a_type == Dtype::BF16 ? static_cast<void*>(a16.data()) : a.data(), .a_type = a_type, .a_row = a_row, .a_inner = a_inner,
             .b = b_type == Dtype::BF16 ? static_cast<void*>(b16.data()) : b.data(), .b_type = b_type, .b_inner = b_inner,
             .b_column = b_column, .c = out.data(), .c_row = c_row, .alpha = alpha, .beta = beta,
             .bias = with_bias ? bias.data() : nullptr, .compute = compute};
  gemm(ctx, g);
  // f32 sums of up to 700 terms of unit variance.
  CHECK_CLOSE(out, expected, 6e-5);
}

const Product products[] = {{1, 1, 1},   {1, 40, 33},  {2, 7, 5},    {5, 129, 64},  {13, 31, 17},  {16, 33, 100}, {17, 65, 31},
                      {31, 16, 47}, {33, 48, 96}, {64, 17, 700}, {121, 70, 130}, {140, 100, 3}, {16, 130, 257}, {250, 37, 65}};

}  // namespace

TEST(gemm_f32_every_layout) {
  every_isa([](Context& ctx) {
    for (const Product& c : products)
      for (int layout = 0; layout < 4; layout++) {
        compare(ctx, c, layout & 1, layout & 2, Dtype::F32, Dtype::F32, Dtype::F32, 1, 0, false);
        compare(ctx, c, layout & 1, layout & 2, Dtype::F32, Dtype::F32, Dtype::F32, 0.5f, 1, true);
      }
  });
}

TEST(gemm_bf16_every_layout_and_type) {
  every_isa([](Context& ctx) {
    for (const Product& c : products)
      for (int layout = 0; layout < 4; layout++)
        for (Dtype b_type : {Dtype::F32, Dtype::BF16}) {
          compare(ctx, c, layout & 1, layout & 2, Dtype::BF16, Dtype::F32, b_type, 1, 0, true);
          compare(ctx, c, layout & 1, layout & 2, Dtype::BF16, Dtype::BF16, b_type, 2, -0.5f, false);
        }
  });
}

TEST(gemm_bf16_weights_with_f32_products) {
  every_isa([](Context& ctx) {
    for (const Product& c : products) compare(ctx, c, false, true, Dtype::F32, Dtype::F32, Dtype::BF16, 1, 0, false);
  });
}

TEST(gemm_same_bits_for_any_number_of_threads) {
  const Product c{75, 90, 130};
  const auto a = random_values(c.rows * c.inner, 1), b = random_values(c.columns * c.inner, 2);
  for (Dtype compute : {Dtype::F32, Dtype::BF16}) {
    std::vector<float> first;
    for (int threads : {1, 2, 3, 5}) {
      Context ctx(threads);
      std::vector<float> out(c.rows * c.columns);
      GemmArgs g{.rows = c.rows, .columns = c.columns, .inner = c.inner, .a = a.data(), .a_row = c.inner, .a_inner = 1, .b = b.data(),
                 .b_inner = 1, .b_column = c.inner, .c = out.data(), .c_row = c.columns};
      g.compute = compute;
      gemm(ctx, g);
      if (first.empty()) first = out;
      CHECK(out == first);
    }
  }
}

TEST(gemm_row_does_not_depend_on_how_many_rows_there_are) {
  every_isa([](Context& ctx) {
    const int64_t columns = 70, inner = 1120, most = 70;  // several passes over the inner dimension, ragged columns
    const auto a = random_values(most * inner, 1), b = random_values(columns * inner, 2), bias = random_values(columns, 3);
    std::vector<bf16> b16(b.size());
    convert(b16.data(), Dtype::BF16, b.data(), Dtype::F32, b.size());
    for (Dtype compute : {Dtype::F32, Dtype::BF16})
      for (GemmPath path : {GemmPath::dots, GemmPath::panels})
        for (float beta : {0.0f, 1.0f}) {
          const auto start = random_values(most * columns, 4);
          std::vector<float> first;
          for (int64_t rows : {1, 2, 5, 16, 17, 31, 33, 47, 70}) {
            std::vector<float> out = start;
            GemmArgs g{.rows = rows, .columns = columns, .inner = inner, .a = a.data(), .a_row = inner, .a_inner = 1,
                       .b = compute == Dtype::BF16 ? static_cast<const void*>(b16.data()) : b.data(), .b_type = compute, .b_inner = 1,
                       .b_column = inner, .c = out.data(), .c_row = columns};
            g.compute = compute;
            g.path = path;
            g.beta = beta;
            if (beta == 0) g.bias = bias.data();
            gemm(ctx, g);
            if (first.empty()) first = out;
            CHECK(std::equal(out.begin(), out.begin() + columns, first.begin()));
          }
        }
  });
}

TEST(gemm_without_inner_dimension_leaves_bias_and_beta) {
  Context ctx(1);
  float c[2] = {3, 5};
  const float bias[2] = {10, 20};
  GemmArgs g{.rows = 1, .columns = 2, .inner = 0, .a = nullptr, .a_row = 1, .a_inner = 1, .b = nullptr, .b_inner = 1, .b_column = 1, .c = c,
             .c_row = 2};
  g.beta = 2;
  g.bias = bias;
  gemm(ctx, g);
  CHECK_EQ(c[0], 16.0f);
  CHECK_EQ(c[1], 30.0f);
}
