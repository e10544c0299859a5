// Rotary position embedding (arXiv:2104.09864) in Hugging Face's half-rotation layout: for i < D/2
//   y[i]       = x[i]*cos(p·f_i) − x[i+D/2]*sin(p·f_i)
//   y[i+D/2]   = x[i+D/2]*cos(p·f_i) + x[i]*sin(p·f_i)
// Backward is the rotation by −p·f_i.
#pragma once
#include <vector>

#include "runtime/context.h"

namespace medgym {

struct RopeScaling {
  enum class Kind { none, linear, llama3 } kind = Kind::none;
  double factor = 1;
  double low_frequency_factor = 1, high_frequency_factor = 4;  // llama3 only
  double original_max_positions = 8192;                        // llama3 only
};

// f_i (D/2). llama3: wavelengths above original/low are slowed by factor, below original/high are kept, between: interpolated
// (transformers, _compute_llama3_parameters).
std::vector<float> rope_frequencies(int head_dim, double theta, const RopeScaling&);

// cos and sin of position·f_i, (positions, D/2) each; grows on demand.
class RopeTable {
 public:
  RopeTable() = default;
  RopeTable(std::vector<float> frequencies) : frequencies_(std::move(frequencies)) {}
  // Makes rows 0 … positions-1 available.
  void reserve(Context&, int64_t positions);
  int64_t positions() const { return positions_; }
  int half() const { return int(frequencies_.size()); }
  const float* cos(int64_t position) const { return cos_.f32() + position * half(); }
  const float* sin(int64_t position) const { return sin_.f32() + position * half(); }

 private:
  std::vector<float> frequencies_;
  int64_t positions_ = 0;
  Buffer cos_, sin_;
};

// In place on heads·D numbers at x + t*x_row; positions (T). backward: rotates the other way.
void rope(Context&, const RopeTable&, const int32_t* positions, int64_t tokens, int heads, float* x, int64_t x_row, bool backward = false);

}  // namespace medgym
