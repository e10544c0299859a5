// Attention of new tokens over a paged key/value cache (arXiv:2309.06180), for decoding and for prefill in chunks. Sequences may share
// blocks.
// The cache of one layer is `blocks` blocks of `block_size` positions: (blocks, G, block_size, D) for keys, the same for values.
// A sequence's position p lies in block block_table[p / block_size] at p % block_size.
#pragma once
#include "runtime/context.h"
#include "runtime/dtype.h"

namespace medgym {

struct PagedCache {
  void *keys, *values;
  Dtype type;  // F32 or BF16
  int block_size, kv_heads, head_dim;
  // Numbers (not bytes) of keys, and of values, for `blocks` blocks.
  static int64_t elements(int64_t blocks, int block_size, int kv_heads, int head_dim) {
    return blocks * block_size * kv_heads * head_dim;
  }
};

// The new tokens of S sequences, concatenated: sequence s has tokens cu_new[s] … cu_new[s+1]-1, which are the last of its
// context_lengths[s] positions.
struct PagedBatch {
  int32_t sequences;
  const int32_t* cu_new;           // (S+1)
  const int32_t* context_lengths;  // (S), new tokens included
  const int32_t* block_tables;     // (S, table_row)
  int64_t table_row;
  // (S) or null: new tokens at positions before stored_from[s] are in the cache already, as blocks that are shared, and are not written.
  const int32_t* stored_from = nullptr;
};

// Stores the new tokens' keys and values, (T,G,D) with row strides, at their positions.
void paged_write(Context&, const PagedCache&, const PagedBatch&, const float* k, int64_t k_row, const float* v, int64_t v_row);
// out (T,H,D): causal attention of each new token over its sequence's cache, which already holds the new tokens. Two ways, whose last bits
// differ, as with GemmPath. Each way a token's output depends on its query and its sequence's cache only: neither on which tokens are new
// with it nor on other sequences.
// dots: each token by itself; for decoding.
void paged_attention(Context&, const PagedCache&, const PagedBatch&, int heads, float scale, int window, const float* q, int64_t q_row,
                     float* out, int64_t out_row);
// panels: blocks of queries against packed keys; for prompts.
void paged_prefill_attention(Context&, const PagedCache&, const PagedBatch&, int heads, float scale, int window, const float* q,
                             int64_t q_row, float* out, int64_t out_row);

}  // namespace medgym
