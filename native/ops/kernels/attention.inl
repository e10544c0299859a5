// Attention on the GEMM's packed panels. Scores of a block of queries against all their keys are held as rows (kQueryRows × keys), so
// that the softmax is exact and each product is one call.

#ifdef MG_AMX
constexpr int64_t kQueryRows = 32;
#else
constexpr int64_t kQueryRows = 4 * kStrip;
#endif

inline int64_t pad_words(int64_t inner, bool pairs) {
#ifdef MG_AMX
  if (pairs) return (inner + 31) / 32 * 16;
#endif
  return pairs ? (inner + 1) / 2 : inner;
}
inline int64_t panel_count(int64_t columns) { return (columns + kPanel - 1) / kPanel; }
// Numbers of all packed panels of an (inner × columns) factor.
inline int64_t panels_size(int64_t inner, int64_t columns, bool pairs) { return panel_count(columns) * pad_words(inner, pairs) * kPanel; }

// Packs B of the arguments; returns the numbers between panels.
template <bool Pairs>
int64_t pack_b(const GemmArgs& g, float* out) {
  GemmWork w{};
  w.args = g;
  w.k_words = pad_words(g.inner, Pairs);
  for (int64_t panel = 0; panel < panel_count(g.columns); panel++)
    pack_panel<Pairs>(w, panel * kPanel, g.columns - panel * kPanel, 0, w.k_words, out + panel * w.k_words * kPanel);
  return w.k_words * kPanel;
}

// Numbers that `multiply` needs for converted or copied rows of A.
inline int64_t multiply_room(int64_t rows, int64_t inner) { return (rows + 48) * ((inner + 31) / 16 * 16 + 32) + 64; }

// C = alpha·A·B + beta·C by the calling thread, B packed: panels panel_stride numbers apart. AMX: tiles are configured.
// first_word: which word of a longer inner dimension the first is. C is rounded at the multiples of kBlockWords of that longer one, so
// that leading zeros that are left out change no bit.
template <bool Pairs>
void multiply(const GemmArgs& g, const float* panels, int64_t panel_stride, float* room, int64_t first_word = 0) {
  GemmWork w{};
  w.args = g;
  w.k_words = pad_words(g.inner, Pairs);
  const bool convert_a = Pairs || g.compute == Dtype::BF16;
  if (convert_a) {
#ifdef MG_AMX
    w.tiled = Pairs;
#endif
    w.a_row = w.tiled ? w.k_words : (w.k_words + 15) / 16 * 16 + 16;
    w.a_inner = 1;
    w.a = w.a_packed = room;
    pack_a<Pairs>(w, 0, g.rows);
  } else {
    w.a = g.a;
    w.a_row = g.a_row;
    w.a_inner = g.a_inner;
  }
  for (int64_t row = 0; row < g.rows; row += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, g.rows - row);
    const Strips strips(row, rows);
    for (int64_t k = 0, words; k < w.k_words; k += words) {
      words = std::min(kBlockWords - (first_word + k) % kBlockWords, w.k_words - k);
      const bool copy = w.a_inner != 1;
      if (copy) copy_strips(w, strips, k, words, room);
      for (int64_t panel = 0; panel < panel_count(g.columns); panel++) {
        const int64_t column = panel * kPanel, columns = std::min<int64_t>(kPanel, g.columns - column);
        const float* b = panels + panel * panel_stride + k * kPanel;
        if constexpr (Pairs) {
#if defined(MG_AMX)
          amx_panel(w, row, rows, column, columns, k, words, b);
#elif defined(MG_BF16)
          panel_product<Bf16Product>(w, strips, column, columns, k, words, nullptr, b, kPanel);
#endif
        } else {
          panel_product<F32Product>(w, strips, column, columns, k, words, copy ? room : nullptr, b, kPanel);
        }
      }
    }
  }
}

