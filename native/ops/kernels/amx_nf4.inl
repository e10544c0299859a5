// Quantised weights on tiles, as amx_gemv.inl: 32 or 64 rows of W are decoded, some blocks at a time, into memory that stays in the
// first-level cache, from where the tiles take them; the sums stay in tiles over the whole row. A product waits long for the one before
// it into the same tile, so up to 16 tokens take 64 rows at a time: four tiles of sums instead of two.

// Sums are in tiles 0 … 3: row tile i and token tile j in i + j·RowTiles.
template <int RowTiles, int TokenTiles>
inline void amx_step(const bf16* weight, int64_t weight_row, const float* turned, int64_t all_words) {
  const int64_t stride = weight_row * 2;
  __asm__ volatile("" ::: "memory");
  _tile_loadd(6, turned, 64);
  if constexpr (TokenTiles == 2) _tile_loadd(7, turned + all_words * 16, 64);
  _tile_loadd(4, weight, stride);
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (TokenTiles == 2) _tile_dpbf16ps(2, 4, 7);
  _tile_loadd(5, weight + 16 * weight_row, stride);
  _tile_dpbf16ps(1, 5, 6);
  if constexpr (TokenTiles == 2) _tile_dpbf16ps(3, 5, 7);
  if constexpr (RowTiles == 4) {
    _tile_loadd(4, weight + 32 * weight_row, stride);
    _tile_dpbf16ps(2, 4, 6);
    _tile_loadd(5, weight + 48 * weight_row, stride);
    _tile_dpbf16ps(3, 5, 6);
  }
  __asm__ volatile("" ::: "memory");
}

template <class Format, int RowTiles, int TokenTiles>
void amx_rows(const QuantisedDots& d, const float* map, int64_t row, int64_t token) {
  static_assert(RowTiles * TokenTiles == 4 || RowTiles * TokenTiles == 2);
  constexpr int kRows = RowTiles * 16;
  constexpr int64_t kBlocks = 128 / kRows;                 // decoded at a time
  constexpr int64_t kDecodedRow = kBlocks * kBlock + 32;  // a cache line longer: other cache sets
  const QuantisedRows& w = d.weight;
  const int64_t words = w.blocks * (kBlock / 2), row_bytes = w.blocks * Format::block_bytes;
  const float* x = d.turned + token * words;
  alignas(64) bf16 decoded[kRows * kDecodedRow];
  alignas(64) float scales[kRows][16];
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t first = 0; first < w.blocks; first += kBlocks) {
    const int64_t count = std::min(kBlocks, w.blocks - first);
    if (Format::has_scales && first % 16 == 0)
      for (int r = 0; r < kRows; r++) block_scales(w, map, row + r, first, std::min<int64_t>(16, w.blocks - first), scales[r]);
    const uint8_t* codes = w.codes + row * row_bytes + first * Format::block_bytes;
    bf16* to = decoded;
    for (int r = 0; r < kRows; r++, codes += row_bytes, to += kDecodedRow)
      for (int64_t b = 0; b < count; b++) {
        prefetch(codes + kRows * row_bytes + b * Format::block_bytes);
        V block[kVectors];
        Format::decode(codes + b * Format::block_bytes, Format::has_scales ? scales[r][first % 16 + b] : 1, block);
        store(reinterpret_cast<float*>(to + b * kBlock), block[0]);
        store(reinterpret_cast<float*>(to + b * kBlock + 32), block[1]);
      }
    for (int64_t s = 0; s < 2 * count; s++)
      amx_step<RowTiles, TokenTiles>(decoded + s * 32, kDecodedRow, x + (first * (kBlock / 2) + s * 16) * 16, words);
  }
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

// Rows [begin, end) of W in whole groups of 32; returns where it stopped.
template <class Format>
int64_t amx_quantised(const QuantisedDots& d, const float* map, int64_t begin, int64_t end) {
  end = begin + (end - begin) / 32 * 32;
  if (end == begin) return begin;
  configure_tiles();
  for (int64_t token = 0; token < d.tokens; token += 32)
    for (int64_t row = begin; row < end;) {
      if (d.tokens - token > 16) {
        amx_rows<Format, 2, 2>(d, map, row, token);
        row += 32;
      } else if (end - row >= 64) {
        amx_rows<Format, 4, 1>(d, map, row, token);
        row += 64;
      } else {
        amx_rows<Format, 2, 1>(d, map, row, token);
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
