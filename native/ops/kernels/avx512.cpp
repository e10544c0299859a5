// Kernels for AVX-512 (F, BW, DQ, VL).
#include "ops/kernels/standard.h"
#if defined(__x86_64__)
#include <immintrin.h>

// GCC 12 takes its own headers' undefined vectors for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl")
#define MG_WIDTH 16

namespace medgym::avx512 {
namespace {
#include "ops/kernels/all.inl"
}  // namespace
const Kernels& table() {
  static const Kernels kernels = make_table("avx512");
  return kernels;
}
}  // namespace medgym::avx512
#pragma GCC pop_options
#endif
