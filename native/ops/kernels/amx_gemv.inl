// Few rows of x against many rows of W on tiles: C^T = W·x^T, so that tiles of W are read from memory as it lies, each once. x is turned
// into tiles of B first, (row tiles, k_words, 16) words; one row of x is a column as it lies. W kept in tiles (tiled_at) is one stream, and
// its products have the same bits.

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

// How many rows of x two tiles of W meet: one, as words that lie in order; up to 16, a tile; up to 32, two.
enum class Few { one, tile, two_tiles };

inline void configure_tiles(Few few) {
  if (few != Few::one) return configure_tiles();
  static const TileConfig column = [] {
    TileConfig c;
    c.row_bytes[0] = c.row_bytes[1] = c.row_bytes[6] = 4;
    return c;
  }();
  _tile_loadconfig(&column);
}

// Two tiles of W (32 rows) against x; out: rows of W × rows of x, 32 × 1 or 32 × 32. From one step to the next W goes on by 32 numbers, in
// tiles by a piece.
template <Few few, bool Tiled>
inline void amx_dots(const bf16* weight, int64_t weight_row, const float* x, int64_t words, float* out) {
  constexpr int64_t kAhead = 1408, kLine = 64;  // bytes
  constexpr int64_t kStep = Tiled ? kTileSide * kTileSide : 32, kWidth = few == Few::one ? 1 : 16, kOut = few == Few::one ? 1 : 32;
  if constexpr (Tiled) weight_row = kTileSide;
  const int64_t stride = weight_row * 2;
  const bf16* below = weight + 16 * weight_row;
  const auto ask = [](const bf16* from) {
    if constexpr (Tiled)
      for (int64_t i = 0; i < 16; i++) __builtin_prefetch(reinterpret_cast<const char*>(from) + kAhead + i * kLine);
  };
  __asm__ volatile("" ::: "memory");
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (few == Few::two_tiles) _tile_zero(2);
  if constexpr (few == Few::two_tiles) _tile_zero(3);
  for (int64_t k = 0; k < words; k += 16, weight += kStep, below += kStep) {
    ask(weight);
    _tile_loadd(4, weight, stride);
    _tile_loadd(6, x + k * kWidth, kWidth * 4);
    ask(below);
    _tile_loadd(5, below, stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 5, 6);
    if constexpr (few == Few::two_tiles) {
      _tile_loadd(7, x + (words + k) * 16, 64);
      _tile_dpbf16ps(2, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, out, kOut * 4);
  _tile_stored(1, out + 16 * kOut, kOut * 4);
  if constexpr (few == Few::two_tiles) _tile_stored(2, out + 16, 128);
  if constexpr (few == Few::two_tiles) _tile_stored(3, out + 16 * 32 + 16, 128);
  __asm__ volatile("" ::: "memory");
}

// Columns [begin, end) in whole groups of 32; returns where it stopped.
int64_t amx_gemv(const GemmWork& w, int64_t begin, int64_t end) {
  const GemmArgs& g = w.args;
  const bf16* weight = static_cast<const bf16*>(g.b);
  configure_tiles(g.rows == 1 ? Few::one : Few::tile);
  int64_t n = begin;
  alignas(64) float out[32 * 32];
  const auto put = [&](int64_t row, int64_t column, V sums) {
    float* c = g.c + row * g.c_row + column;
    V value = sums * g.alpha;
    if (g.bias) value += load(g.bias + column);
    if (g.beta != 0) value = fma(load(c), splat(g.beta), value);
    store(c, value);
  };
  for (; n + 32 <= end; n += 32) {
    const bf16* rows = weight + n * g.b_column;
    if (g.rows == 1) {
      const auto dots = g.b_tiled ? amx_dots<Few::one, true> : amx_dots<Few::one, false>;
      dots(rows, g.b_column, w.turned, w.k_words, out);
      put(0, n, load(out));
      put(0, n + 16, load(out + 16));
      continue;
    }
    for (int64_t first = 0; first < g.rows; first += 32) {
      const int64_t count = std::min<int64_t>(32, g.rows - first);
      const auto dots = count > 16 ? (g.b_tiled ? amx_dots<Few::two_tiles, true> : amx_dots<Few::two_tiles, false>)
                                   : (g.b_tiled ? amx_dots<Few::tile, true> : amx_dots<Few::tile, false>);
      dots(rows, g.b_column, w.turned + first * w.k_words, w.k_words, out);
      for (int64_t half = 0; half < 32; half += 16)
        for (int64_t tile = 0; tile < count; tile += 16) {
          V block[W];
          for (int r = 0; r < 16; r++) block[r] = load(out + (half + r) * 32 + tile);
          transpose(block);
          const int64_t rows_here = std::min<int64_t>(16, count - tile);
          for (int64_t m = 0; m < rows_here; m++) put(first + tile + m, n + half, block[m]);
        }
    }
  }
  _tile_release();
  return n;
}
