// What every shell of the C ABI shares: no exception leaves, and structs of an older or newer caller are read by their size.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "model/device.h"

struct mg_device {
  std::shared_ptr<medgym::Device> device;
};

namespace medgym {

mg_status report(mg_error* err, const char* op, mg_status status, const char* message) noexcept;

template <class F>
mg_status guard(mg_error* err, const char* op, F&& run) noexcept {
  try {
    run();
    return MG_OK;
  } catch (const Error& e) {
    return report(err, op, e.status, e.what());
  } catch (const std::bad_alloc&) {
    return report(err, op, MG_OUT_OF_MEMORY, "The system has no memory left. Use a smaller batch, gradient checkpointing or bf16.");
  } catch (const std::exception& e) {
    return report(err, op, MG_INTERNAL, e.what());
  } catch (...) {
    return report(err, op, MG_INTERNAL, "An unknown exception.");
  }
}

// The call that is in flight on a device: takes its turn and clears an earlier mg_cancel.
class Call {
 public:
  explicit Call(Device& device) : lock_(device.call) { device.cancelled = false; }

 private:
  std::lock_guard<std::mutex> lock_;
};

template <class T>
T& required(T* pointer, const char* name) {
  if (!pointer) throw Error(MG_INVALID_ARGUMENT, std::string(name) + " is NULL.");
  return *pointer;
}

// A copy of a caller's struct: fields that the caller does not know of keep their zero default.
template <class T>
T options(const T* given, const char* name) {
  required(given, name);
  if (given->struct_size < sizeof(size_t) || given->struct_size > sizeof(T) + 4096)
    throw Error(MG_INVALID_ARGUMENT, std::string(name) + ".struct_size is " + std::to_string(given->struct_size) + "; set it to sizeof(" +
        name + ").");
  T out{};
  std::memcpy(static_cast<void*>(&out), given, std::min(given->struct_size, sizeof(T)));
  out.struct_size = sizeof(T);
  return out;
}

// Fills a caller's struct as far as the caller knows it.
template <class T>
void answer(const T& value, T* out, const char* name) {
  required(out, name);
  const size_t size = out->struct_size;
  if (size < sizeof(size_t) || size > sizeof(T) + 4096)
    throw Error(MG_INVALID_ARGUMENT, std::string(name) + ".struct_size is " + std::to_string(size) + "; set it to sizeof(" + name + ").");
  std::memcpy(static_cast<void*>(out), &value, std::min(size, sizeof(T)));
  out->struct_size = size;
}

Dtype weight_dtype(int32_t);  // F32, BF16 or NF4
Dtype file_dtype(int32_t);    // F32, BF16 or F16
void copy_text(char* to, size_t capacity, const std::string& text);

// Destroys a handle's contents when no call is in flight on its device.
template <class Handle>
void destroy(Handle* handle, const std::shared_ptr<Device>& device) noexcept {
  std::lock_guard<std::mutex> lock(device->call);
  delete handle;
}

}  // namespace medgym
