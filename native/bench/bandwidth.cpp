// Memory read bandwidth: ./bandwidth [threads=1] [serve [MB=1024]]. Prints GB/s once, or with `serve` answers each line of standard
// input, {"seconds":1}, with a line of JSON, bytes/s, as the sides of bench/harness.ts do.
#if defined(__x86_64__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // of GCC's own header, https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105593
#include <immintrin.h>
#endif
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

// Larger than a last-level cache, and the size of half a billion bf16 weights, which is what decoding reads.
constexpr int64_t kMegabytes = 1024;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Sum of all words. Two streams half a range apart keep more reads under way than one; prefetching reaches over page borders, where
// the processor's own stops.
#if defined(__x86_64__)
__attribute__((target("avx512f"))) int64_t sum_avx512(const char* p, int64_t bytes) {
  __m512i a = _mm512_setzero_si512(), b = a;
  const char* q = p + bytes / 2;
  for (int64_t i = 0; i < bytes / 2; i += 128) {
    _mm_prefetch(p + i + 2048, _MM_HINT_T0);
    _mm_prefetch(p + i + 2112, _MM_HINT_T0);
    _mm_prefetch(q + i + 2048, _MM_HINT_T0);
    _mm_prefetch(q + i + 2112, _MM_HINT_T0);
    a = _mm512_add_epi64(a, _mm512_add_epi64(_mm512_load_si512(p + i), _mm512_load_si512(p + i + 64)));
    b = _mm512_add_epi64(b, _mm512_add_epi64(_mm512_load_si512(q + i), _mm512_load_si512(q + i + 64)));
  }
  return _mm512_reduce_add_epi64(_mm512_add_epi64(a, b));
}
#endif

int64_t sum_words(const char* p, int64_t bytes) {
  int64_t sum[4] = {};
  const auto* words = reinterpret_cast<const int64_t*>(p);
  for (int64_t i = 0; i < bytes / 8; i += 4)
    for (int j = 0; j < 4; j++) sum[j] += words[i + j];
  return sum[0] + sum[1] + sum[2] + sum[3];
}

int64_t sum(const char* p, int64_t bytes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return sum_avx512(p, bytes);
#endif
  return sum_words(p, bytes);
}

volatile int64_t sink;

// Bytes/s of the fastest of the passes that fit into `seconds`.
double measure(const char* memory, int64_t bytes, int threads, double seconds) {
  const int64_t part = bytes / threads / 4096 * 4096;
  double best = 0;
  const double stop = now() + seconds;
  do {
    const double start = now();
    std::vector<std::thread> pool;
    for (int t = 1; t < threads; t++) pool.emplace_back([=] { sink = sum(memory + t * part, part); });
    sink = sum(memory, part);
    for (std::thread& thread : pool) thread.join();
    best = std::max(best, double(part) * threads / (now() - start));
  } while (now() < stop);
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  const int64_t bytes = (argc > 3 ? std::max(1, std::atoi(argv[3])) : kMegabytes) << 20;
  constexpr int64_t kHugePage = 2 << 20;
  char* memory = static_cast<char*>(std::aligned_alloc(kHugePage, bytes + kHugePage));
  if (!memory) return 1;
#if defined(__linux__)
  madvise(memory, bytes + kHugePage, MADV_HUGEPAGE);
#endif
  std::memset(memory, 1, bytes + kHugePage);
  if (argc < 3) {
    std::printf("memory read, %d thread%s: %.1f GB/s\n", threads, threads > 1 ? "s" : "", measure(memory, bytes, threads, 1) * 1e-9);
    return 0;
  }
  std::puts("{}");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    double seconds = 1;
    std::sscanf(line.c_str(), "{\"seconds\":%lf", &seconds);
    const double value = measure(memory, bytes, threads, seconds);
    std::printf("{\"value\":%.17g,\"peakBytes\":%lld}\n", value, static_cast<long long>(bytes));
    std::fflush(stdout);
  }
  std::free(memory);
  return 0;
}
