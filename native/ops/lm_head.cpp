#include "ops/lm_head.h"

#include <cmath>

#include "runtime/error.h"

namespace medgym {
namespace {

constexpr int64_t kChunkRows = 64;

void check(const LmHeadArgs& a) {
  if (!(a.temperature > 0)) fail(MG_INVALID_ARGUMENT, "temperature %g: must be above 0", double(a.temperature));
  const int64_t vocabulary = a.weight->n();
  for (int64_t i = 0; a.targets && i < a.rows * a.candidates; i++)
    if (a.targets[i] < -1 || a.targets[i] >= vocabulary)
      fail(MG_INVALID_ARGUMENT, "target %d at index %lld is outside the vocabulary 0…%lld", a.targets[i], static_cast<long long>(i),
           static_cast<long long>(vocabulary - 1));
}

// log Σ exp(z/τ) and the entropy of softmax(z/τ).
struct RowStats {
  float lse, entropy;
};
RowStats row_stats(const float* z, int64_t vocabulary, float inverse) {
  float top = -INFINITY;
  for (int64_t v = 0; v < vocabulary; v++) top = std::max(top, z[v] * inverse);
  double sum = 0, weighted = 0;
  for (int64_t v = 0; v < vocabulary; v++) {
    const float shifted = z[v] * inverse - top, e = std::exp(shifted);
    sum += e;
    weighted += double(e) * shifted;
  }
  const double log_sum = std::log(sum);
  return {float(top + log_sum), float(log_sum - weighted / sum)};
}

}  // namespace

void lm_head_forward(Context& ctx, const LmHeadArgs& a, const LmHeadOutputs& o) {
  check(a);
  const int64_t vocabulary = a.weight->n();
  const float inverse = 1 / a.temperature;
  Scratch scratch(ctx.arena);
  float* chunk = o.logits ? nullptr : scratch.floats(size_t(kChunkRows * vocabulary));
  for (int64_t first = 0; first < a.rows; first += kChunkRows) {
    const int64_t count = std::min(kChunkRows, a.rows - first);
    float* logits = o.logits ? o.logits + first * vocabulary : chunk;
    linear_forward(ctx, *a.weight, nullptr, a.hidden + first * a.hidden_row, a.hidden_row, count, logits, vocabulary);
    ctx.pool.split(count, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; i++) {
        const float* z = logits + i * vocabulary;
        const int64_t row = first + i;
        const RowStats stats = row_stats(z, vocabulary, inverse);
        if (o.entropy) o.entropy[row] = stats.entropy;
        for (int64_t c = 0; o.logprobs && c < a.candidates; c++) {
          const int32_t target = a.targets[row * a.candidates + c];
          o.logprobs[row * a.candidates + c] = target < 0 ? 0 : z[target] * inverse - stats.lse;
        }
        int32_t* ids = o.top_ids ? o.top_ids + row * o.top_k : nullptr;
        for (int32_t n = 0; ids && n < o.top_k; n++) {
          int64_t best = -1;
          for (int64_t v = 0; v < vocabulary; v++)
            if ((best < 0 || z[v] > z[best]) && std::find(ids, ids + n, int32_t(v)) == ids + n) best = v;
          ids[n] = int32_t(best);
          if (o.top_logprobs) o.top_logprobs[row * o.top_k + n] = best < 0 ? 0 : z[best] * inverse - stats.lse;
        }
      }
    });
  }
}

void lm_head_backward(Context& ctx, const LmHeadArgs& a, const float* kept, const float* dlogprobs, const float* dentropy, float* dhidden,
                      int64_t dhidden_row, float* dweight) {
  check(a);
  const int64_t vocabulary = a.weight->n(), width = a.weight->k();
  const float inverse = 1 / a.temperature;
  Scratch scratch(ctx.arena);
  float* chunk = scratch.floats(size_t(kChunkRows * vocabulary));
  for (int64_t first = 0; first < a.rows; first += kChunkRows) {
    const int64_t count = std::min(kChunkRows, a.rows - first);
    const float* hidden = a.hidden + first * a.hidden_row;
    if (!kept) linear_forward(ctx, *a.weight, nullptr, hidden, a.hidden_row, count, chunk, vocabulary);
    ctx.pool.split(count, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; i++) {
        const int64_t row = first + i;
        const float* z = kept ? kept + row * vocabulary : chunk + i * vocabulary;
        float* dz = chunk + i * vocabulary;
        const RowStats stats = row_stats(z, vocabulary, inverse);
        const int32_t* targets = a.targets + row * a.candidates;
        float total = 0;
        for (int64_t c = 0; c < a.candidates; c++)
          if (targets[c] >= 0) total += dlogprobs[row * a.candidates + c];
        const float dh = dentropy ? dentropy[row] : 0;
        for (int64_t v = 0; v < vocabulary; v++) {
          const float logp = z[v] * inverse - stats.lse, p = std::exp(logp);
          dz[v] = -inverse * p * (total + dh * (logp + stats.entropy));
        }
        for (int64_t c = 0; c < a.candidates; c++)
          if (targets[c] >= 0) dz[targets[c]] += inverse * dlogprobs[row * a.candidates + c];
      }
    });
    linear_backward_input(ctx, *a.weight, chunk, vocabulary, count, dhidden + first * dhidden_row, dhidden_row);
    if (dweight) linear_backward_weight(ctx, a.weight->type(), hidden, a.hidden_row, width, chunk, vocabulary, vocabulary, count, dweight, nullptr);
  }
}

}  // namespace medgym
