// Few rows of x against many rows of W on tiles: C^T = W·x^T, so that tiles of W are read from memory as it lies, each once. x is turned
// into tiles of B first: (row tiles, k_words, 16) words.

void turn_rows(const GemmWork& w, float* out) {
  const float* a = static_cast<const float*>(w.a);
  for (int64_t tile = 0; tile * 16 < w.args.rows; tile++)
    for (int64_t k = 0; k < w.k_words; k += 16) {
      V block[W];
      for (int r = 0; r < 16; r++) block[r] = load(a + (tile * 16 + r) * w.a_row + k);  // packed A has zeros below its last row
      transpose(block);
      for (int r = 0; r < 16; r++) store(out + (tile * w.k_words + k + r) * 16, block[r]);
    }
}

// Two tiles of W (32 rows) against one or two tiles of x; out (32, 32): rows of W × rows of x.
template <bool TwoTiles>
inline void amx_dots(const bf16* weight, int64_t weight_row, const float* turned, int64_t words, float* out) {
  const int64_t stride = weight_row * 2;
  const bf16* below = weight + 16 * weight_row;
  __asm__ volatile("" ::: "memory");
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (TwoTiles) _tile_zero(2);
  if constexpr (TwoTiles) _tile_zero(3);
  for (int64_t k = 0; k < words; k += 16) {
    _tile_loadd(4, weight + 2 * k, stride);
    _tile_loadd(6, turned + k * 16, 64);
    _tile_loadd(5, below + 2 * k, stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 5, 6);
    if constexpr (TwoTiles) {
      _tile_loadd(7, turned + (words + k) * 16, 64);
      _tile_dpbf16ps(2, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, out, 128);
  _tile_stored(1, out + 16 * 32, 128);
  if constexpr (TwoTiles) _tile_stored(2, out + 16, 128);
  if constexpr (TwoTiles) _tile_stored(3, out + 16 * 32 + 16, 128);
  __asm__ volatile("" ::: "memory");
}

// Columns [begin, end) in whole groups of 32; returns where it stopped.
int64_t amx_gemv(const GemmWork& w, int64_t begin, int64_t end) {
  const GemmArgs& g = w.args;
  const bf16* weight = static_cast<const bf16*>(g.b);
  configure_tiles();
  int64_t n = begin;
  alignas(64) float out[32 * 32];
  for (; n + 32 <= end; n += 32) {
    const bf16* rows = weight + n * g.b_column;
    for (int64_t first = 0; first < g.rows; first += 32) {
      const int64_t count = std::min<int64_t>(32, g.rows - first);
      const float* x = w.turned + first * w.k_words;
      count > 16 ? amx_dots<true>(rows, g.b_column, x, w.k_words, out) : amx_dots<false>(rows, g.b_column, x, w.k_words, out);
      for (int64_t half = 0; half < 32; half += 16)
        for (int64_t tile = 0; tile < count; tile += 16) {
          V block[W];
          for (int r = 0; r < 16; r++) block[r] = load(out + (half + r) * 32 + tile);
          transpose(block);
          const int64_t rows_here = std::min<int64_t>(16, count - tile);
          for (int64_t m = 0; m < rows_here; m++) {
            float* c = g.c + (first + tile + m) * g.c_row + n + half;
            V value = block[m] * g.alpha;
            if (g.bias) value += load(g.bias + n + half);
            if (g.beta != 0) value = fma(load(c), splat(g.beta), value);
            store(c, value);
          }
        }
    }
  }
  _tile_release();
  return n;
}
