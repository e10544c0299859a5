// Rows and ranges: norms, rotary embedding, SwiGLU, softmax statistics of the language-model head, AdamW. n numbers each; whole vectors
// first, then one masked vector.

// Calls body(offset, count) for each vector; count is W but for the last.
template <class F>
inline void for_vectors(int64_t n, F&& body) {
  int64_t i = 0;
  for (; i + W <= n; i += W) body(i, std::integral_constant<int64_t, W>{});
  if (i < n) body(i, n - i);
}
inline V load(const float* p, std::integral_constant<int64_t, W>) { return load(p); }
inline void store(float* p, V v, std::integral_constant<int64_t, W>) { store(p, v); }
inline V load(const bf16* p, std::integral_constant<int64_t, W>) { return load(p); }

float dot(const float* a, const float* b, int64_t n) {
  V s0 = zero(), s1 = zero();
  int64_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    s0 = fma(load(a + i), load(b + i), s0);
    s1 = fma(load(a + i + W), load(b + i + W), s1);
  }
  for (; i + W <= n; i += W) s0 = fma(load(a + i), load(b + i), s0);
  if (i < n) s1 = fma(load(a + i, n - i), load(b + i, n - i), s1);
  return sum(s0 + s1);
}

// y += factor·x
void axpy(float* y, const float* x, float factor, int64_t n) {
  const V f = splat(factor);
  for_vectors(n, [&](int64_t i, auto c) { store(y + i, fma(load(x + i, c), f, load(y + i, c)), c); });
}

void norm_row(const float* x, const float* weight, float rstd, float* y, int64_t n) {
  const V r = splat(rstd);
  for_vectors(n, [&](int64_t i, auto c) { store(y + i, load(x + i, c) * r * load(weight + i, c), c); });
}

// x += delta, and the new row's dot product with itself.
float add_and_square(float* x, const float* delta, int64_t n) {
  V s = zero();
  for_vectors(n, [&](int64_t i, auto c) {
    const V value = load(x + i, c) + load(delta + i, c);
    store(x + i, value, c);
    s = fma(value, value, s);
  });
  return sum(s);
}

// dx = (dx +) rstd·dy·weight − x·pull with pull = rstd³·mean(dy·weight·x); dweight += dy·x·rstd unless null.
void norm_row_backward(const float* x, const float* weight, float rstd, const float* dy, float* dx, bool accumulate, float* dweight, int64_t n) {
  V s = zero();
  for_vectors(n, [&](int64_t i, auto c) { s = fma(load(dy + i, c) * load(weight + i, c), load(x + i, c), s); });
  const V pull = splat(-rstd * rstd * rstd * sum(s) / float(n)), r = splat(rstd);
  for_vectors(n, [&](int64_t i, auto c) {
    const V xs = load(x + i, c), g = load(dy + i, c) * r;
    if (dweight) store(dweight + i, fma(g, xs, load(dweight + i, c)), c);
    V value = fma(xs, pull, g * load(weight + i, c));
    if (accumulate) value += load(dx + i, c);
    store(dx + i, value, c);
  });
}

// One head of 2·half numbers; sign −1 turns back.
void rope_head(float* x, const float* cosine, const float* sine, float sign, int64_t half) {
  const V turn = splat(sign);
  for_vectors(half, [&](int64_t i, auto c) {
    const V low = load(x + i, c), high = load(x + half + i, c), co = load(cosine + i, c), si = load(sine + i, c) * turn;
    store(x + i, fma(low, co, zero() - high * si), c);
    store(x + half + i, fma(high, co, low * si), c);
  });
}

void swiglu_row(const float* gate, const float* up, float* y, int64_t n) {
  for_vectors(n, [&](int64_t i, auto c) {
    const V g = load(gate + i, c);
    store(y + i, g / (exp(zero() - g) + 1.0f) * load(up + i, c), c);
  });
}

void swiglu_row_backward(const float* gate, const float* up, const float* dy, float* dgate, float* dup, int64_t n) {
  for_vectors(n, [&](int64_t i, auto c) {
    const V g = load(gate + i, c), u = load(up + i, c), d = load(dy + i, c);
    const V sigma = splat(1.0f) / (exp(zero() - g) + 1.0f);
    const V silu = g * sigma;
    store(dup + i, d * silu, c);
    store(dgate + i, d * u * (sigma + silu * (1.0f - sigma)), c);
  });
}

