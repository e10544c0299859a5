#include "ops/sampling.h"

#include <fstream>
#include <iterator>

#include "model/json.h"
#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

std::vector<float> numbers(const Json& array) {
  std::vector<float> out;
  for (const Json& v : array.array) out.push_back(v.kind == Json::Kind::number ? float(v.number) : -INFINITY);
  return out;
}

}  // namespace

TEST(sampling_equals_the_logits_processors_of_transformers) {
  const std::string path = fixture("sampling/sampling.json");
  std::ifstream file(path);
  const Json fixtures = parse_json(std::string(std::istreambuf_iterator<char>(file), {}), path);
  const auto& logits = fixtures.find("logits")->array;
  const auto& ids = fixtures.find("input_ids")->array;
  int compared = 0;
  for (const Json& c : fixtures.find("cases")->array) {
    SamplingOptions o;
    bool covered = true;
    for (const auto& [name, value] : c.find("params")->object) {
      if (name == "temperature") o.temperature = float(value.number);
      else if (name == "top_k") o.top_k = int32_t(value.number);
      else if (name == "top_p") o.top_p = float(value.number);
      else if (name == "min_p") o.min_p = float(value.number);
      else if (name == "repetition_penalty") o.repetition_penalty = float(value.number);
      else covered = false;  // typical, eta, epsilon, n-grams, minimum length: not offered by the engine
    }
    if (!covered) continue;
    compared++;
    for (size_t row = 0; row < logits.size(); row++) {
      const auto z = numbers(logits[row]), expected = numbers(c.find("probs")->array[row]);
      std::vector<int32_t> seen;
      for (const Json& id : ids[row].array) seen.push_back(int32_t(id.number));
      std::vector<float> p(z.size());
      sampling_probabilities(z.data(), int64_t(z.size()), o, seen.data(), int64_t(seen.size()), p.data());
      const auto positive = [](const std::vector<float>& v) { return std::count_if(v.begin(), v.end(), [](float f) { return f > 1e-30f; }); };
      CHECK_EQ(positive(p), positive(expected));
      // Row 3 has tied maxima: which of them top-p keeps depends on torch's sort.
      if (row == 3 && o.top_p < 1) continue;
      for (size_t i = 0; i < p.size(); i++) CHECK_NEAR(p[i], expected[i], 2e-6);
    }
  }
  CHECK_EQ(compared, 19);
}

TEST(sampling_penalties_and_greedy_by_hand) {
  const float z[4] = {2, -1, 2, 0.5f};
  const int32_t seen[3] = {0, 1, 0};
  SamplingOptions o;
  o.temperature = 0;
  CHECK_EQ(sample(z, 4, o, nullptr, 0, 1, 1).token, 0);  // of equals the lowest id
  o.presence_penalty = 0.25f;
  const Sample s = sample(z, 4, o, seen, 3, 1, 1);  // 1.75, −1.25, 2, 0.5
  CHECK_EQ(s.token, 2);
  const double sum = 2 * std::exp(2.0) + std::exp(-1.0) + std::exp(0.5);
  CHECK_NEAR(s.logprob, 2 - std::log(sum), 1e-6);  // of the logits as they were
  o.temperature = 1;
  o.repetition_penalty = 2;
  o.presence_penalty = 1;
  float p[4];
  sampling_probabilities(z, 4, o, seen, 3, p);  // 2/2 − 1 = 0, −1·2 − 1 = −3, 2, 0.5
  const double total = 1 + std::exp(-3.0) + std::exp(2.0) + std::exp(0.5);
  CHECK_NEAR(p[0], 1 / total, 1e-6);
  CHECK_NEAR(p[1], std::exp(-3.0) / total, 1e-6);
}

TEST(sampling_draws_with_the_asked_frequencies_and_repeats_itself) {
  // With a filter and without: the two ways to draw. More than one step of the search without.
  for (const int32_t top_k : {6, 0}) {
    const auto z = random_values(700, 3, 2);
    SamplingOptions o;
    o.temperature = 0.8f;
    o.top_k = top_k;
    std::vector<float> p(700);
    sampling_probabilities(z.data(), 700, o, nullptr, 0, p.data());
    std::vector<int> counts(700);
    const int draws = 20000;
    for (int i = 0; i < draws; i++) {
      const Sample s = sample(z.data(), 700, o, nullptr, 0, 42, uint64_t(i));
      counts[s.token]++;
      if (i < 50) CHECK_EQ(sample(z.data(), 700, o, nullptr, 0, 42, uint64_t(i)).token, s.token);
    }
    for (int i = 0; i < 700; i++) CHECK_NEAR(double(counts[i]) / draws, p[i], 5 * std::sqrt(p[i] * (1 - p[i]) / draws) + 1e-4);
  }
}

TEST(sampling_tells_of_logits_that_are_not_finite) {
  every_isa([](Context&) {
    for (const float bad : {NAN, INFINITY, -INFINITY})
      for (const size_t at : {size_t{77}, size_t{299}}) {
        std::vector<float> z = random_values(300, 3);
        SamplingOptions o;
        CHECK(std::isfinite(sample(z.data(), 300, o, nullptr, 0, 1, 1).logprob));
        z[at] = bad;
        CHECK(std::isnan(sample(z.data(), 300, o, nullptr, 0, 1, 1).logprob));
      }
  });
}
