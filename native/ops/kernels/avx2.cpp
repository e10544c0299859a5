// Kernels for AVX2 with FMA.
#include "ops/kernels/standard.h"
#if defined(__x86_64__)
#include <immintrin.h>

// GCC 12 takes its own headers' undefined vectors for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#define MG_WIDTH 8

namespace medgym::avx2 {
namespace {
#include "ops/kernels/all.inl"
}  // namespace
const Kernels& table() {
  static const Kernels kernels = make_table("avx2");
  return kernels;
}
}  // namespace medgym::avx2
#pragma GCC pop_options
#endif