// maximum of z·factor, Σ e^(z·factor − maximum), Σ e^(…)·(z·factor − maximum): pieces of 1024 are summed in f64.
SoftmaxStats softmax_stats(const float* z, float factor, int64_t n) {
  const V f = splat(factor), lowest = splat(-std::numeric_limits<float>::infinity());
  V most = lowest;
  int64_t i = 0;
  for (; i + W <= n; i += W) most = max(most, load(z + i) * f);
  float maximum = top(most);
  for (; i < n; i++) maximum = std::max(maximum, z[i] * factor);
  SoftmaxStats result{maximum, 0, 0};
  const V shift = splat(-maximum);
  for (int64_t begin = 0; begin < n; begin += 1024) {
    const int64_t end = std::min(n, begin + 1024);
    V sums = zero(), weighted = zero();
    for (i = begin; i + W <= end; i += W) {
      const V x = fma(load(z + i), f, shift), e = exp(x);
      sums += e;
      weighted = fma(e, max(x, splat(-1e4f)), weighted);  // e is 0 there; the bound keeps 0·∞ out
    }
    result.sum += double(sum(sums));
    result.weighted += double(sum(weighted));
    for (; i < end; i++) {
      float one[W] = {};
      const float x = z[i] * factor - maximum;
      store(one, exp(splat(x)));
      result.sum += double(one[0]);
      result.weighted += one[0] == 0 ? 0.0 : double(one[0]) * double(x);
    }
  }
  return result;
}

// dz = −factor·p·(total + dentropy·(log p + entropy)), log p = z·factor − lse. dz may be z.
void softmax_gradient(const float* z, float* dz, float factor, float lse, float total, float dentropy, float entropy, int64_t n) {
  const V f = splat(factor), shift = splat(-lse), down = splat(-factor), base = splat(total + dentropy * entropy), slope = splat(dentropy);
  if (dentropy == 0)
    for_vectors(n, [&](int64_t i, auto c) { store(dz + i, exp(fma(load(z + i, c), f, shift)) * base * down, c); });
  else
    for_vectors(n, [&](int64_t i, auto c) {
      const V logp = fma(load(z + i, c), f, shift);
      store(dz + i, exp(logp) * fma(max(logp, splat(-1e4f)), slope, base) * down, c);
    });
}

// NaN when a number is not finite.
float largest(const float* x, int64_t n) {
  V most = splat(-std::numeric_limits<float>::infinity()), zeros = zero();
  int64_t i = 0;
  for (; i + W <= n; i += W) {
    const V v = load(x + i);
    most = max(most, v);
    zeros = fma(v, zero(), zeros);
  }
  most = max(most, load_or(x + i, n - i, most));
  zeros = fma(load(x + i, n - i), zero(), zeros);
  return top(most) + sum(zeros);
}

// out = e^(z·factor + shift); returns its sum.
double exp_row(const float* z, float* out, float factor, float shift, int64_t n) {
  const V f = splat(factor), add = splat(shift);
  for_vectors(n, [&](int64_t i, auto c) { store(out + i, exp(fma(load(z + i, c), f, add)), c); });
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += 1024) {
    V s = zero();
    const int64_t count = std::min<int64_t>(1024, n - begin);
    for_vectors(count, [&](int64_t i, auto c) { s += load(out + begin + i, c); });
    total += double(sum(s));
  }
  return total;
}

void adamw_range(const AdamwStep& a, int64_t begin, int64_t end) {
  const V beta1 = splat(a.beta1), beta2 = splat(a.beta2), keep1 = splat(1 - a.beta1), keep2 = splat(1 - a.beta2);
  for_vectors(end - begin, [&](int64_t offset, auto c) {
    const int64_t i = begin + offset;
    const V g = load(a.gradient + i, c) * a.gradient_scale;
    const V m = fma(beta1, load(a.moment1 + i, c), keep1 * g);
    const V v = fma(beta2, load(a.moment2 + i, c), keep2 * g * g);
    store(a.moment1 + i, m, c);
    store(a.moment2 + i, v, c);
    store(a.value + i, load(a.value + i, c) * a.decay - m * a.step_size / (sqrt(v) * a.root_correction + a.eps), c);
  });
}

void floats_to_bf16(bf16* to, const float* from, int64_t n) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(to + i, load(from + i));
  for (; i < n; i++) to[i] = to_bf16(from[i]);
}
void bf16_to_floats(float* to, const bf16* from, int64_t n) {
  int64_t i = 0;
  for (; i + W <= n; i += W) store(to + i, load(from + i));
  for (; i < n; i++) to[i] = from_bf16(from[i]);
}
