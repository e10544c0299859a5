#include "ops/paged_attention.h"

#include <cstring>
#include <numeric>

#include "ops/kernels/kernels.h"

namespace medgym {
namespace {

// Offset of (sequence's position, head) in the cache, in numbers.
int64_t slot(const PagedCache& c, const PagedBatch& b, int64_t sequence, int64_t position, int64_t head) {
  const int64_t block = b.block_tables[sequence * b.table_row + position / c.block_size];
  return ((block * c.kv_heads + head) * c.block_size + position % c.block_size) * c.head_dim;
}

// Positions [first, end) of one head, (end-first, D), from its blocks; first is a multiple of the block size.
void gather(const PagedCache& c, const PagedBatch& b, int64_t sequence, int64_t head, int64_t first, int64_t end, const void* from, char* to) {
  const size_t size = dtype_size(c.type), row = size_t(c.head_dim) * size;
  for (int64_t p = first; p < end; p += c.block_size, to += c.block_size * row)
    std::memcpy(to, static_cast<const char*>(from) + slot(c, b, sequence, p, head) * size, size_t(std::min<int64_t>(c.block_size, end - p)) * row);
}

// Cost of a block of queries at positions [first, end), in products: rows × keys.
double block_cost(int64_t first, int64_t end, int window) {
  const double keys = window > 0 ? double(std::min<int64_t>(end, window + end - first)) : double(end);
  return double(end - first) * keys + 512;
}

}  // namespace

void paged_write(Context& ctx, const PagedCache& c, const PagedBatch& b, const float* k, int64_t k_row, const float* v, int64_t v_row) {
  const size_t size = dtype_size(c.type);
  // Copying a few rows costs less than waking threads.
  ctx.pool.split(b.sequences, b.cu_new[b.sequences] > 64 ? 1 : b.sequences, [&](int64_t first, int64_t last, int) {
    for (int64_t s = first; s < last; s++) {
      const int64_t count = b.cu_new[s + 1] - b.cu_new[s];
      for (int64_t i = 0; i < count; i++) {
        const int64_t token = b.cu_new[s] + i, position = b.context_lengths[s] - count + i;
        if (b.stored_from && position < b.stored_from[s]) continue;
        for (int g = 0; g < c.kv_heads; g++) {
          const int64_t at = slot(c, b, s, position, g);
          convert(static_cast<char*>(c.keys) + at * size, c.type, k + token * k_row + g * c.head_dim, Dtype::F32, size_t(c.head_dim));
          convert(static_cast<char*>(c.values) + at * size, c.type, v + token * v_row + g * c.head_dim, Dtype::F32, size_t(c.head_dim));
        }
      }
    }
  });
}

void paged_attention(Context& ctx, const PagedCache& c, const PagedBatch& b, int heads, float scale, int window, const float* q,
                     int64_t q_row, float* out, int64_t out_row) {
  const Kernels& kernel = kernels();
  const int group = heads / c.kv_heads, d = c.head_dim, threads = ctx.pool.size();
  const size_t size = dtype_size(c.type);
  int64_t longest = 0;
  double total = 0;
  const auto cost_of = [&](int64_t s) {
    return double(b.cu_new[s + 1] - b.cu_new[s]) * group * double(b.context_lengths[s]) + 64;
  };
  for (int64_t s = 0; s < b.sequences; s++) {
    longest = std::max<int64_t>(longest, b.context_lengths[s]);
    total += cost_of(s) * c.kv_heads;
  }
  const int64_t room = (group * (longest + 16) + 15) / 16 * 16;
  Scratch scratch(ctx.arena);
  float* rooms = scratch.floats(size_t(room * threads));
  const auto work = [&](int thread, int parts) {
    float* mine = rooms + thread * room;
    const double low = total * thread / parts, high = total * (thread + 1) / parts;
    double done = 0;
    for (int64_t s = 0; s < b.sequences; s++) {
      const int64_t count = b.cu_new[s + 1] - b.cu_new[s];
      for (int64_t g = 0; g < c.kv_heads; g++) {
        const double cost = cost_of(s), middle = done + cost / 2;
        done += cost;
        if (middle < low || middle >= high) continue;
        for (int64_t i = 0; i < count; i++) {
          const int64_t token = b.cu_new[s] + i, position = b.context_lengths[s] - count + i;
          DecodeHead h{};
          h.rows = group;
          h.head_dim = d;
          h.keys = position + 1;
          h.first_key = window > 0 ? std::max<int64_t>(0, position - window + 1) : 0;
          h.block_size = c.block_size;
          h.scale = scale;
          h.type = c.type;
          h.k = static_cast<const char*>(c.keys) + g * c.block_size * d * size;
          h.v = static_cast<const char*>(c.values) + g * c.block_size * d * size;
          h.block_stride = int64_t(c.kv_heads) * c.block_size * d;
          h.table = b.block_tables + s * b.table_row;
          h.q = q + token * q_row + g * group * d;
          h.out = out + token * out_row + g * group * d;
          h.out_head = d;
          kernel.attention_decode(h, mine);
        }
      }
    }
  };
  if (threads == 1 || total * c.head_dim < 1 << 14) return work(0, 1);
  ctx.pool.run(threads, [&](int thread) { work(thread, threads); });
}

void paged_prefill_attention(Context& ctx, const PagedCache& c, const PagedBatch& b, int heads, float scale, int window, const float* q,
                             int64_t q_row, float* out, int64_t out_row) {
  const Kernels& kernel = kernels();
  const int group = heads / c.kv_heads, d = c.head_dim, threads = ctx.pool.size();
  const int64_t rows = kernel.query_rows;
  // Keys before the window are left out, in units of what the kernel sums without rounding: that changes no bit.
  const int64_t unit = std::lcm<int64_t>(2 * kernel.k_block, c.block_size);
  const auto first_key = [&](int64_t position) { return window > 0 ? std::max<int64_t>(0, position - window + 1) / unit * unit : 0; };
  const auto each_block = [&](int64_t s, auto&& visit) {
    const int64_t count = b.cu_new[s + 1] - b.cu_new[s], start = b.context_lengths[s] - count;
    for (int64_t i = 0; i < count; i += rows) visit(i / rows, block_cost(start + i, start + std::min(count, i + rows), window));
  };
  int64_t longest = 0;
  double total = 0;
  for (int64_t s = 0; s < b.sequences; s++) {
    const int64_t count = b.cu_new[s + 1] - b.cu_new[s];
    longest = std::max<int64_t>(longest, b.context_lengths[s] - first_key(b.context_lengths[s] - count));
    each_block(s, [&](int64_t, double cost) { total += cost * c.kv_heads; });
  }
  const int64_t gathered = (longest * d * int64_t(dtype_size(c.type)) + 63) / 64 * 16;  // in f32 numbers, for keys and for values
  const int64_t room = (2 * gathered + kernel.attention_forward_room(longest, d) + 15) / 16 * 16;
  Scratch scratch(ctx.arena);
  float* rooms = scratch.floats(size_t(room * threads));
  // Each thread takes the blocks whose middle, in units of cost, falls into its share.
  ctx.pool.run(threads, [&](int thread) {
    float* mine = rooms + thread * room;
    const double low = total * thread / threads, high = total * (thread + 1) / threads;
    double done = 0;
    for (int64_t s = 0; s < b.sequences; s++) {
      const int64_t count = b.cu_new[s + 1] - b.cu_new[s], start = b.context_lengths[s] - count;
      for (int64_t g = 0; g < c.kv_heads; g++) {
        int64_t begin = -1, end = 0;
        each_block(s, [&](int64_t block, double cost) {
          const double middle = done + cost / 2;
          done += cost;
          if (middle < low || middle >= high) return;
          if (begin < 0) begin = block;
          end = block + 1;
        });
        if (begin < 0) continue;
        const int64_t first = first_key(start + begin * rows), last = start + std::min(count, end * rows);
        char* k = reinterpret_cast<char*>(mine);
        char* v = reinterpret_cast<char*>(mine + gathered);
        gather(c, b, s, g, first, last, c.keys, k);
        gather(c, b, s, g, first, last, c.values, v);
        const int64_t token = b.cu_new[s] + begin * rows;
        AttentionHead h{};
        h.keys = last - first;
        h.queries = last - start - begin * rows;
        h.head_dim = d;
        h.group = group;
        h.window = window;
        h.scale = scale;
        h.compute = h.kv_type = c.type;
        h.k = k;
        h.v = v;
        h.k_row = h.v_row = d;
        h.q = q + token * q_row + g * group * d;
        h.q_row = q_row;
        h.out = out + token * out_row + g * group * d;
        h.out_row = out_row;
        h.block_end = end - begin;
        kernel.attention_forward(h, mine + 2 * gathered);
      }
    }
  });
}

}  // namespace medgym
