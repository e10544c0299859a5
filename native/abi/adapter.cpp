#include "abi/handles.h"

using namespace medgym;

mg_status mg_adapter_create(mg_model* handle, const mg_adapter_options* given, mg_adapter** out, mg_error* err) {
  return guard(err, "mg_adapter_create", [&] {
    required(out, "out") = nullptr;
    const std::shared_ptr<Model>& model = required(handle, "model").model;
    const mg_adapter_options o = options(given, "mg_adapter_options");
    std::vector<mg_adapter_module> modules;
    if (o.module_count > 0 && o.modules) {
      // The caller's own struct size is the stride of its array.
      const size_t stride = o.modules->struct_size;
      for (int32_t i = 0; i < o.module_count; ++i)
        modules.push_back(options(reinterpret_cast<const mg_adapter_module*>(reinterpret_cast<const char*>(o.modules) +
            static_cast<size_t>(i) * stride), "mg_adapter_module"));
    }
    Call call(*model->device);
    *out = new mg_adapter{std::make_shared<Adapter>(model, modules.data(), static_cast<int>(modules.size()), o.seed,
        o.scalar_head != 0)};
  });
}

void mg_adapter_destroy(mg_adapter* handle) {
  if (!handle) return;
  const std::shared_ptr<Model> model = handle->adapter->model;
  std::lock_guard<std::mutex> lock(model->device->call);
  if (model->run->adapter == handle->adapter) model->run->forget();
  delete handle;
}

mg_status mg_adapter_load(mg_adapter* handle, const char* file, mg_error* err) {
  return guard(err, "mg_adapter_load", [&] {
    Adapter& adapter = *required(handle, "adapter").adapter;
    Call call(*adapter.model->device);
    adapter.load(&required(file, "file"));
  });
}

mg_status mg_adapter_save(mg_adapter* handle, const char* file, int32_t dtype, mg_error* err) {
  return guard(err, "mg_adapter_save", [&] {
    Adapter& adapter = *required(handle, "adapter").adapter;
    Call call(*adapter.model->device);
    adapter.save(&required(file, "file"), file_dtype(dtype));
  });
}
