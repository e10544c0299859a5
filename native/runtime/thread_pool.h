// Persistent threads that run one piece of work together. Work is divided into as many parts as there are threads, whoever does them, so
// sums are formed in the same order each time: same inputs and same number of threads give the same bits. A part that its thread has not
// begun when the caller is done with its own is done by the caller: on a busy machine nobody waits for a thread that waits for a core.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace medgym {

// Cores that this process may run on (sched_getaffinity).
int usable_cores();

class ThreadPool {
 public:
  // threads: 0 = usable_cores(). The calling thread is one of them.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  int size() const { return size_; }

  // Calls work(index) once for each index 0 … size()-1 and returns when all are done. One call may begin after another has ended, so none
  // waits for another. Work must not throw and must not call run again.
  template <class F>
  void run(F&& work) {
    using Work = std::remove_reference_t<F>;
    dispatch([](void* w, int index) { (*static_cast<Work*>(w))(index); }, const_cast<void*>(static_cast<const void*>(&work)), size_);
  }
  // The same with fewer threads: indices 0 … threads-1.
  template <class F>
  void run(int threads, F&& work) {
    using Work = std::remove_reference_t<F>;
    dispatch([](void* w, int index) { (*static_cast<Work*>(w))(index); }, const_cast<void*>(static_cast<const void*>(&work)),
             std::clamp(threads, 1, size_));
  }
  // Divides 0 … count-1 into one contiguous range per thread, none shorter than `grain` (but the last):
  // work(begin, end, index). Small counts run on the calling thread alone.
  template <class F>
  void split(int64_t count, int64_t grain, F&& work) {
    if (count <= 0) return;
    const int parts = int(std::clamp<int64_t>(count / std::max<int64_t>(grain, 1), 1, size_));
    if (parts == 1) return work(int64_t(0), count, 0);
    run(parts, [&](int index) { work(count * index / parts, count * (index + 1) / parts, index); });
  }
 private:
  using Function = void (*)(void*, int);
  void dispatch(Function, void* work, int threads);
  void worker(int index);
  void finish();

  int size_;
  std::chrono::microseconds spin_;  // before a waiting thread sleeps
  std::vector<std::thread> threads_;
  Function function_ = nullptr;
  void* work_ = nullptr;
  // Of each part: twice the number of the last run that had it, and one more once somebody has taken it.
  struct alignas(64) Ticket {
    std::atomic<uint64_t> value{1};
  };
  std::vector<Ticket> tickets_;
  uint64_t runs_ = 0;
  alignas(64) std::atomic<uint32_t> generation_{0};
  alignas(64) std::atomic<uint32_t> unfinished_{0};
  std::atomic<bool> stopping_{false};
  std::mutex one_run_;  // two callers take turns
};

}  // namespace medgym
