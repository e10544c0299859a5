#include "ops/lora.h"

#include <vector>

#include "runtime/philox.h"

namespace medgym {
namespace {

// out (T,K) = x with dropout applied; `add` sums into out instead.
void drop(Context& ctx, const LoraArgs& l, const LoraModule& m, const float* x, int64_t x_row, float* out, int64_t out_row, bool add) {
  const float keep = 1 / (1 - m.dropout);
  ctx.pool.split(l.tokens, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      for (int64_t c = 0; c < l.k; c++) {
        // One Philox call gives four draws; element e of the tensor uses word e%4 of counter e/4.
        const uint64_t e = uint64_t((l.first + t) * l.k + c);
        const bool kept = uniform24(philox(l.seed, e / 4, m.stream)[e % 4]) >= m.dropout;
        const float value = kept ? x[t * x_row + c] * keep : 0;
        float& to = out[t * out_row + c];
        to = add ? to + value : value;
      }
    }
  });
}

// Products are fused with those of a base that gemm reads as it is, and that they share their type with.
bool fuses(const LoraArgs& l, const Weight* base) { return base && base->type() == l.compute; }

// The inputs of a module: x, or x with dropout.
struct Inputs {
  const float* x;
  int64_t row;
};
Inputs inputs_of(Context& ctx, Scratch& scratch, const LoraArgs& l, const LoraModule& m) {
  if (m.dropout <= 0) return {l.x, l.x_row};
  float* dropped = scratch.floats(size_t(l.tokens * l.k));
  drop(ctx, l, m, l.x, l.x_row, dropped, l.k, false);
  return {dropped, l.k};
}

// C += terms, each a product of its own.
void add_terms(Context& ctx, const LoraArgs& l, const std::vector<GemmTerm>& terms, GemmPath path, float* c, int64_t c_row) {
  for (const GemmTerm& t : terms) {
    GemmArgs g{.rows = l.tokens, .columns = t.columns, .inner = t.inner, .a = t.a, .a_row = t.a_row, .a_inner = 1, .b = t.b,
               .b_inner = t.b_inner, .b_column = t.b_column, .c = c + t.column, .c_row = c_row};
    g.beta = 1;
    g.compute = l.compute;
    g.path = path;
    gemm(ctx, g);
  }
}

}  // namespace

void lora_forward(Context& ctx, const LoraArgs& l, const LoraBase& base, float* y, int64_t y_row) {
  Scratch scratch(ctx.arena);
  GemmArgs whole{.rows = l.tokens, .columns = 0, .inner = l.k, .a = l.x, .a_row = l.x_row, .a_inner = 1};
  whole.compute = l.compute;
  whole.path = l.path;
  const PackedRows packed = gemm_pack(ctx, scratch, whole);
  std::vector<GemmTerm> terms;
  for (int64_t i = 0; i < l.count; i++) {
    const LoraModule& m = l.modules[i];
    Scratch inner(ctx.arena);
    const Inputs in = inputs_of(ctx, inner, l, m);
    GemmArgs down = whole;
    down.columns = m.rank;
    down.a = in.x;
    down.a_row = in.row;
    down.b = m.a;
    down.b_inner = 1;
    down.b_column = l.k;
    down.c = m.hidden;
    down.c_row = m.rank;
    down.alpha = m.scale;
    if (m.dropout <= 0) down.packed = packed;
    gemm(ctx, down);
    terms.push_back({.column = m.column, .columns = m.n, .inner = m.rank, .a = m.hidden, .a_row = m.rank, .b = m.b, .b_inner = 1,
                     .b_column = m.rank});
  }
  if (fuses(l, base.weight))
    return linear_forward(ctx, *base.weight, base.bias, l.x, l.x_row, l.tokens, y, y_row, base.accumulate, l.path,
                          {packed, terms.data(), int64_t(terms.size())});
  if (base.weight) linear_forward(ctx, *base.weight, base.bias, l.x, l.x_row, l.tokens, y, y_row, base.accumulate, l.path);
  add_terms(ctx, l, terms, l.path, y, y_row);
}

