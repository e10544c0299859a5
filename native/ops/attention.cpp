#include "ops/attention.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {
namespace {

void check(const AttentionShape& s) {
  if (s.kv_heads <= 0 || s.heads % s.kv_heads)
    fail(MG_INVALID_ARGUMENT, "attention: %d heads are not a multiple of %d key/value heads", s.heads, s.kv_heads);
  if (s.cu_seqlens[0] != 0 || s.cu_seqlens[s.sequences] != s.tokens)
    fail(MG_INVALID_ARGUMENT, "attention: cu_seqlens run from %d to %d, but there are %lld tokens", s.cu_seqlens[0], s.cu_seqlens[s.sequences],
         static_cast<long long>(s.tokens));
  for (int32_t n = 0; n < s.sequences; n++)
    if (s.cu_seqlens[n] > s.cu_seqlens[n + 1])
      fail(MG_INVALID_ARGUMENT, "attention: cu_seqlens fall from %d to %d at %d", s.cu_seqlens[n], s.cu_seqlens[n + 1], n);
}

int64_t longest(const AttentionShape& s) {
  int64_t most = 0;
  for (int32_t n = 0; n < s.sequences; n++) most = std::max<int64_t>(most, s.cu_seqlens[n + 1] - s.cu_seqlens[n]);
  return most;
}

// Products of a block of queries, about: rows × keys before its end.
double block_cost(int64_t begin, int64_t end, int window) {
  const double keys = window > 0 ? double(std::min<int64_t>(end, window + end - begin)) : double(end);
  return double(end - begin) * keys + 512;
}

AttentionHead head_of(const AttentionShape& s, int32_t sequence, int64_t g, const float* q, int64_t q_row, const float* k, int64_t k_row,
                      const float* v, int64_t v_row) {
  const int64_t start = s.cu_seqlens[sequence], length = s.cu_seqlens[sequence + 1] - start;
  const int group = s.heads / s.kv_heads;
  AttentionHead h{};
  h.keys = h.queries = length;
  h.head_dim = s.head_dim;
  h.group = group;
  h.window = s.window;
  h.scale = s.scale;
  h.compute = s.compute;
  h.kv_type = Dtype::F32;
  h.k = k + start * k_row + g * s.head_dim;
  h.v = v + start * v_row + g * s.head_dim;
  h.k_row = k_row;
  h.v_row = v_row;
  h.q = q + start * q_row + g * group * s.head_dim;
  h.q_row = q_row;
  h.lse_row = s.heads;
  return h;
}

}  // namespace

void attention_forward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                       int64_t v_row, float* out, int64_t out_row, float* lse) {
  check(s);
  const Kernels& kernel = kernels();
  const int group = s.heads / s.kv_heads, threads = ctx.pool.size();
  Scratch scratch(ctx.arena);
  const int64_t room = (kernel.attention_forward_room(longest(s), s.head_dim) + 15) / 16 * 16;
  float* rooms = scratch.floats(size_t(room * threads));
  double total = 0;
  for (int32_t n = 0; n < s.sequences; n++) {
    const int64_t length = s.cu_seqlens[n + 1] - s.cu_seqlens[n];
    for (int64_t i = 0; i < length; i += kernel.query_rows) total += s.kv_heads * block_cost(i, std::min(length, i + kernel.query_rows), s.window);
  }
  // Each thread takes the blocks whose middle, in units of cost, falls into its share.
  ctx.pool.run(threads, [&](int thread) {
    const double low = total * thread / threads, high = total * (thread + 1) / threads;
    double done = 0;
    for (int32_t n = 0; n < s.sequences; n++) {
      const int64_t start = s.cu_seqlens[n], length = s.cu_seqlens[n + 1] - start;
      for (int64_t g = 0; g < s.kv_heads; g++) {
        int64_t begin = -1, end = 0, block = 0;
        for (int64_t i = 0; i < length; i += kernel.query_rows, block++) {
          const double cost = block_cost(i, std::min(length, i + kernel.query_rows), s.window), middle = done + cost / 2;
          done += cost;
          if (middle < low || middle >= high) continue;
          if (begin < 0) begin = block;
          end = block + 1;
        }
        if (begin < 0) continue;
        AttentionHead h = head_of(s, n, g, q, q_row, k, k_row, v, v_row);
        // Keys after the last query of these blocks are not needed.
        h.keys = h.queries = std::min(length, end * kernel.query_rows);
        h.out = out + start * out_row + g * group * s.head_dim;
        h.out_row = out_row;
        h.lse = lse ? lse + start * s.heads + g * group : nullptr;
        h.block_begin = begin;
        h.block_end = end;
        kernel.attention_forward(h, rooms + thread * room);
      }
    }
  });
}

void attention_backward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                        int64_t v_row, const float* out, int64_t out_row, const float* lse, const float* dout, int64_t dout_row, float* dq,
                        int64_t dq_row, float* dk, int64_t dk_row, float* dv, int64_t dv_row) {
  check(s);
  const Kernels& kernel = kernels();
  const int group = s.heads / s.kv_heads, threads = ctx.pool.size();
  Scratch scratch(ctx.arena);
  const int64_t room = (kernel.attention_backward_room(longest(s), s.head_dim) + 15) / 16 * 16;
  float* rooms = scratch.floats(size_t(room * threads));
  double total = 0;
  for (int32_t n = 0; n < s.sequences; n++) total += s.kv_heads * block_cost(0, s.cu_seqlens[n + 1] - s.cu_seqlens[n], s.window);
  // A thread owns whole key/value heads of a sequence, so nobody else adds to its dk and dv.
  ctx.pool.run(threads, [&](int thread) {
    const double low = total * thread / threads, high = total * (thread + 1) / threads;
    double done = 0;
    for (int32_t n = 0; n < s.sequences; n++) {
      const int64_t start = s.cu_seqlens[n], length = s.cu_seqlens[n + 1] - start;
      for (int64_t g = 0; g < s.kv_heads; g++) {
        const double cost = block_cost(0, length, s.window), middle = done + cost / 2;
        done += cost;
        if (middle < low || middle >= high || length == 0) continue;
        AttentionHead h = head_of(s, n, g, q, q_row, k, k_row, v, v_row);
        h.out = const_cast<float*>(out) + start * out_row + g * group * s.head_dim;
        h.out_row = out_row;
        h.lse = const_cast<float*>(lse) + start * s.heads + g * group;
        h.dout = dout + start * dout_row + g * group * s.head_dim;
        h.dout_row = dout_row;
        h.dq = dq + start * dq_row + g * group * s.head_dim;
        h.dq_row = dq_row;
        h.dk = dk + start * dk_row + g * s.head_dim;
        h.dk_row = dk_row;
        h.dv = dv + start * dv_row + g * s.head_dim;
        h.dv_row = dv_row;
        kernel.attention_backward(h, rooms + thread * room);
      }
    }
  });
}

}  // namespace medgym
