#include "binding/call.h"

namespace binding {
namespace {

void refresh_info(Device& device) {
  mg_device_info info{};
  info.struct_size = sizeof info;
  if (!device.raw || mg_device_get_info(device.raw, &info, nullptr) != MG_OK) return;
  std::lock_guard lock(device.info_mutex);
  device.info = info;
}

// deviceCreate(name: string, threads: number): Promise<DeviceHandle>
// mg_status mg_device_create(const char* name, const mg_device_options*, mg_device** out, mg_error* err)
napi_value device_create(Call& call) {
  auto device = std::make_shared<Device>();
  device->queue = Environment::of(call.env()).new_queue();
  std::weak_ptr<Device> weak = device;
  device->queue->after_call = [weak] {
    if (auto live = weak.lock()) refresh_info(*live);
  };
  device->queue->interrupt = [weak] {
    if (auto live = weak.lock(); live && live->raw) mg_cancel(live->raw);
  };
  mg_device_options options{sizeof options, call.integer(1)};
  auto work = [device, name = call.text(0), options](mg_error* error) {
    mg_device* raw = nullptr;
    mg_status status = mg_device_create(name.c_str(), &options, &raw, error);
    device->raw = raw;
    return status;
  };
  return call.run(*device->queue, work, [device](napi_env env) { return wrap(env, device); });
}

// deviceDestroy(device: DeviceHandle): void   |  void mg_device_destroy(mg_device*)
// (runs when the last model on it is gone)
napi_value device_destroy(Call& call) { return destroy<Device>(call); }

// deviceInfo(device: DeviceHandle): {name, isa, threads, currentBytes, peakBytes}, as it was after the last call
// mg_status mg_device_get_info(mg_device*, mg_device_info* out, mg_error* err)
napi_value device_info(Call& call) {
  auto device = call.handle<Device>(0);
  std::lock_guard lock(device->info_mutex);
  const mg_device_info& info = device->info;
  napi_value result;
  napi_create_object(call.env(), &result);
  napi_set_named_property(call.env(), result, "name", call.text_value(info.name));
  napi_set_named_property(call.env(), result, "isa", call.text_value(info.isa));
  const std::pair<const char*, double> numbers[] = {{"threads", info.threads},
                                                    {"currentBytes", static_cast<double>(info.current_bytes)},
                                                    {"peakBytes", static_cast<double>(info.peak_bytes)}};
  for (auto [name, number] : numbers) {
    napi_value value;
    napi_create_double(call.env(), number, &value);
    napi_set_named_property(call.env(), result, name, value);
  }
  return result;
}

// deviceResetPeak(device: DeviceHandle): void   |  void mg_device_reset_peak(mg_device*)
napi_value device_reset_peak(Call& call) {
  auto device = call.handle<Device>(0);
  {
    std::lock_guard lock(device->info_mutex);
    device->info.peak_bytes = device->info.current_bytes;
  }
  device->queue->post([device] { mg_device_reset_peak(device->raw); });
  return call.undefined();
}

// cancel(device: DeviceHandle): void   |  void mg_cancel(mg_device*)
napi_value cancel(Call& call) {
  auto device = call.handle<Device>(0);
  device->queue->cancel([&] { mg_cancel(device->raw); });
  return call.undefined();
}

}  // namespace

const Function device_functions[] = {{"deviceCreate", device_create},
                                     {"deviceDestroy", device_destroy},
                                     {"deviceInfo", device_info},
                                     {"deviceResetPeak", device_reset_peak},
                                     {"cancel", cancel},
                                     {}};

}  // namespace binding
