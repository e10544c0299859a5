// Speed of the ops against this machine's measured ceilings. ./ops [threads] [filter]; MEDGYM_ISA forces an instruction set.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <vector>

#include "ops/attention.h"
#include "ops/kernels/kernels.h"
#include "ops/linear.h"
#include "ops/lm_head.h"
#include "ops/lora.h"
#include "ops/rms_norm.h"
#include "ops/swiglu.h"
#include "runtime/cpu.h"
#include "runtime/philox.h"

using namespace medgym;

namespace {

// With one thread the processor's time, so that other programs disturb less; with more the wall clock.
bool one_thread = false;
double now() {
  timespec t;
  clock_gettime(one_thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

// Shortest of several runs, seconds: the one that other programs disturbed least.
double best_of(const std::function<void()>& work) {
  work();
  double best = 1e9;
  const double stop = now() + 0.25;
  for (int i = 0; i < 3 || (now() < stop && i < 200); i++) {
    const double start = now();
    work();
    best = std::min(best, now() - start);
  }
  return best;
}

std::vector<float> values(int64_t count) {
  std::vector<float> v(count);
  fill_uniform(v.data(), count, -1, 1, 1, 2);
  return v;
}

struct Ceilings {
  double f32 = 0, bf16 = 0, read = 0;  // FLOP/s, FLOP/s, bytes/s over all threads
} ceilings;
const char* wanted = "";

// Runs and prints what the filter asks for. bytes: what must be read, for products that memory limits.
void measure(const char* what, double flops, double ceiling, const std::function<void()>& work, double bytes = 0) {
  if (!std::strstr(what, wanted)) return;
  const double seconds = best_of(work);
  std::printf("%-44s %9.3f ms %8.1f GFLOP/s %5.1f %%\n", what, seconds * 1e3, flops / seconds * 1e-9, 100 * flops / seconds / ceiling);
  if (bytes > 0) std::printf("%44s %9.1f GB/s, %.0f %% of memory\n", "", bytes / seconds * 1e-9, 100 * bytes / seconds / ceilings.read);
  std::fflush(stdout);
}

void measure_ceilings(Context& ctx) {
  const Kernels& k = kernels();
  constexpr int64_t kRounds = 200000;
  const auto rate = [&](int64_t (*peak)(int64_t)) {
    std::vector<int64_t> flops(ctx.pool.size());
    const double s = best_of([&] { ctx.pool.run([&](int i) { flops[i] = peak(kRounds); }); });
    return double(flops[0]) * ctx.pool.size() / s;
  };
  ceilings.f32 = rate(k.peak_f32);
  ceilings.bf16 = rate(k.peak_bf16);
  const int64_t bytes = int64_t(512) << 20;
  Buffer memory(ctx.memory, size_t(bytes), true);
  std::vector<int64_t> sums(ctx.pool.size());
  const double s = best_of([&] {
    ctx.pool.split(bytes / 8, 1, [&](int64_t begin, int64_t end, int index) {
      int64_t sum = 0;
      const auto* p = static_cast<const int64_t*>(memory.data());
      for (int64_t i = begin; i < end; i++) sum += p[i];
      sums[index] = sum;
    });
  });
  ceilings.read = double(bytes) / s;
  std::printf("%s, %d threads: f32 %.0f GFLOP/s, bf16 %.0f GFLOP/s, memory read %.1f GB/s\n", isa_name(current_isa()), ctx.pool.size(),
              ceilings.f32 * 1e-9, ceilings.bf16 * 1e-9, ceilings.read * 1e-9);
}

void bench_linear(Context& ctx, int64_t m, int64_t k, int64_t n) {
  const auto x = values(m * k), w = values(n * k);
  std::vector<float> y(m * n), dx(m * k), dw(n * k);
  for (Dtype type : {Dtype::F32, Dtype::BF16, Dtype::NF4, Dtype::INT8}) {
    const double ceiling = type == Dtype::F32 || (is_quantised(type) && !kernels().bf16_products) ? ceilings.f32 : ceilings.bf16;
    const Weight weight(ctx, n, k, type, w.data(), Dtype::F32);
    char name[100];
    const double flops = 2.0 * double(m) * double(k) * double(n);
    std::snprintf(name, sizeof name, "linear %s forward %ldx%ldx%ld", dtype_name(type), m, n, k);
    measure(name, flops, ceiling, [&] { linear_forward(ctx, weight, nullptr, x.data(), k, m, y.data(), n); }, m <= 16 ? double(weight.bytes()) : 0);
    if (m <= 16) continue;
    std::snprintf(name, sizeof name, "linear %s dx %ldx%ldx%ld", dtype_name(type), m, k, n);
    measure(name, flops, ceiling, [&] { linear_backward_input(ctx, weight, y.data(), n, m, dx.data(), k); });
    if (is_quantised(type)) continue;
    std::snprintf(name, sizeof name, "linear %s dW %ldx%ldx%ld", dtype_name(type), n, k, m);
    measure(name, flops, ceiling, [&] { linear_backward_weight(ctx, type, x.data(), k, k, y.data(), n, n, m, dw.data(), nullptr); });
  }
}

// The share of LoRA in a linear layer: what its products take beyond the base's own.
void bench_lora(Context& ctx, int64_t m, int64_t k, int64_t n, int64_t rank) {
  const auto x = values(m * k), a = values(rank * k), b = values(n * rank), w = values(n * k);
  std::vector<float> y(m * n), dx(m * k), da(rank * k), db(n * rank), hidden(m * rank);
  for (Dtype type : {Dtype::F32, Dtype::BF16}) {
    const double ceiling = type == Dtype::F32 ? ceilings.f32 : ceilings.bf16;
    const Weight weight(ctx, n, k, type, w.data(), Dtype::F32);
    const LoraModule module{.column = 0, .n = n, .rank = rank, .a = a.data(), .b = b.data(), .scale = 2, .hidden = hidden.data(),
                            .da = da.data(), .db = db.data()};
    const LoraArgs l{.tokens = m, .k = k, .x = x.data(), .x_row = k, .compute = type, .modules = &module, .count = 1};
    const double base = 2.0 * double(m) * double(k) * double(n), flops = 2.0 * double(m * rank) * double(k + n);
    char name[100];
    std::snprintf(name, sizeof name, "lora+base %s forward %ldx%ldx%ld r%ld", dtype_name(type), m, n, k, rank);
    measure(name, base + flops, ceiling, [&] { lora_forward(ctx, l, {&weight}, y.data(), n); });
    std::snprintf(name, sizeof name, "lora+base %s backward %ldx%ldx%ld r%ld", dtype_name(type), m, n, k, rank);
    measure(name, base + 2 * flops, ceiling, [&] { lora_backward(ctx, l, &weight, y.data(), n, dx.data(), k); });
  }
}

void bench_attention(Context& ctx, int32_t sequences, int32_t length, int heads, int kv_heads, int d) {
  const int64_t t = int64_t(sequences) * length;
  std::vector<int32_t> cu(sequences + 1);
  for (int i = 0; i <= sequences; i++) cu[i] = i * length;
  const auto q = values(t * heads * d), k = values(t * kv_heads * d), v = values(t * kv_heads * d), dout = values(t * heads * d);
  std::vector<float> out(t * heads * d), lse(t * heads), dq(q.size()), dk(k.size()), dv(v.size());
  for (Dtype type : {Dtype::F32, Dtype::BF16}) {
    const double ceiling = type == Dtype::F32 ? ceilings.f32 : ceilings.bf16;
    AttentionShape s{.tokens = t, .sequences = sequences, .cu_seqlens = cu.data(), .heads = heads, .kv_heads = kv_heads, .head_dim = d,
                     .scale = 0.125f};
    s.compute = type;
    const double flops = 2.0 * double(sequences) * length * (length + 1.0) * heads * d;  // 2 products over half of the square
    char name[100];
    std::snprintf(name, sizeof name, "attention %s forward %dx%d h%d/%d d%d", dtype_name(type), sequences, length, heads, kv_heads, d);
    measure(name, flops, ceiling, [&] { attention_forward(ctx, s, q.data(), heads * d, k.data(), kv_heads * d, v.data(), kv_heads * d, out.data(), heads * d, lse.data()); });
    std::snprintf(name, sizeof name, "attention %s backward %dx%d h%d/%d d%d", dtype_name(type), sequences, length, heads, kv_heads, d);
    measure(name, 2.5 * flops, ceiling, [&] {
      attention_backward(ctx, s, q.data(), heads * d, k.data(), kv_heads * d, v.data(), kv_heads * d, out.data(), heads * d, lse.data(),
                         dout.data(), heads * d, dq.data(), heads * d, dk.data(), kv_heads * d, dv.data(), kv_heads * d);
    });
  }
}

void bench_lm_head(Context& ctx, int64_t rows, int64_t width, int64_t vocabulary) {
  const auto h = values(rows * width), w = values(vocabulary * width), dlogp = values(rows);
  std::vector<float> logp(rows), dh(rows * width), stats(2 * rows);
  std::vector<int32_t> targets(rows, 5);
  for (Dtype type : {Dtype::F32, Dtype::BF16}) {
    const double ceiling = type == Dtype::F32 ? ceilings.f32 : ceilings.bf16;
    const Weight weight(ctx, vocabulary, width, type, w.data(), Dtype::F32);
    LmHeadArgs a{.rows = rows, .candidates = 1, .hidden = h.data(), .hidden_row = width, .weight = &weight, .targets = targets.data(),
                       .stats = stats.data()};
    const double flops = 2.0 * double(rows) * double(width) * double(vocabulary);
    char name[100];
    std::snprintf(name, sizeof name, "lm_head %s forward %ldx%ldx%ld", dtype_name(type), rows, vocabulary, width);
    measure(name, flops, ceiling, [&] { lm_head_forward(ctx, a, LmHeadOutputs{.logprobs = logp.data()}); });
    std::snprintf(name, sizeof name, "lm_head %s backward %ldx%ldx%ld", dtype_name(type), rows, vocabulary, width);
    // The logits again, then their gradient times the weight.
    measure(name, 2 * flops, ceiling, [&] { lm_head_backward(ctx, a, nullptr, dlogp.data(), nullptr, dh.data(), width, nullptr); });
  }
}

void bench_streams(Context& ctx, int64_t tokens, int64_t width) {
  const auto x = values(tokens * width), g = values(tokens * width), weight = values(width);
  std::vector<float> y(x.size()), rstd(tokens), dx(x.size()), dw(width);
  const auto line = [&](const char* what, double arrays, const std::function<void()>& work) {
    if (!std::strstr(what, wanted)) return;
    const double seconds = best_of(work);
    std::printf("%-30s %ldx%ld %15.3f ms %8.1f GB/s\n", what, tokens, width, seconds * 1e3, arrays * 4 * double(x.size()) / seconds * 1e-9);
  };
  const NormRows rows{tokens, width};
  line("rms_norm forward", 2, [&] { rms_norm_forward(ctx, rows, x.data(), width, weight.data(), 1e-6f, y.data(), width, rstd.data()); });
  line("rms_norm backward", 4, [&] { rms_norm_backward(ctx, rows, x.data(), width, weight.data(), rstd.data(), g.data(), width, dx.data(), width, true, dw.data()); });
  line("swiglu forward", 3, [&] { swiglu_forward(ctx, tokens, width, x.data(), g.data(), width, y.data(), width); });
  line("swiglu backward", 5, [&] { swiglu_backward(ctx, tokens, width, x.data(), g.data(), width, y.data(), width, dx.data(), y.data(), width); });
}

}  // namespace

int main(int argc, char** argv) {
  Context ctx(argc > 1 ? std::atoi(argv[1]) : 0);
  one_thread = ctx.pool.size() == 1;
  if (argc > 2) wanted = argv[2];
  measure_ceilings(ctx);
  const int64_t shapes[][3] = {{2048, 128, 128},  {2048, 128, 344}, {2048, 344, 128}, {1024, 512, 512}, {1024, 512, 1408}, {1024, 1408, 512},
                               {512, 896, 4864},  {1, 512, 1408},   {4, 512, 1408},   {16, 512, 1408},  {1, 896, 4864},   {16, 896, 4864},
                               {64, 896, 4864},   {1, 896, 65536}};
  const auto asked = [](const char* group) { return std::strstr(group, wanted) || !std::strncmp(wanted, group, std::strlen(group)); };
  if (asked("linear"))
    for (const auto& [m, k, n] : shapes) bench_linear(ctx, m, k, n);
  if (asked("lora")) {
    bench_lora(ctx, 2048, 128, 344, 16);
    bench_lora(ctx, 1024, 512, 1408, 16);
  }
  if (asked("attention")) {
    bench_attention(ctx, 16, 128, 4, 2, 32);
    bench_attention(ctx, 4, 256, 8, 2, 64);
    bench_attention(ctx, 1, 512, 14, 2, 64);
    bench_attention(ctx, 1, 2048, 4, 1, 64);
  }
  if (asked("lm_head")) {
    bench_lm_head(ctx, 2048, 128, 2048);
    bench_lm_head(ctx, 1024, 512, 8192);
  }
  bench_streams(ctx, 2048, 128);
  bench_streams(ctx, 1024, 1408);
  return 0;
}
