#include "ops/l2_norm.h"

namespace medgym {

double sum_of_squares(Context& ctx, const float* x, int64_t count) {
  // Blocks of fixed size, each summed in 8 interleaved lanes; their sums are added in order, whoever computed them.
  constexpr int64_t kBlock = 4096;
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  Scratch scratch(ctx.arena);
  auto* sums = static_cast<double*>(scratch.bytes(size_t(blocks) * sizeof(double)));
  ctx.pool.split(blocks, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t b = begin; b < end; b++) {
      double lanes[8] = {};
      const int64_t first = b * kBlock, last = std::min(count, first + kBlock);
      int64_t i = first;
      for (; i + 8 <= last; i += 8)
        for (int j = 0; j < 8; j++) lanes[j] += double(x[i + j]) * double(x[i + j]);
      for (; i < last; i++) lanes[0] += double(x[i]) * double(x[i]);
      sums[b] = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    }
  });
  double total = 0;
  for (int64_t b = 0; b < blocks; b++) total += sums[b];
  return total;
}

}  // namespace medgym
