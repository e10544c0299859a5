// y[t,:] = table[token[t],:]; backward dtable[token[t],:] += dy[t,:], each row summed in token order by one thread.
//   tokens (T) in 0…V-1, checked   table (V,C), F32 or BF16   y, dy (T,C) f32   dtable (V,C) f32
#pragma once
#include "ops/linear.h"

namespace medgym {

void embedding_forward(Context&, const Weight& table, const int32_t* tokens, int64_t count, float* y);
void embedding_backward(Context&, const int32_t* tokens, int64_t count, int64_t vocabulary, int64_t channels, const float* dy, float* dtable);

}  // namespace medgym
