#include "ops/attention.h"

#include "ops/paged_attention.h"
#include "ops/testing.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Problem {
  std::vector<int32_t> cu;
  int heads, kv_heads, d, window;
  std::vector<KeySpan> prefixes = {};  // rows of the prefix buffers, which here follow the T own rows of k and v
  int64_t prefix_rows = 0;
  int64_t tokens() const { return cu.back(); }
  // Rows of k and v that token i of sequence n sees, in the order of their positions.
  std::vector<int64_t> seen(size_t n, int64_t i) const {
    std::vector<int64_t> rows;
    if (!prefixes.empty())
      for (int64_t j = 0; j < prefixes[n].count; j++) rows.push_back(tokens() + prefixes[n].first + j);
    for (int64_t j = cu[n]; j <= i; j++) rows.push_back(j);
    if (window > 0 && int64_t(rows.size()) > window) rows.erase(rows.begin(), rows.end() - window);
    return rows;
  }
  AttentionShape shape(Dtype compute) const {
    AttentionShape s{.tokens = tokens(), .sequences = int32_t(cu.size() - 1), .cu_seqlens = cu.data(), .heads = heads, .kv_heads = kv_heads,
                     .head_dim = d, .scale = float(1 / std::sqrt(double(d)))};
    s.window = window;
    s.compute = compute;
    return s;
  }
};

using Values = std::vector<double>;

// The definition in f64. q, out (T,H,D); k, v (T and prefix rows,G,D); lse (T,H).
void define(const Problem& p, const Values& q, const Values& k, const Values& v, Values& out, Values& lse) {
  const double scale = 1 / std::sqrt(double(p.d));
  out.assign(q.size(), 0);
  lse.assign(p.tokens() * p.heads, 0);
  for (size_t n = 0; n + 1 < p.cu.size(); n++)
    for (int64_t i = p.cu[n]; i < p.cu[n + 1]; i++)
      for (int h = 0; h < p.heads; h++) {
        const int g = h / (p.heads / p.kv_heads);
        const std::vector<int64_t> rows = p.seen(n, i);
        Values e;
        double sum = 0;
        for (int64_t j : rows) {
          double s = 0;
          for (int c = 0; c < p.d; c++) s += q[(i * p.heads + h) * p.d + c] * k[(j * p.kv_heads + g) * p.d + c];
          e.push_back(std::exp(s * scale));
          sum += e.back();
        }
        for (size_t j = 0; j < rows.size(); j++)
          for (int c = 0; c < p.d; c++) out[(i * p.heads + h) * p.d + c] += e[j] / sum * v[(rows[j] * p.kv_heads + g) * p.d + c];
        lse[i * p.heads + h] = std::log(sum);
      }
}

struct Gradients {
  Values q, k, v;
};
Gradients define_backward(const Problem& p, const Values& q, const Values& k, const Values& v, const Values& dout) {
  Values out, lse;
  define(p, q, k, v, out, lse);
  const double scale = 1 / std::sqrt(double(p.d));
  Gradients d{Values(q.size()), Values(k.size()), Values(v.size())};
  for (size_t n = 0; n + 1 < p.cu.size(); n++)
    for (int64_t i = p.cu[n]; i < p.cu[n + 1]; i++)
      for (int h = 0; h < p.heads; h++) {
        const int g = h / (p.heads / p.kv_heads);
        const int64_t row = (i * p.heads + h) * p.d;
        double delta = 0;
        for (int c = 0; c < p.d; c++) delta += dout[row + c] * out[row + c];
        for (int64_t j : p.seen(n, i)) {
          const int64_t key = (j * p.kv_heads + g) * p.d;
          double s = 0, dp = 0;
          for (int c = 0; c < p.d; c++) s += q[row + c] * k[key + c], dp += dout[row + c] * v[key + c];
          const double w = std::exp(s * scale - lse[i * p.heads + h]), ds = w * (dp - delta) * scale;
          for (int c = 0; c < p.d; c++) {
            d.q[row + c] += ds * k[key + c];
            d.k[key + c] += ds * q[row + c];
            d.v[key + c] += w * dout[row + c];
          }
        }
      }
  return d;
}

Values wide(const std::vector<float>& v) { return Values(v.begin(), v.end()); }

