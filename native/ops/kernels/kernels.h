// The table of inner kernels that each instruction set provides. The same sources (*.inl) are compiled once per set; the ops
// choose the table at run time. Nothing here allocates or starts threads.
#pragma once
#include <cstdint>

#include "ops/gemm.h"
#include "ops/nf4.h"
#include "runtime/cpu.h"

namespace medgym {

// A product in progress: the arguments, where its packed factors lie, and how it is shared out among threads.
struct GemmWork {
  GemmArgs args;
  // A as the micro kernels read it: the caller's memory or the packed copy. Strides in 32-bit words.
  const void* a;
  int64_t a_row, a_inner;
  void* a_packed;     // set when A is converted, copied or transposed first: rows of a_row words, inner stride 1
  bool tiled;         // AMX: packed A lies as tiles of 16 rows × 16 words one after another, those of 16 rows a_row·16 words long
  char* b_packed;     // per thread b_bytes
  int64_t b_bytes;
  float* turned;      // AMX, few rows: A as tiles of a right factor (one row: as it lies), or null
  int row_parts, column_parts;  // threads = row_parts * column_parts
  int64_t panels_per_chunk;     // panels of B packed at a time
  int64_t k_words;              // inner length in words, padded: numbers in f32, pairs in bf16
  int64_t k_pass;               // words that a micro kernel sums before C is updated
  int64_t k_depth;              // words of B packed at a time: one or two passes
  int64_t strip_words;          // room for turned A behind the panels
  const GemmWork* terms;        // args.term_count further products into the same C (GemmTerm)
  int64_t term_words;           // inner words of all of them
};

// A few tokens against quantised rows: y = x·Wᵀ (+ bias) (+ y).
struct QuantisedDots {
  QuantisedRows weight;
  int64_t tokens;
  const float* x;  // (tokens, x_row) words, as quantised_x leaves them
  int64_t x_row;
  const float* turned;  // AMX: x as tiles of a right factor, as quantised_turn leaves them
  const float* bias;    // (rows) or null
  float* y;             // at the first of the rows
  int64_t y_row;
  bool accumulate;
};

// The heads that share one key/value head, over one sequence: pointers are at its first token and at the group's first head.
struct AttentionHead {
  int64_t keys, queries;  // the queries are the last of the keys' positions
  int head_dim, group, window;
  float scale;
  Dtype compute, kv_type;
  const void *k, *v;
  int64_t k_row, v_row;
  const float* q;
  int64_t q_row;
  float* out;  // read in the backward pass
  int64_t out_row;
  float* lse;
  int64_t lse_row;
  int64_t block_begin, block_end;  // forward: which blocks of query_rows queries
  const float* dout;               // backward from here on
  int64_t dout_row;
  float *dq, *dk, *dv;
  int64_t dq_row, dk_row, dv_row;
};

// Queries of one group at one position over a paged cache.
struct DecodeHead {
  int rows, head_dim;   // rows of q, contiguous
  int64_t first_key, keys;  // keys first_key … keys-1 are seen
  int64_t block_size;
  float scale;
  Dtype type;
  const void *k, *v;     // of this key/value head in block 0
  int64_t block_stride;  // numbers from one block to the next
  const int32_t* table;
  const float* q;
  float* out;
  int64_t out_head;  // numbers from one row's output to the next
};

struct SoftmaxStats {
  float maximum;
  double sum, weighted;  // Σ e^(x−maximum), Σ e^(x−maximum)·(x−maximum)
};

struct AdamwStep {
  float *value, *gradient, *moment1, *moment2;
  float gradient_scale, beta1, beta2, eps, decay, step_size, root_correction;
};

struct Kernels {
  const char* name;
  bool bf16_products;  // bf16 factors are multiplied natively; else rounded to bf16 and multiplied as f32
  int panel;           // columns of a packed panel of B
  int64_t strip_room;  // numbers behind the panels that f32 products of turned A need
  bool tiles_weights;  // bf16 weights are best kept in tiles (tiled_at): products with few rows read whole tiles
  int k_multiple;      // bf16 inner length is padded to a multiple of this many numbers

