#include "binding/call.h"

namespace binding {
namespace {

// adapterCreate(model: ModelHandle, modules: {name, rank, scale, dropout}[], seed: number, scalarHead: boolean): Promise<AdapterHandle>
// mg_status mg_adapter_create(mg_model*, const mg_adapter_options*, mg_adapter** out, mg_error* err)
napi_value adapter_create(Call& call) {
  auto adapter = std::make_shared<Adapter>();
  adapter->model = call.handle<Model>(0);
  uint32_t count = 0;
  call.require(napi_get_array_length(call.env(), call.argument(1), &count) == napi_ok, "modules is not an array");
  std::vector<std::string> names;
  std::vector<mg_adapter_module> modules;
  for (uint32_t i = 0; i < count; ++i) {
    napi_value item;
    napi_get_element(call.env(), call.argument(1), i, &item);
    names.push_back(call.text(call.get(item, "name"), 1));
    modules.push_back({sizeof(mg_adapter_module), nullptr, call.whole<int32_t>(call.number(call.get(item, "rank"), "rank"), "rank"),
                       static_cast<float>(call.number(call.get(item, "scale"), "scale")),
                       static_cast<float>(call.number(call.get(item, "dropout"), "dropout"))});
  }
  auto work = [adapter, names, modules, seed = call.unsigned64(2), scalar_head = call.boolean(3)](mg_error* error) mutable {
    for (size_t i = 0; i < names.size(); ++i) modules[i].name = names[i].c_str();
    mg_adapter_options options{sizeof options, modules.data(), static_cast<int32_t>(modules.size()), seed, scalar_head};
    return mg_adapter_create(adapter->model->raw, &options, &adapter->raw, error);
  };
  return call.run(queue_of(*adapter), work, [adapter](napi_env env) { return wrap(env, adapter); });
}

// adapterDestroy(adapter: AdapterHandle): void   |  void mg_adapter_destroy(mg_adapter*)
napi_value adapter_destroy(Call& call) { return destroy<Adapter>(call); }

// adapterLoad(adapter: AdapterHandle, file: string): Promise<void>
// mg_status mg_adapter_load(mg_adapter*, const char* file, mg_error* err)
napi_value adapter_load(Call& call) {
  auto adapter = call.handle<Adapter>(0);
  auto work = [adapter, file = call.text(1)](mg_error* error) { return mg_adapter_load(adapter->raw, file.c_str(), error); };
  return call.run(queue_of(*adapter), work);
}

// adapterSave(adapter: AdapterHandle, file: string, dtype: number): Promise<void>
// mg_status mg_adapter_save(mg_adapter*, const char* file, int32_t dtype, mg_error* err)
napi_value adapter_save(Call& call) {
  auto adapter = call.handle<Adapter>(0);
  auto work = [adapter, file = call.text(1), dtype = call.integer(2)](mg_error* error) {
    return mg_adapter_save(adapter->raw, file.c_str(), dtype, error);
  };
  return call.run(queue_of(*adapter), work);
}

}  // namespace

const Function adapter_functions[] = {{"adapterCreate", adapter_create},
                                      {"adapterDestroy", adapter_destroy},
                                      {"adapterLoad", adapter_load},
                                      {"adapterSave", adapter_save},
                                      {}};

}  // namespace binding
