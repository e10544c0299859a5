#include <sched.h>

#include <numeric>
#include <thread>

#include "runtime/context.h"
#include "runtime/cpu.h"
#include "runtime/error.h"
#include "runtime/philox.h"
#include "test/check.h"

using namespace medgym;

TEST(dtype_bf16_rounds_to_nearest_even) {
  CHECK_EQ(to_bf16(1.0f), 0x3f80);
  CHECK_EQ(to_bf16(std::bit_cast<float>(0x3f808000u)), 0x3f80);  // halfway: to even, down
  CHECK_EQ(to_bf16(std::bit_cast<float>(0x3f818000u)), 0x3f82);  // halfway: to even, up
  CHECK_EQ(to_bf16(std::bit_cast<float>(0x3f808001u)), 0x3f81);
  CHECK_EQ(to_bf16(std::bit_cast<float>(0x7f7fffffu)), 0x7f80);  // the largest f32 becomes infinity
  CHECK(std::isnan(from_bf16(to_bf16(std::bit_cast<float>(0x7f800001u)))));
}

TEST(dtype_f16_there_and_back) {
  for (uint32_t h = 0; h < 0x10000; h++) {
    const float f = from_f16(uint16_t(h));
    if (std::isnan(f)) continue;
    CHECK_EQ(to_f16(f), h);
  }
  CHECK_EQ(from_f16(0x0001), 0x1p-24f);
  CHECK_EQ(to_f16(65519.0f), 0x7bff);
  CHECK_EQ(to_f16(65520.0f), 0x7c00);
  CHECK_EQ(to_f16(0x1.8p-25f), 0x0001);  // three quarters of the smallest subnormal
  CHECK_EQ(to_f16(0x1p-25f), 0x0000);    // half of it: to even
}

TEST(philox_known_answers) {
  // Random123's kat_vectors for philox4x32 with 10 rounds.
  const auto zero = philox(0, 0, 0);
  CHECK(zero == (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const auto ones = philox(~0ull, ~0ull, ~0ull);
  CHECK(ones == (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  const auto pi = philox(0x299f31d0a4093822ull, 0x85a308d3243f6a88ull, 0x0370734413198a2eull);
  CHECK(pi == (std::array<uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(philox_normal_has_mean_zero_and_the_asked_deviation) {
  std::vector<float> v(20001);
  fill_normal(v.data(), int64_t(v.size()), 2, 5, 1);
  double sum = 0, squares = 0;
  for (float f : v) sum += f, squares += double(f) * f;
  CHECK_NEAR(sum / double(v.size()), 0, 0.06);  // four standard deviations of the mean
  CHECK_NEAR(std::sqrt(squares / double(v.size())), 2, 0.05);
}

TEST(thread_pool_covers_every_index_once_and_runs_follow_each_other) {
  for (int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    for (int64_t count : {0, 1, 3, 1000}) {
      std::vector<int> seen(count);
      pool.split(count, 1, [&](int64_t begin, int64_t end, int) {
        for (int64_t i = begin; i < end; i++) seen[i]++;
      });
      CHECK_EQ(std::accumulate(seen.begin(), seen.end(), 0), int(count));
      CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
    }
    std::vector<int> value(threads), sums(threads);
    for (int round = 0; round < 2000; round++) {
      const int some = 1 + round % threads;
      std::fill(value.begin(), value.end(), -1000);
      pool.run(some, [&](int index) { value[index] = round + index; });
      for (int i = 0; i < threads; i++) CHECK_EQ(value[i], i < some ? round + i : -1000);
      pool.run([&](int index) { value[index] = round + index; });
      pool.run([&](int index) { sums[index] = std::accumulate(value.begin(), value.end(), 0); });
      for (int s : sums) CHECK_EQ(s, threads * round + threads * (threads - 1) / 2);
    }
  }
}

// On a core that both share, the worker begins when the caller lets it: what it has not begun by then is done already.
TEST(thread_pool_does_not_wait_for_a_thread_that_has_not_begun) {
  cpu_set_t before, one;
  CHECK_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; core++)
    if (CPU_ISSET(core, &before)) CPU_SET(core, &one);
  CHECK_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  {
    ThreadPool pool(2);
    int by_caller = 0;
    const auto caller = std::this_thread::get_id();
    for (int round = 0; round < 200; round++) {
      std::thread::id second;
      pool.run([&](int index) {
        if (index == 1) second = std::this_thread::get_id();
      });
      by_caller += second == caller;
    }
    CHECK(by_caller > 0);
  }
  CHECK_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(memory_counts_current_and_peak) {
  MemoryCounter counter;
  {
    Buffer a(counter, 1000), b(counter, 5 << 20, true);
    CHECK_EQ(counter.current(), int64_t(1000 + (5 << 20)));
    CHECK_EQ(reinterpret_cast<uintptr_t>(a.data()) % 64, uintptr_t(0));
    CHECK_EQ(static_cast<char*>(b.data())[(5 << 20) - 1], 0);
    Buffer moved = std::move(a);
    CHECK(!a && moved);
  }
  CHECK_EQ(counter.current(), int64_t(0));
  CHECK_EQ(counter.peak(), int64_t(1000 + (5 << 20)));
  counter.reset_peak();
  CHECK_EQ(counter.peak(), int64_t(0));
#if !defined(__SANITIZE_ADDRESS__)  // which ends the program at such a request
  CHECK_THROWS(Buffer(counter, size_t(1) << 60), "no memory for a buffer of 1152921504606846976 bytes");
#endif
}

TEST(memory_arena_reuses_what_it_has) {
  MemoryCounter counter;
  Arena arena(counter);
  for (int round = 0; round < 3; round++) {
    Scratch outer(arena);
    float* a = outer.floats(100000);
    a[0] = 1;
    {
      Scratch inner(arena);
      inner.floats(300000)[0] = 2;
    }
    float* b = outer.floats(200000);
    b[199999] = 3;
    CHECK_EQ(a[0], 1.0f);
  }
  const int64_t held = counter.current();
  for (int round = 0; round < 5; round++) Scratch(arena).floats(300000);
  CHECK_EQ(counter.current(), held);
  arena.clear();
  CHECK_EQ(counter.current(), int64_t(0));
}

TEST(cpu_isas_are_listed_and_refused_by_name) {
  const auto all = available_isas();
  CHECK(all.front() == Isa::portable && all.back() == best_isa());
  if (best_isa() != Isa::amx) CHECK_THROWS(use_isa(Isa::amx), "this CPU has no amx");
}
