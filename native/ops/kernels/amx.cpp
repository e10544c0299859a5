// Kernels for AMX: products of bf16 and of bytes on tiles, the rest as AVX-512-BF16.
#include "ops/kernels/standard.h"
#if defined(__x86_64__)
#include <immintrin.h>

// GCC 12 takes its own headers' undefined vectors for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vnni,amx-tile,amx-bf16,amx-int8")
#define MG_BF16 1
#define MG_AMX 1
#define MG_WIDTH 16

namespace medgym::amx {
namespace {
#include "ops/kernels/all.inl"
}  // namespace
const Kernels& table() {
  static const Kernels kernels = make_table("amx");
  return kernels;
}
}  // namespace medgym::amx
#pragma GCC pop_options
#endif
