#include "ops/lm_head.h"

#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Problem {
  int64_t rows, candidates, width, vocabulary;
  float temperature;
  std::vector<float> hidden, weight;
  std::vector<int32_t> targets;
};
Problem problem(int64_t rows, int64_t candidates, int64_t width, int64_t vocabulary, float temperature) {
  Problem p{rows, candidates, width, vocabulary, temperature, rounded(random_values(rows * width, 1)),
            rounded(random_values(vocabulary * width, 2, 0.5f)), {}};
  for (int64_t i = 0; i < rows * candidates; i++) p.targets.push_back(i % 5 == 4 ? -1 : int32_t((i * 37) % vocabulary));
  return p;
}

// Log-probabilities of a row in f64.
std::vector<double> row_logp(const Problem& p, const std::vector<double>& hidden, const std::vector<double>& weight, int64_t row) {
  std::vector<double> z(p.vocabulary);
  double sum = 0;
  for (int64_t v = 0; v < p.vocabulary; v++) {
    for (int64_t c = 0; c < p.width; c++) z[v] += hidden[row * p.width + c] * weight[v * p.width + c];
    z[v] /= p.temperature;
    sum += std::exp(z[v]);
  }
  for (double& v : z) v -= std::log(sum);
  return z;
}
double entropy_of(const std::vector<double>& logp) {
  double h = 0;
  for (double l : logp) h -= std::exp(l) * l;
  return h;
}

}  // namespace

TEST(lm_head_scores_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (const Problem& p : {problem(7, 3, 20, 90, 1), problem(70, 1, 33, 1500, 0.7f), problem(1, 2, 8, 5, 2), problem(1100, 1, 8, 2100, 1)})
      for (Dtype type : {Dtype::F32, Dtype::BF16}) {
        const Weight weight(ctx, p.vocabulary, p.width, type, p.weight.data(), Dtype::F32);
        std::vector<float> stats(2 * p.rows);
        const LmHeadArgs a{p.rows, p.candidates, p.hidden.data(), p.width, &weight, p.targets.data(), p.temperature, stats.data()};
        std::vector<float> logp(p.rows * p.candidates), entropy(p.rows), top(p.rows * 4), logits(p.rows * p.vocabulary), again(logp.size());
        std::vector<int32_t> ids(p.rows * 4);
        lm_head_forward(ctx, a, {logp.data(), entropy.data(), ids.data(), top.data(), 4, nullptr});
        LmHeadOutputs with_logits;
        with_logits.logprobs = again.data();
        with_logits.logits = logits.data();
        lm_head_forward(ctx, a, with_logits);
        CHECK_CLOSE(again, logp, 1e-6);
        const std::vector<double> h(p.hidden.begin(), p.hidden.end()), w(p.weight.begin(), p.weight.end());
        for (int64_t r = 0; r < p.rows; r += p.rows > 100 ? 97 : 1) {
          const auto expected = row_logp(p, h, w, r);
          CHECK_NEAR(entropy[r], entropy_of(expected), 1e-5);
          CHECK_NEAR(stats[2 * r + 1], entropy[r], 0);
          for (int64_t c = 0; c < p.candidates; c++) {
            const int32_t t = p.targets[r * p.candidates + c];
            CHECK_NEAR(logp[r * p.candidates + c], t < 0 ? 0 : expected[t], 2e-5);
          }
          std::vector<int32_t> order(p.vocabulary);
          for (int32_t v = 0; v < p.vocabulary; v++) order[v] = v;
          std::stable_sort(order.begin(), order.end(), [&](int32_t x, int32_t y) { return logits[r * p.vocabulary + x] > logits[r * p.vocabulary + y]; });
          for (int n = 0; n < 4; n++) {
            CHECK_EQ(ids[r * 4 + n], order[n]);
            CHECK_NEAR(top[r * 4 + n], expected[order[n]], 2e-5);
          }
        }
      }
  });
}

