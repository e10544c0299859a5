// C = alpha * A·B + beta * C, the product behind every linear layer, its gradients and LoRA.
// A (M,K) and B (K,N) are given by strides, so any transposition is a matter of arguments:
//   A[i,p] = a[i*a_row + p*a_inner]     B[p,j] = b[p*b_inner + j*b_column]     C[i,j] = c[i*c_row + j]
// One of the two strides of A and one of B must be 1. C is f32.
#pragma once
#include "runtime/context.h"
#include "runtime/dtype.h"

namespace medgym {

// Two ways to form a product with few rows; their sums are taken in different order, so their last bits differ. Within one way a row of C
// does not depend on how many other rows there are: who needs that (generation, where batches change) names the way.
//   dots: B, whose inner stride must be 1 and whose type is the compute type, is read once where it lies.   panels: B is packed first.
enum class GemmPath { automatic, dots, panels };

struct GemmArgs {
  int64_t rows, columns, inner;  // M, N, K
  const void* a;
  Dtype a_type = Dtype::F32;  // F32 or BF16
  int64_t a_row, a_inner;
  const void* b;
  Dtype b_type = Dtype::F32;
  int64_t b_inner, b_column;
  float* c;
  int64_t c_row;
  float alpha = 1, beta = 0;   // beta 0: C is written without being read
  const float* bias = nullptr; // (N), added to every row
  // F32: f32 products. BF16: both factors are rounded to bf16 (nearest even), products and sums are f32.
  Dtype compute = Dtype::F32;
  GemmPath path = GemmPath::automatic;  // automatic: dots for a few rows where they are possible
};

void gemm(Context&, const GemmArgs&);

}  // namespace medgym
