#include "binding/call.h"

namespace binding {
namespace {

napi_value describe_tensor(napi_env env, const mg_tensor_info& info) {
  napi_value object, name, shape, dtype, trainable;
  napi_create_object(env, &object);
  napi_create_string_utf8(env, info.name, NAPI_AUTO_LENGTH, &name);
  napi_create_array_with_length(env, static_cast<size_t>(info.dims), &shape);
  for (int32_t i = 0; i < info.dims; ++i) {
    napi_value length;
    napi_create_int64(env, info.shape[i], &length);
    napi_set_element(env, shape, static_cast<uint32_t>(i), length);
  }
  napi_create_int32(env, info.dtype, &dtype);
  napi_get_boolean(env, info.trainable != 0, &trainable);
  napi_set_named_property(env, object, "name", name);
  napi_set_named_property(env, object, "shape", shape);
  napi_set_named_property(env, object, "dtype", dtype);
  napi_set_named_property(env, object, "trainable", trainable);
  return object;
}

// tensors(model: ModelHandle, adapter: AdapterHandle | null): Promise<{name, shape, dtype: number, trainable}[]>
// mg_status mg_tensor_count(mg_model*, mg_adapter*, int32_t* count, mg_error* err)
// mg_status mg_tensor_get_info(mg_model*, mg_adapter*, int32_t index, mg_tensor_info* out, mg_error* err)
napi_value tensors(Call& call) {
  auto model = call.handle<Model>(0);
  auto adapter = call.handle_or_null<Adapter>(call.argument(1));
  auto infos = std::make_shared<std::vector<mg_tensor_info>>();
  auto work = [model, adapter, infos](mg_error* error) {
    mg_adapter* raw = adapter ? adapter->raw : nullptr;
    int32_t count = 0;
    mg_status status = mg_tensor_count(model->raw, raw, &count, error);
    for (int32_t i = 0; i < count && status == MG_OK; ++i) {
      mg_tensor_info info{};
      info.struct_size = sizeof info;
      status = mg_tensor_get_info(model->raw, raw, i, &info, error);
      infos->push_back(info);
    }
    return status;
  };
  return call.run(queue_of(*model), work, [infos](napi_env env) {
    napi_value array;
    napi_create_array_with_length(env, infos->size(), &array);
    for (size_t i = 0; i < infos->size(); ++i) napi_set_element(env, array, static_cast<uint32_t>(i), describe_tensor(env, (*infos)[i]));
    return array;
  });
}

// tensorRead(model: ModelHandle, adapter: AdapterHandle | null, name: string, part: number, out: Float32Array): Promise<void>
// mg_status mg_tensor_read(mg_model*, mg_adapter*, const char* name, int32_t part, float* out, size_t count, mg_error* err)
napi_value tensor_read(Call& call) {
  auto model = call.handle<Model>(0);
  auto adapter = call.handle_or_null<Adapter>(call.argument(1));
  auto out = call.array<float>(call.argument(4), "out");
  auto work = [model, adapter, name = call.text(2), part = call.integer(3), out](mg_error* error) {
    return mg_tensor_read(model->raw, adapter ? adapter->raw : nullptr, name.c_str(), part, out.data, out.length, error);
  };
  return call.run(queue_of(*model), work);
}

// tensorWrite(model: ModelHandle, adapter: AdapterHandle | null, name: string, values: Float32Array): Promise<void>
// mg_status mg_tensor_write(mg_model*, mg_adapter*, const char* name, const float* values, size_t count, mg_error* err)
napi_value tensor_write(Call& call) {
  auto model = call.handle<Model>(0);
  auto adapter = call.handle_or_null<Adapter>(call.argument(1));
  auto values = call.array<float>(call.argument(3), "values");
  auto work = [model, adapter, name = call.text(2), values](mg_error* error) {
    return mg_tensor_write(model->raw, adapter ? adapter->raw : nullptr, name.c_str(), values.data, values.length, error);
  };
  return call.run(queue_of(*model), work);
}

}  // namespace

const Function tensor_functions[] = {{"tensors", tensors}, {"tensorRead", tensor_read}, {"tensorWrite", tensor_write}, {}};

}  // namespace binding
