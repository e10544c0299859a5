#include "ops/sampling.h"

#include <algorithm>
#include <cmath>

#include "ops/kernels/kernels.h"
#include "runtime/philox.h"

namespace medgym {
namespace {

// The tokens that may be drawn, with their unnormalised probabilities. Most likely first where a filter has sorted them, else by id.
struct Candidates {
  std::vector<float> z;  // (V) scores after penalties and temperature
  std::vector<int32_t> ids;
  std::vector<float> weights;
  double total = 0;
  std::vector<float> scratch;
};

bool penalises(const SamplingOptions& o) { return o.repetition_penalty != 1 || o.presence_penalty != 0; }

void penalise(std::vector<float>& z, const SamplingOptions& o, const int32_t* seen, int64_t count) {
  if (!penalises(o)) return;
  std::vector<int32_t> distinct(seen, seen + count);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (int32_t id : distinct) {
    if (id < 0 || size_t(id) >= z.size()) continue;
    z[id] = z[id] < 0 ? z[id] * o.repetition_penalty : z[id] / o.repetition_penalty;
    z[id] -= o.presence_penalty;
  }
}

// The k-th largest value. A heap of k passes over most values with one comparison.
float kth_largest(const std::vector<float>& z, size_t k, std::vector<float>& heap) {
  heap.assign(z.begin(), z.begin() + int64_t(k));
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  for (size_t i = k; i < z.size(); i++) {
    if (!(z[i] > heap.front())) continue;
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.back() = z[i];
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  }
  return heap.front();
}

void keep_at_least(Candidates& c, float least) {
  c.ids.clear();
  for (size_t i = 0; i < c.z.size(); i++)
    if (c.z[i] >= least) c.ids.push_back(int32_t(i));
}

void gather(const SamplingOptions& o, Candidates& c) {
  const Kernels& k = kernels();
  const auto weigh = [&](float top) {
    c.scratch.resize(c.ids.size());
    c.weights.resize(c.ids.size());
    for (size_t i = 0; i < c.ids.size(); i++) c.scratch[i] = c.z[c.ids[i]];
    c.total = k.exp_row(c.scratch.data(), c.weights.data(), 1, -top, int64_t(c.ids.size()));
  };
  const float top = *std::max_element(c.z.begin(), c.z.end());
  const bool some_k = o.top_k > 0 && size_t(o.top_k) < c.z.size(), some_p = o.top_p < 1;
  keep_at_least(c, some_k ? kth_largest(c.z, size_t(o.top_k), c.scratch) : -INFINITY);
  weigh(top);
  if (some_p) {
    const double all = c.total;
    // Far below the best lies next to nothing: sorting the rest is needed only for distributions that are nearly flat.
    if (!some_k) {
      keep_at_least(c, top - 16);
      weigh(top);
      if (c.total < double(o.top_p) * all) {
        keep_at_least(c, -INFINITY);
        weigh(top);
      }
    }
    std::sort(c.ids.begin(), c.ids.end(), [&](int32_t a, int32_t b) { return c.z[a] != c.z[b] ? c.z[a] > c.z[b] : a < b; });
    weigh(top);
    // A token stays while those before it do not yet reach top_p; the first always stays.
    double before = 0;
    size_t keep = 0;
    while (keep < c.ids.size() && (keep == 0 || before < double(o.top_p) * all)) before += double(c.weights[keep++]);
    c.ids.resize(keep);
    weigh(top);
  }
  if (o.min_p > 0) {
    // The most likely token weighs exp(0) = 1, so the threshold needs no division by the total.
    size_t kept = 0;
    for (size_t i = 0; i < c.ids.size(); i++)
      if (c.weights[i] >= o.min_p) c.ids[kept++] = c.ids[i];
    c.ids.resize(kept);
    weigh(top);
  }
}

int32_t first_of(const float* z, int64_t n, float value) {
  constexpr int64_t step = 64;
  for (int64_t i = 0; i < n; i += step) {
    const int64_t end = std::min(n, i + step);
    int found = 0;
    for (int64_t j = i; j < end; j++) found |= z[j] == value;
    for (int64_t j = i; found && j < end; j++)
      if (z[j] == value) return int32_t(j);
  }
  return 0;
}

// The index at which Σ weights, in this order, passes `left`.
int64_t draw(const float* weights, int64_t n, double left) {
  constexpr int64_t step = 256;
  int64_t i = 0;
  for (; i + step < n; i += step) {  // whole steps by their sums
    double sums[8] = {};
    for (int64_t j = i; j < i + step; j += 8)
      for (int k = 0; k < 8; k++) sums[k] += double(weights[j + k]);
    const double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    if (left < sum) break;
    left -= sum;
  }
  while (i + 1 < n && (left -= double(weights[i])) >= 0) i++;
  while (i > 0 && weights[i] == 0) i--;  // rounding at the very end must not draw what cannot occur
  return i;
}

void prepare(Candidates& c, const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count) {
  c.z.assign(logits, logits + vocabulary);
  penalise(c.z, o, seen, seen_count);
  if (o.temperature == 0) {
    c.ids = {int32_t(std::max_element(c.z.begin(), c.z.end()) - c.z.begin())};
    c.weights = {1};
    c.total = 1;
    return;
  }
  for (float& value : c.z) value /= o.temperature;
  gather(o, c);
}

}  // namespace

Sample sample(const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count, uint64_t seed,
              uint64_t counter) {
  static thread_local Candidates c;  // its memory serves every token
  const Kernels& k = kernels();
  const float top = k.largest(logits, vocabulary);
  if (!std::isfinite(top)) return {0, NAN};
  const float inverse = o.temperature > 0 ? 1 / o.temperature : 1;
  const auto random = philox(seed, counter);
  const double uniform = uniform53(random[0], random[1]);
  const bool filters = o.temperature > 0 && ((o.top_k > 0 && o.top_k < vocabulary) || o.top_p < 1 || o.min_p > 0);
  if (!filters && !penalises(o)) {
    // The logits as they are: what is drawn from them gives the log-probability too.
    const float shift = -top * inverse;
    c.weights.resize(size_t(vocabulary));
    const double total = k.exp_row(logits, c.weights.data(), inverse, shift, vocabulary);
    const int64_t pick = o.temperature > 0 ? draw(c.weights.data(), vocabulary, uniform * total) : first_of(logits, vocabulary, top);
    return {int32_t(pick), float(double(logits[pick]) * inverse + shift - std::log(total))};
  }
  prepare(c, logits, vocabulary, o, seen, seen_count);
  const int32_t token = c.ids[size_t(draw(c.weights.data(), int64_t(c.ids.size()), uniform * c.total))];
  const SoftmaxStats stats = k.softmax_stats(logits, inverse, vocabulary);
  return {token, float(double(logits[token]) * inverse - stats.maximum - std::log(stats.sum))};
}

void sampling_probabilities(const float* logits, int64_t vocabulary, const SamplingOptions& o, const int32_t* seen, int64_t seen_count,
                            float* probabilities) {
  Candidates c;
  prepare(c, logits, vocabulary, o, seen, seen_count);
  std::fill_n(probabilities, vocabulary, 0.0f);
  for (size_t i = 0; i < c.ids.size(); i++) probabilities[c.ids[i]] = float(c.weights[i] / c.total);
}

}  // namespace medgym
