// Weights of 4 and 8 bits: quantising, giving back, and dot products that read each code once (ops/nf4.h).
// A block is 64 numbers, decoded to kVectors vectors: pairs of bf16 where bf16 is multiplied, else f32. Four-bit blocks are decoded by
// halves: of each chunk of 2L numbers (L in a vector) first the L even ones, then the L odd ones, because that is how nibbles come apart;
// quantised_x puts x into the same order. Eight-bit blocks keep their order; where bf16 is multiplied, int8.inl multiplies them as bytes.

constexpr int64_t kBlock = kQuantisedBlock;
#ifdef MG_BF16
constexpr int kVectors = 2;
#else
constexpr int kVectors = int(kBlock) / W;
#endif

inline VI iota() {
  VI v{};
  for (int i = 0; i < W; i++) v[i] = i;
  return v;
}
// Of the pair a, b: numbers 0 2 4 … and 1 3 5 …, and the way back.
inline V evens(V a, V b) { return __builtin_shuffle(a, b, iota() * 2); }
inline V odds(V a, V b) { return __builtin_shuffle(a, b, iota() * 2 + 1); }
inline V merge_low(V even, V odd) { return __builtin_shuffle(even, odd, (iota() >> 1) + (iota() & 1) * W); }
inline V merge_high(V even, V odd) { return __builtin_shuffle(even, odd, (iota() >> 1) + (iota() & 1) * W + W / 2); }

struct Nf4 {
  static constexpr int64_t block_bytes = kBlock / 2;
  static constexpr bool has_scales = true;
  static inline void decode(const uint8_t* codes, float absmax, V (&out)[kVectors]) {
#if defined(MG_BF16)
    // Both halves of the table hold the 16 values, so that bit 4 of an index, which is a bit of the other nibble, does not matter.
    const V scaled = load(nf4_code) * absmax;
    const __m512i table = (__m512i)_mm512_cvtne2ps_pbh((__m512)scaled, (__m512)scaled);
    const __m512i bytes = _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)));
    out[0] = (V)_mm512_permutexvar_epi16(_mm512_srli_epi16(bytes, 4), table);
    out[1] = (V)_mm512_permutexvar_epi16(bytes, table);
#elif MG_WIDTH == 16
    const __m512 table = (__m512)(load(nf4_code) * absmax);
    for (int c = 0; c < 2; c++) {
      const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + c * 16)));
      out[2 * c] = (V)_mm512_permutexvar_ps(_mm512_srli_epi32(bytes, 4), table);
      out[2 * c + 1] = (V)_mm512_permutexvar_ps(bytes, table);
    }
#elif MG_WIDTH == 8
    const __m256 low = (__m256)(load(nf4_code) * absmax), high = (__m256)(load(nf4_code + 8) * absmax);
    const auto look_up = [&](__m256i index) {  // bit 3 chooses the half
      return (V)_mm256_blendv_ps(_mm256_permutevar8x32_ps(low, index), _mm256_permutevar8x32_ps(high, index),
                                 _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
    };
    for (int c = 0; c < 4; c++) {
      const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes + c * 8)));
      out[2 * c] = look_up(_mm256_srli_epi32(bytes, 4));
      out[2 * c + 1] = look_up(bytes);
    }
#else
    float table[16];
    for (int i = 0; i < 16; i++) table[i] = nf4_code[i] * absmax;
    for (int c = 0; c < kVectors / 2; c++, codes += W) {
      out[2 * c] = V{table[codes[0] >> 4], table[codes[1] >> 4], table[codes[2] >> 4], table[codes[3] >> 4]};
      out[2 * c + 1] = V{table[codes[0] & 15], table[codes[1] & 15], table[codes[2] & 15], table[codes[3] & 15]};
    }
#endif
  }
};

struct Int8 {
  static constexpr int64_t block_bytes = kBlock;
  static constexpr bool has_scales = false;
  static inline V numbers(const uint8_t* p) {
#if MG_WIDTH == 16
    return (V)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
#elif MG_WIDTH == 8
    return (V)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
    V v{};
    for (int i = 0; i < W; i++) v[i] = float(int8_t(p[i]));
    return v;
#endif
  }
  // The codes as numbers, without the row's scale: exact in bf16.
  static inline void decode(const uint8_t* codes, float, V (&out)[kVectors]) {
#ifdef MG_BF16
    for (int v = 0; v < 2; v++)
      out[v] = (V)_mm512_cvtne2ps_pbh((__m512)numbers(codes + v * 32 + 16), (__m512)numbers(codes + v * 32));
#else
    for (int v = 0; v < kVectors; v++) out[v] = numbers(codes + v * W);
#endif
  }
};