const Problem problems[] = {
    {{0, 1}, 1, 1, 16, 0},          {{0, 5, 12}, 2, 1, 20, 0},      {{0, 70, 70, 103}, 4, 2, 32, 0}, {{0, 130}, 2, 2, 64, 0},
    {{0, 50, 120}, 4, 1, 24, 5},    {{0, 150}, 2, 1, 16, 40},       {{0, 33, 97}, 6, 2, 80, 0},      {{0, 40}, 1, 1, 128, 7},
    // Several units of one sequence, windows shorter and longer than a unit.
    {{0, 700}, 2, 1, 16, 0},        {{0, 20, 520}, 2, 1, 16, 50},   {{0, 600}, 2, 2, 16, 300},
    // Prefixes: shared, neighbouring, missing; children of one token, and longer than a unit; windows that end in either part.
    {{0, 1, 3, 60}, 2, 1, 16, 0, {{0, 7}, {0, 7}, {0, 7}}, 7},
    {{0, 30, 31, 90, 170, 300}, 4, 2, 32, 0, {{0, 0}, {3, 100}, {3, 100}, {103, 40}, {0, 3}}, 143},
    {{0, 330, 340}, 4, 1, 24, 0, {{5, 70}, {5, 70}}, 80},
    {{0, 20, 21, 90, 400}, 2, 1, 16, 30, {{0, 64}, {0, 64}, {64, 10}, {0, 64}}, 74},
    {{0, 200, 260}, 2, 1, 16, 250, {{0, 180}, {0, 180}}, 180},
};

}  // namespace

TEST(attention_definition_has_the_gradient_that_finite_differences_give) {
  for (const Problem& p : {Problem{{0, 3, 7}, 2, 1, 3, 3}, Problem{{0, 2, 3, 7}, 2, 1, 3, 4, {{1, 3}, {0, 0}, {1, 3}}, 5}}) {
    const int64_t keys = p.tokens() + p.prefix_rows;
    Values q = wide(random_values(7 * 2 * 3, 1)), k = wide(random_values(keys * 3, 2)), v = wide(random_values(keys * 3, 3));
    const Values dout = wide(random_values(7 * 2 * 3, 4));
    const Gradients d = define_backward(p, q, k, v, dout);
    const auto loss = [&] {
      Values out, lse;
      define(p, q, k, v, out, lse);
      double sum = 0;
      for (size_t i = 0; i < out.size(); i++) sum += out[i] * dout[i];
      return sum;
    };
    const auto compare = [&](Values& x, const Values& expected) {
      for (size_t i = 0; i < x.size(); i++) {
        const double kept = x[i], step = 1e-5;
        x[i] = kept + step;
        const double high = loss();
        x[i] = kept - step;
        const double low = loss();
        x[i] = kept;
        CHECK_NEAR((high - low) / (2 * step), expected[i], 1e-8);
      }
    };
    compare(q, d.q);
    compare(k, d.k);
    compare(v, d.v);
  }
}

TEST(attention_forward_and_backward_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (const Problem& p : problems)
      for (Dtype compute : {Dtype::F32, Dtype::BF16}) {
        const int64_t t = p.tokens(), keys = t + p.prefix_rows, qr = p.heads * p.d, kr = p.kv_heads * p.d;
        std::vector<float> q = random_values(t * qr, 1), k = random_values(keys * kr, 2), v = random_values(keys * kr, 3),
                           dout = random_values(t * qr, 4);
        if (compute == Dtype::BF16) q = rounded(q), k = rounded(k), v = rounded(v), dout = rounded(dout);
        Values out, lse;
        define(p, wide(q), wide(k), wide(v), out, lse);
        Gradients d = define_backward(p, wide(q), wide(k), wide(v), wide(dout));
        // Gradients of own keys are written, those of prefix keys added to.
        std::vector<float> o(t * qr), l(t * p.heads), dq(q.size(), NAN), dk(k.size(), NAN), dv(v.size(), NAN);
        for (int64_t i = t * kr; i < keys * kr; i++) dk[i] = dv[i] = 0.5f, d.k[i] += 0.5, d.v[i] += 0.5;
        AttentionShape s = p.shape(compute);
        if (!p.prefixes.empty()) {
          s.prefixes = p.prefixes.data();
          s.prefix_k = k.data() + t * kr;
          s.prefix_v = v.data() + t * kr;
          s.prefix_dk = dk.data() + t * kr;
          s.prefix_dv = dv.data() + t * kr;
          s.prefix_row = kr;
        }
        attention_forward(ctx, s, q.data(), qr, k.data(), kr, v.data(), kr, o.data(), qr, l.data());
        attention_backward(ctx, s, q.data(), qr, k.data(), kr, v.data(), kr, o.data(), qr, l.data(), dout.data(), qr, dq.data(), qr, dk.data(),
                           kr, dv.data(), kr);
        // bf16: probabilities and their gradients are rounded to 8 bits before the second products.
        const double tolerance = compute == Dtype::F32 ? 2e-5 : 0.03;
        CHECK_CLOSE(o, out, compute == Dtype::F32 ? 2e-6 : 0.01);
        CHECK_CLOSE(l, lse, 2e-6);
        CHECK_CLOSE(dq, d.q, tolerance);
        CHECK_CLOSE(dk, d.k, tolerance);
        CHECK_CLOSE(dv, d.v, tolerance);
      }
  });
}

