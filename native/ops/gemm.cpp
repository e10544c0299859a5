#include "ops/gemm.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {
namespace {

constexpr int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Packed panels that a thread keeps at a time: half of a small L2 cache.
constexpr int64_t kChunkBytes = 512 << 10;
// Up to this many rows, reading B as it lies beats packing it.
constexpr int64_t kFewRows = 16;
// Below this many multiply-adds one thread is faster than waking the others.
constexpr int64_t kSmallProduct = 32 << 10;

void check(const GemmArgs& g) {
  if ((g.a_row != 1 && g.a_inner != 1) || (g.b_inner != 1 && g.b_column != 1))
    fail(MG_INTERNAL, "gemm: one stride of each factor must be 1; A has %lld, %lld, B has %lld, %lld", static_cast<long long>(g.a_row),
         static_cast<long long>(g.a_inner), static_cast<long long>(g.b_inner), static_cast<long long>(g.b_column));
  if (g.b_tiled && (g.b_type != Dtype::BF16 || (g.b_inner == 1 ? g.inner : g.columns) % kTileSide != 0 ||
                    (g.b_inner == 1 ? g.b_column != g.inner : g.b_inner != g.columns)))
    fail(MG_INTERNAL, "gemm: %lld x %lld is no B in tiles", static_cast<long long>(g.inner), static_cast<long long>(g.columns));
}

// Rows × columns of threads with the least work for the busiest, counting what it packs of B as work too.
void share_out(GemmWork& w, const Kernels& k, int threads) {
  const GemmArgs& g = w.args;
  double best = 1e300;
  for (int rows = 1; rows <= threads; rows++) {
    const int columns = threads / rows;
    const double row_share = double(round_up((g.rows + 15) / 16, rows) / rows * 16);
    const double column_share = double(round_up((g.columns + k.panel - 1) / k.panel, columns) / columns * k.panel);
    const double cost = (row_share + 16) * column_share;
    if (cost < best) {
      best = cost;
      w.row_parts = rows;
      w.column_parts = columns;
    }
  }
}

// Which form the factors of a product take.
struct Form {
  bool pairs;     // words are pairs of bf16
  bool tiled;     // packed A lies as tiles
  bool in_place;  // A is read where it lies
  int64_t k_words;
};
Form form_of(const GemmArgs& g, const Kernels& k, bool few_rows) {
  const bool bf16_products = g.compute == Dtype::BF16, pairs = bf16_products && k.bf16_products;
  // f32 is read where it lies; everything else is converted, and turned so that the inner dimension is contiguous.
  return {.pairs = pairs, .tiled = pairs && k.turn_rows && !few_rows,
          .in_place = g.a_type == Dtype::F32 && !bf16_products && (g.a_inner == 1 || !few_rows),
          .k_words = pairs ? round_up(g.inner, k.k_multiple) / 2 : g.inner};
}

// Room for packed A, and zeros in the rows that fill its last tile.
void reserve_packed(Scratch& scratch, const Form& form, GemmWork& w) {
  w.tiled = form.tiled;
  w.a_row = form.k_words;
  if (!form.tiled) {
    // Rows a multiple of 4 KB apart would fall into the same cache sets.
    w.a_row = round_up(form.k_words, 16);
    if (w.a_row % 512 == 0) w.a_row += 16;
  }
  const int64_t rows = round_up(w.args.rows, 16), whole = w.args.rows / 16 * 16;
  w.a_packed = scratch.bytes(size_t(rows * w.a_row) * 4);
  std::fill_n(static_cast<float*>(w.a_packed) + whole * w.a_row, (rows - whole) * w.a_row, 0.0f);
  w.a = w.a_packed;
  w.a_inner = 1;
}

// Part `index` of `parts` of the rows.
void pack_rows(const Kernels& k, const GemmWork& w, int index, int parts) {
  const int64_t rows = w.args.rows, units = (rows + 15) / 16;
  const int64_t begin = std::min(rows, units * index / parts * 16), end = std::min(rows, units * (index + 1) / parts * 16);
  if (begin < end) k.gemm_pack_a(w, begin, end);
}

GemmArgs as_product(const GemmArgs& g, const GemmTerm& t) {
  GemmArgs p{.rows = g.rows, .columns = t.columns, .inner = t.inner, .a = t.a, .a_row = t.a_row, .a_inner = 1, .b = t.b,
             .b_inner = t.b_inner, .b_column = t.b_column, .c = g.c + t.column, .c_row = g.c_row};
  p.beta = 1;
  p.compute = g.compute;
  p.path = g.path;
  return p;
}

bool takes_dots(const GemmArgs& g, const Kernels& k) {
  const bool pairs = g.compute == Dtype::BF16 && k.bf16_products;
  const bool possible = g.b_inner == 1 && g.b_type == g.compute && (!g.b_tiled || k.tiles_weights);
  return possible && (g.path == GemmPath::dots || (g.path == GemmPath::automatic && g.rows <= (pairs ? k.few_rows_bf16 : kFewRows)));
}

}  // namespace

int64_t gemm_pack_multiple() { return kernels().k_multiple; }