// In place on row[0, total): p = exp(scale·s − max) for s in [begin, end), 0 elsewhere. Returns the sum; *log_sum, unless null, gets log Σ exp.
// The row has room for a whole vector behind `end` and
// behind `total`.
inline float softmax_row(float* row, int64_t total, int64_t begin, int64_t end, float scale, float* log_sum) {
  const V nothing = splat(-std::numeric_limits<float>::infinity());
  const int64_t whole = begin + (end - begin) / W * W;
  V most = load_or(row + whole, end - whole, nothing);
  for (int64_t j = begin; j < whole; j += W) most = max(most, load(row + j));
  const float maximum = top(most);
  const V shift = splat(-maximum * scale), factor = splat(scale);
  V sums = zero();
  for (int64_t j = begin; j < whole; j += W) {
    const V p = exp(fma(load(row + j), factor, shift));
    store(row + j, p);
    sums += p;
  }
  const V last = exp(fma(load_or(row + whole, end - whole, nothing), factor, shift));
  store(row + whole, last);
  const float total_sum = sum(sums + last);
  if (begin > 0) std::fill(row, row + begin, 0.0f);
  for (int64_t j = whole + W; j < total; j += W) store(row + j, zero());
  if (log_sum) *log_sum = maximum * scale + std::log(total_sum);
  return total_sum;
}

// Where a block of queries starts and ends among its keys.
struct KeyRange {
  int64_t first, last;  // first is a multiple of kPanel
};
inline KeyRange key_range(int64_t position, int64_t rows, int window) {
  const int64_t lowest = window > 0 ? std::max<int64_t>(0, position - window + 1) : 0;
  return {lowest / kPanel * kPanel, position + rows};
}

// Numbers of scratch per thread for sequences of up to `keys` keys.
int64_t attention_forward_room(int64_t keys, int head_dim) {
  const int64_t padded = (keys + kPanel - 1) / kPanel * kPanel;
  return panels_size(head_dim, padded, false) + panels_size(padded, head_dim, false) + kQueryRows * (padded + 16) +
         multiply_room(kQueryRows, std::max<int64_t>(padded, head_dim)) + 64;
}

template <bool Pairs>
void forward_head(const AttentionHead& h, float* room) {
  const int d = h.head_dim;
  const int64_t padded = (h.keys + kPanel - 1) / kPanel * kPanel;
  float* keys = room;
  float* values = keys + panels_size(d, padded, false);
  float* scores = values + panels_size(padded, d, false);
  float* rest = scores + kQueryRows * (padded + 16);
  const int64_t scores_row = padded + 16;
  GemmArgs k{.rows = 0, .columns = h.keys, .inner = d, .b = h.k, .b_type = h.kv_type, .b_inner = 1, .b_column = h.k_row};
  GemmArgs v{.rows = 0, .columns = d, .inner = h.keys, .b = h.v, .b_type = h.kv_type, .b_inner = h.v_row, .b_column = 1};
  k.compute = v.compute = h.compute;
  const int64_t key_stride = pack_b<Pairs>(k, keys), value_stride = pack_b<Pairs>(v, values);
  for (int64_t block = h.block_begin; block < h.block_end; block++) {
    const int64_t row = block * kQueryRows, rows = std::min(kQueryRows, h.queries - row);
    const int64_t position = h.keys - h.queries + row;
    const KeyRange range = key_range(position, rows, h.window);
    for (int head = 0; head < h.group; head++) {
      const float* q = h.q + row * h.q_row + head * d;
      float* out = h.out + row * h.out_row + head * d;
      GemmArgs s = k;
      s.rows = rows;
      s.columns = range.last - range.first;
      s.a = q;
      s.a_row = h.q_row;
      s.a_inner = 1;
      s.c = scores;
      s.c_row = scores_row;
      multiply<Pairs>(s, keys + range.first / kPanel * key_stride, key_stride, rest);
      float sums[kQueryRows];
      for (int64_t i = 0; i < rows; i++) {
        const int64_t last = position + i + 1;
        const int64_t first_key = h.window > 0 ? std::max<int64_t>(0, last - h.window) : 0;
        float* log_sum = h.lse ? &h.lse[(row + i) * h.lse_row + head] : nullptr;
        sums[i] = softmax_row(scores + i * scores_row, s.columns, first_key - range.first, last - range.first, h.scale, log_sum);
      }
      GemmArgs o = v;
      o.rows = rows;
      o.inner = s.columns;
      o.a = scores;
      o.a_row = scores_row;
      o.a_inner = 1;
      o.c = out;
      o.c_row = h.out_row;
      const int64_t first_word = range.first / (Pairs ? 2 : 1);
      multiply<Pairs>(o, values + first_word * kPanel, value_stride, rest, first_word);
      for (int64_t i = 0; i < rows; i++) {
        const float inverse = 1 / sums[i];
        float* o_row = out + i * h.out_row;
        int c = 0;
        for (; c + W <= d; c += W) store(o_row + c, load(o_row + c) * inverse);
        for (; c < d; c++) o_row[c] *= inverse;
      }
    }
  }
}

