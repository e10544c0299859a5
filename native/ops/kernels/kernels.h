// The table of inner kernels that each instruction set provides. The same sources (*.inl) are compiled once per set; the ops
// choose the table at run time. Nothing here allocates or starts threads.
#pragma once
#include <cstdint>

#include "ops/gemm.h"
#include "runtime/cpu.h"

namespace medgym {

// A product in progress: the arguments, where its packed factors lie, and how it is shared out among threads.
struct GemmWork {
  GemmArgs args;
  // A as the micro kernels read it: the caller's memory or the packed copy. Strides in 32-bit words.
  const void* a;
  int64_t a_row, a_inner;
  void* a_packed;     // set when A is converted, copied or transposed first: rows of a_row words, inner stride 1
  char* b_packed;     // per thread b_bytes
  int64_t b_bytes;
  int row_parts, column_parts;  // threads = row_parts * column_parts
  int64_t panels_per_chunk;     // panels of B packed at a time
  int64_t k_words;              // inner length in words, padded: numbers in f32, pairs in bf16
};

struct Kernels {
  const char* name;
  bool bf16_products;  // bf16 factors are multiplied natively; else rounded to bf16 and multiplied as f32
  int panel;           // columns of a packed panel of B
  int strip;           // rows of C per micro kernel
  int k_multiple;      // bf16 inner length is padded to a multiple of this many numbers

  void (*gemm_pack_a)(const GemmWork&, int64_t row_begin, int64_t row_end);
  void (*gemm_compute)(const GemmWork&, int thread);
  // The same product for few rows, columns [begin, end): B's inner stride is 1 and B is read once, as it lies. F32 weights with f32
  // products, or bf16 weights with bf16 products; A as in gemm_compute.
  void (*gemv)(const GemmWork&, int64_t begin, int64_t end);
};

const Kernels& kernels();  // of current_isa()
const Kernels& kernels_of(Isa);

}  // namespace medgym
