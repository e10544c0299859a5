// One vector type for every instruction set: MG_WIDTH floats in a GCC vector, with intrinsics only where the generic form is
// slow. Included inside each instruction set's own namespace.

constexpr int W = MG_WIDTH;
typedef float V __attribute__((vector_size(W * 4)));
typedef int32_t VI __attribute__((vector_size(W * 4)));
typedef float VU __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef int32_t VIU __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef uint16_t VH __attribute__((vector_size(W * 2)));
typedef uint16_t VHU __attribute__((vector_size(W * 2), aligned(2), may_alias));

inline V load(const float* p) { return *reinterpret_cast<const VU*>(p); }
inline void store(float* p, V v) { *reinterpret_cast<VU*>(p) = v; }
inline V zero() { return V{}; }

#if MG_WIDTH == 16
inline V splat(float f) { return (V)_mm512_set1_ps(f); }
inline V fma(V a, V b, V c) { return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
inline V max(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
inline V min(V a, V b) { return (V)_mm512_min_ps((__m512)a, (__m512)b); }
inline V sqrt(V a) { return (V)_mm512_sqrt_ps((__m512)a); }
inline __mmask16 first(int64_t n) { return __mmask16(n >= 16 ? 0xffff : (1u << n) - 1); }
inline V load(const float* p, int64_t n) { return (V)_mm512_maskz_loadu_ps(first(n), p); }
inline V load_or(const float* p, int64_t n, V other) { return (V)_mm512_mask_loadu_ps((__m512)other, first(n), p); }
inline void store(float* p, V v, int64_t n) { _mm512_mask_storeu_ps(p, first(n), (__m512)v); }
inline float sum(V a) { return _mm512_reduce_add_ps((__m512)a); }
inline float top(V a) { return _mm512_reduce_max_ps((__m512)a); }
inline V round(V a) { return (V)_mm512_roundscale_ps((__m512)a, 8); }
// a·2^n for integral n
inline V scale2(V a, V n) { return (V)_mm512_scalef_ps((__m512)a, (__m512)n); }
inline V load(const bf16* p) {
  return (V)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))), 16);
}
#elif MG_WIDTH == 8
inline V splat(float f) { return (V)_mm256_set1_ps(f); }
inline V fma(V a, V b, V c) { return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline V max(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
inline V min(V a, V b) { return (V)_mm256_min_ps((__m256)a, (__m256)b); }
inline V sqrt(V a) { return (V)_mm256_sqrt_ps((__m256)a); }
inline __m256i first(int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n > 8 ? 8 : n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline V load(const float* p, int64_t n) { return (V)_mm256_maskload_ps(p, first(n)); }
inline V load_or(const float* p, int64_t n, V other) {
  return (V)_mm256_blendv_ps((__m256)other, _mm256_maskload_ps(p, first(n)), (__m256)first(n));
}
inline void store(float* p, V v, int64_t n) { _mm256_maskstore_ps(p, first(n), (__m256)v); }
inline float sum(V a) {
  const __m128 h = _mm_add_ps(_mm256_castps256_ps128((__m256)a), _mm256_extractf128_ps((__m256)a, 1));
  const __m128 q = _mm_add_ps(h, _mm_movehl_ps(h, h));
  return _mm_cvtss_f32(_mm_add_ss(q, _mm_movehdup_ps(q)));
}
inline float top(V a) {
  const __m128 h = _mm_max_ps(_mm256_castps256_ps128((__m256)a), _mm256_extractf128_ps((__m256)a, 1));
  const __m128 q = _mm_max_ps(h, _mm_movehl_ps(h, h));
  return _mm_cvtss_f32(_mm_max_ss(q, _mm_movehdup_ps(q)));
}
inline V round(V a) { return (V)_mm256_round_ps((__m256)a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
inline V scale2(V a, V n) { return (V)((VI)a + (__builtin_convertvector(n, VI) << 23)); }
inline V load(const bf16* p) {
  return (V)_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))), 16);
}
#else
inline V splat(float f) { return V{f, f, f, f}; }
inline V fma(V a, V b, V c) { return a * b + c; }
inline V max(V a, V b) { return a > b ? a : b; }
inline V min(V a, V b) { return a < b ? a : b; }
inline V sqrt(V a) {
  for (int i = 0; i < W; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
}
inline V load_or(const float* p, int64_t n, V other) {
  for (int i = 0; i < W; i++)
    if (i < n) other[i] = p[i];
  return other;
}
inline V load(const float* p, int64_t n) {
  V v{};
  for (int i = 0; i < W; i++)
    if (i < n) v[i] = p[i];
  return v;
}
inline void store(float* p, V v, int64_t n) {
  for (int i = 0; i < W; i++)
    if (i < n) p[i] = v[i];
}
inline float sum(V a) { return (a[0] + a[2]) + (a[1] + a[3]); }
inline float top(V a) { return std::max(std::max(a[0], a[2]), std::max(a[1], a[3])); }
// Adding and taking away 1.5·2^23 rounds to the nearest integer.
inline V round(V a) { return (a + 12582912.0f) - 12582912.0f; }
inline V scale2(V a, V n) { return (V)((VI)a + (__builtin_convertvector(n, VI) << 23)); }
inline V load(const bf16* p) { return (V)(__builtin_convertvector(*reinterpret_cast<const VHU*>(p), VI) << 16); }
#endif

// The nearest bf16, ties to even, kept as f32; NaN stays NaN (its low bits cannot carry into the sign for any NaN that occurs:
// arithmetic makes quiet ones with a clear low half).
inline V round_bf16(V v) {
  const VI u = (VI)v;
  return (V)((u + 0x7fff + ((u >> 16) & 1)) & int32_t(0xffff0000));
}
inline void store(bf16* p, V v) {
#ifdef MG_BF16
  const __m256bh h = _mm512_cvtneps_pbh((__m512)v);
  __builtin_memcpy(p, &h, 32);
#else
  *reinterpret_cast<VHU*>(p) = __builtin_convertvector((VI)round_bf16(v) >> 16, VH);
#endif
}
inline V load(const bf16* p, int64_t n) {
  if (n >= W) return load(p);
  bf16 padded[W] = {};
  for (int64_t i = 0; i < n; i++) padded[i] = p[i];
  return load(padded);
}

// e^x with an error below 1 ulp or so: x = n·ln 2 + r, |r| ≤ ln2/2, a polynomial for e^r (Cephes), then the exponent. Results
// below 2^-125 become 0; +∞ above 88.7 is not reached because every caller subtracts a maximum or clamps.
inline V exp(V x) {
  const V low = splat(-86.6f), clamped = min(max(x, low), splat(88.0f));
  const V n = round(clamped * 1.44269504088896341f);
  V r = fma(n, splat(-0.693359375f), clamped);
  r = fma(n, splat(2.12194440e-4f), r);
  V p = splat(1.9875691500e-4f);
  p = fma(p, r, splat(1.3981999507e-3f));
  p = fma(p, r, splat(8.3334519073e-3f));
  p = fma(p, r, splat(4.1665795894e-2f));
  p = fma(p, r, splat(1.6666665459e-1f));
  p = fma(p, r, splat(5.0000001201e-1f));
  const V result = scale2(fma(p, r * r, r) + 1.0f, n);
  return x > low ? result : zero();
}

// W vectors of W 32-bit words, transposed in place.
inline void transpose(V (&v)[W]) {
#if MG_WIDTH == 16
  __m512 t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps((__m512)v[i], (__m512)v[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps((__m512)v[i], (__m512)v[i + 1]);
  }
  __m512 s[16];
  for (int i = 0; i < 16; i += 4) {
    s[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i]), _mm512_castps_pd(t[i + 2])));
    s[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i]), _mm512_castps_pd(t[i + 2])));
    s[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i + 1]), _mm512_castps_pd(t[i + 3])));
    s[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i + 1]), _mm512_castps_pd(t[i + 3])));
  }
  for (int i = 0; i < 4; i++) {
    const __m512 a = _mm512_shuffle_f32x4(s[i], s[i + 4], 0x88), b = _mm512_shuffle_f32x4(s[i], s[i + 4], 0xdd);
    const __m512 c = _mm512_shuffle_f32x4(s[i + 8], s[i + 12], 0x88), d = _mm512_shuffle_f32x4(s[i + 8], s[i + 12], 0xdd);
    v[i] = (V)_mm512_shuffle_f32x4(a, c, 0x88);
    v[i + 8] = (V)_mm512_shuffle_f32x4(a, c, 0xdd);
    v[i + 4] = (V)_mm512_shuffle_f32x4(b, d, 0x88);
    v[i + 12] = (V)_mm512_shuffle_f32x4(b, d, 0xdd);
  }
#elif MG_WIDTH == 8
  __m256 t[8], s[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps((__m256)v[i], (__m256)v[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps((__m256)v[i], (__m256)v[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    s[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    s[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    s[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    s[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    v[i] = (V)_mm256_permute2f128_ps(s[i], s[i + 4], 0x20);
    v[i + 4] = (V)_mm256_permute2f128_ps(s[i], s[i + 4], 0x31);
  }
#else
  const V a = v[0], b = v[1], c = v[2], d = v[3];
  v[0] = V{a[0], b[0], c[0], d[0]};
  v[1] = V{a[1], b[1], c[1], d[1]};
  v[2] = V{a[2], b[2], c[2], d[2]};
  v[3] = V{a[3], b[3], c[3], d[3]};
#endif
}
