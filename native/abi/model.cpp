#include "abi/handles.h"
#include "model/save.h"

using namespace medgym;

mg_status mg_model_load(mg_device* device, const char* directory, const mg_model_options* given, mg_model** out, mg_error* err) {
  return guard(err, "mg_model_load", [&] {
    required(out, "out") = nullptr;
    const std::shared_ptr<Device>& d = required(device, "device").device;
    const mg_model_options o = options(given, "mg_model_options");
    const std::string path = &required(directory, "directory");
    Call call(*d);
    *out = new mg_model{Model::load(d, path, weight_dtype(o.dtype), o.check_finite != 0)};
  });
}

mg_status mg_model_create(mg_device* device, const char* config_json, uint64_t seed, const mg_model_options* given, mg_model** out,
    mg_error* err) {
  return guard(err, "mg_model_create", [&] {
    required(out, "out") = nullptr;
    const std::shared_ptr<Device>& d = required(device, "device").device;
    const mg_model_options o = options(given, "mg_model_options");
    const std::string config = &required(config_json, "config_json");
    Call call(*d);
    *out = new mg_model{Model::create(d, config, seed, weight_dtype(o.dtype))};
  });
}

void mg_model_destroy(mg_model* handle) {
  if (!handle) return;
  const std::shared_ptr<Device> device = handle->model->device;
  std::lock_guard<std::mutex> lock(device->call);
  // A kept forward pass holds its adapter, which holds the model: untie that ring.
  handle->model->run->forget();
  delete handle;
}

mg_status mg_model_describe(mg_model* handle, char* buffer, size_t capacity, size_t* needed, mg_error* err) {
  return guard(err, "mg_model_describe", [&] {
    Model& model = *required(handle, "model").model;
    Call call(*model.device);
    const std::string text = model.describe();
    if (needed) *needed = text.size() + 1;
    if (buffer && capacity) copy_text(buffer, capacity, text);
  });
}

mg_status mg_model_set_trainable(mg_model* handle, int32_t trainable, mg_error* err) {
  return guard(err, "mg_model_set_trainable", [&] {
    Model& model = *required(handle, "model").model;
    Call call(*model.device);
    model.run->forget();
    model.set_trainable(trainable != 0);
  });
}

mg_status mg_model_save(mg_model* handle, mg_adapter* adapter, const char* directory, const mg_save_options* given, mg_error* err) {
  return guard(err, "mg_model_save", [&] {
    Model& model = *required(handle, "model").model;
    const mg_save_options o = options(given, "mg_save_options");
    const std::string path = &required(directory, "directory");
    Call call(*model.device);
    if (adapter && adapter->adapter->model.get() != &model) throw Error(MG_INVALID_ARGUMENT, "The adapter belongs to another model.");
    save_model(model, adapter ? adapter->adapter.get() : nullptr, path, file_dtype(o.dtype), o.max_shard_bytes);
  });
}

mg_status mg_forward(mg_model* handle, const mg_batch* given_batch, const mg_forward_options* given, mg_forward_result* result,
    mg_error* err) {
  return guard(err, "mg_forward", [&] {
    Model& model = *required(handle, "model").model;
    const mg_batch batch = options(given_batch, "mg_batch");
    const mg_forward_options o = options(given, "mg_forward_options");
    const mg_forward_result out = options(result, "mg_forward_result");
    Call call(*model.device);
    forward(model, batch, o, o.adapter ? o.adapter->adapter : nullptr, out);
  });
}

mg_status mg_backward(mg_model* handle, const mg_output_gradients* given, mg_error* err) {
  return guard(err, "mg_backward", [&] {
    Model& model = *required(handle, "model").model;
    const mg_output_gradients gradients = options(given, "mg_output_gradients");
    Call call(*model.device);
    backward(model, gradients);
  });
}
