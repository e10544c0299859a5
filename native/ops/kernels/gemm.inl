// GEMM: packed panels of B (panel columns wide, inner dimension outermost), rows of A broadcast, a block of C in registers
// (Goto & van de Geijn, https://doi.org/10.1145/1356052.1356053). A word is one f32 or one pair of bf16 along the inner dimension.

constexpr int kPanel = 2 * W;
constexpr int kStrip = W == 16 ? 12 : 6;
constexpr int64_t kBlockWords = W == 16 ? 256 : 192;  // a panel of this length stays in the L1 cache
#ifdef MG_AMX
constexpr int64_t kBlockRows = 128;
#else
constexpr int64_t kBlockRows = 144;
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

// Reading a factor: T is float or bf16; Whole says that the whole vector lies inside (then `valid` is not looked at).
template <bool Whole, class T>
inline V load_number(const T* from, int64_t valid, [[maybe_unused]] bool round) {
  const V v = Whole ? load(from) : load(from, valid);
  if constexpr (std::is_same_v<T, float>)
    if (round) return round_bf16(v);
  return v;
}

// W words of the inner dimension from contiguous numbers (f32 words W, pairs 2W), zero beyond `valid` numbers.
template <bool Pairs, bool Whole, class T>
inline V load_words(const T* from, int64_t valid, bool round) {
  if (!Whole && valid <= 0) return zero();
#ifdef MG_BF16
  if constexpr (Pairs && std::is_same_v<T, bf16>) {
    if (Whole) return (V)_mm512_loadu_si512(from);
    return (V)_mm512_maskz_loadu_epi16(__mmask32(valid >= 32 ? ~0u : (1u << valid) - 1), from);
  } else if constexpr (Pairs) {
    const V low = Whole ? load(from) : load(from, valid);
    const V high = Whole ? load(from + 16) : valid > 16 ? load(from + 16, valid - 16) : zero();
    return (V)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
  }
#endif
  return load_number<Whole>(from, valid, round);
}

// The words at inner index p of W neighbouring columns (or rows) whose numbers lie side by side: an f32 word is the number at p; a pair is
// (p, p+1), the second 0 unless `second`. stride: from p to p+1.
template <bool Pairs, bool Whole, class T>
inline V load_across(const T* from, [[maybe_unused]] int64_t stride, int64_t valid, [[maybe_unused]] bool second, bool round) {
#ifdef MG_BF16
  if constexpr (Pairs) {
    const __m512i interleave = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
                                                19, 3, 18, 2, 17, 1, 16, 0);
    if constexpr (std::is_same_v<T, float>) {
      const V a = Whole ? load(from) : load(from, valid);
      const V b = !second ? zero() : Whole ? load(from + stride) : load(from + stride, valid);
      return (V)_mm512_permutexvar_epi16(interleave, (__m512i)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a));
    } else {
      const __mmask16 mask = Whole ? __mmask16(0xffff) : first(valid);
      const __m256i a = _mm256_maskz_loadu_epi16(mask, from);
      const __m256i b = second ? _mm256_maskz_loadu_epi16(mask, from + stride) : _mm256_setzero_si256();
      return (V)_mm512_permutexvar_epi16(interleave, _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1));
    }
  }
#endif
  return load_number<Whole>(from, valid, round);
}

inline void store_some(float* to, V v, int64_t room) {
  if (room >= W)
    store(to, v);
  else
    store(to, v, room);
}

// Packed A: row i at a_packed + i*a_row words, padded with zeros to k_words.
template <bool Pairs, class T>
void pack_a_from(const GemmWork& w, int64_t row_begin, int64_t row_end) {
  const GemmArgs& g = w.args;
  const bool round = g.compute == Dtype::BF16;
  constexpr int per_word = Pairs ? 2 : 1;
  const T* a = static_cast<const T*>(g.a);
  float* out = static_cast<float*>(w.a_packed);
  if (g.a_inner == 1) {
    for (int64_t i = row_begin; i < row_end; i++) {
      const T* from = a + i * g.a_row;
      float* to = out + i * w.a_row;
      int64_t p = 0;
      for (; (p + W) * per_word <= g.inner; p += W) store(to + p, load_words<Pairs, true>(from + p * per_word, 0, round));
      for (; p < w.k_words; p += W) store_some(to + p, load_words<Pairs, false>(from + p * per_word, g.inner - p * per_word, round), w.k_words - p);
    }
    return;
  }
  for (int64_t i = row_begin; i < row_end; i += W) {
    const int64_t rows = std::min<int64_t>(W, row_end - i);
    for (int64_t p = 0; p < w.k_words; p += W) {
      V block[W];
      const T* from = a + i + p * per_word * g.a_inner;
      if (rows == W && (p + W) * per_word <= g.inner)
        for (int q = 0; q < W; q++) block[q] = load_across<Pairs, true>(from + q * per_word * g.a_inner, g.a_inner, W, true, round);
      else
        for (int q = 0; q < W; q++) {
          const int64_t left = g.inner - (p + q) * per_word;
          block[q] = left > 0 ? load_across<Pairs, false>(from + q * per_word * g.a_inner, g.a_inner, rows, left > 1, round) : zero();
        }
      transpose(block);
      for (int64_t r = 0; r < rows; r++) store_some(out + (i + r) * w.a_row + p, block[r], w.k_words - p);
    }
  }
}

