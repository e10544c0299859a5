#include <cstdlib>

#include "abi/guard.h"
#include "runtime/cpu.h"

namespace medgym {

mg_status report(mg_error* err, const char* op, mg_status status, const char* message) noexcept {
  if (!err) return status;
  mg_error out{};
  out.struct_size = err->struct_size;
  out.code = status;
  copy_text(out.op, sizeof out.op, op);
  copy_text(out.message, sizeof out.message, message);
  std::memcpy(err, &out, std::min(err->struct_size, sizeof out));
  return status;
}

void copy_text(char* to, size_t capacity, const std::string& text) {
  const size_t n = std::min(text.size(), capacity - 1);
  std::memcpy(to, text.data(), n);
  to[n] = 0;
}

Dtype weight_dtype(int32_t dtype) {
  if (dtype == MG_F32) return Dtype::F32;
  if (dtype == MG_BF16) return Dtype::BF16;
  if (dtype == MG_NF4) return Dtype::NF4;
  throw Error(MG_UNSUPPORTED, "dtype " + std::to_string(dtype) + " is not one that models are kept in: f32 (0), bf16 (1) and nf4 (3).");
}

Dtype file_dtype(int32_t dtype) {
  if (dtype == MG_F16) return Dtype::F16;
  if (dtype == MG_F32 || dtype == MG_BF16) return weight_dtype(dtype);
  throw Error(MG_UNSUPPORTED, "dtype " + std::to_string(dtype) + " is not one that files are written in: f32 (0), bf16 (1) and f16 (2).");
}

}  // namespace medgym

using namespace medgym;

const char* mg_version(void) { return "0.1.0"; }

const char* mg_cpu_isa(void) {
  // A wrong MEDGYM_ISA is reported by mg_device_create, where there is a message to put it in.
  try {
    return isa_name(current_isa());
  } catch (const std::exception&) {
    return isa_name(best_isa());
  }
}

mg_status mg_device_create(const char* name, const mg_device_options* given, mg_device** out, mg_error* err) {
  return guard(err, "mg_device_create", [&] {
    required(out, "out") = nullptr;
    const mg_device_options o = options(given, "mg_device_options");
    const std::string wanted = name ? name : "cpu";
    if (wanted.starts_with("cuda"))
      throw Error(MG_UNSUPPORTED, "Device \"" + wanted + "\": this build of the engine has no CUDA back end. Use \"cpu\".");
    if (wanted != "cpu") throw Error(MG_NOT_FOUND, "There is no device \"" + wanted + "\". Devices: cpu.");
    if (o.threads < 0 || o.threads > 4096) throw Error(MG_INVALID_ARGUMENT, "threads is " + std::to_string(o.threads) +
        "; it must be 0 (every core) or more.");
    current_isa();
    *out = new mg_device{std::make_shared<Device>(o.threads)};
  });
}

void mg_device_destroy(mg_device* device) {
  if (!device) return;
  const std::shared_ptr<Device> held = device->device;
  destroy(device, held);
}

mg_status mg_device_get_info(mg_device* device, mg_device_info* out, mg_error* err) {
  return guard(err, "mg_device_get_info", [&] {
    // No turn is taken: counters are atomic, and a live view asks while a step runs.
    Device& d = *required(device, "device").device;
    mg_device_info info{};
    copy_text(info.name, sizeof info.name, "cpu");
    copy_text(info.isa, sizeof info.isa, isa_name(current_isa()));
    info.threads = d.context.pool.size();
    info.current_bytes = d.context.memory.current();
    info.peak_bytes = d.context.memory.peak();
    answer(info, out, "mg_device_info");
  });
}

void mg_device_reset_peak(mg_device* device) {
  if (device) device->device->context.memory.reset_peak();
}

void mg_cancel(mg_device* device) {
  if (device) device->device->cancelled = true;
}
