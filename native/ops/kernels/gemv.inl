// Few rows of x against many rows of W: dot products along contiguous memory, each row of W read once for up to four rows of x.

// Sums of four vectors.
inline void sum4(const V (&v)[4], float (&out)[4]) {
#if MG_WIDTH >= 8
  __m128 q[4];
  for (int i = 0; i < 4; i++) {
#if MG_WIDTH == 16
    const __m256 h = _mm256_add_ps(_mm512_castps512_ps256((__m512)v[i]), _mm512_extractf32x8_ps((__m512)v[i], 1));
#else
    const __m256 h = (__m256)v[i];
#endif
    q[i] = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
  }
  _mm_storeu_ps(out, _mm_hadd_ps(_mm_hadd_ps(q[0], q[1]), _mm_hadd_ps(q[2], q[3])));
#else
  for (int i = 0; i < 4; i++) out[i] = sum(v[i]);
#endif
}

struct F32Rows {
  using Number = float;
  static constexpr int per_word = 1;
  static V weights(const float* p) { return load(p); }
  static V weights(const float* p, int64_t n) { return load(p, n); }
  static V multiply_add(V a, V b, V c) { return fma(a, b, c); }
};
struct WidenedRows {  // bf16 weights against x rounded to bf16 and kept in f32
  using Number = bf16;
  static constexpr int per_word = 1;
  static V weights(const bf16* p) { return load(p); }
  static V weights(const bf16* p, int64_t n) { return load(p, n); }
  static V multiply_add(V a, V b, V c) { return fma(a, b, c); }
};
#ifdef MG_BF16
struct Bf16Rows {
  using Number = bf16;
  static constexpr int per_word = 2;
  static V weights(const bf16* p) { return (V)_mm512_loadu_si512(p); }
  static V weights(const bf16* p, int64_t n) {  // n words, the last perhaps half: the caller's x has a zero there
    return (V)_mm512_maskz_loadu_epi16(__mmask32(n >= 32 ? ~0u : (1u << n) - 1), p);
  }
  static V multiply_add(V a, V b, V c) { return (V)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b); }
};
#endif

// M rows of x against N rows of W.
template <class Rows, int M, int N>
inline void dot_block(const float* x, int64_t x_row, const typename Rows::Number* weight, int64_t weight_row, int64_t inner,
                      float (&out)[M][N]) {
  V sums[M][N];
#pragma GCC unroll 4
  for (int m = 0; m < M; m++)
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) sums[m][n] = zero();
  constexpr int kStep = W * Rows::per_word;
  int64_t k = 0;
  for (; k + kStep <= inner; k += kStep) {
    V ws[N];
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) ws[n] = Rows::weights(weight + n * weight_row + k);
#pragma GCC unroll 4
    for (int m = 0; m < M; m++) {
      const V xs = load(x + m * x_row + k / Rows::per_word);
#pragma GCC unroll 8
      for (int n = 0; n < N; n++) sums[m][n] = Rows::multiply_add(xs, ws[n], sums[m][n]);
    }
  }
  if (k < inner)
    for (int m = 0; m < M; m++) {
      const V xs = load(x + m * x_row + k / Rows::per_word, (inner - k + Rows::per_word - 1) / Rows::per_word);
      for (int n = 0; n < N; n++) sums[m][n] = Rows::multiply_add(xs, Rows::weights(weight + n * weight_row + k, inner - k), sums[m][n]);
    }
  for (int m = 0; m < M; m++) {
    if constexpr (N % 4 == 0) {
      for (int n = 0; n < N; n += 4) {
        const V four[4] = {sums[m][n], sums[m][n + 1], sums[m][n + 2], sums[m][n + 3]};
        float totals[4];
        sum4(four, totals);
        for (int j = 0; j < 4; j++) out[m][n + j] = totals[j];
      }
    } else {
      for (int n = 0; n < N; n++) out[m][n] = sum(sums[m][n]);
    }
  }
}

template <class Rows, int M, int N>
inline void dot_rows(const GemmWork& w, int64_t row, int64_t column) {
  const GemmArgs& g = w.args;
  float out[M][N];
  dot_block<Rows, M, N>(static_cast<const float*>(w.a) + row * w.a_row, w.a_row,
                        static_cast<const typename Rows::Number*>(g.b) + column * g.b_column, g.b_column, g.inner, out);
  for (int m = 0; m < M; m++)
    for (int n = 0; n < N; n++) {
      float& c = g.c[(row + m) * g.c_row + column + n];
      const float value = g.alpha * out[m][n] + (g.bias ? g.bias[column + n] : 0.0f);
      c = g.beta != 0 ? g.beta * c + value : value;
    }
}

template <class Rows, int N>
void dot_columns(const GemmWork& w, int64_t column) {
  const int64_t rows = w.args.rows;
  int64_t m = 0;
  for (; m + 4 <= rows; m += 4) dot_rows<Rows, 4, N>(w, m, column);
  if (rows - m == 3) dot_rows<Rows, 3, N>(w, m, column);
  if (rows - m == 2) dot_rows<Rows, 2, N>(w, m, column);
  if (rows - m == 1) dot_rows<Rows, 1, N>(w, m, column);
}

template <class Rows>
void gemv_as(const GemmWork& w, int64_t begin, int64_t end) {
  int64_t n = begin;
  if (w.args.rows == 1)
    for (; n + 8 <= end; n += 8) dot_rows<Rows, 1, 8>(w, 0, n);
  for (; n + 4 <= end; n += 4) dot_columns<Rows, 4>(w, n);
  for (; n < end; n++) dot_columns<Rows, 1>(w, n);
}

#ifdef MG_AMX
#include "ops/kernels/amx_gemv.inl"
#endif

void gemv(const GemmWork& w, int64_t begin, int64_t end) {
#ifdef MG_AMX
  if (w.turned) begin = amx_gemv(w, begin, end);
#endif
  if (w.args.b_type == Dtype::F32) return gemv_as<F32Rows>(w, begin, end);
#ifdef MG_BF16
  gemv_as<Bf16Rows>(w, begin, end);
#else
  gemv_as<WidenedRows>(w, begin, end);
#endif
}
