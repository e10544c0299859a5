#include "ops/kernels/simd.inl"
#include "ops/kernels/gemm.inl"
#include "ops/kernels/gemv.inl"

Kernels make_table(const char* name) {
  Kernels k{};
  k.name = name;
#ifdef MG_BF16
  k.bf16_products = true;
#endif
  k.panel = kPanel;
  k.strip = kStrip;
#ifdef MG_AMX
  k.k_multiple = 32;
#else
  k.k_multiple = 2;
#endif
  k.gemm_pack_a = gemm_pack_a;
  k.gemm_compute = gemm_compute;
  k.gemv = gemv;
  return k;
}
