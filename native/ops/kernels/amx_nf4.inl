// NF4 on tiles, as amx_gemv.inl: pieces of 16 rows of W, a block long, are decoded into memory that stays in the first-level cache, from
// where two tiles take them while the next piece is decoded; the sums stay in tiles over the whole row. Up to 16 tokens take 64 rows at a
// time, a whole group as it lies, and wait for memory by the processor's own prefetching of one stream (asking for it was slower).

// Half a piece (32 inner numbers): row tile `tile` and token tile j have their sums in tile + j·RowTiles.
template <int TokenTiles>
[[gnu::always_inline]] inline void amx_multiply(int tile, int half, const char* piece, const float* x, int64_t all_words) {
  __asm__ volatile("" ::: "memory");  // GCC's tile loads do not say that they read memory
  if constexpr (TokenTiles == 2) {
    _tile_loadd(4, piece + half * 1024, 64);
    _tile_loadd(6, x + half * 256, 64);
    _tile_loadd(7, x + half * 256 + all_words * 16, 64);
    if (tile == 0) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(2, 4, 7);
    } else {
      _tile_dpbf16ps(1, 4, 6);
      _tile_dpbf16ps(3, 4, 7);
    }
  } else if (half == 0) {
    if (tile == 0) _tile_loadd(6, x, 64);
    _tile_loadd(4, piece, 64);
    switch (tile) {
      case 0: _tile_dpbf16ps(0, 4, 6); break;
      case 1: _tile_dpbf16ps(1, 4, 6); break;
      case 2: _tile_dpbf16ps(2, 4, 6); break;
      default: _tile_dpbf16ps(3, 4, 6);
    }
  } else {
    if (tile == 0) _tile_loadd(7, x + 256, 64);
    _tile_loadd(5, piece + 1024, 64);
    switch (tile) {
      case 0: _tile_dpbf16ps(0, 5, 7); break;
      case 1: _tile_dpbf16ps(1, 5, 7); break;
      case 2: _tile_dpbf16ps(2, 5, 7); break;
      default: _tile_dpbf16ps(3, 5, 7);
    }
  }
  __asm__ volatile("" ::: "memory");
}

// Rows of one group.
template <int RowTiles, int TokenTiles>
void amx_rows(const QuantisedDots& d, const float* map, int64_t row, int64_t token) {
  static_assert(RowTiles * TokenTiles == 4 || RowTiles * TokenTiles == 2);
  constexpr int kRows = RowTiles * 16;
  const QuantisedRows& w = d.weight;
  const int64_t words = w.blocks * (kBlock / 2), step = w.block_step(row);
  const uint8_t* codes = w.row_codes(row);
  const float* x = d.turned + token * words;
  // Two pieces in one page: a load does not wait for a store in flight at the same place of another page.
  alignas(4096) char pieces[2][2048];
  alignas(64) float scales[kRows][16];
  for (int64_t i = 0; i < kRows * w.blocks; i += 64) __builtin_prefetch(w.absmax + (row + kRows) * w.blocks + i);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t b = 0; b < w.blocks; b++, codes += step) {
    if (b % 16 == 0)
      for (int r = 0; r < kRows; r++) block_scales(w, map, row + r, b, std::min<int64_t>(16, w.blocks - b), scales[r]);
#pragma GCC unroll 4
    for (int tile = 0; tile < RowTiles; tile++)
#pragma GCC unroll 2
      for (int half = 0; half < 2; half++) {
        for (int r = half * 8; r < half * 8 + 8; r++) {
          V block[kVectors];
          Nf4::decode(codes + (tile * 16 + r) * 32, scales[tile * 16 + r][b % 16], block);
          char* to = pieces[tile % 2] + r * 64;
          store(reinterpret_cast<float*>(to), block[0]);
          store(reinterpret_cast<float*>(to + 1024), block[1]);
        }
        // The piece before this one.
        if (tile > 0) amx_multiply<TokenTiles>(tile - 1, half, pieces[(tile + 1) % 2], x + b * 512, words);
        else if (b > 0) amx_multiply<TokenTiles>(RowTiles - 1, half, pieces[1], x + (b - 1) * 512, words);
      }
  }
  for (int half = 0; half < 2; half++) amx_multiply<TokenTiles>(RowTiles - 1, half, pieces[1], x + (w.blocks - 1) * 512, words);
  alignas(64) float out[4][16 * 16];  // a tile: rows of W × tokens
  _tile_stored(0, out[0], 64);
  _tile_stored(1, out[1], 64);
  _tile_stored(2, out[2], 64);
  _tile_stored(3, out[3], 64);
  __asm__ volatile("" ::: "memory");
  for (int j = 0; j < TokenTiles; j++)
    for (int i = 0; i < RowTiles; i++) {
      V block[W];
      for (int r = 0; r < 16; r++) block[r] = load(out[i + j * RowTiles] + r * 16);
      transpose(block);
      const int64_t first_token = token + j * 16, first_row = row + i * 16, here = std::min<int64_t>(16, d.tokens - first_token);
      for (int64_t m = 0; m < here; m++) {
        float* y = d.y + (first_token + m) * d.y_row + first_row;
        V value = block[m];
        if (w.row_scales) value *= load(w.row_scales + first_row);
        if (d.bias) value += load(d.bias + first_row);
        if (d.accumulate) value += load(y);
        store(y, value);
      }
    }
}

// Rows [begin, end) of W, begin a multiple of 32, by 32; returns where it stopped.
int64_t amx_quantised(const QuantisedDots& d, const float* map, int64_t begin, int64_t end) {
  end = begin + (end - begin) / 32 * 32;
  if (end == begin) return begin;
  configure_tiles();
  for (int64_t token = 0; token < d.tokens; token += 32)
    for (int64_t row = begin; row < end;) {
      if (d.tokens - token > 16) {
        amx_rows<2, 2>(d, map, row, token);
        row += 32;
      } else if (row % kInterleavedRows == 0 && end - row >= 64) {
        amx_rows<4, 1>(d, map, row, token);
        row += 64;
      } else {
        amx_rows<2, 1>(d, map, row, token);
        row += 32;
      }
    }
  _tile_release();
  return end;
}

// x as tiles of the right factor: (tiles of 16 tokens, words, 16) words.
void quantised_turn(const QuantisedDots& d, float* out) {
  const int64_t words = d.weight.format == QuantisedRows::Format::nf4 ? d.weight.blocks * (kBlock / 2) : byte_words(d.weight.blocks);
  for (int64_t tile = 0; tile * 16 < d.tokens; tile++)
    for (int64_t k = 0; k < words; k += 16) {
      V block[W];
      for (int r = 0; r < 16; r++) block[r] = load(d.x + (tile * 16 + r) * d.x_row + k);
      transpose(block);
      for (int r = 0; r < 16; r++) store(out + (tile * words + k + r) * 16, block[r]);
    }
}
