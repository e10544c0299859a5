#include "ops/linear.h"

#include <cstring>

#include "ops/embedding.h"
#include "ops/kernels/kernels.h"
#include "ops/testing.h"
#include "ops/vector.h"

using namespace medgym;
using namespace medgym::test;

TEST(linear_forward_and_gradients_equal_the_definition) {
  every_isa([](Context& ctx) {
    for (Dtype type : {Dtype::F32, Dtype::BF16}) {
      const int64_t t = 37, k = 45, n = 70;
      auto x = random_values(t * k, 1), w = random_values(n * k, 2), dy = random_values(t * n, 3);
      if (type == Dtype::BF16) x = rounded(x), w = rounded(w), dy = rounded(dy);
      const auto bias = random_values(n, 4);
      const Weight weight(ctx, n, k, type, w.data(), Dtype::F32);
      std::vector<float> y(t * n), dx(t * k, 1.0f), dw(n * k, 2.0f), db(n, 3.0f);
      linear_forward(ctx, weight, bias.data(), x.data(), k, t, y.data(), n);
      linear_backward_input(ctx, weight, dy.data(), n, t, dx.data(), k, true);
      linear_backward_weight(ctx, type, x.data(), k, k, dy.data(), n, n, t, dw.data(), db.data());
      std::vector<double> ey(t * n), edx(t * k, 1.0), edw(n * k, 2.0), edb(n, 3.0);
      for (int64_t i = 0; i < t; i++)
        for (int64_t j = 0; j < n; j++) {
          ey[i * n + j] = bias[j];
          edb[j] += dy[i * n + j];
          for (int64_t p = 0; p < k; p++) {
            ey[i * n + j] += double(x[i * k + p]) * w[j * k + p];
            edx[i * k + p] += double(dy[i * n + j]) * w[j * k + p];
            edw[j * k + p] += double(dy[i * n + j]) * x[i * k + p];
          }
        }
      CHECK_CLOSE(y, ey, 2e-5);
      CHECK_CLOSE(dx, edx, 2e-5);
      CHECK_CLOSE(dw, edw, 2e-5);
      CHECK_CLOSE(db, edb, 2e-5);
    }
  });
}

TEST(linear_weight_reads_back_what_it_was_given) {
  Context ctx(2);
  const auto w = rounded(random_values(6 * 5, 1));
  for (Dtype type : {Dtype::F32, Dtype::BF16}) {
    Weight weight(ctx, 6, 5, type, w.data(), Dtype::F32);
    CHECK_EQ(ctx.memory.current(), int64_t(30 * dtype_size(type)));
    std::vector<float> rows(10);
    weight.read(2, 2, rows.data());
    CHECK(std::equal(rows.begin(), rows.end(), &w[10]));
    rows[0] = 42;
    weight.write(2, 1, rows.data());
    weight.read(2, 1, rows.data());
    CHECK_EQ(rows[0], 42.0f);
    const Weight borrowed = Weight::borrow(6, 5, type, weight.data());
    CHECK(!borrowed.owned());
  }
  CHECK_EQ(ctx.memory.current(), int64_t(0));
}

