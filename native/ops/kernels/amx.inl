// AMX: C blocks of 32×32 as four tiles of 16×16, each step 32 inner numbers: A tiles are rows of packed A, B tiles halves of a panel.
constexpr int kTileRows = 32;

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
inline void configure_tiles() {
  // Static: the intrinsic tells the compiler only of its first 8 bytes, and a local's other stores would be dropped.
  static const TileConfig config;
  _tile_loadconfig(&config);
}

// From tile results (16 rows × 16 numbers) to C.
inline void tile_to_c(const float* tile, int64_t tile_row, float* c, int64_t c_row, int64_t rows, int64_t columns, float alpha, float beta,
                      const float* bias) {
  if (columns <= 0) return;
  const V scale = splat(alpha), keep = splat(beta);
  const int64_t n = std::min<int64_t>(columns, 16);
  const V add = bias ? load(bias, n) : zero();
  for (int64_t i = 0; i < rows; i++) {
    V value = fma(load(tile + i * tile_row), scale, add);
    if (n == 16) {
      if (beta != 0) value = fma(load(c + i * c_row), keep, value);
      store(c + i * c_row, value);
    } else {
      if (beta != 0) value = fma(load(c + i * c_row, n), keep, value);
      store(c + i * c_row, value, n);
    }
  }
}

// One block over `words` inner words. Two tile rows, or one when fewer than 17 rows are left; two tile columns, or one. A lies as tiles
// (GemmWork::tiled) and has rows of zeros up to a multiple of 16. The sums begin with `start` rows start_stride bytes apart (stride 0: the bias in every row), or 0.
template <bool TwoRows, bool TwoColumns>
inline void amx_block(const float* a, int64_t a_row, const float* b, int64_t words, const float* start, int64_t start_stride, float* out,
                      int64_t out_stride) {
  const int64_t b_stride = kPanel * 4;
  const float* a2 = a + 16 * a_row;
  const auto lower = [](const float* p, int64_t stride) { return reinterpret_cast<const char*>(p) + 16 * stride; };
  __asm__ volatile("" ::: "memory");  // GCC's tile loads do not say that they read memory
  if (start) {
    _tile_loadd(0, start, start_stride);
    if constexpr (TwoColumns) _tile_loadd(1, start + 16, start_stride);
    if constexpr (TwoRows) _tile_loadd(2, lower(start, start_stride), start_stride);
    if constexpr (TwoRows && TwoColumns) _tile_loadd(3, lower(start + 16, start_stride), start_stride);
  } else {
    _tile_zero(0);
    if constexpr (TwoColumns) _tile_zero(1);
    if constexpr (TwoRows) _tile_zero(2);
    if constexpr (TwoRows && TwoColumns) _tile_zero(3);
  }
  for (int64_t k = 0; k < words; k += 16) {
    // A comes from the second-level cache: it is asked for two steps ahead.
    for (int i = 0; i < 16; i++) {
      __builtin_prefetch(a + (k + 32 + i) * 16);
      if constexpr (TwoRows) __builtin_prefetch(a2 + (k + 32 + i) * 16);
    }
    _tile_loadd(4, a + k * 16, 64);
    _tile_loadd(6, b + k * kPanel, b_stride);
    if constexpr (TwoRows) _tile_loadd(5, a2 + k * 16, 64);
    if constexpr (TwoColumns) _tile_loadd(7, b + k * kPanel + 16, b_stride);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (TwoRows) _tile_dpbf16ps(2, 5, 6);
    if constexpr (TwoColumns) _tile_dpbf16ps(1, 4, 7);
    if constexpr (TwoRows && TwoColumns) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, out, out_stride);
  if constexpr (TwoColumns) _tile_stored(1, out + 16, out_stride);
  if constexpr (TwoRows) _tile_stored(2, const_cast<char*>(lower(out, out_stride)), out_stride);
  if constexpr (TwoRows && TwoColumns) _tile_stored(3, const_cast<char*>(lower(out + 16, out_stride)), out_stride);
  __asm__ volatile("" ::: "memory");
}

void amx_panel(const GemmWork& w, int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t k, int64_t words, const float* panel) {
  const GemmArgs& g = w.args;
  const float beta = k == 0 ? g.beta : 1;
  const float* bias = k == 0 && g.bias ? g.bias + column : nullptr;
  alignas(64) float out[32 * 32];
  for (int64_t i = 0; i < rows; i += kTileRows) {
    const int64_t count = std::min<int64_t>(kTileRows, rows - i);
    const float* a = static_cast<const float*>(w.a) + (row + i) * w.a_row + k * 16;
    float* c = g.c + (row + i) * g.c_row + column;
    const auto block = [&](const float* start, int64_t start_stride, float* to, int64_t to_stride) {
      if (count > 16)
        columns > 16 ? amx_block<true, true>(a, w.a_row, panel, words, start, start_stride, to, to_stride)
                     : amx_block<true, false>(a, w.a_row, panel, words, start, start_stride, to, to_stride);
      else
        columns > 16 ? amx_block<false, true>(a, w.a_row, panel, words, start, start_stride, to, to_stride)
                     : amx_block<false, false>(a, w.a_row, panel, words, start, start_stride, to, to_stride);
    };
    // Sums begin with what is in C already, or with the bias, so that one pass over a part of the inner dimension goes on where the last
    // one stopped: the bits of a row do not depend on the tile that it lies in.
    if (g.alpha == 1 && (beta == 0 || (beta == 1 && !bias))) {
      const float* start = beta != 0 ? c : bias;
      if (count % 16 == 0 && columns % 16 == 0) {
        block(start, start == bias ? 0 : g.c_row * 4, c, g.c_row * 4);
        continue;
      }
      for (int64_t r = 0; r < count && start; r++) {
        const float* from = start == bias ? bias : c + r * g.c_row;
        store(out + r * 32, load(from, columns));
        store(out + r * 32 + 16, columns > 16 ? load(from + 16, columns - 16) : zero());
      }
      block(start ? out : nullptr, 128, out, 128);
      for (int64_t r = 0; r < count; r++) {
        store(c + r * g.c_row, load(out + r * 32), columns);
        if (columns > 16) store(c + r * g.c_row + 16, load(out + r * 32 + 16), columns - 16);
      }
      continue;
    }
    block(nullptr, 0, out, 128);
    tile_to_c(out, 32, c, g.c_row, count, columns, g.alpha, beta, bias);
    tile_to_c(out + 16, 32, c + 16, g.c_row, count, columns - 16, g.alpha, beta, bias ? bias + 16 : nullptr);
  }
}
