#include "ops/attention.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {
namespace {

void check(const AttentionShape& s) {
  if (s.kv_heads <= 0 || s.heads % s.kv_heads)
    fail(MG_INVALID_ARGUMENT, "attention: %d heads are not a multiple of %d key/value heads", s.heads, s.kv_heads);
  if (s.cu_seqlens[0] != 0 || s.cu_seqlens[s.sequences] != s.tokens)
    fail(MG_INVALID_ARGUMENT, "attention: cu_seqlens run from %d to %d, but there are %lld tokens", s.cu_seqlens[0], s.cu_seqlens[s.sequences],
         static_cast<long long>(s.tokens));
  for (int32_t n = 0; n < s.sequences; n++)
    if (s.cu_seqlens[n] > s.cu_seqlens[n + 1])
      fail(MG_INVALID_ARGUMENT, "attention: cu_seqlens fall from %d to %d at %d", s.cu_seqlens[n], s.cu_seqlens[n + 1], n);
}


int64_t length_of(const AttentionShape& s, int32_t n) { return s.cu_seqlens[n + 1] - s.cu_seqlens[n]; }
KeySpan prefix_of(const AttentionShape& s, int32_t n) { return s.prefixes ? s.prefixes[n] : KeySpan{0, 0}; }

// Products of queries begin … end-1 of a sequence with `before` keys before it, about.
double cost_of(int64_t before, int64_t begin, int64_t end, int window) {
  const double rows = double(end - begin), keys = double(before) + double(begin + end) / 2;
  return rows * (window > 0 ? std::min(keys, double(window)) : keys) + 512;
}

// Keys that queries begin … end-1 of sequence n see, those of its prefix and its own joined: `low` is the first, counted from the
// prefix's first, and `count` ends with the last query's own key.
struct SeenKeys {
  int64_t before;  // length of the prefix
  int64_t low, count;
  int64_t prefix_rows() const { return std::max<int64_t>(0, before - low); }
  int64_t own_first() const { return std::max<int64_t>(0, low - before); }
  int64_t own_rows() const { return count - prefix_rows(); }
};
SeenKeys seen_keys(const AttentionShape& s, int32_t n, int64_t begin, int64_t end) {
  const int64_t before = prefix_of(s, n).count, low = s.window > 0 ? std::max<int64_t>(0, before + begin - s.window + 1) : 0;
  return {before, low, before + end - low};
}

// The most keys that one call of a kernel gets.
int64_t most_keys(const AttentionShape& s) {
  int64_t most = 0;
  for (int32_t n = 0; n < s.sequences; n++) most = std::max(most, prefix_of(s, n).count + length_of(s, n));
  return most;
}
int64_t longest_prefix(const AttentionShape& s) {
  int64_t most = 0;
  for (int32_t n = 0; n < s.sequences; n++) most = std::max(most, prefix_of(s, n).count);
  return most;
}

struct Tensors {
  const float *q, *k, *v;
  int64_t q_row, k_row, v_row;
};

void copy_rows(float* to, const float* from, int64_t from_row, int64_t rows, int d) {
  for (int64_t i = 0; i < rows; i++) std::copy_n(from + i * from_row, d, to + i * d);
}

// What a kernel needs to know of queries begin … end-1 of sequence n and key/value head g. Keys of a prefix and own ones are joined in
// `joined` (2 × keys × D numbers).
AttentionHead head_of(const AttentionShape& s, const Tensors& t, int32_t n, int64_t g, int64_t begin, int64_t end, float* joined) {
  const int64_t start = s.cu_seqlens[n];
  const int group = s.heads / s.kv_heads, d = s.head_dim;
  const SeenKeys seen = seen_keys(s, n, begin, end);
  AttentionHead h{};
  h.keys = seen.count;
  h.queries = end - begin;
  h.head_dim = d;
  h.group = group;
  h.window = s.window;
  h.scale = s.scale;
  h.compute = s.compute;
  h.kv_type = Dtype::F32;
  const float *k = t.k + (start + seen.own_first()) * t.k_row + g * d, *v = t.v + (start + seen.own_first()) * t.v_row + g * d;
  if (const int64_t rows = seen.prefix_rows()) {
    const int64_t from = (prefix_of(s, n).first + seen.low) * s.prefix_row + g * d;
    float *keys = joined, *values = joined + seen.count * d;
    copy_rows(keys, s.prefix_k + from, s.prefix_row, rows, d);
    copy_rows(keys + rows * d, k, t.k_row, seen.own_rows(), d);
    copy_rows(values, s.prefix_v + from, s.prefix_row, rows, d);
    copy_rows(values + rows * d, v, t.v_row, seen.own_rows(), d);
    h.k = keys;
    h.v = values;
    h.k_row = h.v_row = d;
  } else {
    h.k = k;
    h.v = v;
    h.k_row = t.k_row;
    h.v_row = t.v_row;
  }
  h.q = t.q + (start + begin) * t.q_row + g * group * d;
  h.q_row = t.q_row;
  h.lse_row = s.heads;
  return h;
}

int64_t rounded_up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// What one thread does of a key/value head in the backward pass: some queries of one sequence, or all of several that share a prefix.
// Where others add to the same keys, it sums into rows of its own ("partial"): those of the prefix first, then the sequence's own.
struct Unit {
  int32_t first, last;  // sequences first … last-1
  int64_t begin, end;   // queries, when there is one sequence
  bool direct;          // writes dk and dv of its sequences' own keys: it has the last query of each
  int64_t partial;      // first row of its partial sums
  int64_t begin_of() const { return last - first == 1 ? begin : 0; }
  int64_t end_of(const AttentionShape& s, int32_t n) const { return last - first == 1 ? end : length_of(s, n); }
};

// Few enough queries that a long sequence or a large family keeps all threads busy, and enough that summing their parts costs little.
constexpr int64_t unit_queries = 128, most_units = 8;

struct Plan {
  std::vector<Unit> units;
  int64_t partial_rows = 0;
};
Plan plan_units(const AttentionShape& s, int64_t query_rows) {
  Plan plan;
  for (int32_t n = 0; n < s.sequences;) {
    const int64_t length = length_of(s, n);
    const KeySpan prefix = prefix_of(s, n);
    const auto add = [&](int32_t last, int64_t begin, int64_t end, bool direct) {
      const SeenKeys seen = seen_keys(s, n, begin, end);
      plan.units.push_back({n, last, begin, end, direct, plan.partial_rows});
      plan.partial_rows += seen.prefix_rows() + (direct ? 0 : seen.own_rows());
    };
    const int64_t step = std::max(rounded_up(unit_queries, query_rows), rounded_up((length + most_units - 1) / most_units, query_rows));
    if (length > step) {
      for (int64_t begin = 0; begin < length; begin += step) add(n + 1, begin, std::min(length, begin + step), begin + step >= length);
      n++;
      continue;
    }
    int32_t last = n + 1;
    int64_t queries = length;
    const auto same = [&](KeySpan other) { return other.first == prefix.first && other.count == prefix.count; };
    while (prefix.count && last < s.sequences && same(prefix_of(s, last)) && queries + length_of(s, last) <= unit_queries)
      queries += length_of(s, last++);
    if (queries) add(last, 0, length, true);
    n = last;
  }
  return plan;
}

}  // namespace