// Products of every number of tokens, both directions, and the reading, writing and cutting of rows.
TEST(linear_weight_in_tiles_gives_the_bits_of_rows) {
  every_isa([](Context& ctx) {
    for (const int64_t n : {31, 32, 70, 150})
      for (const int64_t k : {32, 96, 608}) {
        const auto w = rounded(random_values(n * k, 1));
        const Weight rows(ctx, n, k, Dtype::BF16, w.data(), Dtype::F32);
        Weight tiles(ctx, n, k, Dtype::BF16, Layout::tiles);
        for (int64_t first = 0; first < n; first += 7) tiles.write(first, std::min<int64_t>(7, n - first), &w[size_t(first * k)]);
        CHECK_EQ(tiles.bytes(), rows.bytes());
        CHECK(tiles.layout() == Layout::tiles);
        std::vector<float> back(size_t(n * k));
        tiles.read(0, n, back.data());
        CHECK(back == w);
        tiles.arrange(ctx, Layout::rows);
        CHECK(!std::memcmp(tiles.data(), rows.data(), rows.bytes()));
        tiles.arrange(ctx, Layout::tiles);
        CHECK_EQ(std::memcmp(tiles.data(), rows.data(), rows.bytes()) == 0, n < kTileSide || k == kTileSide);

        const auto bias = random_values(n, 2);
        for (const int64_t t : {1, 3, 16, 17, 40}) {
          const auto x = random_values(t * k, 3), dy = random_values(t * n, 4);
          for (const GemmPath path : {GemmPath::dots, GemmPath::panels}) {
            if (path == GemmPath::dots && !kernels().tiles_weights) continue;
            std::vector<float> one(size_t(t * n), 1.0f), two = one;
            linear_forward(ctx, rows, bias.data(), x.data(), k, t, one.data(), n, true, path);
            linear_forward(ctx, tiles, bias.data(), x.data(), k, t, two.data(), n, true, path);
            CHECK(one == two);
          }
          std::vector<float> one(size_t(t * k)), two = one;
          linear_backward_input(ctx, rows, dy.data(), n, t, one.data(), k);
          linear_backward_input(ctx, tiles, dy.data(), n, t, two.data(), k);
          CHECK(one == two);
        }
        if (n < 64) continue;
        const Weight part = tiles.rows(32, n - 32);
        std::vector<float> cut(size_t((n - 32) * k));
        part.read(0, n - 32, cut.data());
        CHECK(std::equal(cut.begin(), cut.end(), w.begin() + 32 * k));
        CHECK_THROWS(tiles.rows(32, 20), "are no whole tiles");
        CHECK_THROWS(tiles.rows(16, n - 16), "are no whole tiles");
      }
    Weight odd(ctx, 40, 33, Dtype::BF16, Layout::tiles), wide(ctx, 40, 64, Dtype::F32, Layout::tiles);
    CHECK(odd.layout() == Layout::rows && wide.layout() == Layout::rows);
  });
}

TEST(embedding_looks_rows_up_and_sums_gradients_of_repeated_tokens) {
  every_isa([](Context& ctx) {
    const int64_t vocabulary = 11, c = 21;
    const auto table = rounded(random_values(vocabulary * c, 1)), dy = random_values(5 * c, 2);
    const int32_t tokens[5] = {3, 0, 10, 3, 3};
    for (Dtype type : {Dtype::F32, Dtype::BF16}) {
      const Weight weight(ctx, vocabulary, c, type, table.data(), Dtype::F32);
      std::vector<float> y(5 * c), d(vocabulary * c, 1.0f);
      embedding_forward(ctx, weight, tokens, 5, y.data());
      embedding_backward(ctx, tokens, 5, vocabulary, c, dy.data(), d.data());
      for (int64_t i = 0; i < c; i++) {
        CHECK_EQ(y[2 * c + i], table[10 * c + i]);
        CHECK_EQ(d[3 * c + i], ((1.0f + dy[i]) + dy[3 * c + i]) + dy[4 * c + i]);
        CHECK_EQ(d[1 * c + i], 1.0f);
      }
      const int32_t outside[1] = {11};
      CHECK_THROWS(embedding_forward(ctx, weight, outside, 1, y.data()), "token 11 at index 0 is outside the vocabulary 0…10");
    }
  });
}

TEST(vector_helpers) {
  Context ctx(2);
  const float values[6] = {0, 1, 2, 3, 4, 5};
  const int32_t index[2] = {2, 0};
  float out[4], back[6] = {};
  gather_rows(ctx, values, 2, index, 2, 2, out);
  CHECK(out[0] == 4 && out[1] == 5 && out[2] == 0 && out[3] == 1);
  scatter_rows(ctx, out, index, 2, 2, back, 2);
  CHECK(back[4] == 4 && back[5] == 5 && back[1] == 1 && back[2] == 0);
  std::vector<float> many(100000, 1.0f);
  CHECK_EQ(find_non_finite(ctx, many.data(), Dtype::F32, 100000), int64_t(-1));
  many[99999] = INFINITY;
  many[70001] = NAN;
  CHECK_EQ(find_non_finite(ctx, many.data(), Dtype::F32, 100000), int64_t(70001));
  const bf16 halves[3] = {0x3f80, 0x7f80, 0};
  CHECK_EQ(find_non_finite(ctx, halves, Dtype::BF16, 3), int64_t(1));
}
