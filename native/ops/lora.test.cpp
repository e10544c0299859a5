#include "ops/lora.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Problem {
  int64_t t, k, n, rank;
  std::vector<float> x, a, b, dy;
  LoraModule module(float dropout, float* hidden) const {
    return {.column = 0, .n = n, .rank = rank, .a = a.data(), .b = b.data(), .scale = 0.5f, .dropout = dropout, .stream = 3,
            .hidden = hidden};
  }
  LoraArgs args(Dtype compute, const LoraModule& m) const {
    return {.tokens = t, .k = k, .x = x.data(), .x_row = k, .compute = compute, .seed = 7, .first = 11, .modules = &m, .count = 1};
  }
};
Problem problem(int64_t t, int64_t k, int64_t n, int64_t rank) {
  return {t, k, n, rank, rounded(random_values(t * k, 1)), rounded(random_values(rank * k, 2)), rounded(random_values(n * rank, 3)),
          rounded(random_values(t * n, 4))};
}
// Which inputs are kept, from the formula in the header.
double keep(const Problem& p, const LoraArgs& l, int64_t t, int64_t c) {
  const LoraModule& m = l.modules[0];
  if (m.dropout == 0) return 1;
  const uint64_t e = uint64_t((l.first + t) * p.k + c);
  return uniform24(philox(l.seed, e / 4, m.stream)[e % 4]) >= m.dropout ? 1 / (1 - double(m.dropout)) : 0;
}

}  // namespace

TEST(lora_forward_and_gradients_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (int64_t rank : {1, 4, 16, 33})
      for (float dropout : {0.0f, 0.25f})
        for (Dtype compute : {Dtype::F32, Dtype::BF16}) {
          const Problem p = problem(45, 37, 52, rank);
          std::vector<float> hidden(p.t * rank), y(p.t * p.n, 1.0f), da(rank * p.k, 1.0f), db(p.n * rank, 1.0f), dx(p.t * p.k, 1.0f);
          LoraModule m = p.module(dropout, hidden.data());
          m.da = da.data();
          m.db = db.data();
          const LoraArgs l = p.args(compute, m);
          lora_forward(ctx, l, {}, y.data(), p.n);
          lora_backward(ctx, l, nullptr, p.dy.data(), p.n, dx.data(), p.k);
          std::vector<double> h(p.t * rank), dh(p.t * rank), ey(p.t * p.n, 1), eda(rank * p.k, 1), edb(p.n * rank, 1), edx(p.t * p.k, 1);
          for (int64_t t = 0; t < p.t; t++)
            for (int64_t r = 0; r < rank; r++) {
              for (int64_t c = 0; c < p.k; c++) h[t * rank + r] += 0.5 * keep(p, l, t, c) * p.x[t * p.k + c] * p.a[r * p.k + c];
              for (int64_t o = 0; o < p.n; o++) {
                ey[t * p.n + o] += h[t * rank + r] * p.b[o * rank + r];
                edb[o * rank + r] += p.dy[t * p.n + o] * h[t * rank + r];
                dh[t * rank + r] += 0.5 * p.dy[t * p.n + o] * p.b[o * rank + r];
              }
              for (int64_t c = 0; c < p.k; c++) {
                eda[r * p.k + c] += dh[t * rank + r] * keep(p, l, t, c) * p.x[t * p.k + c];
                edx[t * p.k + c] += keep(p, l, t, c) * dh[t * rank + r] * p.a[r * p.k + c];
              }
            }
          // bf16: hidden and dh are rounded to 8 bits on their way into the second product; sums of up to 45·33 such terms.
          const double tolerance = compute == Dtype::F32 ? 3e-5 : 0.25;
          CHECK_CLOSE(hidden, h, compute == Dtype::F32 || dropout == 0 ? 3e-5 : 0.05);
          CHECK_CLOSE(y, ey, tolerance);
          CHECK_CLOSE(da, eda, tolerance);
          CHECK_CLOSE(db, edb, tolerance);
          CHECK_CLOSE(dx, edx, tolerance);
        }
  });
}

TEST(lora_dropout_keeps_about_the_right_share) {
  Context ctx(2);
  Problem p = problem(64, 64, 1, 1);
  std::fill(p.x.begin(), p.x.end(), 1.0f);
  std::fill(p.a.begin(), p.a.end(), 1.0f);
  std::vector<float> hidden(64), y(64);
  const LoraModule m = p.module(0.25f, hidden.data());
  lora_forward(ctx, p.args(Dtype::F32, m), {}, y.data(), 1);
  double total = 0;
  for (float h : hidden) total += 2 * h;
  CHECK_NEAR(total / 4096, 1, 0.03);  // standard deviation of the mean: sqrt(.25/.75/4096) = 0.009
}

// Two modules side by side whose border lies inside a panel, many rows and few: what runs with the base has the bits of what runs after it,
// which generation relies on, where a pass may hold one adapter or several.
TEST(lora_with_its_base_has_the_bits_of_lora_after_it) {
  every_isa([](Context& ctx) {
    const int64_t k = 150, n = 77, border = 45, rank = 5;
    const auto w = random_values(n * k, 1), a = random_values(2 * rank * k, 2), b = random_values(n * rank, 3), bias = random_values(n, 4);
    for (Dtype type : {Dtype::F32, Dtype::BF16})
      for (int64_t t : {3, 40, 150})
        for (GemmPath path : {GemmPath::panels, GemmPath::dots, GemmPath::automatic})
          for (bool accumulate : {false, true}) {
            const Weight weight(ctx, n, k, type, w.data(), Dtype::F32);
            const auto x = random_values(t * k, 5), dy = random_values(t * n, 6), start = random_values(t * n, 7);
            const auto run = [&](bool together) {
              struct {
                std::vector<float> hidden, y, dx, da, db;
              } r{std::vector<float>(2 * t * rank), start, std::vector<float>(t * k), std::vector<float>(2 * rank * k), std::vector<float>(n * rank)};
              LoraModule m[2];
              for (int i = 0; i < 2; i++)
                m[i] = {.column = i * border, .n = i ? n - border : border, .rank = rank, .a = a.data() + i * rank * k,
                        .b = b.data() + i * border * rank, .scale = 0.3f, .hidden = r.hidden.data() + i * t * rank,
                        .da = r.da.data() + i * rank * k, .db = r.db.data() + i * border * rank};
              const LoraArgs l{.tokens = t, .k = k, .x = x.data(), .x_row = k, .compute = type, .path = path, .modules = m, .count = 2};
              if (!together) linear_forward(ctx, weight, bias.data(), x.data(), k, t, r.y.data(), n, accumulate, path);
              lora_forward(ctx, l, together ? LoraBase{&weight, bias.data(), accumulate} : LoraBase{}, r.y.data(), n);
              if (!together) linear_backward_input(ctx, weight, dy.data(), n, t, r.dx.data(), k);
              lora_backward(ctx, l, together ? &weight : nullptr, dy.data(), n, r.dx.data(), k);
              return r;
            };
            const auto one = run(true), two = run(false);
            CHECK(one.y == two.y);
            CHECK(one.dx == two.dx);
            CHECK(one.hidden == two.hidden);
            CHECK(one.da == two.da);
            CHECK(one.db == two.db);
          }
  });
}
