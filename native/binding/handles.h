// Who keeps whom alive: a handle holds its parents, so the engine's objects are destroyed child first, on the device's thread.
#pragma once
#include <set>

#include "binding/queue.h"

namespace binding {

struct Device {
  std::shared_ptr<Queue> queue;
  std::atomic<mg_device*> raw = nullptr;  // read by cancel while it is being created
  std::mutex info_mutex;
  mg_device_info info{};  // as it was after the last call
  ~Device() {
    mg_device_destroy(raw);
    queue->finish();
  }
};

struct Model {
  std::shared_ptr<Device> device;
  mg_model* raw = nullptr;
  ~Model() { mg_model_destroy(raw); }
};

struct Adapter {
  std::shared_ptr<Model> model;
  mg_adapter* raw = nullptr;
  ~Adapter() { mg_adapter_destroy(raw); }
};

struct Optimizer {
  std::shared_ptr<Model> model;
  std::shared_ptr<Adapter> adapter;  // may be null: the base is trained
  mg_optimizer* raw = nullptr;
  ~Optimizer() { mg_optimizer_destroy(raw); }
};

struct Generator {
  std::shared_ptr<Model> model;
  std::set<std::shared_ptr<Adapter>> adapters;  // of the requests submitted so far
  mg_generator* raw = nullptr;
  ~Generator() { mg_generator_destroy(raw); }
};

inline std::shared_ptr<Queue> shared_queue_of(const Device& device) { return device.queue; }
inline std::shared_ptr<Queue> shared_queue_of(const Model& model) { return model.device->queue; }
template <typename T>
std::shared_ptr<Queue> shared_queue_of(const T& child) {
  return child.model->device->queue;
}
template <typename T>
Queue& queue_of(const T& handle) {
  return *shared_queue_of(handle);
}

// Random 128-bit numbers: an external of another kind, or of another addon, is refused.
template <typename T>
struct Tag;
template <> struct Tag<Device> { static constexpr napi_type_tag value{0x6d1f0b7ac8e24d53, 0x9a01c1f2b35d4e01}; static constexpr const char* name = "device"; };
template <> struct Tag<Model> { static constexpr napi_type_tag value{0x2b94e7d05a6f4c18, 0x8e5530aa91cf4e02}; static constexpr const char* name = "model"; };
template <> struct Tag<Adapter> { static constexpr napi_type_tag value{0xf05c6639e1d740b2, 0xb7c84f26d00a4e03}; static constexpr const char* name = "adapter"; };
template <> struct Tag<Optimizer> { static constexpr napi_type_tag value{0x81a7d2c43f9e4b6d, 0xa6f91d7e58824e04}; static constexpr const char* name = "optimizer"; };
template <> struct Tag<Generator> { static constexpr napi_type_tag value{0xc43e8f1d72b5490a, 0x94d2706b1ee34e05}; static constexpr const char* name = "generator"; };

}  // namespace binding
