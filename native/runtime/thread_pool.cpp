#include "runtime/thread_pool.h"

#include <sched.h>

#include <chrono>

namespace medgym {
namespace {
void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}
// How long a waiting thread spins before it sleeps. A gap between two ops, or between two calls of a decoding loop, must not put it to
// sleep: waking costs tens of microseconds in a virtual machine, and a scheduler without an idle core wakes a sleeper on its waker's, where
// the two take turns. Of threads that stay runnable it moves one away.
constexpr std::chrono::microseconds kSpin{1000};
// With more threads than cores the one that is waited for may need the core.
constexpr std::chrono::microseconds kSpinOversubscribed{20};

// Waits until value differs from `old`.
void wait_change(std::atomic<uint32_t>& value, uint32_t old, std::chrono::microseconds spin) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < 64; i++) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause_cpu();
    }
  } while (std::chrono::steady_clock::now() - start < spin);
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}
}  // namespace

int usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, int(std::thread::hardware_concurrency()));
}

ThreadPool::ThreadPool(int threads) : size_(threads > 0 ? threads : usable_cores()),
    spin_(size_ > usable_cores() ? kSpinOversubscribed : kSpin), tickets_(size_t(size_)) {
  threads_.reserve(size_ - 1);
  for (int i = 1; i < size_; i++) threads_.emplace_back([this, i] { worker(i); });
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (auto& t : threads_) t.join();
}

void ThreadPool::worker(int index) {
  auto& ticket = tickets_[size_t(index)].value;
  uint32_t seen = 0;
  for (;;) {
    wait_change(generation_, seen, spin_);
    seen = generation_.load(std::memory_order_acquire);
    if (stopping_.load()) return;
    uint64_t free = ticket.load(std::memory_order_acquire);
    // Whoever takes it may rely on function_ and work_: the run does not end before the part.
    if (free & 1 || !ticket.compare_exchange_strong(free, free | 1, std::memory_order_acq_rel)) continue;
    function_(work_, index);
    finish();
  }
}

void ThreadPool::finish() {
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
}

void ThreadPool::dispatch(Function function, void* work, int threads) {
  std::lock_guard lock(one_run_);
  if (threads == 1 || size_ == 1) return function(work, 0);
  function_ = function;
  work_ = work;
  unfinished_.store(uint32_t(threads - 1), std::memory_order_relaxed);
  const uint64_t run = 2 * ++runs_;
  for (int i = 1; i < threads; i++) tickets_[size_t(i)].value.store(run, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  function(work, 0);
  for (int i = 1; i < threads; i++) {
    uint64_t free = run;
    if (!tickets_[size_t(i)].value.compare_exchange_strong(free, run | 1, std::memory_order_acq_rel)) continue;
    function(work, i);
    finish();
  }
  for (uint32_t left; (left = unfinished_.load(std::memory_order_acquire)) != 0;) wait_change(unfinished_, left, spin_);
}

}  // namespace medgym
