// What every op gets: the threads, the memory account and the scratch of one device. One op at a time per context.
#pragma once
#include "runtime/memory.h"
#include "runtime/thread_pool.h"

namespace medgym {

struct Context {
  explicit Context(int threads = 0) : pool(threads), arena(memory) {}
  ThreadPool pool;
  MemoryCounter memory;
  Arena arena;
};

}  // namespace medgym