TEST(attention_reads_q_k_and_v_from_one_buffer_with_longer_rows) {
  every_isa([](Context& ctx) {
    const Problem p{{0, 20, 61}, 4, 2, 16, 0};
    const int64_t t = p.tokens(), row = (p.heads + 2 * p.kv_heads) * p.d + 5, kr = p.kv_heads * p.d, qr = p.heads * p.d;
    const std::vector<float> all = random_values(t * row, 9);
    std::vector<float> q(t * qr), k(t * kr), v(t * kr);
    for (int64_t i = 0; i < t; i++) {
      std::copy_n(&all[i * row], qr, &q[i * qr]);
      std::copy_n(&all[i * row + qr], kr, &k[i * kr]);
      std::copy_n(&all[i * row + qr + kr], kr, &v[i * kr]);
    }
    Values out, lse;
    define(p, wide(q), wide(k), wide(v), out, lse);
    std::vector<float> o(t * qr);
    attention_forward(ctx, p.shape(Dtype::F32), all.data(), row, all.data() + qr, row, all.data() + qr + kr, row, o.data(), qr, nullptr);
    CHECK_CLOSE(o, out, 2e-6);
  });
}

TEST(attention_same_bits_for_any_number_of_threads) {
  for (const int window : {0, 90}) {
    const Problem p{{0, 64, 150, 155, 855, 900}, 4, 2, 32, window, {{0, 0}, {0, 40}, {0, 40}, {0, 40}, {40, 130}}, 170};
    const int64_t t = p.tokens(), keys = t + p.prefix_rows, qr = p.heads * p.d, kr = p.kv_heads * p.d;
    const auto q = random_values(t * qr, 1), k = random_values(keys * kr, 2), v = random_values(keys * kr, 3), dout = random_values(t * qr, 4);
    std::vector<std::vector<float>> first;
    for (int threads : {1, 2, 3, 7}) {
      Context ctx(threads);
      std::vector<float> o(t * qr), lse(t * p.heads), dq(t * qr), dk(keys * kr), dv(keys * kr);
      AttentionShape s = p.shape(Dtype::F32);
      s.prefixes = p.prefixes.data();
      s.prefix_k = k.data() + t * kr;
      s.prefix_v = v.data() + t * kr;
      s.prefix_dk = dk.data() + t * kr;
      s.prefix_dv = dv.data() + t * kr;
      s.prefix_row = kr;
      attention_forward(ctx, s, q.data(), qr, k.data(), kr, v.data(), kr, o.data(), qr, lse.data());
      attention_backward(ctx, s, q.data(), qr, k.data(), kr, v.data(), kr, o.data(), qr, lse.data(), dout.data(), qr, dq.data(), qr, dk.data(),
                         kr, dv.data(), kr);
      const std::vector<std::vector<float>> now{o, lse, dq, dk, dv};
      if (first.empty()) first = now;
      CHECK(first == now);
    }
  }
}

TEST(attention_over_a_paged_cache_equals_attention_over_the_packed_batch) {
  every_isa([](Context& ctx) {
    for (const Problem& p : {Problem{{0, 70, 83, 116}, 4, 2, 32, 0}, Problem{{0, 30, 31}, 6, 1, 20, 0}, Problem{{0, 50}, 2, 2, 64, 9}})
      for (Dtype type : {Dtype::F32, Dtype::BF16}) {
        const int64_t t = p.tokens(), qr = p.heads * p.d, kr = p.kv_heads * p.d;
        const int32_t sequences = int32_t(p.cu.size() - 1), per_table = 6;
        const int block_size = 16;
        std::vector<float> q = random_values(t * qr, 1), k = random_values(t * kr, 2), v = random_values(t * kr, 3);
        if (type == Dtype::BF16) q = rounded(q), k = rounded(k), v = rounded(v);
        Values expected, lse;
        define(p, wide(q), wide(k), wide(v), expected, lse);
        // Blocks are handed out backwards so that neighbours in a sequence are not neighbours in memory.
        const int64_t blocks = sequences * per_table, size = PagedCache::elements(blocks, block_size, p.kv_heads, p.d);
        Buffer keys(ctx.memory, size * dtype_size(type), true), values(ctx.memory, size * dtype_size(type), true);
        std::vector<int32_t> tables(blocks);
        for (int64_t i = 0; i < blocks; i++) tables[i] = int32_t(blocks - 1 - i);
        const PagedCache cache{keys.data(), values.data(), type, block_size, p.kv_heads, p.d};
        // Steps: most of each sequence at once, then what is left in ones and twos.
        std::vector<int32_t> done(sequences, 0);
        std::vector<float> out(t * qr);
        for (int step = 0; step < 60; step++) {
          std::vector<int32_t> cu{0}, lengths;
          std::vector<float> qs, ks, vs;
          for (int32_t n = 0; n < sequences; n++) {
            const int32_t length = p.cu[n + 1] - p.cu[n];
            const int32_t count = std::min(length - done[n], step == 0 ? length * 2 / 3 : 1 + step % 2);
            const int64_t start = p.cu[n] + done[n];
            qs.insert(qs.end(), &q[start * qr], &q[start * qr] + count * qr);
            ks.insert(ks.end(), &k[start * kr], &k[start * kr] + count * kr);
            vs.insert(vs.end(), &v[start * kr], &v[start * kr] + count * kr);
            cu.push_back(cu.back() + count);
            done[n] += count;
            lengths.push_back(done[n]);
          }
          if (cu.back() == 0) break;
          const PagedBatch batch{sequences, cu.data(), lengths.data(), tables.data(), per_table};
          std::vector<float> o(qs.size());
          paged_write(ctx, cache, batch, ks.data(), kr, vs.data(), kr);
          const auto attend = step == 0 ? paged_prefill_attention : paged_attention;
          attend(ctx, cache, batch, p.heads, p.shape(type).scale, p.window, qs.data(), qr, o.data(), qr);
          for (int32_t n = 0; n < sequences; n++)
            std::copy(&o[cu[n] * qr], &o[cu[n] * qr] + (cu[n + 1] - cu[n]) * qr, &out[(p.cu[n] + done[n] - (cu[n + 1] - cu[n])) * qr]);
        }
        CHECK_CLOSE(out, expected, type == Dtype::F32 ? 2e-6 : 0.01);
      }
  });
}