void attention_forward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                       int64_t v_row, float* out, int64_t out_row, float* lse) {
  check(s);
  const Kernels& kernel = kernels();
  const Tensors tensors{q, k, v, q_row, k_row, v_row};
  const int group = s.heads / s.kv_heads, threads = ctx.pool.size();
  Scratch scratch(ctx.arena);
  const int64_t keys = most_keys(s), joined = longest_prefix(s) ? 2 * keys * s.head_dim : 0;
  const int64_t room = rounded_up(joined + kernel.attention_forward_room(keys, s.head_dim), 16);
  float* rooms = scratch.floats(size_t(room * threads));
  const auto block_cost = [&](int32_t n, int64_t i) {
    return cost_of(prefix_of(s, n).count, i, std::min(length_of(s, n), i + kernel.query_rows), s.window);
  };
  double total = 0;
  for (int32_t n = 0; n < s.sequences; n++)
    for (int64_t i = 0; i < length_of(s, n); i += kernel.query_rows) total += s.kv_heads * block_cost(n, i);
  // Each thread takes the blocks whose middle, in units of cost, falls into its share.
  ctx.pool.run(threads, [&](int thread) {
    const double low = total * thread / threads, high = total * (thread + 1) / threads;
    double done = 0;
    for (int32_t n = 0; n < s.sequences; n++) {
      const int64_t start = s.cu_seqlens[n], length = length_of(s, n);
      for (int64_t g = 0; g < s.kv_heads; g++) {
        int64_t begin = -1, end = 0;
        for (int64_t i = 0; i < length; i += kernel.query_rows) {
          const double cost = block_cost(n, i), middle = done + cost / 2;
          done += cost;
          if (middle < low || middle >= high) continue;
          if (begin < 0) begin = i;
          end = std::min(length, i + kernel.query_rows);
        }
        if (begin < 0) continue;
        float* mine = rooms + thread * room;
        // From the first key on, whatever the window: where a sum begins must not depend on which blocks fall to this thread.
        AttentionHead h = head_of(s, tensors, n, g, 0, end, mine);
        h.out = out + start * out_row + g * group * s.head_dim;
        h.out_row = out_row;
        h.lse = lse ? lse + start * s.heads + g * group : nullptr;
        h.block_begin = begin / kernel.query_rows;
        h.block_end = (end + kernel.query_rows - 1) / kernel.query_rows;
        kernel.attention_forward(h, mine + joined);
      }
    }
  });
}