// absmax of blocks [begin, begin+count), count ≤ 16, of this row, into room for 16. The product is rounded before the sum, on every
// instruction set: an addition with its rounding stated is not made one operation with it.
inline void block_scales(const QuantisedRows& w, const float* map, int64_t row, int64_t begin, int64_t count, float* out) {
  const int64_t block = row * w.blocks + begin, place = w.first_row * w.blocks + block;
  const uint8_t* codes = w.absmax + block;
  const float* scale = w.group_scales + place / kQuantisedGroup;
  const int64_t here = kQuantisedGroup - place % kQuantisedGroup;  // the rest lies in the next group
#if MG_WIDTH == 16
  const __m512i index = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(count), codes));
  V scales = splat(scale[0]);
  if (here < count) scales = (V)_mm512_mask_blend_ps(first(here), _mm512_set1_ps(scale[1]), (__m512)scales);
  const __m512 product = _mm512_mul_ps(_mm512_mask_i32gather_ps(_mm512_setzero_ps(), first(count), index, map, 4), (__m512)scales);
  store(out, (V)_mm512_add_round_ps(product, _mm512_set1_ps(w.offset), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  // Each is read back by a broadcasting load; taking them from the register would load the port that looks codes up.
  __asm__ volatile("" ::: "memory");
#else
  for (int64_t i = 0; i < std::min(here, count); i++) out[i] = unfused(map[codes[i]] * scale[0]) + w.offset;
  for (int64_t i = here; i < count; i++) out[i] = unfused(map[codes[i]] * scale[1]) + w.offset;
#endif
}

inline V quantised_multiply_add(V a, V b, V c) {
#ifdef MG_BF16
  return (V)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
#else
  return fma(a, b, c);
#endif
}

#ifdef MG_BF16
#include "ops/kernels/int8.inl"
#endif
#ifdef MG_AMX
#include "ops/kernels/amx_nf4.inl"
#endif

// Sums of M tokens and N rows of W.
template <class Format, int M, int N>
inline void quantised_block(const QuantisedDots& d, const float* map, int64_t token, int64_t row) {
  const QuantisedRows& w = d.weight;
  V sums[M][N];
#pragma GCC unroll 4
  for (int m = 0; m < M; m++)
#pragma GCC unroll 4
    for (int n = 0; n < N; n++) sums[m][n] = zero();
  // The rows lie in one group. What comes after them is prefetched, so that memory is waited for while they are decoded.
  const uint8_t* codes = w.row_codes(row);
  const int64_t to_next_row = Format::has_scales ? Format::block_bytes : w.row_bytes(), step = w.block_step(row);
  const int64_t ahead = (Format::has_scales ? kInterleavedRows : N) * w.row_bytes();
  const float* x = d.x + token * d.x_row;
  for (int64_t first = 0; first < w.blocks; first += 16) {
    const int64_t count = std::min<int64_t>(16, w.blocks - first);
    float scales[N][16];
    if constexpr (Format::has_scales)
      for (int n = 0; n < N; n++) block_scales(w, map, row + n, first, count, scales[n]);
    for (int64_t b = 0; b < count; b++, codes += step, x += kVectors * W) {
#pragma GCC unroll 4
      for (int n = 0; n < N; n++) {
        __builtin_prefetch(codes + n * to_next_row + ahead, 0, 2);
        V decoded[kVectors];
        Format::decode(codes + n * to_next_row, Format::has_scales ? scales[n][b] : 1, decoded);
#pragma GCC unroll 4
        for (int m = 0; m < M; m++)
#pragma GCC unroll 16
          for (int v = 0; v < kVectors; v++) sums[m][n] = quantised_multiply_add(load(x + m * d.x_row + v * W), decoded[v], sums[m][n]);
      }
    }
  }
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++) {
      float& y = d.y[(token + m) * d.y_row + row + n];
      float value = sum(sums[m][n]);
      if (w.row_scales) value *= w.row_scales[row + n];
      if (d.bias) value += d.bias[row + n];
      y = d.accumulate ? y + value : value;
    }
}

template <class Format, int N>
void quantised_columns(const QuantisedDots& d, const float* map, int64_t row) {
  int64_t t = 0;
  for (; t + 4 <= d.tokens; t += 4) quantised_block<Format, 4, N>(d, map, t, row);
  if (d.tokens - t >= 2) quantised_block<Format, 2, N>(d, map, t, row), t += 2;
  if (d.tokens - t == 1) quantised_block<Format, 1, N>(d, map, t, row);
}

// Rows [begin, end) of W.
template <class Format>
void quantised_dots_as(const QuantisedDots& d, int64_t begin, int64_t end) {
  const float* map = nf4_absmax_map();
  int64_t row = begin;
#ifdef MG_AMX
  row = amx_quantised(d, map, begin, end);
#endif
  for (; row + 4 <= end; row += 4) quantised_columns<Format, 4>(d, map, row);
  for (; row < end; row++) quantised_columns<Format, 1>(d, map, row);
}

void quantised_dots(const QuantisedDots& d, int64_t begin, int64_t end) {
  if (d.weight.format == QuantisedRows::Format::nf4) return quantised_dots_as<Nf4>(d, begin, end);
#ifdef MG_BF16
  byte_dots(d, begin, end);
#else
  quantised_dots_as<Int8>(d, begin, end);
#endif
}

int64_t quantised_x_words([[maybe_unused]] QuantisedRows::Format format, int64_t blocks) {
#ifdef MG_BF16
  if (format == QuantisedRows::Format::int8) return byte_words(blocks) + W;
#endif
  return blocks * kVectors * W;
}

