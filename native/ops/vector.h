// Elementwise helpers over long arrays.
#pragma once
#include "runtime/context.h"
#include "runtime/dtype.h"

namespace medgym {

void add_to(Context&, float* y, const float* x, int64_t count);  // y += x
void fill(Context&, float* y, float value, int64_t count);
// Index of the first NaN or infinity of x (F32, BF16 or F16), or -1.
int64_t find_non_finite(Context&, const void* x, Dtype, int64_t count);
// Rows of `width` numbers: out[i,:] = x[index[i],:], and the reverse x[index[i],:] = in[i,:].
void gather_rows(Context&, const float* x, int64_t x_row, const int32_t* index, int64_t rows, int64_t width, float* out);
void scatter_rows(Context&, const float* in, const int32_t* index, int64_t rows, int64_t width, float* x, int64_t x_row);

}  // namespace medgym
