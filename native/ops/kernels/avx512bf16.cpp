// Kernels for AVX-512 with dot products of bf16 (VDPBF16PS) and of bytes (VPDPBUSD).
#include "ops/kernels/standard.h"
#if defined(__x86_64__)
#include <immintrin.h>

// GCC 12 takes its own headers' undefined vectors for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni")
#define MG_BF16 1
#define MG_WIDTH 16

namespace medgym::avx512bf16 {
namespace {
#include "ops/kernels/all.inl"
}  // namespace
const Kernels& table() {
  static const Kernels kernels = make_table("avx512bf16");
  return kernels;
}
}  // namespace medgym::avx512bf16
#pragma GCC pop_options
#endif
