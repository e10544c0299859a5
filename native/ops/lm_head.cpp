#include "ops/lm_head.h"

#include <cmath>
#include <limits>

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {
namespace {

// A chunk of logits is at most about this large. Many rows to a chunk, so that packing the weight is paid once for all of them.
constexpr int64_t kChunkNumbers = 2 << 20, kChunkRows = 1024, kLeastColumns = 512;

struct Chunking {
  int64_t rows, columns;
  Chunking(int64_t all_rows, int64_t vocabulary)
      : rows(std::min(all_rows, kChunkRows)), columns(std::min(vocabulary, std::max(kLeastColumns, kChunkNumbers / std::max<int64_t>(rows, 1) / 64 * 64))) {}
};

void check(const LmHeadArgs& a) {
  if (!(a.temperature > 0)) fail(MG_INVALID_ARGUMENT, "temperature %g: must be above 0", double(a.temperature));
  const int64_t vocabulary = a.weight->n();
  for (int64_t i = 0; a.targets && i < a.rows * a.candidates; i++)
    if (a.targets[i] < -1 || a.targets[i] >= vocabulary)
      fail(MG_INVALID_ARGUMENT, "target %d at index %lld is outside the vocabulary 0…%lld", a.targets[i], static_cast<long long>(i),
           static_cast<long long>(vocabulary - 1));
}

// log Σ exp and entropy of a row, gathered chunk by chunk.
struct Running {
  double maximum = -std::numeric_limits<double>::infinity(), sum = 0, weighted = 0;  // as SoftmaxStats
  void add(const SoftmaxStats& s) {
    const double higher = std::max(maximum, double(s.maximum));
    if (higher == -std::numeric_limits<double>::infinity()) return;
    const auto moved = [higher](double m, double total, double w, double& to_sum, double& to_weighted) {
      if (total == 0) return;
      const double shrink = std::exp(m - higher);
      to_sum += shrink * total;
      to_weighted += shrink * (w + (m - higher) * total);
    };
    double new_sum = 0, new_weighted = 0;
    moved(maximum, sum, weighted, new_sum, new_weighted);
    moved(double(s.maximum), s.sum, s.weighted, new_sum, new_weighted);
    maximum = higher;
    sum = new_sum;
    weighted = new_weighted;
  }
  float lse() const { return float(maximum + std::log(sum)); }
  float entropy() const { return float(std::log(sum) - weighted / sum); }
};

// Keeps ids and logits of the `count` largest seen, best first; of equals the one seen first stays ahead.
void keep_best(const float* z, int64_t first, int64_t n, int32_t* ids, float* best, int32_t count) {
  for (int64_t v = 0; v < n; v++) {
    if (!(z[v] > best[count - 1]) && ids[count - 1] >= 0) continue;
    int32_t at = count - 1;
    for (; at > 0 && (ids[at - 1] < 0 || z[v] > best[at - 1]); at--) {
      ids[at] = ids[at - 1];
      best[at] = best[at - 1];
    }
    ids[at] = int32_t(first + v);
    best[at] = z[v];
  }
}


void forward_rows(Context& ctx, const LmHeadArgs& a, const LmHeadOutputs& o, int64_t first, int64_t count, const Chunking& chunk,
                  const float* kept, Scratch& scratch) {
  const Kernels& k = kernels();
  const int64_t vocabulary = a.weight->n();
  const float inverse = 1 / a.temperature;
  auto* running = static_cast<Running*>(scratch.bytes(size_t(count) * sizeof(Running)));
  std::fill_n(running, count, Running{});
  float* best = o.top_k > 0 ? scratch.floats(size_t(count * o.top_k)) : nullptr;
  int32_t* ids = nullptr;
  if (o.top_k > 0) {
    ids = o.top_ids ? o.top_ids + first * o.top_k : static_cast<int32_t*>(scratch.bytes(size_t(count * o.top_k) * 4));
    std::fill_n(ids, count * o.top_k, -1);
    std::fill_n(best, count * o.top_k, -std::numeric_limits<float>::infinity());
  }
  const bool whole = o.logits || kept;
  float* buffer = whole ? nullptr : scratch.floats(size_t(count * chunk.columns));
  for (int64_t from = 0; from < vocabulary; from += chunk.columns) {
    const int64_t columns = std::min(chunk.columns, vocabulary - from);
    const float* logits = buffer;
    int64_t row_length = columns;
    if (whole) {
      logits = (kept ? kept : o.logits) + first * vocabulary + from;
      row_length = vocabulary;
    }
    if (!kept)
      linear_forward(ctx, a.weight->rows(from, columns), nullptr, a.hidden + first * a.hidden_row, a.hidden_row, count,
                     const_cast<float*>(logits), row_length);
    ctx.pool.split(count, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; i++) {
        const float* z = logits + i * row_length;
        running[i].add(k.softmax_stats(z, inverse, columns));
        for (int64_t c = 0; o.logprobs && c < a.candidates; c++) {
          const int64_t at = (first + i) * a.candidates + c, target = a.targets[at];
          if (target >= from && target < from + columns) o.logprobs[at] = z[target - from] * inverse;  // L is taken away below
        }
        if (ids) keep_best(z, from, columns, ids + i * o.top_k, best + i * o.top_k, o.top_k);
      }
    });
  }
  for (int64_t i = 0; i < count; i++) {
    const float lse = running[i].lse(), entropy = running[i].entropy();
    const int64_t row = first + i;
    if (o.entropy) o.entropy[row] = entropy;
    if (a.stats) {
      a.stats[2 * row] = lse;
      a.stats[2 * row + 1] = entropy;
    }
    for (int64_t c = 0; o.logprobs && c < a.candidates; c++) {
      const int64_t at = row * a.candidates + c;
      o.logprobs[at] = a.targets[at] < 0 ? 0 : o.logprobs[at] - lse;
    }
    for (int32_t n = 0; o.top_logprobs && n < o.top_k; n++)
      o.top_logprobs[row * o.top_k + n] = ids[i * o.top_k + n] < 0 ? 0 : best[i * o.top_k + n] * inverse - lse;
  }
}

}  // namespace

