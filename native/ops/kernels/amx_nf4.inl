// Quantised weights on tiles, as amx_gemv.inl: 32 rows of W are decoded, some blocks at a time, into memory that stays in the first-level
// cache, from where the tiles take them; the sums stay in tiles over the whole row.

constexpr int64_t kDecodedBlocks = 4;
constexpr int64_t kDecodedRow = kDecodedBlocks * kBlock + 32;  // bf16 of a decoded row, a cache line longer: other cache sets

template <bool TwoTiles>
inline void amx_decoded(const bf16* weight, const float* turned, int64_t all_words, int64_t words) {
  const int64_t stride = kDecodedRow * 2;
  __asm__ volatile("" ::: "memory");
  for (int64_t k = 0; k < words; k += 16) {
    _tile_loadd(4, weight + 2 * k, stride);
    _tile_loadd(6, turned + k * 16, 64);
    _tile_loadd(5, weight + 16 * kDecodedRow + 2 * k, stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 5, 6);
    if constexpr (TwoTiles) {
      _tile_loadd(7, turned + (all_words + k) * 16, 64);
      _tile_dpbf16ps(2, 4, 7);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
}

// Rows [begin, end) of W in whole groups of 32; returns where it stopped.
template <class Format>
int64_t amx_quantised(const QuantisedDots& d, const float* map, int64_t begin, int64_t end) {
  const QuantisedRows& w = d.weight;
  const int64_t words = w.blocks * (kBlock / 2), row_bytes = w.blocks * Format::block_bytes;
  configure_tiles();
  alignas(64) bf16 decoded[32 * kDecodedRow];
  alignas(64) float out[32 * 32];
  int64_t row = begin;
  for (; row + 32 <= end; row += 32)
    for (int64_t token = 0; token < d.tokens; token += 32) {
      const int64_t tokens = std::min<int64_t>(32, d.tokens - token);
      __asm__ volatile("" ::: "memory");
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
      for (int64_t first = 0; first < w.blocks; first += kDecodedBlocks) {
        const int64_t count = std::min(kDecodedBlocks, w.blocks - first);
        for (int r = 0; r < 32; r++) {
          float scales[kDecodedBlocks];
          if constexpr (Format::has_scales) block_scales(w, map, row + r, first, count, scales);
          const uint8_t* codes = w.codes + (row + r) * row_bytes + first * Format::block_bytes;
          for (int64_t b = 0; b < count; b++) {
            V block[kVectors];
            Format::decode(codes + b * Format::block_bytes, Format::has_scales ? scales[b] : 1, block);
            store(reinterpret_cast<float*>(decoded + r * kDecodedRow + b * kBlock), block[0]);
            store(reinterpret_cast<float*>(decoded + r * kDecodedRow + b * kBlock + 32), block[1]);
          }
        }
        const float* x = d.turned + (token * words + first * (kBlock / 2) * 16);
        tokens > 16 ? amx_decoded<true>(decoded, x, words, count * (kBlock / 2)) : amx_decoded<false>(decoded, x, words, count * (kBlock / 2));
      }
      _tile_stored(0, out, 128);
      _tile_stored(1, out + 16 * 32, 128);
      _tile_stored(2, out + 16, 128);
      _tile_stored(3, out + 16 * 32 + 16, 128);
      __asm__ volatile("" ::: "memory");
      for (int64_t half = 0; half < 32; half += 16)
        for (int64_t tile = 0; tile < tokens; tile += 16) {
          V block[W];
          for (int r = 0; r < 16; r++) block[r] = load(out + (half + r) * 32 + tile);
          transpose(block);
          const int64_t here = std::min<int64_t>(16, tokens - tile);
          for (int64_t m = 0; m < here; m++) {
            float* y = d.y + (token + tile + m) * d.y_row + row + half;
            V value = block[m];
            if (w.row_scales) value *= load(w.row_scales + row + half);
            if (d.bias) value += load(d.bias + row + half);
            if (d.accumulate) value += load(y);
            store(y, value);
          }
        }
    }
  _tile_release();
  return row;
}

// x as tiles of the right factor: (tiles of 16 tokens, words, 16) words.
void quantised_turn(const QuantisedDots& d, int64_t blocks, float* out) {
  const int64_t words = blocks * (kBlock / 2);
  for (int64_t tile = 0; tile * 16 < d.tokens; tile++)
    for (int64_t k = 0; k < words; k += 16) {
      V block[W];
      for (int r = 0; r < 16; r++) block[r] = load(d.x + (tile * 16 + r) * d.x_row + k);
      transpose(block);
      for (int r = 0; r < 16; r++) store(out + (tile * words + k + r) * 16, block[r]);
    }
}