// Prefix sharing stands on this: a prompt's attention has the same bits however it is cut into chunks and whatever stands beside it. Windows
// are wide enough, and lie so, that sums are rounded in between at places that a careless kernel would count from the chunk's start.
TEST(prefill_attention_has_the_same_bits_however_a_prompt_is_cut) {
  every_isa([](Context& ctx) {
    constexpr int block_size = 32, heads = 4, kv_heads = 2, d = 24;
    constexpr int64_t t = 1300, qr = heads * d, kr = kv_heads * d, per_table = (t + block_size - 1) / block_size;
    const auto q = random_values(t * qr, 1), k = random_values(t * kr, 2), v = random_values(t * kr, 3);
    for (Dtype type : {Dtype::F32, Dtype::BF16})
      for (int window : {0, 700}) {
        const int64_t size = PagedCache::elements(2 * per_table, block_size, kv_heads, d);
        Buffer keys(ctx.memory, size * dtype_size(type), true), values(ctx.memory, size * dtype_size(type), true);
        const PagedCache cache{keys.data(), values.data(), type, block_size, kv_heads, d};
        std::vector<int32_t> tables(2 * per_table);
        for (size_t i = 0; i < tables.size(); i++) tables[i] = int32_t(tables.size() - 1 - i);
        // Tokens [begin, end) of the sequence, beside the first `beside` tokens of another that is the same.
        const auto run = [&](int32_t begin, int32_t end, int32_t beside) {
          const int32_t cu[3] = {0, beside, beside + end - begin}, lengths[2] = {beside, end};
          const PagedBatch batch{2, cu, lengths, tables.data(), per_table};
          std::vector<float> qs(q.begin(), q.begin() + beside * qr), ks(k.begin(), k.begin() + beside * kr), vs(v.begin(), v.begin() + beside * kr);
          qs.insert(qs.end(), q.begin() + begin * qr, q.begin() + end * qr);
          ks.insert(ks.end(), k.begin() + begin * kr, k.begin() + end * kr);
          vs.insert(vs.end(), v.begin() + begin * kr, v.begin() + end * kr);
          std::vector<float> o(qs.size());
          paged_write(ctx, cache, batch, ks.data(), kr, vs.data(), kr);
          paged_prefill_attention(ctx, cache, batch, heads, 0.2f, window, qs.data(), qr, o.data(), qr);
          return std::vector<float>(o.begin() + beside * qr, o.end());
        };
        const std::vector<float> whole = run(0, t, 0);
        for (const std::vector<int32_t>& cuts : {std::vector<int32_t>{0, 512, 1024, t}, {0, 1, 2, 35, 36, 1299, t}, {0, 769, t}, {0, 800, 1120, t}}) {
          std::vector<float> pieces;
          for (size_t i = 0; i + 1 < cuts.size(); i++) {
            const std::vector<float> piece = run(cuts[i], cuts[i + 1], int32_t(17 * i));
            pieces.insert(pieces.end(), piece.begin(), piece.end());
          }
          CHECK(pieces == whole);
        }
      }
  });
}