PackedRows gemm_packed_from(PackedRows p, Dtype compute, int64_t inner) {
  if (!p.words) return p;
  const Kernels& k = kernels();
  const bool pairs = compute == Dtype::BF16 && k.bf16_products;
  const int64_t words = pairs ? inner / 2 : inner;
  p.words += pairs && k.turn_rows ? words * 16 : words;
  return p;
}

PackedRows gemm_pack(Context& ctx, Scratch& scratch, const GemmArgs& g) {
  const Kernels& k = kernels();
  const Form form = form_of(g, k, false);
  if (form.in_place || g.rows <= 0) return {};
  GemmWork w{};
  w.args = g;
  w.k_words = form.k_words;
  reserve_packed(scratch, form, w);
  ctx.pool.split((g.rows + 15) / 16, 1, [&](int64_t begin, int64_t end, int) {
    k.gemm_pack_a(w, begin * 16, std::min(g.rows, end * 16));
  });
  return {static_cast<const float*>(w.a_packed), w.a_row};
}

void gemm(Context& ctx, const GemmArgs& g) {
  check(g);
  if (g.rows <= 0 || g.columns <= 0) return;
  const auto terms_apart = [&] {
    for (int64_t t = 0; t < g.term_count; t++) gemm(ctx, as_product(g, g.terms[t]));
  };
  if (g.inner <= 0) {  // nothing to sum
    for (int64_t i = 0; i < g.rows; i++)
      for (int64_t j = 0; j < g.columns; j++) {
        float& c = g.c[i * g.c_row + j];
        c = (g.bias ? g.bias[j] : 0) + (g.beta != 0 ? g.beta * c : 0);
      }
    return terms_apart();
  }
  const Kernels& k = kernels();
  const int threads = g.rows * g.columns * g.inner < kSmallProduct ? 1 : ctx.pool.size();

  Scratch scratch(ctx.arena);
  GemmWork w{};
  w.args = g;
  const bool few_rows = takes_dots(g, k);
  const Form form = form_of(g, k, few_rows);
  w.k_words = form.k_words;
  if (form.in_place) {
    w.a = g.a;
    w.a_row = g.a_row;
    w.a_inner = g.a_inner;
  } else if (g.packed.words && !few_rows) {
    w.a = g.packed.words;
    w.a_row = g.packed.row;
    w.a_inner = 1;
    w.tiled = form.tiled;
  } else {
    reserve_packed(scratch, form, w);
  }

  if (few_rows) {
    if (!form.in_place) pack_rows(k, w, 0, 1);
    // Tiles read whole groups of 32 inner numbers of each row of B.
    if (k.turn_rows && form.pairs && g.inner % 32 == 0) {
      w.turned = g.rows == 1 ? static_cast<float*>(w.a_packed) : scratch.floats(size_t(round_up(g.rows, 16) * w.k_words));
      if (g.rows > 1) k.turn_rows(w, w.turned);
    }
    // Threads take whole groups of 32 columns, so that tiles stay whole.
    const int64_t groups = (g.columns + 31) / 32;
    ctx.pool.split(groups, threads == 1 ? groups : 1,
                   [&](int64_t begin, int64_t end, int) { k.gemv(w, begin * 32, std::min(g.columns, end * 32)); });
    return terms_apart();
  }
  share_out(w, k, threads);
  const int used = w.row_parts * w.column_parts;
  // Passes of equal length, in multiples of 16 words so that AMX tiles never straddle two.
  const int64_t passes = (w.k_words + k.k_block - 1) / k.k_block;
  w.k_pass = round_up((w.k_words + passes - 1) / passes, 16);
  w.k_depth = std::min(2 * w.k_pass, round_up(w.k_words, 16));
  auto* terms = static_cast<GemmWork*>(scratch.bytes(size_t(g.term_count) * sizeof(GemmWork)));
  bool packs = w.a_packed != nullptr;
  for (int64_t t = 0; t < g.term_count; t++) {
    GemmWork& term = terms[t] = {};
    term.args = as_product(g, g.terms[t]);
    const Form term_form = form_of(term.args, k, false);
    term.k_words = term_form.k_words;
    w.term_words += term.k_words;
    term.a = term.args.a;
    term.a_row = term.args.a_row;
    term.a_inner = 1;
    if (!term_form.in_place) reserve_packed(scratch, term_form, term);
    packs |= term.a_packed != nullptr;
  }
  w.terms = terms;
  const int64_t panel_bytes = w.k_depth * k.panel * 4;
  const int64_t panels = (g.columns + k.panel - 1) / k.panel;
  w.panels_per_chunk = std::clamp<int64_t>(kChunkBytes / panel_bytes, 1, (panels + w.column_parts - 1) / w.column_parts);
  w.strip_words = w.a_inner == 1 ? 0 : k.strip_room;
  w.b_bytes = round_up(w.panels_per_chunk * (panel_bytes + w.term_words * k.panel * 4) + w.strip_words * 4, 64);
  w.b_packed = static_cast<char*>(scratch.bytes(size_t(w.b_bytes * used)));
  if (packs)
    ctx.pool.run(used, [&](int index) {
      if (w.a_packed) pack_rows(k, w, index, used);
      for (int64_t t = 0; t < g.term_count; t++)
        if (terms[t].a_packed) pack_rows(k, terms[t], index, used);
    });
  ctx.pool.run(used, [&](int index) { k.gemm_compute(w, index); });
}

}  // namespace medgym
