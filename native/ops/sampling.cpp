#include "ops/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/philox.h"

namespace medgym {
namespace {

// Kept tokens with their (unnormalised) probabilities, most likely first; ties by lower id.
struct Candidates {
  std::vector<int32_t> ids;
  std::vector<float> weights;
  double total = 0;
};

void penalise(std::vector<float>& z, const SamplingOptions& o, const int32_t* seen, int64_t count) {
  if (o.repetition_penalty == 1 && o.presence_penalty == 0) return;
  std::vector<int32_t> distinct(seen, seen + count);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (int32_t id : distinct) {
    if (id < 0 || size_t(id) >= z.size()) continue;
    z[id] = z[id] < 0 ? z[id] * o.repetition_penalty : z[id] / o.repetition_penalty;
    z[id] -= o.presence_penalty;
  }
}

Candidates candidates(const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count) {
  std::vector<float> z(logits, logits + vocabulary);
  penalise(z, o, seen, seen_count);
  Candidates c;
  if (o.temperature == 0) {
    c.ids = {int32_t(std::max_element(z.begin(), z.end()) - z.begin())};
    c.weights = {1};
    c.total = 1;
    return c;
  }
  for (float& value : z) value /= o.temperature;
  const auto better = [&](int32_t a, int32_t b) { return z[a] != z[b] ? z[a] > z[b] : a < b; };
  c.ids.resize(vocabulary);
  std::iota(c.ids.begin(), c.ids.end(), 0);
  if (o.top_k > 0 && o.top_k < vocabulary) {
    std::nth_element(c.ids.begin(), c.ids.begin() + (o.top_k - 1), c.ids.end(), better);
    const float last = z[c.ids[o.top_k - 1]];
    c.ids.erase(std::remove_if(c.ids.begin(), c.ids.end(), [&](int32_t id) { return z[id] < last; }), c.ids.end());
  }
  std::sort(c.ids.begin(), c.ids.end(), better);
  const float top = z[c.ids[0]];
  const auto weigh = [&] {
    c.total = 0;
    c.weights.resize(c.ids.size());
    for (size_t i = 0; i < c.ids.size(); i++) c.total += c.weights[i] = std::exp(z[c.ids[i]] - top);
  };
  weigh();
  if (o.top_p < 1) {
    // From the least likely up, tokens go while their sum stays within 1 - top_p; the most likely one always stays.
    double tail = 0;
    size_t keep = c.ids.size();
    while (keep > 1 && (tail += c.weights[keep - 1] / c.total) <= 1 - double(o.top_p)) keep--;
    c.ids.resize(keep);
    weigh();
  }
  if (o.min_p > 0) {
    // weights[0] is exp(0) = 1, so the threshold needs no division by the total.
    size_t keep = 1;
    while (keep < c.ids.size() && c.weights[keep] >= o.min_p) keep++;
    c.ids.resize(keep);
    weigh();
  }
  return c;
}

}  // namespace

Sample sample(const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count, uint64_t seed,
              uint64_t counter) {
  const Candidates c = candidates(logits, vocabulary, o, seen, seen_count);
  const auto random = philox(seed, counter);
  double left = uniform53(random[0], random[1]) * c.total;
  size_t pick = 0;
  while (pick + 1 < c.ids.size() && (left -= c.weights[pick]) >= 0) pick++;
  const float inverse = o.temperature > 0 ? 1 / o.temperature : 1;
  const float top = *std::max_element(logits, logits + vocabulary) * inverse;
  double sum = 0;
  for (int64_t v = 0; v < vocabulary; v++) sum += std::exp(logits[v] * inverse - top);
  return {c.ids[pick], float(logits[c.ids[pick]] * inverse - top - std::log(sum))};
}

void sampling_probabilities(const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count,
                            float* probabilities) {
  const Candidates c = candidates(logits, vocabulary, o, seen, seen_count);
  std::fill_n(probabilities, vocabulary, 0.0f);
  for (size_t i = 0; i < c.ids.size(); i++) probabilities[c.ids[i]] = float(c.weights[i] / c.total);
}

}  // namespace medgym
