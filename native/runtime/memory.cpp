#include "runtime/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/error.h"

namespace medgym {
namespace {
constexpr size_t kLine = 64, kHugePage = size_t(2) << 20;
size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }
}  // namespace

void MemoryCounter::add(int64_t bytes) {
  const int64_t now = current_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

Buffer::Buffer(MemoryCounter& counter, size_t bytes, bool zero) : bytes_(bytes), counter_(&counter) {
  if (!bytes) return;
  const size_t alignment = bytes >= kHugePage ? kHugePage : kLine;
  if (posix_memalign(&data_, alignment, round_up(bytes, kLine))) {
    data_ = nullptr;
    fail(MG_OUT_OF_MEMORY, "no memory for a buffer of %zu bytes; %lld bytes are in use. Use a smaller batch or bf16 weights.", bytes,
         static_cast<long long>(counter.current()));
  }
  if (bytes >= kHugePage) madvise(data_, bytes, MADV_HUGEPAGE);
  if (zero) std::memset(data_, 0, bytes);
  counter.add(int64_t(bytes));
}

Buffer::~Buffer() {
  if (!data_) return;
  std::free(data_);
  counter_->subtract(int64_t(bytes_));
}

void* Arena::allocate(size_t bytes) {
  bytes = std::max(round_up(bytes, kLine), kLine);
  while (chunk_ < chunks_.size() && used_ + bytes > chunks_[chunk_].bytes()) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    chunks_.emplace_back(counter_, std::max(bytes, size_t(1) << 18));
    used_ = 0;
  }
  void* result = static_cast<char*>(chunks_[chunk_].data()) + used_;
  used_ += bytes;
  return result;
}

void Arena::release(Mark m) {
  chunk_ = m.chunk;
  used_ = m.used;
  // Empty again after growth in pieces: one piece of the total size serves the next time.
  if (chunk_ == 0 && used_ == 0 && chunks_.size() > 1) {
    size_t total = 0;
    for (const Buffer& b : chunks_) total += b.bytes();
    chunks_.clear();
    chunks_.emplace_back(counter_, total);
  }
}

void Arena::clear() {
  chunks_.clear();
  chunk_ = used_ = 0;
}

}  // namespace medgym
