#include "ops/gemm.h"

namespace medgym {
namespace {
float element(const void* data, Dtype type, int64_t at, bool round) {
  if (type == Dtype::BF16) return from_bf16(static_cast<const bf16*>(data)[at]);
  const float f = static_cast<const float*>(data)[at];
  return round ? from_bf16(to_bf16(f)) : f;
}
}  // namespace

void gemm(Context& ctx, const GemmArgs& g) {
  const bool round = g.compute == Dtype::BF16;
  ctx.pool.split(g.rows, 1, [&](int64_t begin, int64_t end, int) {
    std::vector<float> row(g.inner);
    for (int64_t i = begin; i < end; i++) {
      for (int64_t p = 0; p < g.inner; p++) row[p] = element(g.a, g.a_type, i * g.a_row + p * g.a_inner, round);
      for (int64_t j = 0; j < g.columns; j++) {
        float sum = 0;
        for (int64_t p = 0; p < g.inner; p++) sum += row[p] * element(g.b, g.b_type, p * g.b_inner + j * g.b_column, round);
        float& c = g.c[i * g.c_row + j];
        c = g.alpha * sum + (g.bias ? g.bias[j] : 0) + (g.beta != 0 ? g.beta * c : 0);
      }
    }
  });
}

}  // namespace medgym
