#include "ops/linear.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {

Weight::Weight(Context& ctx, int64_t n, int64_t k, Dtype type) : n_(n), k_(k), type_(type) {
  if (type == Dtype::F16) fail(MG_UNSUPPORTED, "weights are kept in f32 or bf16, not f16");
  storage_ = Buffer(ctx.memory, size_t(n * k) * dtype_size(type));
  data_ = storage_.data();
}

Weight::Weight(Context& ctx, int64_t n, int64_t k, Dtype type, const void* source, Dtype source_type) : Weight(ctx, n, k, type) {
  ctx.pool.split(n * k, 1 << 16, [&](int64_t begin, int64_t end, int) {
    convert(static_cast<char*>(storage_.data()) + begin * dtype_size(type), type,
            static_cast<const char*>(source) + begin * dtype_size(source_type), source_type, size_t(end - begin));
  });
}

Weight Weight::borrow(int64_t n, int64_t k, Dtype type, const void* data) {
  if (type == Dtype::F16) fail(MG_UNSUPPORTED, "weights are used in f32 or bf16, not f16");
  Weight w;
  w.n_ = n;
  w.k_ = k;
  w.type_ = type;
  w.data_ = data;
  return w;
}

void* Weight::mutable_data() {
  if (!storage_) fail(MG_INTERNAL, "a borrowed weight cannot be written");
  return storage_.data();
}

void Weight::read(int64_t first, int64_t count, float* out) const {
  convert(out, Dtype::F32, static_cast<const char*>(data_) + size_t(first * k_) * dtype_size(type_), type_, size_t(count * k_));
}

void Weight::write(int64_t first, int64_t count, const float* values) {
  convert(static_cast<char*>(mutable_data()) + size_t(first * k_) * dtype_size(type_), type_, values, Dtype::F32, size_t(count * k_));
}

void linear_forward(Context& ctx, const Weight& w, const float* bias, const float* x, int64_t x_row, int64_t tokens, float* y, int64_t y_row,
                    bool accumulate, GemmPath path) {
  GemmArgs g{.rows = tokens, .columns = w.n(), .inner = w.k(), .a = x, .a_row = x_row, .a_inner = 1, .b = w.data(), .b_type = w.type(),
             .b_inner = 1, .b_column = w.k(), .c = y, .c_row = y_row};
  g.beta = accumulate ? 1 : 0;
  g.bias = bias;
  g.compute = w.type();
  g.path = path;
  gemm(ctx, g);
}

void linear_backward_input(Context& ctx, const Weight& w, const float* dy, int64_t dy_row, int64_t tokens, float* dx, int64_t dx_row,
                           bool accumulate) {
  GemmArgs g{.rows = tokens, .columns = w.k(), .inner = w.n(), .a = dy, .a_row = dy_row, .a_inner = 1, .b = w.data(), .b_type = w.type(),
             .b_inner = w.k(), .b_column = 1, .c = dx, .c_row = dx_row};
  g.beta = accumulate ? 1 : 0;
  g.compute = w.type();
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