void attention_backward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                        int64_t v_row, const float* out, int64_t out_row, const float* lse, const float* dout, int64_t dout_row, float* dq,
                        int64_t dq_row, float* dk, int64_t dk_row, float* dv, int64_t dv_row) {
  check(s);
  const Kernels& kernel = kernels();
  const Tensors tensors{q, k, v, q_row, k_row, v_row};
  const int group = s.heads / s.kv_heads, threads = ctx.pool.size(), d = s.head_dim;
  Scratch scratch(ctx.arena);
  const Plan plan = plan_units(s, kernel.query_rows);
  // Joined keys and values, and their gradients, where there are prefixes.
  const int64_t keys = most_keys(s), joined = longest_prefix(s) ? 2 * keys * d : 0;
  const int64_t room = rounded_up(2 * joined + kernel.attention_backward_room(keys, d), 16);
  float* rooms = scratch.floats(size_t(room * threads));
  // (G,rows,D) each
  float* partial_dk = scratch.floats(size_t(s.kv_heads * plan.partial_rows * d));
  float* partial_dv = scratch.floats(size_t(s.kv_heads * plan.partial_rows * d));
  const auto partial_at = [&](int64_t g, int64_t row) { return (g * plan.partial_rows + row) * d; };

  // The gradients of some queries of a sequence; `more`: the unit's partial sums of the prefix have begun.
  const auto one = [&](const Unit& u, int32_t n, int64_t g, bool more, float* mine) {
    const int64_t start = s.cu_seqlens[n], begin = u.begin_of(), end = u.end_of(s, n);
    const SeenKeys seen = seen_keys(s, n, begin, end);
    const int64_t prefix_rows = seen.prefix_rows(), own_rows = seen.own_rows(), own = start + seen.own_first();
    AttentionHead h = head_of(s, tensors, n, g, begin, end, mine);
    const int64_t row = start + begin;
    h.out = const_cast<float*>(out) + row * out_row + g * group * d;
    h.out_row = out_row;
    h.lse = const_cast<float*>(lse) + row * s.heads + g * group;
    h.dout = dout + row * dout_row + g * group * d;
    h.dout_row = dout_row;
    h.dq = dq + row * dq_row + g * group * d;
    h.dq_row = dq_row;
    float *own_dk = dk + own * dk_row + g * d, *own_dv = dv + own * dv_row + g * d;
    int64_t own_dk_row = dk_row, own_dv_row = dv_row;
    if (!u.direct) {
      const int64_t at = partial_at(g, u.partial + prefix_rows);
      own_dk = partial_dk + at;
      own_dv = partial_dv + at;
      own_dk_row = own_dv_row = d;
    } else {
      // Keys before this unit's window are summed by other units alone.
      for (int64_t j = start; j < own; j++) {
        std::fill_n(dk + j * dk_row + g * d, d, 0.0f);
        std::fill_n(dv + j * dv_row + g * d, d, 0.0f);
      }
    }
    if (!prefix_rows) {
      h.dk = own_dk;
      h.dk_row = own_dk_row;
      h.dv = own_dv;
      h.dv_row = own_dv_row;
      kernel.attention_backward(h, mine + 2 * joined);
      return;
    }
    h.dk = mine + joined;
    h.dv = h.dk + seen.count * d;
    h.dk_row = h.dv_row = d;
    kernel.attention_backward(h, mine + 2 * joined);
    const int64_t at = partial_at(g, u.partial);
    if (more) {
      kernel.axpy(partial_dk + at, h.dk, 1, prefix_rows * d);
      kernel.axpy(partial_dv + at, h.dv, 1, prefix_rows * d);
    } else {
      std::copy_n(h.dk, prefix_rows * d, partial_dk + at);
      std::copy_n(h.dv, prefix_rows * d, partial_dv + at);
    }
    for (int64_t j = 0; j < own_rows; j++) {
      std::copy_n(h.dk + (prefix_rows + j) * d, d, own_dk + j * own_dk_row);
      std::copy_n(h.dv + (prefix_rows + j) * d, d, own_dv + j * own_dv_row);
    }
  };

  const auto unit_cost = [&](const Unit& u) {
    double cost = 0;
    for (int32_t n = u.first; n < u.last; n++)
      cost += cost_of(prefix_of(s, n).count, u.begin_of(), u.end_of(s, n), s.window);
    return cost;
  };
  double total = 0;
  for (const Unit& u : plan.units) total += s.kv_heads * unit_cost(u);
  ctx.pool.run(threads, [&](int thread) {
    const double low = total * thread / threads, high = total * (thread + 1) / threads;
    double done = 0;
    for (const Unit& u : plan.units) {
      const double cost = unit_cost(u);
      for (int64_t g = 0; g < s.kv_heads; g++) {
        const double middle = done + cost / 2;
        done += cost;
        if (middle < low || middle >= high) continue;
        for (int32_t n = u.first; n < u.last; n++)
          if (length_of(s, n)) one(u, n, g, n > u.first, rooms + thread * room);
      }
    }
  });
  if (!plan.partial_rows) return;

  // The partial sums, in the order of the units; the rows that they go to are divided among the threads.
  ctx.pool.run(threads, [&](int thread) {
    const auto add = [&](float* to_dk, int64_t to_dk_row, float* to_dv, int64_t to_dv_row, int64_t to, int64_t partial, int64_t rows) {
      for (int64_t j = 0; j < rows; j++) {
        if ((to + j) / 16 % threads != thread) continue;
        for (int64_t g = 0; g < s.kv_heads; g++) {
          kernel.axpy(to_dk + (to + j) * to_dk_row + g * d, partial_dk + partial_at(g, partial + j), 1, d);
          kernel.axpy(to_dv + (to + j) * to_dv_row + g * d, partial_dv + partial_at(g, partial + j), 1, d);
        }
      }
    };
    for (const Unit& u : plan.units) {
      const SeenKeys seen = seen_keys(s, u.first, u.begin, u.end);
      const int64_t prefix_rows = seen.prefix_rows();
      add(s.prefix_dk, s.prefix_row, s.prefix_dv, s.prefix_row, prefix_of(s, u.first).first + seen.low, u.partial, prefix_rows);
      if (!u.direct) add(dk, dk_row, dv, dv_row, s.cu_seqlens[u.first] + seen.own_first(), u.partial + prefix_rows, seen.own_rows());
    }
  });
}

}  // namespace medgym
