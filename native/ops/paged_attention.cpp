#include "ops/paged_attention.h"

#include <cstring>

#include "ops/kernels/kernels.h"

namespace medgym {
namespace {

// Up to this many new tokens each is a row of dot products; more are worth packing the keys.
constexpr int64_t kFewTokens = 8;

// Offset of (sequence's position, head) in the cache, in numbers.
int64_t slot(const PagedCache& c, const PagedBatch& b, int64_t sequence, int64_t position, int64_t head) {
  const int64_t block = b.block_tables[sequence * b.table_row + position / c.block_size];
  return ((block * c.kv_heads + head) * c.block_size + position % c.block_size) * c.head_dim;
}

// The first `count` positions of one head, (count, D), from its blocks.
void gather(const PagedCache& c, const PagedBatch& b, int64_t sequence, int64_t head, int64_t count, const void* from, char* to) {
  const size_t size = dtype_size(c.type), row = size_t(c.head_dim) * size;
  for (int64_t p = 0; p < count; p += c.block_size) {
    const int64_t run = std::min<int64_t>(c.block_size, count - p);
    std::memcpy(to + p * row, static_cast<const char*>(from) + slot(c, b, sequence, p, head) * size, size_t(run) * row);
  }
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
  // Scratch for the longest sequence of each kind, and the total cost.
  int64_t decode_room = 0, prefill_keys = 0;
  double total = 0;
  const auto cost_of = [&](int64_t s) {
    return double(b.cu_new[s + 1] - b.cu_new[s]) * group * double(b.context_lengths[s]) + 64;
  };
  for (int64_t s = 0; s < b.sequences; s++) {
    const int64_t keys = b.context_lengths[s];
    if (b.cu_new[s + 1] - b.cu_new[s] <= kFewTokens)
      decode_room = std::max(decode_room, group * (keys + 16) + group * d);
    else
      prefill_keys = std::max(prefill_keys, keys);
    total += cost_of(s) * c.kv_heads;
  }
  const int64_t gathered = (prefill_keys * d * int64_t(size) + 63) / 64 * 16;  // in f32 numbers, for keys and for values
  const int64_t prefill_room = prefill_keys ? 2 * gathered + kernel.attention_forward_room(prefill_keys, d) : 0;
  const int64_t room = (std::max(decode_room, prefill_room) + 15) / 16 * 16;
  Scratch scratch(ctx.arena);
  float* rooms = scratch.floats(size_t(room * threads));
  const auto work = [&](int thread, int parts) {
    float* mine = rooms + thread * room;
    const double low = total * thread / parts, high = total * (thread + 1) / parts;
    double done = 0;
    for (int64_t s = 0; s < b.sequences; s++) {
      const int64_t count = b.cu_new[s + 1] - b.cu_new[s], keys = b.context_lengths[s];
      for (int64_t g = 0; g < c.kv_heads; g++) {
        const double cost = cost_of(s), middle = done + cost / 2;
        done += cost;
        if (middle < low || middle >= high || count == 0) continue;
        if (count > kFewTokens) {
          char* k = reinterpret_cast<char*>(mine);
          char* v = reinterpret_cast<char*>(mine + gathered);
          gather(c, b, s, g, keys, c.keys, k);
          gather(c, b, s, g, keys, c.values, v);
          AttentionHead h{};
          h.keys = keys;
          h.queries = count;
          h.head_dim = d;
          h.group = group;
          h.window = window;
          h.scale = scale;
          h.compute = h.kv_type = c.type;
          h.k = k;
          h.v = v;
          h.k_row = h.v_row = d;
          h.q = q + b.cu_new[s] * q_row + g * group * d;
          h.q_row = q_row;
          h.out = out + b.cu_new[s] * out_row + g * group * d;
          h.out_row = out_row;
          h.block_begin = 0;
          h.block_end = (count + kernel.query_rows - 1) / kernel.query_rows;
          kernel.attention_forward(h, mine + 2 * gathered);
          continue;
        }
        for (int64_t i = 0; i < count; i++) {
          const int64_t token = b.cu_new[s] + i, position = keys - count + i;
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

}  // namespace medgym
