// GEMM: packed panels of B (panel columns wide, inner dimension outermost), rows of A broadcast, a block of C in registers
// (Goto & van de Geijn, https://doi.org/10.1145/1356052.1356053). A word is one f32 or one pair of bf16 along the inner dimension.

struct F32Product {
  static V multiply_add(const float* a, V b, V c) { return fma(splat(*a), b, c); }
};
#ifdef MG_BF16
struct Bf16Product {
  static V multiply_add(const float* a, V b, V c) {
    return (V)_mm512_dpbf16_ps((__m512)c, (__m512bh)_mm512_set1_ps(*a), (__m512bh)b);
  }
};
#endif

// C block of R rows and N vectors over `words` inner words.
template <class Product, int R, int N>
inline void micro(int64_t words, const float* __restrict a, int64_t a_row, int64_t a_inner, const float* __restrict b, int64_t b_row,
                  float* c, int64_t c_row, int64_t columns, float alpha, float beta, const float* bias) {
  V sums[R][N];
#pragma GCC unroll 16
  for (int i = 0; i < R; i++)
#pragma GCC unroll 4
    for (int j = 0; j < N; j++) sums[i][j] = zero();
  // One pointer for three rows: the others are one or two strides away, which address modes reach without registers of their own.
  const float* as[(R + 2) / 3];
#pragma GCC unroll 4
  for (int i = 0; i < R; i += 3) as[i / 3] = a + i * a_row;
  for (int64_t p = 0; p < words; p++) {
    V bs[N];
#pragma GCC unroll 4
    for (int j = 0; j < N; j++) bs[j] = load(b + j * W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++)
#pragma GCC unroll 4
      for (int j = 0; j < N; j++) sums[i][j] = Product::multiply_add(as[i / 3] + i % 3 * a_row, bs[j], sums[i][j]);
#pragma GCC unroll 4
    for (int i = 0; i < R; i += 3) as[i / 3] += a_inner;
    b += b_row;
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; i++)
#pragma GCC unroll 4
    for (int j = 0; j < N; j++) {
      const int64_t left = columns - j * W;
      if (left <= 0) continue;
      float* to = c + i * c_row + j * W;
      V value = sums[i][j] * alpha;
      if (left >= W) {
        if (bias) value += load(bias + j * W);
        if (beta != 0) value = fma(load(to), splat(beta), value);
        store(to, value);
      } else {
        if (bias) value += load(bias + j * W, left);
        if (beta != 0) value = fma(load(to, left), splat(beta), value);
        store(to, value, left);
      }
    }
}

template <class Product, int N, int R>
void micro_rows(int64_t rows, int64_t words, const float* a, int64_t a_row, int64_t a_inner, const float* b, int64_t b_row, float* c,
                int64_t c_row, int64_t columns, float alpha, float beta, const float* bias) {
  if (rows == R) return micro<Product, R, N>(words, a, a_row, a_inner, b, b_row, c, c_row, columns, alpha, beta, bias);
  if constexpr (R > 1) micro_rows<Product, N, R - 1>(rows, words, a, a_row, a_inner, b, b_row, c, c_row, columns, alpha, beta, bias);
}

// Rows [row, row+rows) of C fall into strips of equal height: 16 rows become 8 + 8, not 12 + 4.
struct Strips {
  int64_t count;
  int32_t starts[kBlockRows / kStrip + 4];
  Strips(int64_t row, int64_t rows) : count((rows + kStrip - 1) / kStrip) {
    for (int64_t s = 0; s <= count; s++) starts[s] = int32_t(row + rows * s / count);
  }
  int64_t begin(int64_t s) const { return starts[s]; }
};