// One token in the order of decoded blocks, with zeros up to whole blocks.
void quantised_x(QuantisedRows::Format format, const float* x, int64_t k, int64_t blocks, float* out) {
#ifdef MG_BF16
  if (format == QuantisedRows::Format::int8) return byte_parts(x, k, blocks, out);
#else
  const bool halves = format == QuantisedRows::Format::nf4;
#endif
  for (int64_t b = 0; b < blocks; b++, x += kBlock, out += kVectors * W) {
    float padded[kBlock] = {};
    const float* from = x;
    if (k - b * kBlock < kBlock) {
      std::copy_n(x, k - b * kBlock, padded);
      from = padded;
    }
    for (int i = 0; i < kBlock; i += 2 * W * (kVectors == 2 ? 2 : 1)) {
#ifdef MG_BF16
      const __m512 a = (__m512)load(from + i), b1 = (__m512)load(from + i + 16), c = (__m512)load(from + i + 32), e = (__m512)load(from + i + 48);
      const __m512i low = (__m512i)_mm512_cvtne2ps_pbh(b1, a), high = (__m512i)_mm512_cvtne2ps_pbh(e, c);
      const __m512i even = _mm512_set_epi16(62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14,
                                            12, 10, 8, 6, 4, 2, 0);
      store(out, (V)_mm512_permutex2var_epi16(low, even, high));
      store(out + W, (V)_mm512_permutex2var_epi16(low, _mm512_add_epi16(even, _mm512_set1_epi16(1)), high));
#else
      const V low = load(from + i), high = load(from + i + W);
      store(out + i, halves ? evens(low, high) : low);
      store(out + i + W, halves ? odds(low, high) : high);
#endif
    }
  }
}

// One block of decoded numbers in their own order: 64 bf16 or f32.
template <class Format>
inline void put_block(const V (&decoded)[kVectors], float* out) {
  if constexpr (std::is_same_v<Format, Int8>) {
    for (int v = 0; v < kVectors; v++) store(out + v * W, decoded[v]);
  } else {
#ifdef MG_BF16
    const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34,
                                         2, 33, 1, 32, 0);
    store(out, (V)_mm512_permutex2var_epi16((__m512i)decoded[0], low, (__m512i)decoded[1]));
    store(out + W, (V)_mm512_permutex2var_epi16((__m512i)decoded[0], _mm512_add_epi16(low, _mm512_set1_epi16(16)), (__m512i)decoded[1]));
#else
    for (int v = 0; v < kVectors; v += 2) {
      store(out + v * W, merge_low(decoded[v], decoded[v + 1]));
      store(out + (v + 1) * W, merge_high(decoded[v], decoded[v + 1]));
    }
#endif
  }
}

template <class Format>
void unpack_row(const QuantisedRows& w, int64_t row, void* out) {
  constexpr int64_t kBytes = kVectors * W * 4;
  const float* map = nf4_absmax_map();
  const uint8_t* codes = w.row_codes(row);
  const int64_t step = w.block_step(row);
  char* to = static_cast<char*>(out);
  for (int64_t first = 0; first < w.blocks; first += 16) {
    const int64_t count = std::min<int64_t>(16, w.blocks - first);
    float scales[16] = {};
    if constexpr (Format::has_scales) block_scales(w, map, row, first, count, scales);
    for (int64_t b = 0; b < count; b++, codes += step, to += kBytes) {
      V decoded[kVectors];
      Format::decode(codes, scales[b], decoded);
      if ((first + b + 1) * kBlock <= w.k) {
        put_block<Format>(decoded, reinterpret_cast<float*>(to));
      } else {
        float last[kVectors * W];
        put_block<Format>(decoded, last);
        std::memcpy(to, last, size_t(kBytes / kBlock * (w.k - (first + b) * kBlock)));
      }
    }
  }
}

// Row `row` as k numbers of the product's type (bf16 or f32); 8-bit ones without their scale.
void quantised_row(const QuantisedRows& w, int64_t row, void* out) {
  if (w.format == QuantisedRows::Format::nf4) return unpack_row<Nf4>(w, row, out);
  unpack_row<Int8>(w, row, out);
}

// Codes (32 bytes) of 64 numbers; returns the largest magnitude.
float nf4_quantise_block(const float* values, uint8_t* codes) {
  V largest = zero();
  for (int i = 0; i < kBlock; i += W) largest = max(largest, max(load(values + i), -load(values + i)));
  const float absmax = top(largest);
  int32_t code[kBlock];
  for (int i = 0; i < kBlock; i += W) {
    const V x = absmax > 0 ? load(values + i) / splat(absmax) : zero();
    VI above{};
    for (int c = 0; c < 15; c++) above -= (VI)(x > splat((nf4_code[c] + nf4_code[c + 1]) / 2));
    *reinterpret_cast<VIU*>(code + i) = above;
  }
  for (int i = 0; i < kBlock / 2; i++) codes[i] = uint8_t(code[2 * i] << 4 | code[2 * i + 1]);
  return absmax;
}
