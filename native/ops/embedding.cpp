#include "ops/embedding.h"

#include "ops/kernels/kernels.h"
#include "runtime/error.h"

namespace medgym {

static void check_tokens(const int32_t* tokens, int64_t count, int64_t vocabulary) {
  for (int64_t t = 0; t < count; t++)
    if (tokens[t] < 0 || tokens[t] >= vocabulary)
      fail(MG_INVALID_ARGUMENT, "token %d at index %lld is outside the vocabulary 0…%lld", tokens[t], static_cast<long long>(t),
           static_cast<long long>(vocabulary - 1));
}

void embedding_forward(Context& ctx, const Weight& table, const int32_t* tokens, int64_t count, float* y) {
  check_tokens(tokens, count, table.n());
  ctx.pool.split(count, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) table.read(tokens[t], 1, y + t * table.k());
  });
}

void embedding_backward(Context& ctx, const int32_t* tokens, int64_t count, int64_t vocabulary, int64_t channels, const float* dy,
                        float* dtable) {
  check_tokens(tokens, count, vocabulary);
  const Kernels& k = kernels();
  // Threads share out the channels, so a token that occurs twice never meets two threads.
  ctx.pool.split(channels, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = 0; t < count; t++) {
      float* row = dtable + int64_t(tokens[t]) * channels;
      k.axpy(row + begin, dy + t * channels + begin, 1, end - begin);
    }
  });
}

}  // namespace medgym
