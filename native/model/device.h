// A device: its threads and memory account, one call at a time, and the flag that stops the call in flight.
#pragma once
#include <atomic>
#include <mutex>

#include "runtime/context.h"
#include "runtime/error.h"

namespace medgym {

struct Device {
  explicit Device(int threads) : context(threads) {}
  Context context;
  std::mutex call;  // held for the length of every call but mg_cancel
  std::atomic<bool> cancelled{false};

  void throw_if_cancelled() const {
    if (cancelled.load(std::memory_order_relaxed)) throw Error(MG_CANCELLED, "Cancelled.");
  }
};

}  // namespace medgym
