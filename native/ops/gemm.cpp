#include "ops/gemm.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {
namespace {

constexpr int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Packed panels that a thread keeps at a time: half of a small L2 cache.
constexpr int64_t kChunkBytes = 512 << 10;
// Up to this many rows, reading B as it lies beats packing it.
constexpr int64_t kFewRows = 16;
// Below this many multiply-adds one thread is faster than waking the others.
constexpr int64_t kSmallProduct = 32 << 10;

void check(const GemmArgs& g) {
  if ((g.a_row != 1 && g.a_inner != 1) || (g.b_inner != 1 && g.b_column != 1))
    fail(MG_INTERNAL, "gemm: one stride of each factor must be 1; A has %lld, %lld, B has %lld, %lld", static_cast<long long>(g.a_row),
         static_cast<long long>(g.a_inner), static_cast<long long>(g.b_inner), static_cast<long long>(g.b_column));
}

// Rows × columns of threads with the least work for the busiest, counting what it packs of B as work too.
void share_out(GemmWork& w, const Kernels& k, int threads) {
  const GemmArgs& g = w.args;
  double best = 1e300;
  for (int rows = 1; rows <= threads; rows++) {
    const int columns = threads / rows;
    const double row_share = double(round_up((g.rows + 15) / 16, rows) / rows * 16);
    const double column_share = double(round_up((g.columns + k.panel - 1) / k.panel, columns) / columns * k.panel);
    const double cost = (row_share + 16) * column_share;
    if (cost < best) {
      best = cost;
      w.row_parts = rows;
      w.column_parts = columns;
    }
  }
}

}  // namespace

void gemm(Context& ctx, const GemmArgs& g) {
  check(g);
  if (g.rows <= 0 || g.columns <= 0) return;
  if (g.inner <= 0) {  // nothing to sum
    for (int64_t i = 0; i < g.rows; i++)
      for (int64_t j = 0; j < g.columns; j++) {
        float& c = g.c[i * g.c_row + j];
        c = (g.bias ? g.bias[j] : 0) + (g.beta != 0 ? g.beta * c : 0);
      }
    return;
  }
  const Kernels& k = kernels();
  const bool bf16_products = g.compute == Dtype::BF16;
  const bool pairs = bf16_products && k.bf16_products;
  const int threads = g.rows * g.columns * g.inner < kSmallProduct ? 1 : ctx.pool.size();

  Scratch scratch(ctx.arena);
  GemmWork w{};
  w.args = g;
  const bool dots_possible = g.b_inner == 1 && g.b_type == g.compute;
  const bool few_rows = dots_possible && (g.path == GemmPath::dots || (g.path == GemmPath::automatic && g.rows <= (pairs ? k.few_rows_bf16 : kFewRows)));
  w.k_words = pairs ? round_up(g.inner, k.k_multiple) / 2 : g.inner;
  // f32 is read where it lies; everything else is converted, and turned so that the inner dimension is contiguous.
  const bool in_place = g.a_type == Dtype::F32 && !bf16_products && (g.a_inner == 1 || !few_rows);
  if (in_place) {
    w.a = g.a;
    w.a_row = g.a_row;
    w.a_inner = g.a_inner;
  } else {
    // Rows a multiple of 4 KB apart would fall into the same cache sets.
    w.a_row = round_up(w.k_words, 16);
    if (w.a_row % 512 == 0) w.a_row += 16;
    const int64_t rows = round_up(g.rows, 16) + 16;  // AMX reads whole tiles
    w.a_packed = scratch.bytes(size_t(rows * w.a_row) * 4);
    std::fill_n(static_cast<float*>(w.a_packed) + g.rows * w.a_row, (rows - g.rows) * w.a_row, 0.0f);
    w.a = w.a_packed;
    w.a_inner = 1;
  }
  const auto pack_a = [&](int index, int parts) {
    const int64_t units = (g.rows + 15) / 16;
    const int64_t begin = std::min(g.rows, units * index / parts * 16), end = std::min(g.rows, units * (index + 1) / parts * 16);
    if (begin < end) k.gemm_pack_a(w, begin, end);
  };

  if (few_rows) {
    if (!in_place) pack_a(0, 1);
    // Tiles read whole groups of 32 inner numbers of each row of B.
    if (k.turn_rows && pairs && g.inner % 32 == 0) {
      w.turned = scratch.floats(size_t(round_up(g.rows, 16) * w.k_words));
      k.turn_rows(w, w.turned);
    }
    // Threads take whole groups of 32 columns, so that tiles stay whole.
    const int64_t groups = (g.columns + 31) / 32;
    return ctx.pool.split(groups, threads == 1 ? groups : 1,
                          [&](int64_t begin, int64_t end, int) { k.gemv(w, begin * 32, std::min(g.columns, end * 32)); });
  }
  share_out(w, k, threads);
  const int used = w.row_parts * w.column_parts;
  // Passes of equal length, in multiples of 16 words so that AMX tiles never straddle two.
  const int64_t passes = (w.k_words + k.k_block - 1) / k.k_block;
  w.k_pass = round_up((w.k_words + passes - 1) / passes, 16);
  w.k_depth = std::min(2 * w.k_pass, round_up(w.k_words, 16));
  const int64_t panel_bytes = w.k_depth * k.panel * 4;
  const int64_t panels = (g.columns + k.panel - 1) / k.panel;
  w.panels_per_chunk = std::clamp<int64_t>(kChunkBytes / panel_bytes, 1, (panels + w.column_parts - 1) / w.column_parts);
  w.b_bytes = round_up(w.panels_per_chunk * panel_bytes + (w.a_inner == 1 ? 0 : k.strip_room * 4), 64);
  w.b_packed = static_cast<char*>(scratch.bytes(size_t(w.b_bytes * used)));
  ctx.pool.run(used, [&](int index) {
    if (!in_place) {
      pack_a(index, used);
      ctx.pool.barrier();
    }
    k.gemm_compute(w, index);
  });
}

}  // namespace medgym
