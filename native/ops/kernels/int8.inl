// Eight-bit weights as they lie, multiplied as bytes: VPDPBUSD for a token or two, TDPBSSD on tiles for more, whose whole-number sums are
// the same bits. A token is rounded to bf16, as everywhere, and written as whole numbers in one unit, a power of two: |x| < 2^22 units, so
// that what is below 2^-14 of the largest may lose bits, at most 2^-22 of the largest. Each number is three signed bytes,
// x = (65536·high + 256·middle + low)·unit. Sums stay below 2^31 while a row has at most kMostByteProducts numbers.

constexpr int64_t kParts = 3;
inline int64_t byte_words(int64_t blocks) { return blocks * kParts * (kBlock / 4); }

// Behind the bytes of a token (of each block 64 high, 64 middle, 64 low): the unit, and 128 times the sum of each kind of byte.
struct ByteTail {
  float unit;
  int32_t offset[kParts];
};
inline const ByteTail& byte_tail(const QuantisedDots& d, int64_t token) {
  return *reinterpret_cast<const ByteTail*>(d.x + token * d.x_row + byte_words(d.weight.blocks));
}

void byte_parts(const float* x, int64_t k, int64_t blocks, float* out) {
  V most = zero(), zeros = zero();  // zeros: NaN when a number is not finite
  for (int64_t i = 0; i < k; i += W) {
    const V v = round_bf16(load(x + i, k - i));
    most = max(most, (V)_mm512_abs_ps((__m512)v));
    zeros = fma(v, zero(), zeros);
  }
  const float largest = top(most);
  const int exponent = largest > 0x1p-100f ? std::ilogb(largest) : -100;
  const V up = splat(float(21 - exponent));
  __m512i sums[kParts] = {};
  char* to = reinterpret_cast<char*>(out);
  for (int64_t i = 0; i < blocks * kBlock; i += W) {
    const V v = i < k ? round_bf16(load(x + i, k - i)) : zero();
    __m512i rest = _mm512_cvtps_epi32((__m512)scale2(v, up));
    for (int64_t p = kParts - 1; p >= 0; p--) {
      const __m512i part = _mm512_srai_epi32(_mm512_slli_epi32(rest, 24), 24);
      rest = _mm512_srai_epi32(_mm512_sub_epi32(rest, part), 8);
      sums[p] = _mm512_add_epi32(sums[p], part);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i / kBlock * kBlock * kParts + p * kBlock + i % kBlock), _mm512_cvtepi32_epi8(part));
    }
  }
  ByteTail tail{.unit = std::ldexp(1.0f, exponent - 21) + sum(zeros), .offset = {}};
  for (int64_t p = 0; p < kParts; p++) tail.offset[p] = _mm512_reduce_add_epi32(sums[p]) * 128;
  std::memcpy(out + byte_words(blocks), &tail, sizeof tail);
}

// From sums of high, middle and low bytes, one lane a row of W or one a token, to units.
inline V byte_sum(__m512i high, __m512i middle, __m512i low) {
  const V h = (V)_mm512_cvtepi32_ps(high), m = (V)_mm512_cvtepi32_ps(middle), l = (V)_mm512_cvtepi32_ps(low);
  return fma(h, splat(65536.0f), fma(m, splat(256.0f), l));
}

// sums: of `count` rows of W from `row` on, in units.
inline void put_rows(const QuantisedDots& d, int64_t token, int64_t row, int64_t count, V sums) {
  float* y = d.y + token * d.y_row + row;
  const V value = sums * splat(byte_tail(d, token).unit), scale = load(d.weight.row_scales + row, count);
  V out = d.bias ? fma(value, scale, load(d.bias + row, count)) : value * scale;
  if (d.accumulate) out += load(y, count);
  store(y, out, count);
}

