#include "ops/paged_attention.h"

#include <cmath>

namespace medgym {
namespace {

// Offset of (sequence's position, head) in the cache, in numbers.
int64_t slot(const PagedCache& c, const PagedBatch& b, int32_t sequence, int64_t position, int64_t head) {
  const int64_t block = b.block_tables[sequence * b.table_row + position / c.block_size];
  return ((block * c.kv_heads + head) * c.block_size + position % c.block_size) * c.head_dim;
}

}  // namespace

void paged_write(Context& ctx, const PagedCache& c, const PagedBatch& b, const float* k, int64_t k_row, const float* v, int64_t v_row) {
  const size_t size = dtype_size(c.type);
  ctx.pool.split(b.sequences, 8, [&](int64_t first, int64_t last, int) {
    for (int64_t s = first; s < last; s++) {
      const int64_t count = b.cu_new[s + 1] - b.cu_new[s];
      for (int64_t i = 0; i < count; i++) {
        const int64_t token = b.cu_new[s] + i, position = b.context_lengths[s] - count + i;
        for (int g = 0; g < c.kv_heads; g++) {
          const int64_t at = slot(c, b, int32_t(s), position, g);
          convert(static_cast<char*>(c.keys) + at * size, c.type, k + token * k_row + g * c.head_dim, Dtype::F32, size_t(c.head_dim));
          convert(static_cast<char*>(c.values) + at * size, c.type, v + token * v_row + g * c.head_dim, Dtype::F32, size_t(c.head_dim));
        }
      }
    }
  });
}

void paged_attention(Context& ctx, const PagedCache& c, const PagedBatch& b, int heads, float scale, int window, const float* q,
                     int64_t q_row, float* out, int64_t out_row) {
  const int group = heads / c.kv_heads, d = c.head_dim;
  const size_t size = dtype_size(c.type);
  ctx.pool.split(int64_t(b.sequences) * heads, 1, [&](int64_t first, int64_t last, int) {
    std::vector<float> row(d), p;
    for (int64_t work = first; work < last; work++) {
      const int32_t s = int32_t(work / heads);
      const int64_t h = work % heads, count = b.cu_new[s + 1] - b.cu_new[s];
      p.resize(b.context_lengths[s]);
      for (int64_t i = 0; i < count; i++) {
        const int64_t token = b.cu_new[s] + i, position = b.context_lengths[s] - count + i;
        const int64_t from = window > 0 ? std::max<int64_t>(0, position - window + 1) : 0;
        float top = -INFINITY, sum = 0;
        for (int64_t j = from; j <= position; j++) {
          convert(row.data(), Dtype::F32, static_cast<char*>(c.keys) + slot(c, b, s, j, h / group) * size, c.type, size_t(d));
          float dot = 0;
          for (int e = 0; e < d; e++) dot += q[token * q_row + h * d + e] * row[e];
          top = std::max(top, p[j] = dot * scale);
        }
        for (int64_t j = from; j <= position; j++) sum += p[j] = std::exp(p[j] - top);
        float* o = out + token * out_row + h * d;
        std::fill_n(o, d, 0.0f);
        for (int64_t j = from; j <= position; j++) {
          convert(row.data(), Dtype::F32, static_cast<char*>(c.values) + slot(c, b, s, j, h / group) * size, c.type, size_t(d));
          for (int e = 0; e < d; e++) o[e] += p[j] / sum * row[e];
        }
      }
    }
  });
}

}  // namespace medgym