void lora_backward(Context& ctx, const LoraArgs& l, const Weight* base, const float* dy, int64_t dy_row, float* dx, int64_t dx_row) {
  Scratch scratch(ctx.arena);
  int64_t outputs = base ? base->n() : 0;
  for (int64_t i = 0; i < l.count; i++) outputs = std::max(outputs, l.modules[i].column + l.modules[i].n);
  GemmArgs whole{.rows = l.tokens, .columns = 0, .inner = outputs, .a = dy, .a_row = dy_row, .a_inner = 1};
  whole.compute = l.compute;
  const PackedRows packed = gemm_pack(ctx, scratch, whole);
  std::vector<float*> dhidden;
  std::vector<GemmTerm> terms;
  for (int64_t i = 0; i < l.count; i++) {
    const LoraModule& m = l.modules[i];
    dhidden.push_back(scratch.floats(size_t(l.tokens * m.rank)));
    GemmArgs dh = whole;
    dh.inner = m.n;
    dh.columns = m.rank;
    dh.a = dy + m.column;
    dh.b = m.b;
    dh.b_inner = m.rank;
    dh.b_column = 1;
    dh.c = dhidden.back();
    dh.c_row = m.rank;
    dh.alpha = m.scale;
    if (m.column % gemm_pack_multiple() == 0) dh.packed = gemm_packed_from(packed, l.compute, m.column);
    gemm(ctx, dh);
    if (dx && m.dropout <= 0)
      terms.push_back({.column = 0, .columns = l.k, .inner = m.rank, .a = dhidden.back(), .a_row = m.rank, .b = m.a, .b_inner = l.k,
                       .b_column = 1});
  }
  if (dx && fuses(l, base)) {
    linear_backward_input(ctx, *base, dy, dy_row, l.tokens, dx, dx_row, false, {packed, terms.data(), int64_t(terms.size())});
  } else if (dx) {
    if (base) linear_backward_input(ctx, *base, dy, dy_row, l.tokens, dx, dx_row);
    add_terms(ctx, l, terms, GemmPath::automatic, dx, dx_row);
  }
  for (int64_t i = 0; i < l.count; i++) {
    const LoraModule& m = l.modules[i];
    Scratch inner(ctx.arena);
    // dBᵀ, because turning hidden (T,R) is cheaper than turning dy (T,N).
    float* turned = inner.floats(size_t(m.rank * m.n));
    GemmArgs gb{.rows = m.rank, .columns = m.n, .inner = l.tokens, .a = m.hidden, .a_row = 1, .a_inner = m.rank, .b = dy + m.column,
                .b_inner = dy_row, .b_column = 1, .c = turned, .c_row = m.n};
    gb.compute = l.compute;
    gemm(ctx, gb);
    ctx.pool.split(m.n, 64, [&](int64_t begin, int64_t end, int) {
      for (int64_t o = begin; o < end; o++)
        for (int64_t r = 0; r < m.rank; r++) m.db[o * m.rank + r] += turned[r * m.n + o];
    });
    const Inputs in = inputs_of(ctx, inner, l, m);
    GemmArgs ga{.rows = m.rank, .columns = l.k, .inner = l.tokens, .a = dhidden[size_t(i)], .a_row = 1, .a_inner = m.rank, .b = in.x,
                .b_inner = in.row, .b_column = 1, .c = m.da, .c_row = l.k};
    ga.beta = 1;
    ga.compute = l.compute;
    gemm(ctx, ga);
    if (!dx || m.dropout <= 0) continue;
    float* added = inner.floats(size_t(l.tokens * l.k));
    GemmArgs gx{.rows = l.tokens, .columns = l.k, .inner = m.rank, .a = dhidden[size_t(i)], .a_row = m.rank, .a_inner = 1, .b = m.a,
                .b_inner = l.k, .b_column = 1, .c = added, .c_row = l.k};
    gx.compute = l.compute;
    gemm(ctx, gx);
    drop(ctx, l, m, added, l.k, dx, dx_row, true);
  }
}

}  // namespace medgym
