#include "ops/attention.h"

#include <cmath>

#include "runtime/error.h"

namespace medgym {
namespace {

float dot(const float* a, const float* b, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

void check(const AttentionShape& s) {
  if (s.kv_heads <= 0 || s.heads % s.kv_heads)
    fail(MG_INVALID_ARGUMENT, "attention: %d heads are not a multiple of %d key/value heads", s.heads, s.kv_heads);
}

}  // namespace

void attention_forward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                       int64_t v_row, float* out, int64_t out_row, float* lse) {
  check(s);
  const int d = s.head_dim, group = s.heads / s.kv_heads;
  ctx.pool.split(s.heads, 1, [&](int64_t first, int64_t last, int) {
    std::vector<float> p(s.tokens);
    for (int64_t h = first; h < last; h++)
      for (int32_t n = 0; n < s.sequences; n++) {
        const int64_t start = s.cu_seqlens[n], stop = s.cu_seqlens[n + 1], g = h / group;
        for (int64_t i = start; i < stop; i++) {
          const int64_t from = s.window > 0 ? std::max(start, i - s.window + 1) : start;
          float top = -INFINITY, sum = 0;
          for (int64_t j = from; j <= i; j++) {
            p[j] = s.scale * dot(q + i * q_row + h * d, k + j * k_row + g * d, d);
            top = std::max(top, p[j]);
          }
          for (int64_t j = from; j <= i; j++) sum += p[j] = std::exp(p[j] - top);
          float* o = out + i * out_row + h * d;
          std::fill(o, o + d, 0.0f);
          for (int64_t j = from; j <= i; j++)
            for (int c = 0; c < d; c++) o[c] += p[j] / sum * v[j * v_row + g * d + c];
          if (lse) lse[i * s.heads + h] = top + std::log(sum);
        }
      }
  });
}

void attention_backward(Context& ctx, const AttentionShape& s, const float* q, int64_t q_row, const float* k, int64_t k_row, const float* v,
                        int64_t v_row, const float* out, int64_t out_row, const float* lse, const float* dout, int64_t dout_row, float* dq,
                        int64_t dq_row, float* dk, int64_t dk_row, float* dv, int64_t dv_row) {
  check(s);
  const int d = s.head_dim, group = s.heads / s.kv_heads;
  // A thread owns whole key/value heads, so nobody else adds to its dk and dv.
  ctx.pool.split(s.kv_heads, 1, [&](int64_t first, int64_t last, int) {
    for (int64_t g = first; g < last; g++) {
      for (int64_t t = 0; t < s.tokens; t++) {
        std::fill_n(dk + t * dk_row + g * d, d, 0.0f);
        std::fill_n(dv + t * dv_row + g * d, d, 0.0f);
      }
      for (int64_t h = g * group; h < (g + 1) * group; h++)
        for (int32_t n = 0; n < s.sequences; n++) {
          const int64_t start = s.cu_seqlens[n], stop = s.cu_seqlens[n + 1];
          for (int64_t i = start; i < stop; i++) {
            const float *qi = q + i * q_row + h * d, *doi = dout + i * dout_row + h * d;
            float* dqi = dq + i * dq_row + h * d;
            std::fill_n(dqi, d, 0.0f);
            const float delta = dot(doi, out + i * out_row + h * d, d);
            for (int64_t j = s.window > 0 ? std::max(start, i - s.window + 1) : start; j <= i; j++) {
              const float *kj = k + j * k_row + g * d, *vj = v + j * v_row + g * d;
              const float p = std::exp(s.scale * dot(qi, kj, d) - lse[i * s.heads + h]);
              const float ds = s.scale * p * (dot(doi, vj, d) - delta);
              for (int c = 0; c < d; c++) {
                dqi[c] += ds * kj[c];
                dk[j * dk_row + g * d + c] += ds * qi[c];
                dv[j * dv_row + g * d + c] += p * doi[c];
              }
            }
          }
        }
    }
  });
}

}  // namespace medgym
