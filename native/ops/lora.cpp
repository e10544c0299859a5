#include "ops/lora.h"

#include "runtime/philox.h"

namespace medgym {
namespace {

// out (T,K) = x with dropout applied; `add` sums into out instead.
void drop(Context& ctx, const LoraArgs& l, const float* x, int64_t x_row, float* out, int64_t out_row, bool add) {
  const float keep = 1 / (1 - l.dropout);
  ctx.pool.split(l.tokens, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      for (int64_t c = 0; c < l.k; c++) {
        // One Philox call gives four draws; element e of the tensor uses word e%4 of counter e/4.
        const uint64_t e = uint64_t((l.first + t) * l.k + c);
        const bool kept = uniform24(philox(l.seed, e / 4, l.stream)[e % 4]) >= l.dropout;
        const float value = kept ? x[t * x_row + c] * keep : 0;
        float& to = out[t * out_row + c];
        to = add ? to + value : value;
      }
    }
  });
}

}  // namespace

void lora_forward(Context& ctx, const LoraArgs& l, float* hidden, float* y, int64_t y_row) {
  Scratch scratch(ctx.arena);
  const float* x = l.x;
  int64_t x_row = l.x_row;
  if (l.dropout > 0) {
    float* dropped = scratch.floats(l.tokens * l.k);
    drop(ctx, l, x, x_row, dropped, l.k, false);
    x = dropped;
    x_row = l.k;
  }
  GemmArgs down{.rows = l.tokens, .columns = l.rank, .inner = l.k, .a = x, .a_row = x_row, .a_inner = 1, .b = l.a, .b_inner = 1,
                .b_column = l.k, .c = hidden, .c_row = l.rank};
  down.compute = l.compute;
  down.path = l.path;
  gemm(ctx, down);
  GemmArgs up{.rows = l.tokens, .columns = l.n, .inner = l.rank, .a = hidden, .a_row = l.rank, .a_inner = 1, .b = l.b, .b_inner = 1,
              .b_column = l.rank, .c = y, .c_row = y_row};
  up.alpha = l.scale;
  up.beta = 1;
  up.compute = l.compute;
  up.path = l.path;
  gemm(ctx, up);
}

void lora_backward(Context& ctx, const LoraArgs& l, const float* hidden, const float* dy, int64_t dy_row, float* da, float* db, float* dx,
                   int64_t dx_row) {
  Scratch scratch(ctx.arena);
  float* dhidden = scratch.floats(l.tokens * l.rank);
  GemmArgs dh{.rows = l.tokens, .columns = l.rank, .inner = l.n, .a = dy, .a_row = dy_row, .a_inner = 1, .b = l.b, .b_inner = l.rank,
              .b_column = 1, .c = dhidden, .c_row = l.rank};
  dh.alpha = l.scale;
  dh.compute = l.compute;
  gemm(ctx, dh);
  // dBᵀ, because turning hidden (T,R) is cheaper than turning dy (T,N).
  float* turned = scratch.floats(l.rank * l.n);
  GemmArgs gb{.rows = l.rank, .columns = l.n, .inner = l.tokens, .a = hidden, .a_row = 1, .a_inner = l.rank, .b = dy, .b_inner = dy_row,
              .b_column = 1, .c = turned, .c_row = l.n};
  gb.compute = l.compute;
  gemm(ctx, gb);
  for (int64_t o = 0; o < l.n; o++)
    for (int64_t r = 0; r < l.rank; r++) db[o * l.rank + r] += l.scale * turned[r * l.n + o];
  const float* x = l.x;
  int64_t x_row = l.x_row;
  float* dropped = nullptr;
  if (l.dropout > 0) {
    dropped = scratch.floats(l.tokens * l.k);
    drop(ctx, l, x, x_row, dropped, l.k, false);
    x = dropped;
    x_row = l.k;
  }
  GemmArgs ga{.rows = l.rank, .columns = l.k, .inner = l.tokens, .a = dhidden, .a_row = 1, .a_inner = l.rank, .b = x, .b_inner = x_row,
              .b_column = 1, .c = da, .c_row = l.k};
  ga.beta = 1;
  ga.compute = l.compute;
  gemm(ctx, ga);
  if (!dx) return;
  GemmArgs gx{.rows = l.tokens, .columns = l.k, .inner = l.rank, .a = dhidden, .a_row = l.rank, .a_inner = 1, .b = l.a, .b_inner = l.k,
              .b_column = 1, .c = dx, .c_row = dx_row};
  gx.compute = l.compute;
  if (dropped) {
    gx.c = dropped;
    gx.c_row = l.k;
  } else {
    gx.beta = 1;
  }
  gemm(ctx, gx);
  if (dropped) drop(ctx, l, dropped, l.k, dx, dx_row, true);
}

}  // namespace medgym
