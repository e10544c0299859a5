// y = x·Wᵀ + b, the linear layer, and its gradients dx = dy·W, dW += dyᵀ·x, db += Σ_t dy.
//   x (T,K)  W (N,K), as in safetensors  b (N)  y (T,N);  activations f32, row strides in numbers.
// W is kept once, in rows or (bf16) in tiles: both directions pack panels of it on the fly, so a weight costs its own bytes and nothing more,
// and in rows may lie in a mapped file. A quantised W (NF4, INT8: ops/nf4.h) is multiplied as it lies for a few tokens, and for many given back a
// slice of rows at a time, which stays in the cache; there is no gradient for it.
#pragma once
#include <vector>

#include "ops/gemm.h"
#include "ops/nf4.h"

namespace medgym {

// How a bf16 weight lies in memory: as rows, or in tiles (tiled_at in ops/gemm.h), which products with a few tokens read faster where the
// kernels are made for it. Either way has the same bytes and the same bits of every product.
enum class Layout { rows, tiles };

class Weight {
 public:
  Weight() = default;
  // An owned copy in `type` (F32 or BF16) of source (N,K), which may also be F16.
  Weight(Context&, int64_t n, int64_t k, Dtype type, const void* source, Dtype source_type);
  // Uninitialised memory of its own. NF4 is filled by quantise, the others by write. Tiles: where arrange would make them.
  // place: numbers or codes lie there, in at least bytes_of bytes of the caller's that outlive the weight.
  Weight(Context&, int64_t n, int64_t k, Dtype type, Layout layout = Layout::rows, void* place = nullptr);
  static size_t bytes_of(int64_t n, int64_t k, Dtype type);
  // Borrows memory that outlives it, for example of a mapped file: nothing is charged to the device.
  static Weight borrow(int64_t n, int64_t k, Dtype type, const void* data);

  int64_t n() const { return n_; }  // outputs
  int64_t k() const { return k_; }  // inputs
  Dtype type() const { return type_; }
  bool owned() const { return writable_ != nullptr; }
  Layout layout() const { return layout_; }
  size_t bytes() const;
  // Moves the numbers in place. What cannot lie in tiles (not bf16, a length that is no multiple of 32) stays as it is.
  void arrange(Context&, Layout);
  // Numbers in their layout, or codes.
  const void* data() const { return data_; }
  // Not of borrowed ones.
  void* mutable_data();
  // rows [first, first+count) as f32: for files, inspection and tied embeddings.
  void read(int64_t first, int64_t count, float* out) const;
  // Not NF4.
  void write(int64_t first, int64_t count, const float* values);
  // NF4: rows [first, first+count) are one tensor, with double quantisation of its own. Its rows are quantised in any order, their
  // absmax (count, blocks) gathered by the caller; finish then stores those.
  void quantise(int64_t row, int64_t rows, const float* values, float* absmax);
  void finish(Context&, int64_t first, int64_t count, const float* absmax);
  // The same rows as a weight that borrows these. Not NF4; of tiles from a multiple of 32 on, and a multiple of 32 of them or all that follow.
  Weight rows(int64_t first, int64_t count) const;
  // Quantised: its tensors, by rows.
  const std::vector<QuantisedRows>& parts() const { return parts_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  QuantisedRows::Format format() const { return type_ == Dtype::NF4 ? QuantisedRows::Format::nf4 : QuantisedRows::Format::int8; }
  int64_t row_bytes() const { return int64_t(bytes_of(1, k_, type_)); }
  bool fits_tiles() const { return type_ == Dtype::BF16 && k_ % kTileSide == 0; }
  // Calls visit(place, first number, count) for each piece of a row; of one that lies as a row, once.
  template <class T, class F>
  void each_piece(T* numbers, int64_t row, F&& visit) const;
  int64_t n_ = 0, k_ = 0;
  Dtype type_ = Dtype::F32;
  Layout layout_ = Layout::rows;
  const void* data_ = nullptr;
  void* writable_ = nullptr;  // data_, unless borrowed
  Buffer storage_;
  Buffer scales_;                     // INT8: (n) f32; NF4: the codes of absmax (n, blocks)
  std::vector<Buffer> group_scales_;  // NF4: of each part
  std::vector<QuantisedRows> parts_;
};

// What products of gemm may take besides (gemm.h): x or dy packed before, and terms. Not with quantised weights.
struct LinearExtras {
  PackedRows packed{};
  const GemmTerm* terms = nullptr;
  int64_t term_count = 0;
};

// y = x·Wᵀ (+ bias); accumulate: y += instead. Products in W's type: bf16 weights round x to bf16. Quantised ones multiply in bf16 where
// the instruction set does (there NF4 numbers are rounded to bf16 too), else in f32.
void linear_forward(Context&, const Weight&, const float* bias_or_null, const float* x, int64_t x_row, int64_t tokens, float* y,
                    int64_t y_row, bool accumulate = false, GemmPath path = GemmPath::automatic, const LinearExtras& extras = {});
// dx = dy·W; accumulate: dx += instead.
void linear_backward_input(Context&, const Weight&, const float* dy, int64_t dy_row, int64_t tokens, float* dx, int64_t dx_row,
                           bool accumulate = false, const LinearExtras& extras = {});
// dW += dyᵀ·x (N,K) in f32; dbias (N) += Σ_t dy or null. compute: product type, as Weight::type().
void linear_backward_weight(Context&, Dtype compute, const float* x, int64_t x_row, int64_t k, const float* dy, int64_t dy_row, int64_t n,
                            int64_t tokens, float* dweight, float* dbias_or_null);

}  // namespace medgym