int64_t attention_backward_room(int64_t keys, int head_dim) {
  const int64_t padded = (keys + kPanel - 1) / kPanel * kPanel;
  return 2 * panels_size(head_dim, padded, false) + panels_size(padded, head_dim, false) + 2 * panels_size(kQueryRows + 32, head_dim, false) +
         2 * kQueryRows * (padded + 16) +
         std::max(multiply_room(kQueryRows, std::max<int64_t>(padded, head_dim)), std::max(multiply_room(padded, kQueryRows), kStripRoom)) + 64;
}

// All heads of a group over one sequence: dq, dk, dv are written.
template <bool Pairs>
void backward_head(const AttentionHead& h, float* room) {
  const int d = h.head_dim;
  const int64_t padded = (h.keys + kPanel - 1) / kPanel * kPanel, scores_row = padded + 16;
  float* keys_turned = room;
  float* values_turned = keys_turned + panels_size(d, padded, false);
  float* keys = values_turned + panels_size(d, padded, false);
  float* queries = keys + panels_size(padded, d, false);
  float* dout_panels = queries + panels_size(kQueryRows + 32, d, false);
  float* p = dout_panels + panels_size(kQueryRows + 32, d, false);
  float* dp = p + kQueryRows * scores_row;
  float* rest = dp + kQueryRows * scores_row;
  GemmArgs base{};
  base.alpha = 1;
  base.compute = h.compute;
  const auto factor = [&](int64_t inner, int64_t columns, const void* b, int64_t b_inner, int64_t b_column) {
    GemmArgs g = base;
    g.inner = inner;
    g.columns = columns;
    g.b = b;
    g.b_inner = b_inner;
    g.b_column = b_column;
    return g;
  };
  const auto left = [](GemmArgs g, int64_t rows, const float* a, int64_t a_row, int64_t a_inner, float* c, int64_t c_row) {
    g.rows = rows;
    g.a = a;
    g.a_row = a_row;
    g.a_inner = a_inner;
    g.c = c;
    g.c_row = c_row;
    return g;
  };
  const GemmArgs kt = factor(d, h.keys, h.k, 1, h.k_row), vt = factor(d, h.keys, h.v, 1, h.v_row), k = factor(h.keys, d, h.k, h.k_row, 1);
  const int64_t turned_stride = pack_b<Pairs>(kt, keys_turned);
  pack_b<Pairs>(vt, values_turned);
  const int64_t key_stride = pack_b<Pairs>(k, keys);
  for (int64_t j = 0; j < h.keys; j++) {
    std::fill_n(h.dk + j * h.dk_row, d, 0.0f);
    std::fill_n(h.dv + j * h.dv_row, d, 0.0f);
  }
  for (int64_t row = 0; row < h.queries; row += kQueryRows) {
    const int64_t rows = std::min(kQueryRows, h.queries - row), position = h.keys - h.queries + row;
    const KeyRange range = key_range(position, rows, h.window);
    const int64_t columns = range.last - range.first, panel = range.first / kPanel;
    for (int head = 0; head < h.group; head++) {
      const float *q = h.q + row * h.q_row + head * d, *out = h.out + row * h.out_row + head * d, *dout = h.dout + row * h.dout_row + head * d;
      GemmArgs s = left(kt, rows, q, h.q_row, 1, p, scores_row);
      s.columns = columns;
      multiply<Pairs>(s, keys_turned + panel * turned_stride, turned_stride, rest);
      GemmArgs t = left(vt, rows, dout, h.dout_row, 1, dp, scores_row);
      t.columns = columns;
      multiply<Pairs>(t, values_turned + panel * turned_stride, turned_stride, rest);
      for (int64_t i = 0; i < rows; i++) {
        const int64_t end = position + i + 1 - range.first;
        const int64_t begin = h.window > 0 ? std::max<int64_t>(0, end - h.window) : 0;
        float *pi = p + i * scores_row, *dpi = dp + i * scores_row;
        V dots = zero();
        float delta = 0;
        int64_t c = 0;
        for (; c + W <= d; c += W) dots = fma(load(dout + i * h.dout_row + c), load(out + i * h.out_row + c), dots);
        for (; c < d; c++) delta += dout[i * h.dout_row + c] * out[i * h.out_row + c];
        const V shift = splat(-h.lse[(row + i) * h.lse_row + head]), scale = splat(h.scale), less = splat(delta + sum(dots));
        for (int64_t j = begin; j < end; j += W) {
          const V e = exp(fma(load(pi + j), scale, shift));  // rows have room for a whole vector beyond their end
          store(dpi + j, e * (load(dpi + j) - less) * scale);
          store(pi + j, e);
        }
        if (begin > 0) std::fill(pi, pi + begin, 0.0f);
        if (begin > 0) std::fill(dpi, dpi + begin, 0.0f);
        for (int64_t j = end; j < columns; j += W) {
          store(pi + j, zero());
          store(dpi + j, zero());
        }
      }
      GemmArgs dq = left(k, rows, dp, scores_row, 1, h.dq + row * h.dq_row + head * d, h.dq_row);
      dq.inner = columns;
      multiply<Pairs>(dq, keys + range.first / (Pairs ? 2 : 1) * kPanel, key_stride, rest);
      const GemmArgs qb = factor(rows, d, q, h.q_row, 1), db = factor(rows, d, dout, h.dout_row, 1);
      const int64_t q_stride = pack_b<Pairs>(qb, queries);
      pack_b<Pairs>(db, dout_panels);
      GemmArgs dk = left(qb, columns, dp, 1, scores_row, h.dk + range.first * h.dk_row, h.dk_row);
      dk.beta = 1;
      multiply<Pairs>(dk, queries, q_stride, rest);
      GemmArgs dv = left(db, columns, p, 1, scores_row, h.dv + range.first * h.dv_row, h.dv_row);
      dv.beta = 1;
      multiply<Pairs>(dv, dout_panels, q_stride, rest);
    }
  }
}

// bf16 pairs where this set multiplies them, else values rounded to bf16.
template <class F>
inline void with_pairs([[maybe_unused]] Dtype compute, F&& body) {
#ifdef MG_BF16
  if (compute == Dtype::BF16) {
#ifdef MG_AMX
    configure_tiles();
#endif
    body(std::true_type{});
#ifdef MG_AMX
    _tile_release();
#endif
    return;
  }
#endif
  body(std::false_type{});
}

void attention_forward(const AttentionHead& h, float* room) {
  with_pairs(h.compute, [&](auto pairs) { forward_head<decltype(pairs)::value>(h, room); });
}
void attention_backward(const AttentionHead& h, float* room) {
  with_pairs(h.compute, [&](auto pairs) { backward_head<decltype(pairs)::value>(h, room); });
}
