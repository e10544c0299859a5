// Byte accounting per device, 64-byte-aligned buffers, and a scratch arena for the ops.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/dtype.h"

namespace medgym {

// Bytes held on one device, and the most ever held.
class MemoryCounter {
 public:
  void add(int64_t bytes);
  void subtract(int64_t bytes) { current_.fetch_sub(bytes, std::memory_order_relaxed); }
  int64_t current() const { return current_.load(std::memory_order_relaxed); }
  int64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  void reset_peak() { peak_.store(current(), std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> current_{0}, peak_{0};
};

// Owned memory, 64-byte aligned (large ones on 2 MB pages where the system has them), charged to a counter while it lives.
// Fails with MG_OUT_OF_MEMORY and the number of bytes.
class Buffer {
 public:
  Buffer() = default;
  Buffer(MemoryCounter& counter, size_t bytes, bool zero = false);
  Buffer(Buffer&& o) noexcept { swap(o); }
  Buffer& operator=(Buffer&& o) noexcept {
    Buffer taken(std::move(o));
    swap(taken);
    return *this;
  }
  ~Buffer();
  void swap(Buffer& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(bytes_, o.bytes_);
    std::swap(counter_, o.counter_);
  }
  void* data() const { return data_; }
  float* f32() const { return static_cast<float*>(data_); }
  bf16* b16() const { return static_cast<bf16*>(data_); }
  int32_t* i32() const { return static_cast<int32_t*>(data_); }
  size_t bytes() const { return bytes_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
  MemoryCounter* counter_ = nullptr;
};

// A stack of scratch memory that grows to what the largest op needs and is then reused: ops allocate nothing in steady state.
class Arena {
 public:
  explicit Arena(MemoryCounter& counter) : counter_(counter) {}
  void* allocate(size_t bytes);
  struct Mark {
    size_t chunk, used;
  };
  Mark mark() const { return {chunk_, used_}; }
  void release(Mark);
  void clear();  // gives everything back; only when nothing is in use

 private:
  MemoryCounter& counter_;
  std::vector<Buffer> chunks_;
  size_t chunk_ = 0, used_ = 0;  // chunk in use and bytes taken of it
};

// Scratch that is given back at the end of the scope. Taken on the calling thread, before parallel work starts.
class Scratch {
 public:
  explicit Scratch(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  Scratch(const Scratch&) = delete;
  ~Scratch() { arena_.release(mark_); }
  void* bytes(size_t n) { return arena_.allocate(n); }
  float* floats(size_t n) { return static_cast<float*>(arena_.allocate(n * sizeof(float))); }
  bf16* halves(size_t n) { return static_cast<bf16*>(arena_.allocate(n * sizeof(bf16))); }

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

}  // namespace medgym
