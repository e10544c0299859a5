// GEMM: packed panels of B (panel columns wide, inner dimension outermost), rows of A broadcast, a block of C in registers
// (Goto & van de Geijn, https://doi.org/10.1145/1356052.1356053). A word is one f32 or one pair of bf16 along the inner dimension.

constexpr int kPanel = 2 * W;
constexpr int kStrip = W == 16 ? 12 : 6;
constexpr int64_t kBlockWords = W == 16 ? 256 : 192;  // a panel of this length stays in the L1 cache
#ifdef MG_AMX
constexpr int64_t kBlockRows = 128;
#else
constexpr int64_t kBlockRows = 120;
#endif

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
  for (int64_t p = 0; p < words; p++) {
    V bs[N];
#pragma GCC unroll 4
    for (int j = 0; j < N; j++) bs[j] = load(b + j * W);
#pragma GCC unroll 16
    for (int i = 0; i < R; i++)
#pragma GCC unroll 4
      for (int j = 0; j < N; j++) sums[i][j] = Product::multiply_add(a + i * a_row, bs[j], sums[i][j]);
    a += a_inner;
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

inline V load_number(const void* data, Dtype type, int64_t at) {
  return type == Dtype::F32 ? load(static_cast<const float*>(data) + at) : load(static_cast<const bf16*>(data) + at);
}
inline V load_number(const void* data, Dtype type, int64_t at, int64_t n) {
  return type == Dtype::F32 ? load(static_cast<const float*>(data) + at, n) : load(static_cast<const bf16*>(data) + at, n);
}

// W words of the inner dimension from row-contiguous memory: numbers at+0 … (f32 W of them, bf16 2W), zero beyond `valid`.
template <bool Bf16>
inline V load_words(const void* data, Dtype type, int64_t at, int64_t valid, bool round) {
#ifdef MG_BF16
  if constexpr (Bf16) {
    if (valid <= 0) return zero();
    if (type == Dtype::BF16) {
      const auto* from = static_cast<const bf16*>(data) + at;
      if (valid >= 32) return (V)_mm512_loadu_si512(from);
      return (V)_mm512_maskz_loadu_epi16(__mmask32((1u << valid) - 1), from);
    }
    const auto* from = static_cast<const float*>(data) + at;
    const V low = valid >= 16 ? load(from) : load(from, valid);
    const V high = valid >= 32 ? load(from + 16) : valid > 16 ? load(from + 16, valid - 16) : zero();
    return (V)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  }
#endif
  if (valid <= 0) return zero();
  const V v = valid >= W ? load_number(data, type, at) : load_number(data, type, at, valid);
  return round && type == Dtype::F32 ? round_bf16(v) : v;
}

// The words at inner index p of W neighbouring columns (or rows) whose numbers lie side by side: f32 the number at p; bf16 the pair
// (p, p+1), the second zero when p+1 is outside. stride: from p to p+1.
template <bool Bf16>
inline V load_across(const void* data, Dtype type, int64_t at, [[maybe_unused]] int64_t stride, int64_t valid,
                     [[maybe_unused]] bool second, bool round) {
#ifdef MG_BF16
  if constexpr (Bf16) {
    const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
                                                19, 3, 18, 2, 17, 1, 16, 0);
    if (type == Dtype::F32) {
      const auto* from = static_cast<const float*>(data) + at;
      const V a = valid >= W ? load(from) : load(from, valid);
      const V b = !second ? zero() : valid >= W ? load(from + stride) : load(from + stride, valid);
      return (V)_mm512_permutexvar_epi16(interleave, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
    }
    const auto* from = static_cast<const bf16*>(data) + at;
    const __mmask16 mask = first(valid);
    const __m256i a = _mm256_maskz_loadu_epi16(mask, from);
    const __m256i b = second ? _mm256_maskz_loadu_epi16(mask, from + stride) : _mm256_setzero_si256();
    return (V)_mm512_permutexvar_epi16(interleave, _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1));
  }
#endif
  const V v = valid >= W ? load_number(data, type, at) : load_number(data, type, at, valid);
  return round && type == Dtype::F32 ? round_bf16(v) : v;
}

// Packed A: row i at a_packed + i*a_row words, padded with zeros to k_words.
template <bool Bf16>
void pack_a(const GemmWork& w, int64_t row_begin, int64_t row_end) {
  const GemmArgs& g = w.args;
  const bool round = g.compute == Dtype::BF16;
  constexpr int per_word = Bf16 ? 2 : 1;
  float* out = static_cast<float*>(w.a_packed);
  if (g.a_inner == 1) {
    for (int64_t i = row_begin; i < row_end; i++)
      for (int64_t p = 0; p < w.k_words; p += W) {
        const V v = load_words<Bf16>(g.a, g.a_type, i * g.a_row + p * per_word, g.inner - p * per_word, round);
        if (p + W <= w.k_words)
          store(out + i * w.a_row + p, v);
        else
          store(out + i * w.a_row + p, v, w.k_words - p);
      }
    return;
  }
  for (int64_t i = row_begin; i < row_end; i += W) {
    const int64_t rows = std::min<int64_t>(W, row_end - i);
    for (int64_t p = 0; p < w.k_words; p += W) {
      V block[W];
      for (int q = 0; q < W; q++) {
        const int64_t inner = (p + q) * per_word;
        block[q] = inner < g.inner
                       ? load_across<Bf16>(g.a, g.a_type, i + inner * g.a_inner, g.a_inner, rows, inner + 1 < g.inner, round)
                       : zero();
      }
      transpose(block);
      for (int64_t r = 0; r < rows; r++) {
        if (p + W <= w.k_words)
          store(out + (i + r) * w.a_row + p, block[r]);
        else
          store(out + (i + r) * w.a_row + p, block[r], w.k_words - p);
      }
    }
  }
}

