#include "ops/nf4.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ops/kernels/kernels.h"

namespace medgym {

const float nf4_code[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
                            -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f,
                            0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f,
                            1.0f};

namespace {

// Seven decades 10^-6 … 1; decade i holds the middles of 2^i equal parts of 0.1 … 1, with both signs; and 0 and 1. Each step is rounded
// to f32 as torch.linspace does, so that the values are bitsandbytes' to the bit.
std::array<float, 256> make_absmax_map() {
  std::array<float, 256> map{};
  size_t at = 0;
  double decade = 1e-6;
  for (int i = 0; i < 7; i++, decade *= 10) {
    const int parts = 1 << i;
    const float first = 0.1f, step = (1.0f - first) / float(parts);
    const auto edge = [&](int j) {
      return j < (parts + 1) / 2 ? float(double(first) + double(step) * j) : float(1.0 - double(step) * (parts - j));
    };
    for (int j = 0; j < parts; j++) {
      const float value = float(decade) * ((edge(j) + edge(j + 1)) / 2);
      map[at++] = value;
      map[at++] = -value;
    }
  }
  map[at++] = 0;
  map[at++] = 1;
  std::sort(map.begin(), map.end());
  return map;
}

}  // namespace

const float* nf4_absmax_map() {
  static const std::array<float, 256> map = make_absmax_map();
  return map.data();
}

void nf4_quantise(int64_t rows, int64_t k, const float* values, uint8_t* codes, float* absmax) {
  const Kernels& kernel = kernels();
  const int64_t blocks = quantised_blocks(k);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t b = 0; b < blocks; b++, codes += kQuantisedBlock / 2) {
      const float* from = values + r * k + b * kQuantisedBlock;
      float padded[kQuantisedBlock] = {};
      if (b == blocks - 1 && k % kQuantisedBlock) {
        std::copy_n(from, k % kQuantisedBlock, padded);
        from = padded;
      }
      *absmax++ = kernel.nf4_quantise_block(from, codes);
    }
}

void nf4_interleave(int64_t rows, int64_t k, uint8_t* codes) {
  constexpr int64_t kBytes = kQuantisedBlock / 2;
  const int64_t blocks = quantised_blocks(k);
  std::vector<uint8_t> before(size_t(std::min(rows, kInterleavedRows) * blocks * kBytes));
  for (int64_t first = 0; first < rows; first += kInterleavedRows) {
    const int64_t height = std::min(kInterleavedRows, rows - first);
    uint8_t* group = codes + first * blocks * kBytes;
    std::copy_n(group, height * blocks * kBytes, before.begin());
    for (int64_t r = 0; r < height; r++)
      for (int64_t b = 0; b < blocks; b++) std::copy_n(&before[size_t((r * blocks + b) * kBytes)], kBytes, group + (b * height + r) * kBytes);
  }
}

float nf4_quantise_absmax(int64_t count, const float* absmax, uint8_t* codes, float* scales) {
  const float* map = nf4_absmax_map();
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += absmax[i];
  const float offset = float(sum / double(count));
  for (int64_t first = 0; first < count; first += kQuantisedGroup) {
    const int64_t end = std::min(count, first + kQuantisedGroup);
    float scale = 0;
    for (int64_t i = first; i < end; i++) scale = std::max(scale, std::fabs(absmax[i] - offset));
    *scales++ = scale;
    for (int64_t i = first; i < end; i++) {
      const float value = scale > 0 ? (absmax[i] - offset) / scale : 0;
      // The first entry whose middle to the next is not below the value.
      int low = 0, high = 255;
      while (low < high) {
        const int middle = (low + high) / 2;
        if (value > (map[middle] + map[middle + 1]) / 2) low = middle + 1;
        else high = middle;
      }
      codes[i] = uint8_t(low);
    }
  }
  return offset;
}

void int8_quantise(int64_t rows, int64_t k, const float* values, int8_t* codes, float* scales) {
  const int64_t padded = quantised_blocks(k) * kQuantisedBlock;
  for (int64_t r = 0; r < rows; r++, values += k, codes += padded) {
    float largest = 0;
    for (int64_t i = 0; i < k; i++) largest = std::max(largest, std::fabs(values[i]));
    const float inverse = largest > 0 ? 127 / largest : 0;
    for (int64_t i = 0; i < k; i++) codes[i] = int8_t(std::lrintf(std::clamp(values[i] * inverse, -127.0f, 127.0f)));
    std::fill(codes + k, codes + padded, int8_t(0));
    scales[r] = largest / 127;
  }
}

void dequantise(const QuantisedRows& w, float* out) {
  if (w.format == QuantisedRows::Format::int8) {
    for (int64_t r = 0; r < w.rows; r++) {
      const auto* q = reinterpret_cast<const int8_t*>(w.codes + r * w.row_bytes());
      for (int64_t i = 0; i < w.k; i++) *out++ = float(q[i]) * w.row_scales[r];
    }
    return;
  }
  const float* map = nf4_absmax_map();
  for (int64_t r = 0; r < w.rows; r++)
    for (int64_t b = 0; b < w.blocks; b++) {
      const int64_t block = r * w.blocks + b, count = std::min(kQuantisedBlock, w.k - b * kQuantisedBlock);
      const float absmax = unfused(map[w.absmax[block]] * w.group_scales[(w.first_row * w.blocks + block) / kQuantisedGroup]) + w.offset;
      const uint8_t* codes = w.row_codes(r) + b * w.block_step(r);
      for (int64_t i = 0; i < count; i++) *out++ = nf4_code[i % 2 ? codes[i / 2] & 15 : codes[i / 2] >> 4] * absmax;
    }
}

void quantised_dots(Context& ctx, const QuantisedRows* parts, int64_t part_count, const float* bias, const float* x, int64_t x_row,
                    int64_t tokens, float* y, int64_t y_row, bool accumulate) {
  if (tokens <= 0) return;
  const Kernels& kernel = kernels();
  Scratch scratch(ctx.arena);
  QuantisedDots d{};
  d.tokens = tokens;
  d.weight = parts[0];
  d.x_row = kernel.quantised_x_words(parts->format, parts->blocks);
  if (d.x_row % 512 == 0) d.x_row += 16;  // rows a multiple of 4 KB apart would fall into the same cache sets
  // Tiles read whole groups of 16 tokens.
  const int64_t padded = (tokens + 15) / 16 * 16;
  float* packed = scratch.floats(size_t(padded * d.x_row));
  std::fill(packed + tokens * d.x_row, packed + padded * d.x_row, 0.0f);
  ctx.pool.split(tokens, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) kernel.quantised_x(parts->format, x + t * x_row, parts->k, parts->blocks, packed + t * d.x_row);
  });
  d.x = packed;
  if (kernel.quantised_turn) {
    float* turned = scratch.floats(size_t(padded * d.x_row));
    kernel.quantised_turn(d, turned);
    d.turned = turned;
  }
  d.y_row = y_row;
  d.accumulate = accumulate;
  for (int64_t p = 0, column = 0; p < part_count; column += parts[p].rows, p++) {
    d.weight = parts[p];
    d.y = y + column;
    d.bias = bias ? bias + column : nullptr;
    // Threads take whole groups of 32 rows, so that tiles stay whole whatever their number.
    const int64_t groups = (d.weight.rows + 31) / 32;
    const bool small = tokens * d.weight.rows * d.weight.k < 32 << 10;
    ctx.pool.split(groups, small ? groups : 1, [&](int64_t begin, int64_t end, int) {
      kernel.quantised_dots(d, begin * 32, std::min(d.weight.rows, end * 32));
    });
  }
}

}  // namespace medgym
