#include "ops/lora.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Problem {
  int64_t t, k, n, rank;
  std::vector<float> x, a, b, dy;
  LoraArgs args(Dtype compute, float dropout) const {
    LoraArgs l{.tokens = t, .k = k, .n = n, .rank = rank, .a = a.data(), .b = b.data(), .scale = 0.5f, .dropout = dropout, .seed = 7,
               .stream = 3, .first = 11, .x = x.data(), .x_row = k};
    l.compute = compute;
    return l;
  }
};
Problem problem(int64_t t, int64_t k, int64_t n, int64_t rank) {
  return {t, k, n, rank, rounded(random_values(t * k, 1)), rounded(random_values(rank * k, 2)), rounded(random_values(n * rank, 3)),
          rounded(random_values(t * n, 4))};
}
// Which inputs are kept, from the formula in the header.
double keep(const Problem& p, const LoraArgs& l, int64_t t, int64_t c) {
  if (l.dropout == 0) return 1;
  const uint64_t e = uint64_t((l.first + t) * p.k + c);
  return uniform24(philox(l.seed, e / 4, l.stream)[e % 4]) >= l.dropout ? 1 / (1 - double(l.dropout)) : 0;
}

}  // namespace

TEST(lora_forward_and_gradients_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (int64_t rank : {1, 4, 16, 33})
      for (float dropout : {0.0f, 0.25f})
        for (Dtype compute : {Dtype::F32, Dtype::BF16}) {
          const Problem p = problem(45, 37, 52, rank);
          const LoraArgs l = p.args(compute, dropout);
          std::vector<float> hidden(p.t * rank), y(p.t * p.n, 1.0f), da(rank * p.k, 1.0f), db(p.n * rank, 1.0f), dx(p.t * p.k, 1.0f);
          lora_forward(ctx, l, hidden.data(), y.data(), p.n);
          lora_backward(ctx, l, hidden.data(), p.dy.data(), p.n, da.data(), db.data(), dx.data(), p.k);
          std::vector<double> h(p.t * rank), dh(p.t * rank), ey(p.t * p.n, 1), eda(rank * p.k, 1), edb(p.n * rank, 1), edx(p.t * p.k, 1);
          for (int64_t t = 0; t < p.t; t++)
            for (int64_t r = 0; r < rank; r++) {
              for (int64_t c = 0; c < p.k; c++) h[t * rank + r] += keep(p, l, t, c) * p.x[t * p.k + c] * p.a[r * p.k + c];
              for (int64_t o = 0; o < p.n; o++) {
                ey[t * p.n + o] += 0.5 * h[t * rank + r] * p.b[o * rank + r];
                edb[o * rank + r] += 0.5 * p.dy[t * p.n + o] * h[t * rank + r];
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
  const LoraArgs l = p.args(Dtype::F32, 0.25f);
  std::vector<float> hidden(64), y(64);
  lora_forward(ctx, l, hidden.data(), y.data(), 1);
  double total = 0;
  for (float h : hidden) total += h;
  CHECK_NEAR(total / 4096, 1, 0.03);  // standard deviation of the mean: sqrt(.25/.75/4096) = 0.009
}
