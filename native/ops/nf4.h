// NF4, the 4-bit format of QLoRA (arXiv:2305.14314, section 3; code-book of its appendix E), with double quantisation.
//   w[i] = code[c[i]] · absmax[b],  b the block of 64 neighbouring numbers of a row that i lies in;  c[i]: the code nearest to w[i]/absmax[b]
//   absmax[b] = map[a[b]] · scale[b/256] + offset;  offset: mean of all absmax, scale: the largest |absmax − offset| of 256 blocks
// map: the 256 signed 8-bit values of dynamic tree quantisation (arXiv:1511.04561), as bitsandbytes takes. Of two codes at equal
// distance the lower is taken. The first number of a byte lies in its high half.
// Where bitsandbytes takes blocks of the flattened matrix, rows here begin with a block of their own: the same where a row is a
// multiple of 64 numbers, as in every published model; else the last block of a row is filled up with zeros.
#pragma once
#include "runtime/context.h"

namespace medgym {

constexpr int64_t kQuantisedBlock = 64;    // numbers
constexpr int64_t kQuantisedGroup = 256;   // blocks
constexpr int64_t quantised_blocks(int64_t k) { return (k + kQuantisedBlock - 1) / kQuantisedBlock; }

// f, rounded here: the compiler does not make one operation of it and the sum that it goes into.
inline float unfused(float f) {
#if defined(__has_builtin)
#if __has_builtin(__builtin_assoc_barrier)
  return __builtin_assoc_barrier(f);
#endif
#endif
  volatile float rounded = f;
  return rounded;
}

extern const float nf4_code[16];
// (256), ascending.
const float* nf4_absmax_map();

// rows (rows, k) f32 → codes (rows, blocks, 32) and absmax (rows, blocks), blocks = ceil(k/64).
void nf4_quantise(int64_t rows, int64_t k, const float* values, uint8_t* codes, float* absmax);
// Codes of one tensor from that order into the one that products read from beginning to end, in place: groups of 64 rows (the last may be
// lower), in each group block 0 of every row, then block 1 of every row, and so on.
constexpr int64_t kInterleavedRows = 64;
void nf4_interleave(int64_t rows, int64_t k, uint8_t* codes);
// absmax (count) of one tensor → codes (count), scales (ceil(count/256)); returns the offset.
float nf4_quantise_absmax(int64_t count, const float* absmax, uint8_t* codes, float* scales);

// 8-bit numbers with one scale a row: w[i] = q[i] · scale, scale = max|w| / 127, q rounded to nearest even (the weights of LLM.int8,
// arXiv:2208.07339, section 3). q lies in rows of ceil(k/64)·64 bytes, zero beyond k.
void int8_quantise(int64_t rows, int64_t k, const float* values, int8_t* codes, float* scales);

// Rows of one tensor that is kept quantised: what the kernels read.
struct QuantisedRows {
  enum class Format { nf4, int8 } format;
  int64_t rows, k, blocks;  // blocks of a row
  const uint8_t* codes;     // int8: (rows, blocks·64). nf4: of the whole tensor, interleaved
  // nf4
  const uint8_t* absmax = nullptr;       // (rows, blocks)
  const float* group_scales = nullptr;
  float offset = 0;
  int64_t tensor_rows = 0, first_row = 0;  // of the tensor, and which of them row 0 is
  // int8
  const float* row_scales = nullptr;  // (rows)

  int64_t row_bytes() const { return blocks * (format == Format::nf4 ? 32 : 64); }
  // Block 0 of a row, and the bytes from there to its block 1.
  const uint8_t* row_codes(int64_t row) const {
    if (format == Format::int8) return codes + row * row_bytes();
    const int64_t place = first_row + row, in_group = place % kInterleavedRows;
    return codes + (place - in_group) * row_bytes() + in_group * 32;
  }
  int64_t block_step(int64_t row) const {
    if (format == Format::int8) return 64;
    const int64_t group = (first_row + row) / kInterleavedRows * kInterleavedRows;
    return (tensor_rows - group < kInterleavedRows ? tensor_rows - group : kInterleavedRows) * 32;
  }
  QuantisedRows from(int64_t row, int64_t count) const {
    QuantisedRows part = *this;
    part.rows = count;
    if (format == Format::int8) part.codes += row * row_bytes();
    if (absmax) part.absmax += row * blocks;
    part.first_row += row;
    if (row_scales) part.row_scales += row;
    return part;
  }
};

// The numbers, (rows, k) f32.
void dequantise(const QuantisedRows&, float* out);

// y = x·Wᵀ (+ bias) (+ y) over these rows of W: x (tokens,k)  y (tokens,rows). Products as the instruction set has them: bf16 (x and W
// rounded to nearest even) where it multiplies bf16, else f32; sums in f32. The codes are read once for a few tokens; a token's sums do
// not depend on how many tokens there are.
void quantised_dots(Context&, const QuantisedRows* parts, int64_t part_count, const float* bias_or_null, const float* x, int64_t x_row,
                    int64_t tokens, float* y, int64_t y_row, bool accumulate);

}  // namespace medgym