// M tokens and N rows of W, into lanes of sums[m][part].
template <int M, int N>
inline void byte_block(const QuantisedDots& d, int64_t token, int64_t row, int32_t (*sums)[kParts][W]) {
  constexpr int64_t kAhead = 4096;  // bytes; one stream in the order of memory reads fastest with these prefetched
  const int64_t row_bytes = d.weight.row_bytes();
  const uint8_t* codes = d.weight.codes + row * row_bytes;
  const __m512i flip = _mm512_set1_epi8(char(0x80));  // VPDPBUSD multiplies unsigned bytes by signed ones: codes become codes + 128
  __m512i totals[M][N][kParts];
#pragma GCC unroll 4
  for (int m = 0; m < M; m++)
#pragma GCC unroll 2
    for (int n = 0; n < N; n++)
#pragma GCC unroll 3
      for (int p = 0; p < kParts; p++) totals[m][n][p] = _mm512_setzero_si512();
  const float* x = d.x + token * d.x_row;
  for (int64_t b = 0; b < d.weight.blocks; b++, codes += kBlock, x += kParts * W)
#pragma GCC unroll 2
    for (int n = 0; n < N; n++) {
      __builtin_prefetch(codes + n * row_bytes + kAhead);
      const __m512i w = _mm512_xor_si512(_mm512_loadu_si512(codes + n * row_bytes), flip);
#pragma GCC unroll 4
      for (int m = 0; m < M; m++)
#pragma GCC unroll 3
        for (int p = 0; p < kParts; p++)
          totals[m][n][p] = _mm512_dpbusd_epi32(totals[m][n][p], w, _mm512_loadu_si512(x + m * d.x_row + p * W));
    }
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++)
      for (int p = 0; p < kParts; p++) sums[m][p][row % W + n] = _mm512_reduce_add_epi32(totals[m][n][p]) - byte_tail(d, token + m).offset[p];
}

// M tokens, rows [begin, end): whole vectors of rows, but the last.
template <int M>
void byte_rows(const QuantisedDots& d, int64_t token, int64_t begin, int64_t end) {
  constexpr int N = M == 1 ? 2 : 1;
  alignas(64) int32_t sums[M][kParts][W] = {};
  for (int64_t row = begin; row < end; row += W) {
    const int64_t count = std::min<int64_t>(W, end - row);
    int64_t r = row;
    for (; r + N <= row + count; r += N) byte_block<M, N>(d, token, r, sums);
    if (r < row + count) byte_block<M, 1>(d, token, r, sums);
    for (int m = 0; m < M; m++)
      put_rows(d, token + m, row, count, byte_sum(_mm512_load_si512(sums[m][0]), _mm512_load_si512(sums[m][1]), _mm512_load_si512(sums[m][2])));
  }
}

#ifdef MG_AMX
// 16 rows of W and up to 16 tokens.
inline void byte_tiles(const QuantisedDots& d, int64_t token, int64_t row) {
  const QuantisedRows& w = d.weight;
  const uint8_t* codes = w.codes + row * w.row_bytes();
  const float* x = d.turned + token * byte_words(w.blocks);
  __asm__ volatile("" ::: "memory");  // GCC's tile loads do not say that they read memory
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  for (int64_t b = 0; b < w.blocks; b++, codes += kBlock, x += kParts * 16 * W) {
    _tile_loadd(3, codes, w.row_bytes());
    _tile_loadd(4, x, 64);
    _tile_dpbssd(0, 3, 4);
    _tile_loadd(5, x + 16 * W, 64);
    _tile_dpbssd(1, 3, 5);
    _tile_loadd(6, x + 32 * W, 64);
    _tile_dpbssd(2, 3, 6);
  }
  alignas(64) int32_t out[kParts][16][W];  // rows of W × tokens
  _tile_stored(0, out[0], 64);
  _tile_stored(1, out[1], 64);
  _tile_stored(2, out[2], 64);
  __asm__ volatile("" ::: "memory");
  V block[W];
  for (int r = 0; r < W; r++)
    block[r] = byte_sum(_mm512_load_si512(out[0][r]), _mm512_load_si512(out[1][r]), _mm512_load_si512(out[2][r]));
  transpose(block);
  const int64_t here = std::min<int64_t>(16, d.tokens - token);
  for (int64_t m = 0; m < here; m++) put_rows(d, token + m, row, W, block[m]);
}
#endif

// Rows [begin, end) of W; begin: a multiple of 16.
void byte_dots(const QuantisedDots& d, int64_t begin, int64_t end) {
#ifdef MG_AMX
  if (d.tokens > 2) {
    configure_tiles();
    for (; begin + W <= end; begin += W)
      for (int64_t token = 0; token < d.tokens; token += 16) byte_tiles(d, token, begin);
    _tile_release();
  }
#endif
  int64_t t = 0;
  for (; t + 4 <= d.tokens; t += 4) byte_rows<4>(d, t, begin, end);
  if (d.tokens - t >= 2) byte_rows<2>(d, t, begin, end), t += 2;
  if (d.tokens - t == 1) byte_rows<1>(d, t, begin, end);
}