// Turned A: each strip of rows becomes (words, kStrip) in order, so that reading it needs few cache sets. A strip is followed by room
// for the last whole vector that is stored to it.
constexpr int64_t strip_size(int64_t words) { return words * kStrip + W; }
inline void copy_strips(const GemmWork& w, const Strips& strips, int64_t k, int64_t words, float* out) {
  const float* a = static_cast<const float*>(w.a) + k * w.a_inner;
  // Whole vectors where they stay inside A's row; what they write too much, the next step overwrites.
  int64_t wide = strips.count;
  while (wide > 0 && strips.begin(wide - 1) + 2 * W > w.args.rows) wide--;
  for (int64_t p = 0; p < words; p++, a += w.a_inner, out += kStrip) {
    for (int64_t s = 0; s < wide; s++)
      for (int64_t i = 0; i < kStrip; i += W) store(out + s * strip_size(words) + i, load(a + strips.begin(s) + i));
    for (int64_t s = wide; s < strips.count; s++)
      for (int64_t i = strips.begin(s); i < strips.begin(s + 1); i++) out[s * strip_size(words) + i - strips.begin(s)] = a[i];
  }
}

// rows × columns of C from strips of A and one panel, over inner words [k, k+words). copied: strips from copy_strips, or null.
template <class Product>
void panel_product(const GemmWork& w, const Strips& strips, int64_t column, int64_t columns, int64_t k, int64_t words, const float* copied,
                   const float* panel, int64_t panel_row) {
  const GemmArgs& g = w.args;
  const int64_t a_row = copied ? 1 : w.a_row, a_inner = copied ? kStrip : w.a_inner;
  const bool first_pass = k == 0;
  const float beta = first_pass ? g.beta : 1;
  const float* bias = first_pass && g.bias ? g.bias + column : nullptr;
  for (int64_t s = 0; s < strips.count; s++) {
    const int64_t i = strips.begin(s), count = strips.begin(s + 1) - i;
    const float* strip = copied ? copied + s * strip_size(words) : static_cast<const float*>(w.a) + i * w.a_row + k * w.a_inner;
    float* c = g.c + i * g.c_row + column;
    if (columns > W)
      micro_rows<Product, 2, kStrip>(count, words, strip, a_row, a_inner, panel, panel_row, c, g.c_row, columns, g.alpha, beta, bias);
    else
      micro_rows<Product, 1, kStrip>(count, words, strip, a_row, a_inner, panel, panel_row, c, g.c_row, columns, g.alpha, beta, bias);
  }
}

#ifdef MG_AMX
#include "ops/kernels/amx.inl"
#endif

