#include "binding/call.h"

namespace binding {
namespace {

mg_model_options model_options(Call& call, size_t i) {
  return {sizeof(mg_model_options), call.integer(i, "dtype"), call.boolean(i, "checkFinite")};
}

// modelLoad(device: DeviceHandle, directory: string, options: {dtype: number, checkFinite: boolean}): Promise<ModelHandle>
// mg_status mg_model_load(mg_device*, const char* directory, const mg_model_options*, mg_model** out, mg_error* err)
napi_value model_load(Call& call) {
  auto model = std::make_shared<Model>();
  model->device = call.handle<Device>(0);
  auto work = [model, directory = call.text(1), options = model_options(call, 2)](mg_error* error) {
    return mg_model_load(model->device->raw, directory.c_str(), &options, &model->raw, error);
  };
  return call.run(queue_of(*model), work, [model](napi_env env) { return wrap(env, model); });
}

// modelCreate(device: DeviceHandle, configJson: string, seed: number, options: {dtype, checkFinite}): Promise<ModelHandle>
// mg_status mg_model_create(mg_device*, const char* config_json, uint64_t seed, const mg_model_options*, mg_model** out, mg_error* err)
napi_value model_create(Call& call) {
  auto model = std::make_shared<Model>();
  model->device = call.handle<Device>(0);
  auto work = [model, config = call.text(1), seed = call.unsigned64(2), options = model_options(call, 3)](mg_error* error) {
    return mg_model_create(model->device->raw, config.c_str(), seed, &options, &model->raw, error);
  };
  return call.run(queue_of(*model), work, [model](napi_env env) { return wrap(env, model); });
}

// modelDestroy(model: ModelHandle): void   |  void mg_model_destroy(mg_model*)
napi_value model_destroy(Call& call) { return destroy<Model>(call); }

// modelDescribe(model: ModelHandle): Promise<string>
// mg_status mg_model_describe(mg_model*, char* buffer, size_t capacity, size_t* needed, mg_error* err)
napi_value model_describe(Call& call) {
  auto model = call.handle<Model>(0);
  auto json = std::make_shared<std::string>(1, '\0');
  auto work = [model, json](mg_error* error) {
    size_t needed = 0;
    // The first call tells the size: it may answer MG_OK or refuse the small buffer.
    mg_model_describe(model->raw, json->data(), json->size(), &needed, error);
    json->resize(needed + 1);
    mg_status status = mg_model_describe(model->raw, json->data(), json->size(), &needed, error);
    json->resize(json->find('\0') == std::string::npos ? json->size() : json->find('\0'));
    return status;
  };
  return call.run(queue_of(*model), work, [json](napi_env env) {
    napi_value value;
    napi_create_string_utf8(env, json->data(), json->size(), &value);
    return value;
  });
}

// modelSetTrainable(model: ModelHandle, trainable: boolean): Promise<void>
// mg_status mg_model_set_trainable(mg_model*, int32_t trainable, mg_error* err)
napi_value model_set_trainable(Call& call) {
  auto model = call.handle<Model>(0);
  auto work = [model, trainable = call.boolean(1)](mg_error* error) { return mg_model_set_trainable(model->raw, trainable, error); };
  return call.run(queue_of(*model), work);
}

// modelSave(model: ModelHandle, adapter: AdapterHandle | null, directory: string, options: {dtype: number, maxShardBytes: number}): Promise<void>
// mg_status mg_model_save(mg_model*, mg_adapter* adapter_or_null, const char* directory, const mg_save_options*, mg_error* err)
napi_value model_save(Call& call) {
  auto model = call.handle<Model>(0);
  auto adapter = call.handle_or_null<Adapter>(call.argument(1));
  mg_save_options options{sizeof options, call.integer(3, "dtype"), call.integer64(3, "maxShardBytes")};
  auto work = [model, adapter, directory = call.text(2), options](mg_error* error) {
    return mg_model_save(model->raw, adapter ? adapter->raw : nullptr, directory.c_str(), &options, error);
  };
  return call.run(queue_of(*model), work);
}

}  // namespace

const Function model_functions[] = {{"modelLoad", model_load},
                                    {"modelCreate", model_create},
                                    {"modelDestroy", model_destroy},
                                    {"modelDescribe", model_describe},
                                    {"modelSetTrainable", model_set_trainable},
                                    {"modelSave", model_save},
                                    {}};

}  // namespace binding
