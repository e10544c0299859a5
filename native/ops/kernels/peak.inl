// Loops of nothing but multiply-adds in registers: the ceilings that the benches compare with. They return their FLOP.
int64_t peak_f32(int64_t rounds) {
  constexpr int kChains = W == 16 ? 24 : 12;
  V sums[kChains];
#pragma GCC unroll 24
  for (int i = 0; i < kChains; i++) sums[i] = splat(float(i));
  V a = splat(0.5f);
  for (int64_t r = 0; r < rounds; r++) {
    __asm__ volatile("" : "+m"(r));
#pragma GCC unroll 24
    for (int i = 0; i < kChains; i++) sums[i] = fma(a, sums[i], a);
  }
  V total = zero();
#pragma GCC unroll 24
  for (int i = 0; i < kChains; i++) total += sums[i];
  volatile float keep = sum(total);
  (void)keep;
  return rounds * kChains * W * 2;
}

int64_t peak_bf16(int64_t rounds) {
#if defined(MG_AMX)
  configure_tiles();
  for (int64_t r = 0; r < rounds; r++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
  return rounds * 4 * 16 * 16 * 32 * 2;
#elif defined(MG_BF16)
  __m512 sums[24];
#pragma GCC unroll 24
  for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_ps(float(i));
  const __m512bh a = (__m512bh)_mm512_set1_epi16(0x3f00), b = (__m512bh)_mm512_set1_epi16(0x3e00);
  for (int64_t r = 0; r < rounds; r++) {
    __asm__ volatile("" : "+m"(r));
#pragma GCC unroll 24
    for (int i = 0; i < 24; i++) sums[i] = _mm512_dpbf16_ps(sums[i], a, b);
  }
  __m512 total = _mm512_setzero_ps();
#pragma GCC unroll 24
  for (int i = 0; i < 24; i++) total = _mm512_add_ps(total, sums[i]);
  volatile float keep = _mm512_reduce_add_ps(total);
  (void)keep;
  return rounds * 24 * 64;
#else
  return peak_f32(rounds);
#endif
}