// One panel of B, (k_words, kPanel) words, zeros beyond `columns`.
template <bool Bf16>
void pack_panel(const GemmWork& w, int64_t column, int64_t columns, float* out) {
  const GemmArgs& g = w.args;
  const bool round = g.compute == Dtype::BF16;
  constexpr int per_word = Bf16 ? 2 : 1;
  for (int half = 0; half < 2; half++, column += W, columns -= W, out += W) {
    if (columns <= 0) {
      // Only the AMX kernel and the two-vector kernels read this half, and nothing of it is stored.
      for (int64_t p = 0; p < w.k_words; p++) store(out + p * kPanel, zero());
      continue;
    }
    if (g.b_column == 1) {
      for (int64_t p = 0; p < w.k_words; p++) {
        const int64_t inner = p * per_word;
        store(out + p * kPanel, inner < g.inner ? load_across<Bf16>(g.b, g.b_type, inner * g.b_inner + column, g.b_inner, columns,
                                                                    inner + 1 < g.inner, round)
                                                : zero());
      }
      continue;
    }
    for (int64_t p = 0; p < w.k_words; p += W) {
      V block[W];
      for (int r = 0; r < W; r++)
        block[r] = r < columns ? load_words<Bf16>(g.b, g.b_type, (column + r) * g.b_column + p * per_word, g.inner - p * per_word, round)
                               : zero();
      transpose(block);
      const int64_t count = std::min<int64_t>(W, w.k_words - p);
      for (int64_t r = 0; r < count; r++) store(out + (p + r) * kPanel, block[r]);
    }
  }
}

// rows × columns of C from strips of A and one panel, over inner words [k, k+words).
template <class Product>
void panel_product(const GemmWork& w, int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t k, int64_t words, const float* panel,
                   int64_t panel_row) {
  const GemmArgs& g = w.args;
  const float* a = static_cast<const float*>(w.a);
  const bool first_pass = k == 0;
  const float beta = first_pass ? g.beta : 1;
  const float* bias = first_pass && g.bias ? g.bias + column : nullptr;
  // Strips of equal height: 16 rows become 8 + 8, not 12 + 4.
  const int64_t strips = (rows + kStrip - 1) / kStrip;
  for (int64_t s = 0; s < strips; s++) {
    const int64_t i = row + rows * s / strips, count = row + rows * (s + 1) / strips - i;
    const float* strip = a + i * w.a_row + k * w.a_inner;
    float* c = g.c + i * g.c_row + column;
    if (columns > W)
      micro_rows<Product, 2, kStrip>(count, words, strip, w.a_row, w.a_inner, panel, panel_row, c, g.c_row, columns, g.alpha, beta, bias);
    else
      micro_rows<Product, 1, kStrip>(count, words, strip, w.a_row, w.a_inner, panel, panel_row, c, g.c_row, columns, g.alpha, beta, bias);
  }
}

#ifdef MG_AMX
#include "ops/kernels/amx.inl"
#endif

template <bool Bf16>
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
  const int64_t panel_words = w.k_words * kPanel;
  // With few rows, packing f32 panels that lie in order already would cost as much as it saves.
  const bool in_place = !Bf16 && g.b_column == 1 && g.b_type == Dtype::F32 && g.compute == Dtype::F32 && row_end - row_begin <= 2 * kStrip;
#ifdef MG_AMX
  if constexpr (Bf16) configure_tiles();
#endif
  for (int64_t chunk = panel_begin; chunk < panel_end; chunk += w.panels_per_chunk) {
    const int64_t chunk_end = std::min(panel_end, chunk + w.panels_per_chunk);
    const auto direct = [&](int64_t panel) { return in_place && (panel + 1) * kPanel <= g.columns; };
    for (int64_t panel = chunk; panel < chunk_end; panel++)
      if (!direct(panel)) pack_panel<Bf16>(w, panel * kPanel, g.columns - panel * kPanel, packed + (panel - chunk) * panel_words);
    for (int64_t row = row_begin; row < row_end; row += kBlockRows) {
      const int64_t rows = std::min(kBlockRows, row_end - row);
      const int64_t passes = (w.k_words + kBlockWords - 1) / kBlockWords;
      // Passes of equal length, in multiples of 16 words so that AMX tiles never straddle two.
      const int64_t step = ((w.k_words + passes - 1) / passes + 15) / 16 * 16;
      for (int64_t k = 0; k < w.k_words; k += step) {
        const int64_t words = std::min(step, w.k_words - k);
        for (int64_t panel = chunk; panel < chunk_end; panel++) {
          const int64_t column = panel * kPanel, columns = std::min<int64_t>(kPanel, g.columns - column);
          const float* b = direct(panel) ? static_cast<const float*>(g.b) + k * g.b_inner + column
                                         : packed + (panel - chunk) * panel_words + k * kPanel;
          const int64_t b_row = direct(panel) ? g.b_inner : kPanel;
#ifdef MG_AMX
          if constexpr (Bf16) {
            amx_panel(w, row, rows, column, columns, k, words, b);
            continue;
          }
#elif defined(MG_BF16)
          if constexpr (Bf16) {
            panel_product<Bf16Product>(w, row, rows, column, columns, k, words, b, b_row);
            continue;
          }
#endif
          if constexpr (!Bf16) panel_product<F32Product>(w, row, rows, column, columns, k, words, b, b_row);
        }
      }
    }
  }
#ifdef MG_AMX
  if constexpr (Bf16) _tile_release();
#endif
}

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