TEST(lm_head_gradients_equal_finite_differences) {
  every_isa([](Context& ctx) {
    const Problem p = problem(6, 3, 9, 40, 0.8f);
    const auto dlogp = random_values(p.rows * p.candidates, 5), dentropy = random_values(p.rows, 6);
    const std::vector<double> h(p.hidden.begin(), p.hidden.end()), w(p.weight.begin(), p.weight.end());
    const auto loss = [&](const std::vector<double>& hidden, const std::vector<double>& weight) {
      double sum = 0;
      for (int64_t r = 0; r < p.rows; r++) {
        const auto logp = row_logp(p, hidden, weight, r);
        sum += dentropy[r] * entropy_of(logp);
        for (int64_t c = 0; c < p.candidates; c++)
          if (p.targets[r * p.candidates + c] >= 0) sum += dlogp[r * p.candidates + c] * logp[p.targets[r * p.candidates + c]];
      }
      return sum;
    };
    const auto slopes = [&](std::vector<double> values, auto f) {
      std::vector<double> out;
      for (double& v : values) {
        const double kept = v;
        v = kept + 1e-5;
        const double high = f(values);
        v = kept - 1e-5;
        out.push_back((high - f(values)) / 2e-5);
        v = kept;
      }
      return out;
    };
    const auto expected_h = slopes(h, [&](const auto& v) { return loss(v, w); }), expected_w = slopes(w, [&](const auto& v) { return loss(h, v); });
    const Weight weight(ctx, p.vocabulary, p.width, Dtype::F32, p.weight.data(), Dtype::F32);
    std::vector<float> stats(2 * p.rows), logits(p.rows * p.vocabulary);
    LmHeadArgs a{p.rows, p.candidates, p.hidden.data(), p.width, &weight, p.targets.data(), p.temperature, nullptr};
    LmHeadOutputs o;
    o.logits = logits.data();
    for (bool with_stats : {false, true})
      for (bool with_logits : {false, true}) {
        a.stats = with_stats ? stats.data() : nullptr;
        lm_head_forward(ctx, a, o);
        std::vector<float> dh(h.size(), NAN), dw(w.size());
        lm_head_backward(ctx, a, with_logits ? logits.data() : nullptr, dlogp.data(), dentropy.data(), dh.data(), p.width, dw.data());
        CHECK_CLOSE(dh, expected_h, 1e-5);
        CHECK_CLOSE(dw, expected_w, 1e-5);
      }
  });
}

TEST(lm_head_gradient_in_several_chunks_of_the_vocabulary) {
  every_isa([](Context& ctx) {
    // 1100 rows make chunks of 1024 rows and 2048 of 2100 tokens: both edges are crossed.
    const Problem p = problem(1100, 1, 8, 2100, 1);
    const auto dlogp = random_values(p.rows, 5);
    const Weight weight(ctx, p.vocabulary, p.width, Dtype::F32, p.weight.data(), Dtype::F32);
    const LmHeadArgs a{p.rows, 1, p.hidden.data(), p.width, &weight, p.targets.data(), 1, nullptr};
    std::vector<float> dh(p.hidden.size());
    lm_head_backward(ctx, a, nullptr, dlogp.data(), nullptr, dh.data(), p.width, nullptr);
    const std::vector<double> h(p.hidden.begin(), p.hidden.end()), w(p.weight.begin(), p.weight.end());
    for (int64_t r : {0, 5, 1023, 1024, 1097}) {
      const auto logp = row_logp(p, h, w, r);
      for (int64_t c = 0; c < p.width; c++) {
        double expected = p.targets[r] < 0 ? 0 : dlogp[r] * w[p.targets[r] * p.width + c];
        for (int64_t v = 0; v < p.vocabulary && p.targets[r] >= 0; v++) expected -= dlogp[r] * std::exp(logp[v]) * w[v * p.width + c];
        CHECK_NEAR(dh[r * p.width + c], expected, 1e-5);
      }
    }
  });
}

TEST(lm_head_refuses_targets_outside_the_vocabulary) {
  Context ctx(1);
  const Problem p = problem(1, 1, 4, 6, 1);
  const Weight weight(ctx, 6, 4, Dtype::F32, p.weight.data(), Dtype::F32);
  const int32_t target = 6;
  float logp;
  CHECK_THROWS(lm_head_forward(ctx, {1, 1, p.hidden.data(), 4, &weight, &target, 1, nullptr}, {&logp}), "target 6 at index 0");
}