  int64_t k_block;     // most words of a pass, but for rounding up to 16

  void (*gemm_pack_a)(const GemmWork&, int64_t row_begin, int64_t row_end);
  void (*gemm_compute)(const GemmWork&, int thread);
  // The same product for few rows, columns [begin, end): B's inner stride is 1 and B is read once, as it lies. F32 weights with f32
  // products, or bf16 weights with bf16 products; A as in gemm_compute.
  int64_t few_rows_bf16;                                   // most rows for which gemv beats packing B; f32: 16
  void (*turn_rows)(const GemmWork&, float* turned);  // AMX; null elsewhere. turned: (rows/16 rounded up, k_words, 16) words
  void (*gemv)(const GemmWork&, int64_t begin, int64_t end);

  int64_t few_rows_quantised;  // most tokens for which quantised_dots beats giving rows back
  // Quantised weights; products in bf16 where bf16_products, else in f32.
  int64_t (*quantised_x_words)(QuantisedRows::Format, int64_t blocks);  // of one token as quantised_x leaves it
  void (*quantised_x)(QuantisedRows::Format, const float* x, int64_t k, int64_t blocks, float* out);
  void (*quantised_turn)(const QuantisedDots&, float* out);  // AMX; null elsewhere. (tokens/16 rounded up, words, 16)
  void (*quantised_dots)(const QuantisedDots&, int64_t row_begin, int64_t row_end);
  void (*quantised_row)(const QuantisedRows&, int64_t row, void* out);  // k numbers, bf16 or f32; of int8 the codes without their scale
  float (*nf4_quantise_block)(const float* values, uint8_t* codes);     // 64 numbers, 32 bytes; the absmax

  int64_t query_rows;  // queries per block
  int64_t (*attention_forward_room)(int64_t keys, int head_dim);  // numbers of scratch
  void (*attention_forward)(const AttentionHead&, float* room);
  int64_t (*attention_backward_room)(int64_t keys, int head_dim);
  void (*attention_backward)(const AttentionHead&, float* room);
  void (*attention_decode)(const DecodeHead&, float* room);  // room: rows * (keys + 16) numbers

  // Rows of n numbers (rows.inl states each formula).
  float (*dot)(const float* a, const float* b, int64_t n);
  void (*axpy)(float* y, const float* x, float factor, int64_t n);
  void (*norm_row)(const float* x, const float* weight, float rstd, float* y, int64_t n);
  float (*add_and_square)(float* x, const float* delta, int64_t n);
  void (*norm_row_backward)(const float* x, const float* weight, float rstd, const float* dy, float* dx, bool accumulate,
                            float* dweight_or_null, int64_t n);
  void (*rope_head)(float* x, const float* cosine, const float* sine, float sign, int64_t half);
  void (*swiglu_row)(const float* gate, const float* up, float* y, int64_t n);
  void (*swiglu_row_backward)(const float* gate, const float* up, const float* dy, float* dgate, float* dup, int64_t n);
  SoftmaxStats (*softmax_stats)(const float* z, float factor, int64_t n);
  void (*softmax_gradient)(const float* z, float* dz, float factor, float lse, float total, float dentropy, float entropy, int64_t n);
  float (*largest)(const float* x, int64_t n);
  double (*exp_row)(const float* z, float* out, float factor, float shift, int64_t n);
  void (*adamw_range)(const AdamwStep&, int64_t begin, int64_t end);
  void (*floats_to_bf16)(bf16* to, const float* from, int64_t n);
  void (*bf16_to_floats)(float* to, const bf16* from, int64_t n);

  // Multiply-adds in registers only, f32 and bf16: for the benches' ceilings. They return the FLOP done.
  int64_t (*peak_f32)(int64_t rounds);
  int64_t (*peak_bf16)(int64_t rounds);
};

const Kernels& kernels();  // of current_isa()
const Kernels& kernels_of(Isa);

}  // namespace medgym
