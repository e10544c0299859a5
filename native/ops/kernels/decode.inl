// Decoding: the queries of one group (rows, D) at one position over a paged cache. scores: rows × (keys + W) numbers of scratch.
template <class Rows>
void decode_rows(const DecodeHead& h, float* scores) {
  using Number = typename Rows::Number;
  const int d = h.head_dim;
  const int64_t row = h.keys + W;
  const auto block = [&](const void* base, int64_t j) {
    return static_cast<const Number*>(base) + int64_t(h.table[j / h.block_size]) * h.block_stride + j % h.block_size * d;
  };
  for (int64_t j = h.first_key; j < h.keys;) {
    const int64_t run = std::min(h.block_size - j % h.block_size, h.keys - j);
    const Number* k = block(h.k, j);
    int64_t i = 0;
    const auto rows_of = [&](auto count) {
      constexpr int N = decltype(count)::value;
      int m = 0;
      const auto go = [&](auto height) {
        constexpr int M = decltype(height)::value;
        float out[M][N];
        dot_block<Rows, M, N>(h.q + m * d, d, k + i * d, d, d, out);
        for (int r = 0; r < M; r++)
          for (int n = 0; n < N; n++) scores[(m + r) * row + j + i + n] = out[r][n];
        m += M;
      };
      while (h.rows - m >= 4) go(std::integral_constant<int, 4>{});
      if (h.rows - m >= 2) go(std::integral_constant<int, 2>{});
      if (h.rows - m >= 1) go(std::integral_constant<int, 1>{});
    };
    for (; i + 4 <= run; i += 4) rows_of(std::integral_constant<int, 4>{});
    for (; i < run; i++) rows_of(std::integral_constant<int, 1>{});
    j += run;
  }
  for (int m = 0; m < h.rows; m++) {
    float* p = scores + m * row;
    const float inverse = 1 / softmax_row(p, h.keys, h.first_key, h.keys, h.scale, nullptr);
    float* out = h.out + m * h.out_head;
    // Eight vectors of the head at a time stay in registers while the values stream by.
    for (int c = 0; c < d; c += 8 * W) {
      V sums[8] = {};
      const int vectors = std::min(8, (d - c + W - 1) / W);
      for (int64_t j = h.first_key; j < h.keys;) {
        const int64_t run = std::min(h.block_size - j % h.block_size, h.keys - j);
        const Number* v = block(h.v, j) + c;
        const auto accumulate = [&](auto count) {
          constexpr int N = decltype(count)::value;
          V s[N];
          for (int n = 0; n < N; n++) s[n] = sums[n];
          for (int64_t i = 0; i < run; i++)
#pragma GCC unroll 8
            for (int n = 0; n < N; n++) s[n] = fma(splat(p[j + i]), load(v + i * d + n * W), s[n]);
          for (int n = 0; n < N; n++) sums[n] = s[n];
        };
        if (d % W == 0 && vectors == 8)
          accumulate(std::integral_constant<int, 8>{});
        else if (d % W == 0 && vectors == 4)
          accumulate(std::integral_constant<int, 4>{});
        else if (d % W == 0 && vectors == 2)
          accumulate(std::integral_constant<int, 2>{});
        else
          for (int64_t i = 0; i < run; i++)
            for (int n = 0; n < vectors; n++) sums[n] = fma(splat(p[j + i]), load(v + i * d + n * W, d - c - n * W), sums[n]);
        j += run;
      }
      for (int n = 0; n < vectors; n++) {
        const V value = sums[n] * inverse;
        if (d - c - n * W >= W)
          store(out + c + n * W, value);
        else
          store(out + c + n * W, value, d - c - n * W);
      }
    }
  }
}

void attention_decode(const DecodeHead& h, float* scores) {
  if (h.type == Dtype::F32)
    decode_rows<F32Rows>(h, scores);
  else
    decode_rows<WidenedRows>(h, scores);
}
