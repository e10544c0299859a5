// y = x·Wᵀ + b, the linear layer, and its gradients dx = dy·W, dW += dyᵀ·x, db += Σ_t dy.
//   x (T,K)  W (N,K), as in safetensors  b (N)  y (T,N);  activations f32, row strides in numbers.
// W is kept once, row-major: both directions pack tiles of it on the fly, so a weight costs its own bytes and nothing more, and
// may lie in a mapped file.
#pragma once
#include "ops/gemm.h"

namespace medgym {

class Weight {
 public:
  Weight() = default;
  // An owned copy in `type` (F32 or BF16) of source (N,K), which may also be F16.
  Weight(Context&, int64_t n, int64_t k, Dtype type, const void* source, Dtype source_type);
  // Uninitialised memory of its own.
  Weight(Context&, int64_t n, int64_t k, Dtype type);
  // Borrows memory that outlives it, for example of a mapped file: nothing is charged to the device.
  static Weight borrow(int64_t n, int64_t k, Dtype type, const void* data);

  int64_t n() const { return n_; }  // outputs
  int64_t k() const { return k_; }  // inputs
  Dtype type() const { return type_; }
  bool owned() const { return bool(storage_); }
  size_t bytes() const { return size_t(n_ * k_) * dtype_size(type_); }
  const void* data() const { return data_; }
  // Owned weights only.
  void* mutable_data();
  // rows [first, first+count) as f32: for files, inspection and tied embeddings.
  void read(int64_t first, int64_t count, float* out) const;
  void write(int64_t first, int64_t count, const float* values);
  explicit operator bool() const { return data_ != nullptr; }

 private:
  int64_t n_ = 0, k_ = 0;
  Dtype type_ = Dtype::F32;
  const void* data_ = nullptr;
  Buffer storage_;
};

// y = x·Wᵀ (+ bias); accumulate: y += instead. Products in W's type: bf16 weights round x to bf16.
void linear_forward(Context&, const Weight&, const float* bias_or_null, const float* x, int64_t x_row, int64_t tokens, float* y,
                    int64_t y_row, bool accumulate = false, GemmPath path = GemmPath::automatic);
// dx = dy·W; accumulate: dx += instead.
void linear_backward_input(Context&, const Weight&, const float* dy, int64_t dy_row, int64_t tokens, float* dx, int64_t dx_row,
                           bool accumulate = false);
// dW += dyᵀ·x (N,K) in f32; dbias (N) += Σ_t dy or null. compute: product type, as Weight::type().
void linear_backward_weight(Context&, Dtype compute, const float* x, int64_t x_row, int64_t k, const float* dy, int64_t dy_row, int64_t n,
                            int64_t tokens, float* dweight, float* dbias_or_null);

}  // namespace medgym
