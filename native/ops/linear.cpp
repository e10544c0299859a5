#include "ops/linear.h"

#include <algorithm>

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {

namespace {

// Quantised rows are given back so many bytes at a time: they stay in the second-level cache.
constexpr int64_t kSliceBytes = 512 << 10;

Dtype product_type() { return kernels().bf16_products ? Dtype::BF16 : Dtype::F32; }

// Calls slice(first row of W, rows, their numbers in the product's type, their scales or null) over all of W.
template <class F>
void each_slice(Context& ctx, const Weight& w, F&& slice) {
  const Kernels& k = kernels();
  const int64_t row_bytes = w.k() * int64_t(dtype_size(product_type()));
  const int64_t most = std::clamp<int64_t>(kSliceBytes / row_bytes / 64 * 64, 64, std::max<int64_t>(64, w.n()));
  Scratch scratch(ctx.arena);
  char* numbers = static_cast<char*>(scratch.bytes(size_t(most * row_bytes)));
  int64_t column = 0;
  for (const QuantisedRows& part : w.parts())
    for (int64_t first = 0; first < part.rows; first += most) {
      const int64_t count = std::min(most, part.rows - first);
      ctx.pool.split(count, 8, [&](int64_t begin, int64_t end, int) {
        for (int64_t r = begin; r < end; r++) k.quantised_row(part, first + r, numbers + r * row_bytes);
      });
      slice(column, count, numbers, part.row_scales ? part.row_scales + first : nullptr);
      column += count;
    }
}

}  // namespace

Weight::Weight(Context& ctx, int64_t n, int64_t k, Dtype type, Layout layout, void* place) : n_(n), k_(k), type_(type), writable_(place) {
  if (fits_tiles()) layout_ = layout;
  if (type == Dtype::F16) fail(MG_UNSUPPORTED, "weights are kept in f32, bf16 or nf4, not f16");
  if (!place) {
    storage_ = Buffer(ctx.memory, bytes_of(n, k, type));
    writable_ = storage_.data();
  }
  data_ = writable_;
  if (type == Dtype::NF4) scales_ = Buffer(ctx.memory, size_t(n * quantised_blocks(k)));
  if (type == Dtype::INT8) {
    scales_ = Buffer(ctx.memory, size_t(n) * sizeof(float));
    parts_ = {{.format = format(), .rows = n, .k = k, .blocks = quantised_blocks(k), .codes = static_cast<const uint8_t*>(data_),
               .row_scales = scales_.f32()}};
  }
}

size_t Weight::bytes_of(int64_t n, int64_t k, Dtype type) {
  if (type == Dtype::NF4) return size_t(n * quantised_blocks(k) * 32);
  if (type == Dtype::INT8) return size_t(n * quantised_blocks(k) * 64);
  return size_t(n * k) * dtype_size(type);
}

size_t Weight::bytes() const {
  size_t total = bytes_of(n_, k_, type_);
  if (type_ == Dtype::INT8) total += size_t(n_) * sizeof(float);
  if (type_ == Dtype::NF4) total += size_t(n_ * quantised_blocks(k_));
  for (const Buffer& scales : group_scales_) total += scales.bytes();
  return total;
}

Weight::Weight(Context& ctx, int64_t n, int64_t k, Dtype type, const void* source, Dtype source_type) : Weight(ctx, n, k, type) {
  if (is_quantised(type)) {
    std::vector<float> values(size_t(n * k)), absmax(size_t(n * quantised_blocks(k)));
    convert(values.data(), Dtype::F32, source, source_type, values.size());
    if (type == Dtype::INT8) {
      write(0, n, values.data());
    } else {
      quantise(0, n, values.data(), absmax.data());
      finish(ctx, 0, n, absmax.data());
    }
    return;
  }
  ctx.pool.split(n * k, 1 << 16, [&](int64_t begin, int64_t end, int) {
    convert(static_cast<char*>(writable_) + begin * dtype_size(type), type,
            static_cast<const char*>(source) + begin * dtype_size(source_type), source_type, size_t(end - begin));
  });
}

Weight Weight::borrow(int64_t n, int64_t k, Dtype type, const void* data) {
  if (type != Dtype::F32 && type != Dtype::BF16) fail(MG_UNSUPPORTED, "weights are borrowed in f32 or bf16, not %s", dtype_name(type));
  Weight w;
  w.n_ = n;
  w.k_ = k;
  w.type_ = type;
  w.data_ = data;
  return w;
}

void* Weight::mutable_data() {
  if (!writable_) fail(MG_INTERNAL, "a borrowed weight cannot be written");
  return writable_;
}

template <class T, class F>
void Weight::each_piece(T* numbers, int64_t row, F&& visit) const {
  if (layout_ == Layout::rows || row >= n_ / kTileSide * kTileSide) return visit(numbers + row * k_, int64_t(0), k_);
  for (int64_t at = 0; at < k_; at += kTileSide) visit(numbers + tiled_at(row, at, k_), at, kTileSide);
}

void Weight::arrange(Context& ctx, Layout layout) {
  if (layout == layout_ || !fits_tiles()) return;
  bf16* numbers = static_cast<bf16*>(mutable_data());
  const int64_t group = kTileSide * k_;
  Scratch scratch(ctx.arena);
  bf16* room = static_cast<bf16*>(scratch.bytes(size_t(ctx.pool.size() * group) * sizeof(bf16)));
  ctx.pool.split(n_ / kTileSide, 1, [&](int64_t begin, int64_t end, int thread) {
    bf16* before = room + thread * group;
    for (int64_t g = begin; g < end; g++) {
      bf16* now = numbers + g * group;
      std::copy_n(now, group, before);
      for (int64_t row = 0; row < kTileSide; row++)
        for (int64_t at = 0; at < k_; at += kTileSide) {
          const int64_t tile = tiled_at(row, at, k_), plain = row * k_ + at;
          layout == Layout::tiles ? std::copy_n(before + plain, kTileSide, now + tile) : std::copy_n(before + tile, kTileSide, now + plain);
        }
    }
  });
  layout_ = layout;
}

void Weight::read(int64_t first, int64_t count, float* out) const {
  if (layout_ == Layout::tiles) {
    for (int64_t r = 0; r < count; r++, out += k_)
      each_piece(static_cast<const bf16*>(data_), first + r, [&](const bf16* from, int64_t at, int64_t length) {
        convert(out + at, Dtype::F32, from, Dtype::BF16, size_t(length));
      });
    return;
  }
  if (!is_quantised(type_))
    return convert(out, Dtype::F32, static_cast<const char*>(data_) + first * row_bytes(), type_, size_t(count * k_));
  int64_t begin = 0;
  for (const QuantisedRows& part : parts_) {
    const int64_t from = std::max(first, begin), to = std::min(first + count, begin + part.rows);
    if (from < to) dequantise(part.from(from - begin, to - from), out + (from - first) * k_);
    begin += part.rows;
  }
}

void Weight::write(int64_t first, int64_t count, const float* values) {
  if (layout_ == Layout::tiles) {
    for (int64_t r = 0; r < count; r++, values += k_)
      each_piece(static_cast<bf16*>(mutable_data()), first + r, [&](bf16* to, int64_t at, int64_t length) {
        convert(to, Dtype::BF16, values + at, Dtype::F32, size_t(length));
      });
    return;
  }
  char* to = static_cast<char*>(mutable_data()) + first * row_bytes();
  if (type_ == Dtype::NF4) fail(MG_INTERNAL, "NF4 weights are written a tensor at a time");
  if (type_ == Dtype::INT8) return int8_quantise(count, k_, values, reinterpret_cast<int8_t*>(to), scales_.f32() + first);
  convert(to, type_, values, Dtype::F32, size_t(count * k_));
}

void Weight::quantise(int64_t row, int64_t rows, const float* values, float* absmax) {
  nf4_quantise(rows, k_, values, static_cast<uint8_t*>(mutable_data()) + row * row_bytes(), absmax);
}

void Weight::finish(Context& ctx, int64_t first, int64_t count, const float* absmax) {
  const int64_t blocks = quantised_blocks(k_), groups = (count * blocks + kQuantisedGroup - 1) / kQuantisedGroup;
  uint8_t* codes = static_cast<uint8_t*>(scales_.data()) + first * blocks;
  nf4_interleave(count, k_, static_cast<uint8_t*>(mutable_data()) + first * row_bytes());
  Buffer scales(ctx.memory, size_t(groups) * sizeof(float));
  const float offset = nf4_quantise_absmax(count * blocks, absmax, codes, scales.f32());
  const QuantisedRows part{.format = format(), .rows = count, .k = k_, .blocks = blocks,
                           .codes = static_cast<const uint8_t*>(data_) + first * row_bytes(), .absmax = codes, .group_scales = scales.f32(),
                           .offset = offset, .tensor_rows = count};
  const auto at = std::find_if(parts_.begin(), parts_.end(), [&](const QuantisedRows& p) { return p.codes >= part.codes; });
  const auto index = at - parts_.begin();
  if (at != parts_.end() && at->codes == part.codes) {  // written anew
    *at = part;
    group_scales_[size_t(index)] = std::move(scales);
    return;
  }
  parts_.insert(at, part);
  group_scales_.insert(group_scales_.begin() + index, std::move(scales));
}

Weight Weight::rows(int64_t first, int64_t count) const {
  if (!is_quantised(type_)) {
    Weight w = borrow(count, k_, type_, static_cast<const char*>(data_) + first * row_bytes());
    w.layout_ = layout_;
    if (layout_ == Layout::tiles && (first % kTileSide != 0 || (count % kTileSide != 0 && first + count != n_)))
      fail(MG_INTERNAL, "rows %lld to %lld of %lld are no whole tiles", static_cast<long long>(first), static_cast<long long>(first + count),
           static_cast<long long>(n_));
    return w;
  }
  if (type_ == Dtype::NF4) fail(MG_INTERNAL, "NF4 weights are used whole");
  Weight w;
  w.n_ = count;
  w.k_ = k_;
  w.type_ = type_;
  w.data_ = static_cast<const char*>(data_) + first * row_bytes();
  w.parts_ = {parts_[0].from(first, count)};
  return w;
}

namespace {

void quantised_forward(Context& ctx, const Weight& w, const float* bias, const float* x, int64_t x_row, int64_t tokens, float* y, int64_t y_row,
                       bool accumulate, GemmPath path) {
  const bool few = path == GemmPath::dots || (path == GemmPath::automatic && tokens <= kernels().few_rows_quantised);
  if (few)
    return quantised_dots(ctx, w.parts().data(), int64_t(w.parts().size()), bias, x, x_row, tokens, y, y_row, accumulate);
  each_slice(ctx, w, [&](int64_t first, int64_t count, const void* numbers, const float* scales) {
    GemmArgs g{.rows = tokens, .columns = count, .inner = w.k(), .a = x, .a_row = x_row, .a_inner = 1, .b = numbers,
               .b_type = product_type(), .b_inner = 1, .b_column = w.k(), .c = y + first, .c_row = y_row};
    g.compute = product_type();
    g.path = GemmPath::panels;
    if (!scales) {
      g.beta = accumulate ? 1 : 0;
      g.bias = bias ? bias + first : nullptr;
      return gemm(ctx, g);
    }
    Scratch scratch(ctx.arena);
    float* unscaled = accumulate ? scratch.floats(size_t(tokens * count)) : y + first;
    const int64_t row = accumulate ? count : y_row;
    g.c = unscaled;
    g.c_row = row;
    gemm(ctx, g);
    ctx.pool.split(tokens, 16, [&](int64_t begin, int64_t end, int) {
      for (int64_t t = begin; t < end; t++) {
        const float* from = unscaled + t * row;
        float* to = y + t * y_row + first;
        for (int64_t j = 0; j < count; j++) {
          const float value = from[j] * scales[j] + (bias ? bias[first + j] : 0);
          to[j] = accumulate ? to[j] + value : value;
        }
      }
    });
  });
}

void quantised_backward_input(Context& ctx, const Weight& w, const float* dy, int64_t dy_row, int64_t tokens, float* dx, int64_t dx_row,
                              bool accumulate) {
  each_slice(ctx, w, [&](int64_t first, int64_t count, const void* numbers, const float* scales) {
    Scratch scratch(ctx.arena);
    GemmArgs g{.rows = tokens, .columns = w.k(), .inner = count, .a = dy + first, .a_row = dy_row, .a_inner = 1, .b = numbers,
               .b_type = product_type(), .b_inner = w.k(), .b_column = 1, .c = dx, .c_row = dx_row};
    g.beta = accumulate || first > 0 ? 1 : 0;
    g.compute = product_type();
    if (scales) {
      float* scaled = scratch.floats(size_t(tokens * count));
      ctx.pool.split(tokens, 16, [&](int64_t begin, int64_t end, int) {
        for (int64_t t = begin; t < end; t++)
          for (int64_t j = 0; j < count; j++) scaled[t * count + j] = dy[t * dy_row + first + j] * scales[j];
      });
      g.a = scaled;
      g.a_row = count;
    }
    gemm(ctx, g);
  });
}

}  // namespace

void linear_forward(Context& ctx, const Weight& w, const float* bias, const float* x, int64_t x_row, int64_t tokens, float* y, int64_t y_row,
                    bool accumulate, GemmPath path, const LinearExtras& extras) {
  if (is_quantised(w.type())) return quantised_forward(ctx, w, bias, x, x_row, tokens, y, y_row, accumulate, path);
  GemmArgs g{.rows = tokens, .columns = w.n(), .inner = w.k(), .a = x, .a_row = x_row, .a_inner = 1, .b = w.data(), .b_type = w.type(),
             .b_inner = 1, .b_column = w.k(), .c = y, .c_row = y_row};
  g.b_tiled = w.layout() == Layout::tiles;
  g.beta = accumulate ? 1 : 0;
  g.bias = bias;
  g.compute = w.type();
  g.path = path;
  g.packed = extras.packed;
  g.terms = extras.terms;
  g.term_count = extras.term_count;
  gemm(ctx, g);
}

void linear_backward_input(Context& ctx, const Weight& w, const float* dy, int64_t dy_row, int64_t tokens, float* dx, int64_t dx_row,
                           bool accumulate, const LinearExtras& extras) {
  if (is_quantised(w.type())) return quantised_backward_input(ctx, w, dy, dy_row, tokens, dx, dx_row, accumulate);
  GemmArgs g{.rows = tokens, .columns = w.k(), .inner = w.n(), .a = dy, .a_row = dy_row, .a_inner = 1, .b = w.data(), .b_type = w.type(),
             .b_inner = w.k(), .b_column = 1, .c = dx, .c_row = dx_row};
  g.b_tiled = w.layout() == Layout::tiles;
  g.beta = accumulate ? 1 : 0;
  g.compute = w.type();
  g.packed = extras.packed;
  g.terms = extras.terms;
  g.term_count = extras.term_count;
  gemm(ctx, g);
}

void linear_backward_weight(Context& ctx, Dtype compute, const float* x, int64_t x_row, int64_t k, const float* dy, int64_t dy_row, int64_t n,
                            int64_t tokens, float* dweight, float* dbias) {
  GemmArgs g{.rows = n, .columns = k, .inner = tokens, .a = dy, .a_row = 1, .a_inner = dy_row, .b = x, .b_inner = x_row, .b_column = 1,
             .c = dweight, .c_row = k};
  g.beta = 1;
  g.compute = compute;
  gemm(ctx, g);
  if (!dbias) return;
  const Kernels& kernel = kernels();
  ctx.pool.split(n, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = 0; t < tokens; t++)
      kernel.axpy(dbias + begin, dy + t * dy_row + begin, 1, end - begin);
  });
}

}  // namespace medgym
