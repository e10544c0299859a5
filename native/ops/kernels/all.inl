#include "ops/kernels/simd.inl"
#include "ops/kernels/pack.inl"
#include "ops/kernels/gemm.inl"
#include "ops/kernels/gemv.inl"
#include "ops/kernels/nf4.inl"
#include "ops/kernels/attention.inl"
#include "ops/kernels/decode.inl"
#include "ops/kernels/rows.inl"
#include "ops/kernels/peak.inl"

Kernels make_table(const char* name) {
  Kernels k{};
  k.name = name;
#ifdef MG_BF16
  k.bf16_products = true;
#endif
  k.panel = kPanel;
  k.strip_room = kStripRoom;
#ifdef MG_AMX
  k.k_multiple = 32;
  k.turn_rows = turn_rows;
  k.tiles_weights = true;
  k.few_rows_bf16 = 32;
  k.few_rows_quantised = 32;
#else
  k.k_multiple = 2;
  k.few_rows_bf16 = 16;
  k.few_rows_quantised = 8;
#endif
  k.k_block = kBlockWords;
  k.gemm_pack_a = gemm_pack_a;
  k.gemm_compute = gemm_compute;
  k.gemv = gemv;
  k.quantised_x_words = quantised_x_words;
  k.quantised_x = quantised_x;
#ifdef MG_AMX
  k.quantised_turn = quantised_turn;
#endif
  k.quantised_dots = quantised_dots;
  k.quantised_row = quantised_row;
  k.nf4_quantise_block = nf4_quantise_block;
  k.query_rows = kQueryRows;
  k.attention_forward_room = attention_forward_room;
  k.attention_forward = attention_forward;
  k.attention_backward_room = attention_backward_room;
  k.attention_backward = attention_backward;
  k.attention_decode = attention_decode;
  k.dot = dot;
  k.axpy = axpy;
  k.norm_row = norm_row;
  k.add_and_square = add_and_square;
  k.norm_row_backward = norm_row_backward;
  k.rope_head = rope_head;
  k.swiglu_row = swiglu_row;
  k.swiglu_row_backward = swiglu_row_backward;
  k.softmax_stats = softmax_stats;
  k.softmax_gradient = softmax_gradient;
  k.largest = largest;
  k.exp_row = exp_row;
  k.adamw_range = adamw_range;
  k.floats_to_bf16 = floats_to_bf16;
  k.bf16_to_floats = bf16_to_floats;
  k.peak_f32 = peak_f32;
  k.peak_bf16 = peak_bf16;
  return k;
}