void lm_head_forward(Context& ctx, const LmHeadArgs& a, const LmHeadOutputs& o) {
  check(a);
  const Chunking chunk(a.rows, a.weight->n());
  for (int64_t first = 0; first < a.rows; first += chunk.rows) {
    Scratch scratch(ctx.arena);
    forward_rows(ctx, a, o, first, std::min(chunk.rows, a.rows - first), chunk, nullptr, scratch);
  }
}

void lm_head_backward(Context& ctx, const LmHeadArgs& args, const float* kept, const float* dlogprobs, const float* dentropy, float* dhidden,
                      int64_t dhidden_row, float* dweight) {
  check(args);
  const Kernels& k = kernels();
  const int64_t vocabulary = args.weight->n(), width = args.weight->k();
  const float inverse = 1 / args.temperature;
  const Chunking chunk(args.rows, vocabulary);
  Scratch outer(ctx.arena);
  LmHeadArgs a = args;
  if (!a.stats) {
    a.stats = outer.floats(size_t(2 * a.rows));
    for (int64_t first = 0; first < a.rows; first += chunk.rows) {
      Scratch scratch(ctx.arena);
      forward_rows(ctx, a, {}, first, std::min(chunk.rows, a.rows - first), chunk, kept, scratch);
    }
  }
  float* dz = outer.floats(size_t(chunk.rows * chunk.columns));
  float* totals = outer.floats(size_t(chunk.rows));
  for (int64_t first = 0; first < a.rows; first += chunk.rows) {
    const int64_t count = std::min(chunk.rows, a.rows - first);
    const float* hidden = a.hidden + first * a.hidden_row;
    for (int64_t i = 0; i < count; i++) {
      totals[i] = 0;
      for (int64_t c = 0; c < a.candidates; c++)
        if (a.targets[(first + i) * a.candidates + c] >= 0) totals[i] += dlogprobs[(first + i) * a.candidates + c];
    }
    for (int64_t from = 0; from < vocabulary; from += chunk.columns) {
      const int64_t columns = std::min(chunk.columns, vocabulary - from);
      const Weight part = a.weight->rows(from, columns);
      if (!kept) linear_forward(ctx, part, nullptr, hidden, a.hidden_row, count, dz, columns);
      ctx.pool.split(count, 1, [&](int64_t begin, int64_t end, int) {
        for (int64_t i = begin; i < end; i++) {
          const int64_t row = first + i;
          float* to = dz + i * columns;
          const float* z = kept ? kept + row * vocabulary + from : to;
          const float de = dentropy ? dentropy[row] : 0;
          if (totals[i] == 0 && de == 0)
            std::fill_n(to, columns, 0.0f);
          else
            k.softmax_gradient(z, to, inverse, a.stats[2 * row], totals[i], de, a.stats[2 * row + 1], columns);
          for (int64_t c = 0; c < a.candidates; c++) {
            const int64_t target = a.targets[row * a.candidates + c];
            if (target >= from && target < from + columns) to[target - from] += inverse * dlogprobs[row * a.candidates + c];
          }
        }
      });
      linear_backward_input(ctx, part, dz, columns, count, dhidden + first * dhidden_row, dhidden_row, from > 0);
      if (dweight)
        linear_backward_weight(ctx, part.type(), hidden, a.hidden_row, width, dz, columns, columns, count, dweight + from * width, nullptr);
    }
  }
}

}  // namespace medgym