// Inner words [k, k+words) of one panel of B, (words, kPanel), zeros beyond `columns` and beyond the inner dimension.
template <bool Pairs, class T>
void pack_panel_from(const GemmWork& w, int64_t column, int64_t columns, int64_t k, int64_t words, float* out) {
  const GemmArgs& g = w.args;
  const bool round = g.compute == Dtype::BF16;
  constexpr int per_word = Pairs ? 2 : 1;
  const T* b = static_cast<const T*>(g.b);
  if (g.b_column == 1 && columns >= kPanel) {
    const T* from = b + k * per_word * g.b_inner + column;
    int64_t p = 0;
    for (; p < words && (k + p + 1) * per_word <= g.inner; p++, from += per_word * g.b_inner) {
#ifdef MG_BF16
      if constexpr (Pairs && std::is_same_v<T, bf16>) {
        // Two rows of 32 numbers become 32 pairs: even and odd places from the first and the second row.
        const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3,
                                             34, 2, 33, 1, 32, 0);
        const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
        const __m512i r0 = _mm512_loadu_si512(from), r1 = _mm512_loadu_si512(from + g.b_inner);
        store(out + p * kPanel, (V)_mm512_permutex2var_epi16(r0, low, r1));
        store(out + p * kPanel + W, (V)_mm512_permutex2var_epi16(r0, high, r1));
        continue;
      }
#endif
      const V low = load_across<Pairs, true>(from, g.b_inner, W, true, round), high = load_across<Pairs, true>(from + W, g.b_inner, W, true, round);
      store(out + p * kPanel, low);
      store(out + p * kPanel + W, high);
    }
    for (; p < words; p++, from += per_word * g.b_inner) {
      const bool some = (k + p) * per_word < g.inner;
      store(out + p * kPanel, some ? load_across<Pairs, false>(from, g.b_inner, W, false, round) : zero());
      store(out + p * kPanel + W, some ? load_across<Pairs, false>(from + W, g.b_inner, W, false, round) : zero());
    }
    return;
  }
  for (int half = 0; half < 2; half++, column += W, columns -= W, out += W) {
    if (columns <= 0) {
      // Only the AMX kernel and the two-vector kernels read this half, and nothing of it is stored.
      for (int64_t p = 0; p < words; p++) store(out + p * kPanel, zero());
    } else if (g.b_column == 1) {
      for (int64_t p = 0; p < words; p++) {
        const int64_t left = g.inner - (k + p) * per_word;
        const T* from = b + (k + p) * per_word * g.b_inner + column;
        store(out + p * kPanel, left > 0 ? load_across<Pairs, false>(from, g.b_inner, columns, left > 1, round) : zero());
      }
    } else {
      for (int64_t p = 0; p < words; p += W) {
        const int64_t inner = (k + p) * per_word, count = std::min<int64_t>(W, words - p);
        const T* from = b + column * g.b_column + inner;
        V block[W];
        if (columns >= W && inner + W * per_word <= g.inner)
          for (int r = 0; r < W; r++) block[r] = load_words<Pairs, true>(from + r * g.b_column, 0, round);
        else
          for (int r = 0; r < W; r++) block[r] = r < columns ? load_words<Pairs, false>(from + r * g.b_column, g.inner - inner, round) : zero();
        transpose(block);
        for (int64_t r = 0; r < count; r++) store(out + (p + r) * kPanel, block[r]);
      }
    }
  }
}

template <bool Pairs>
void pack_a(const GemmWork& w, int64_t row_begin, int64_t row_end) {
  if (w.args.a_type == Dtype::F32)
    pack_a_from<Pairs, float>(w, row_begin, row_end);
  else
    pack_a_from<Pairs, bf16>(w, row_begin, row_end);
}
template <bool Pairs>
void pack_panel(const GemmWork& w, int64_t column, int64_t columns, int64_t k, int64_t words, float* out) {
  if (w.args.b_type == Dtype::F32)
    pack_panel_from<Pairs, float>(w, column, columns, k, words, out);
  else
    pack_panel_from<Pairs, bf16>(w, column, columns, k, words, out);
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