template <bool Pairs>
void compute(const GemmWork& w, int thread) {
  const GemmArgs& g = w.args;
  const int64_t panels = (g.columns + kPanel - 1) / kPanel;
  const int64_t part_r = thread / w.column_parts, part_c = thread % w.column_parts;
  const int64_t row_unit = 16;
  const int64_t units = (g.rows + row_unit - 1) / row_unit;
  const int64_t row_begin = std::min(g.rows, units * part_r / w.row_parts * row_unit);
  const int64_t row_end = std::min(g.rows, units * (part_r + 1) / w.row_parts * row_unit);
  const int64_t panel_begin = panels * part_c / w.column_parts, panel_end = panels * (part_c + 1) / w.column_parts;
  float* packed = reinterpret_cast<float*>(w.b_packed + thread * w.b_bytes);
  const int64_t panel_words = w.k_depth * kPanel;
  // With few rows, packing f32 panels that lie in order already would cost as much as it saves.
  const bool in_place = !Pairs && g.b_column == 1 && g.b_type == Dtype::F32 && g.compute == Dtype::F32 && row_end - row_begin <= 2 * kStrip;
  const auto direct = [&](int64_t panel) { return in_place && (panel + 1) * kPanel <= g.columns; };
  // Room for the strips of a block lies behind the panels.
  float* copied = w.a_inner == 1 ? nullptr : packed + w.panels_per_chunk * panel_words;
  // And behind them the terms' panels: for each panel of C those parts of the terms that fall into it.
  float* term_panels = packed + w.panels_per_chunk * panel_words + w.strip_words;
  const auto each_term = [&](int64_t chunk, int64_t panel, auto&& visit) {
    float* at = term_panels + (panel - chunk) * w.term_words * kPanel;
    for (int64_t t = 0; t < g.term_count; at += w.terms[t].k_words * kPanel, t++) {
      const int64_t first = g.terms[t].column, begin = std::max(first, panel * kPanel);
      const int64_t end = std::min(first + g.terms[t].columns, (panel + 1) * kPanel);
      if (begin < end) visit(w.terms[t], begin - first, end - begin, at);
    }
  };
  const int64_t blocks = (row_end - row_begin + kBlockRows - 1) / kBlockRows;
  const int64_t block_rows = blocks ? ((row_end - row_begin + blocks - 1) / blocks + 31) / 32 * 32 : 0;
#ifdef MG_AMX
  if constexpr (Pairs) configure_tiles();
#endif
  for (int64_t chunk = panel_begin; chunk < panel_end; chunk += w.panels_per_chunk) {
    const int64_t chunk_end = std::min(panel_end, chunk + w.panels_per_chunk);
    for (int64_t depth = 0; depth < w.k_words; depth += w.k_depth) {
      const int64_t depth_end = std::min(w.k_words, depth + w.k_depth);
      for (int64_t panel = chunk; panel < chunk_end; panel++)
        if (!direct(panel))
          pack_panel<Pairs>(w, panel * kPanel, g.columns - panel * kPanel, depth, depth_end - depth, packed + (panel - chunk) * panel_words);
      const bool last_depth = depth_end == w.k_words;
      if (g.term_count && last_depth)
        for (int64_t panel = chunk; panel < chunk_end; panel++)
          each_term(chunk, panel, [](const GemmWork& term, int64_t column, int64_t columns, float* to) {
            pack_panel<Pairs>(term, column, columns, 0, term.k_words, to);
          });
      for (int64_t row = row_begin; row < row_end; row += block_rows) {
        const int64_t rows = std::min(block_rows, row_end - row);
        const Strips strips(row, rows);
        for (int64_t k = depth; k < depth_end; k += w.k_pass) {
          const int64_t words = std::min(w.k_pass, depth_end - k);
          if (copied) copy_strips(w, strips, k, words, copied);
          for (int64_t panel = chunk; panel < chunk_end; panel++) {
            const int64_t column = panel * kPanel, columns = std::min<int64_t>(kPanel, g.columns - column);
            const float* b = direct(panel) ? static_cast<const float*>(g.b) + k * g.b_inner + column
                                           : packed + (panel - chunk) * panel_words + (k - depth) * kPanel;
            if constexpr (Pairs) {
#if defined(MG_AMX)
              amx_panel(w, row, rows, column, columns, k, words, b);
#elif defined(MG_BF16)
              panel_product<Bf16Product>(w, strips, column, columns, k, words, nullptr, b, kPanel);
#endif
            } else {
              panel_product<F32Product>(w, strips, column, columns, k, words, copied, b, direct(panel) ? g.b_inner : kPanel);
            }
            if (!g.term_count || k + words < w.k_words) continue;
            each_term(chunk, panel, [&](const GemmWork& term, int64_t term_column, int64_t term_columns, const float* from) {
              if constexpr (Pairs) {
#if defined(MG_AMX)
                amx_panel(term, row, rows, term_column, term_columns, 0, term.k_words, from);
#elif defined(MG_BF16)
                panel_product<Bf16Product>(term, strips, term_column, term_columns, 0, term.k_words, nullptr, from, kPanel);
#endif
              } else {
                panel_product<F32Product>(term, strips, term_column, term_columns, 0, term.k_words, nullptr, from, kPanel);
              }
            });
          }
        }
      }
    }
  }
#ifdef MG_AMX
  if constexpr (Pairs) _tile_release();
#endif
}

// Numbers behind the panels that compute needs for turned A: a pass can be 15 words longer than kBlockWords.
constexpr int64_t kStripRoom = (kBlockRows / kStrip + 3) * strip_size(kBlockWords + 16);

void gemm_pack_a(const GemmWork& w, int64_t begin, int64_t end) {
#ifdef MG_BF16
  if (w.args.compute == Dtype::BF16) return pack_a<true>(w, begin, end);
#endif
  pack_a<false>(w, begin, end);
}

void gemm_compute(const GemmWork& w, int thread) {
#ifdef MG_BF16
  if (w.args.compute == Dtype::BF16) return compute<true>(w, thread);
#endif
  compute<false>(w, thread);
}
