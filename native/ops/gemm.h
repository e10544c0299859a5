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

// C[:, column … column+columns) += A·B: what LoRA adds to a linear layer. It is added while the block of C is still in the cache, with the
// same bits as a product of its own after the first (alpha 1, beta 1).
struct GemmTerm {
  int64_t column, columns, inner;
  const float* a;  // inner stride 1
  int64_t a_row;
  const float* b;
  int64_t b_inner, b_column;
};

// B of bf16 in tiles: for products whose B is a weight W (rows, length), b_inner 1 and b_column `length`, or the other way round. Whole groups
// of 32 rows lie as pieces of 32 rows × 32 numbers one after another, so that a product with few rows reads W as one stream, in the
// order of memory, where rows as such are 32 streams; what is left over of the rows follows as rows. `length` is a multiple of 32, and
// no byte is added. Any product has the same bits as with rows.
constexpr int64_t kTileSide = 32;
// Where number `number` of row `row` lies in a whole group.
inline int64_t tiled_at(int64_t row, int64_t number, int64_t length) {
  return row / kTileSide * kTileSide * length + number / kTileSide * kTileSide * kTileSide + row % kTileSide * kTileSide + number % kTileSide;
}

// A as the kernels read it, made once for several products (gemm_pack).
struct PackedRows {
  const float* words = nullptr;  // null: A is read where it lies
  int64_t row = 0;               // words from one row to the next
};

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
  bool b_tiled = false;                 // bf16 in tiles (tiled_at); dots only where kernels().tiles_weights
  PackedRows packed{};                  // of a, from gemm_pack; used by panels
  const GemmTerm* terms = nullptr;
  int64_t term_count = 0;
};

void gemm(Context&, const GemmArgs&);
// Packs A (rows, inner) of these arguments for products over all of its inner numbers or, with gemm_packed_from, over those from a
// multiple of gemm_pack_multiple() on. The result lies in the scratch.
PackedRows gemm_pack(Context&, Scratch&, const GemmArgs&);
int64_t gemm_pack_multiple();
PackedRows gemm_packed_from(PackedRows, Dtype compute, int64_t inner);

}  // namespace medgym
