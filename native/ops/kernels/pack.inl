// Packing the factors of a product: A as rows of words, B as panels kPanel columns wide, converted, rounded and padded with zeros as the
// micro kernels want them. A word is one f32 or one pair of bf16 along the inner dimension.

constexpr int kPanel = 2 * W;
constexpr int kStrip = W == 16 ? 12 : 6;
constexpr int64_t kBlockWords = W == 16 ? 256 : 192;  // a panel of this length stays in the L1 cache
#ifdef MG_AMX
constexpr int64_t kBlockRows = 128;
#else
constexpr int64_t kBlockRows = 144;
#endif

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

// Packed A: row i at a_packed + i*a_row words or in tiles, padded with zeros to k_words. p: a multiple of 16 words.
inline float* packed_a(const GemmWork& w, int64_t i, int64_t p) {
  float* out = static_cast<float*>(w.a_packed);
  return w.tiled ? out + i / 16 * 16 * w.a_row + p * 16 + i % 16 * 16 : out + i * w.a_row + p;
}
template <bool Pairs, class T>
void pack_a_from(const GemmWork& w, int64_t row_begin, int64_t row_end) {
  const GemmArgs& g = w.args;
  const bool round = g.compute == Dtype::BF16;
  constexpr int per_word = Pairs ? 2 : 1;
  const T* a = static_cast<const T*>(g.a);
  if (g.a_inner == 1) {
    for (int64_t i = row_begin; i < row_end; i++) {
      const T* from = a + i * g.a_row;
      float* to = packed_a(w, i, 0);
      const int64_t step = w.tiled ? 16 * W : W;
      int64_t p = 0;
      for (; (p + W) * per_word <= g.inner; p += W, to += step) store(to, load_words<Pairs, true>(from + p * per_word, 0, round));
      for (; p < w.k_words; p += W, to += step)
        store_some(to, load_words<Pairs, false>(from + p * per_word, g.inner - p * per_word, round), w.k_words - p);
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
      for (int64_t r = 0; r < rows; r++) store_some(packed_a(w, i + r, p), block[r], w.k_words - p);
    }
  }
}

// Part of a panel of B: `words` inner words of `columns` columns from `b` on, of which the inner dimension has `left` numbers.
template <class T>
struct PanelPart {
  const T* b;
  int64_t b_inner, b_column, columns, left, words;
  bool round;
};

// As (words, kPanel), zeros beyond the columns and beyond the inner dimension.
template <bool Pairs, class T>
void pack_part(const PanelPart<T>& part, float* out) {
  const auto [b, b_inner, b_column, all_columns, all_left, words, round] = part;
  constexpr int per_word = Pairs ? 2 : 1;
  int64_t columns = all_columns, column = 0;
  if (b_column == 1 && columns >= kPanel) {
    const T* from = b;
    int64_t p = 0;
    for (; p < words && (p + 1) * per_word <= all_left; p++, from += per_word * b_inner) {
#ifdef MG_BF16
      if constexpr (Pairs && std::is_same_v<T, bf16>) {
        // Two rows of 32 numbers become 32 pairs: even and odd places from the first and the second row.
        const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3,
                                             34, 2, 33, 1, 32, 0);
        const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
        const __m512i r0 = _mm512_loadu_si512(from), r1 = _mm512_loadu_si512(from + b_inner);
        store(out + p * kPanel, (V)_mm512_permutex2var_epi16(r0, low, r1));
        store(out + p * kPanel + W, (V)_mm512_permutex2var_epi16(r0, high, r1));
        continue;
      }
#endif
      const V low = load_across<Pairs, true>(from, b_inner, W, true, round), high = load_across<Pairs, true>(from + W, b_inner, W, true, round);
      store(out + p * kPanel, low);
      store(out + p * kPanel + W, high);
    }
    for (; p < words; p++, from += per_word * b_inner) {
      const bool some = p * per_word < all_left;
      store(out + p * kPanel, some ? load_across<Pairs, false>(from, b_inner, W, false, round) : zero());
      store(out + p * kPanel + W, some ? load_across<Pairs, false>(from + W, b_inner, W, false, round) : zero());
    }
    return;
  }
  for (int half = 0; half < 2; half++, column += W, columns -= W, out += W) {
    if (columns <= 0) {
      // Only the AMX kernel and the two-vector kernels read this half, and nothing of it is stored.
      for (int64_t p = 0; p < words; p++) store(out + p * kPanel, zero());
    } else if (b_column == 1) {
      for (int64_t p = 0; p < words; p++) {
        const int64_t left = all_left - p * per_word;
        const T* from = b + p * per_word * b_inner + column;
        store(out + p * kPanel, left > 0 ? load_across<Pairs, false>(from, b_inner, columns, left > 1, round) : zero());
      }
    } else {
      for (int64_t p = 0; p < words; p += W) {
        const int64_t inner = p * per_word, count = std::min<int64_t>(W, words - p);
        const T* from = b + column * b_column + inner;
        V block[W];
        if (columns >= W && inner + W * per_word <= all_left)
          for (int r = 0; r < W; r++) block[r] = load_words<Pairs, true>(from + r * b_column, 0, round);
        else
          for (int r = 0; r < W; r++) block[r] = r < columns ? load_words<Pairs, false>(from + r * b_column, all_left - inner, round) : zero();
        transpose(block);
        for (int64_t r = 0; r < count; r++) store(out + (p + r) * kPanel, block[r]);
      }
    }
  }
}

// Inner words [k, k+words) of one panel of B. A piece of B in tiles is a matrix of its own.
template <bool Pairs, class T>
void pack_panel_from(const GemmWork& w, int64_t column, int64_t columns, int64_t k, int64_t words, float* out) {
  const GemmArgs& g = w.args;
  constexpr int per_word = Pairs ? 2 : 1;
  const T* b = static_cast<const T*>(g.b);
  const int64_t inner = k * per_word;
  PanelPart<T> part{.b = b + inner * g.b_inner + column * g.b_column, .b_inner = g.b_inner, .b_column = g.b_column, .columns = columns,
                    .left = g.inner - inner, .words = words, .round = g.compute == Dtype::BF16};
  if constexpr (std::is_same_v<T, bf16>) {
    const bool down = g.b_inner != 1;  // the inner dimension goes down W's rows
    const int64_t length = down ? g.b_inner : g.b_column, grouped = (down ? g.inner : g.columns) / kTileSide * kTileSide;
    while (g.b_tiled && words > 0) {
      const int64_t at = g.inner - part.left, row = down ? at : column, number = down ? column : at;
      if (row >= grouped) {
        part.b = b + row * length + number;
        break;
      }
      PanelPart<T> piece = part;
      piece.b = b + tiled_at(row, number, length);
      (down ? piece.b_inner : piece.b_column) = kTileSide;
      piece.words = std::min(words, (kTileSide - at % kTileSide) / per_word);
      pack_part<Pairs>(piece, out);
      out += piece.words * kPanel;
      words -= piece.words;
      part.left -= piece.words * per_word;
    }
    part.words = words;
  }
  if (part.words > 0) pack_part<Pairs>(part, out);
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
