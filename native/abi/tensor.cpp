#include "abi/handles.h"

using namespace medgym;

namespace {

std::string size_message(const std::string& name, int64_t has, size_t given) {
  return name + " has " + std::to_string(has) + " elements; the array has " + std::to_string(given) + ".";
}

Parameter& base_tensor(Model& model, const std::string& name) {
  if (Parameter* p = model.find(name)) return *p;
  throw Error(MG_NOT_FOUND, "The model has no tensor \"" + name + "\".");
}

TrainedTensor adapter_tensor(Adapter& adapter, const std::string& name) {
  for (const TrainedTensor& t : adapter_tensors(adapter))
    if (t.name == name) return t;
  throw Error(MG_NOT_FOUND, "The adapter has no tensor \"" + name + "\".");
}

void fill_info(mg_tensor_info& info, const std::string& name, const std::vector<int64_t>& shape, Dtype dtype, bool trainable) {
  copy_text(info.name, sizeof info.name, name);
  info.dims = static_cast<int32_t>(shape.size());
  std::copy(shape.begin(), shape.end(), info.shape);
  info.dtype = static_cast<int32_t>(dtype);
  info.trainable = trainable;
}

}  // namespace

mg_status mg_tensor_count(mg_model* handle, mg_adapter* adapter, int32_t* count, mg_error* err) {
  return guard(err, "mg_tensor_count", [&] {
    Model& model = *required(handle, "model").model;
    Call call(*model.device);
    required(count, "count") = static_cast<int32_t>(adapter ? adapter_tensors(*adapter->adapter).size() : model.parameters.size());
  });
}

mg_status mg_tensor_get_info(mg_model* handle, mg_adapter* adapter, int32_t index, mg_tensor_info* out, mg_error* err) {
  return guard(err, "mg_tensor_get_info", [&] {
    Model& model = *required(handle, "model").model;
    Call call(*model.device);
    const size_t count = adapter ? adapter_tensors(*adapter->adapter).size() : model.parameters.size();
    if (index < 0 || static_cast<size_t>(index) >= count)
      throw Error(MG_INVALID_ARGUMENT, "Tensor " + std::to_string(index) + " of " + std::to_string(count) + ".");
    mg_tensor_info info{};
    if (adapter) {
      const TrainedTensor t = adapter_tensors(*adapter->adapter)[static_cast<size_t>(index)];
      fill_info(info, t.name, t.shape, Dtype::F32, true);
    } else {
      const Parameter& p = model.parameters[static_cast<size_t>(index)];
      fill_info(info, p.name, p.shape, p.matrix ? p.matrix->weight.type() : Dtype::F32, model.trainable);
    }
    answer(info, out, "mg_tensor_info");
  });
}

mg_status mg_tensor_read(mg_model* handle, mg_adapter* adapter, const char* name, int32_t part, float* out, size_t count, mg_error* err) {
  return guard(err, "mg_tensor_read", [&] {
    Model& model = *required(handle, "model").model;
    const std::string wanted = &required(name, "name");
    required(out, "out");
    if (part != MG_VALUE && part != MG_GRADIENT) throw Error(MG_INVALID_ARGUMENT, "part is " + std::to_string(part) +
        "; it is 0 (value) or 1 (gradient).");
    Call call(*model.device);
    if (adapter) {
      const TrainedTensor t = adapter_tensor(*adapter->adapter, wanted);
      if (static_cast<size_t>(t.count()) != count) throw Error(MG_INVALID_ARGUMENT, size_message(wanted, t.count(), count));
      std::copy_n(part == MG_GRADIENT ? t.gradient : t.value, count, out);
      return;
    }
    const Parameter& p = base_tensor(model, wanted);
    if (static_cast<size_t>(p.count()) != count) throw Error(MG_INVALID_ARGUMENT, size_message(wanted, p.count(), count));
    if (part == MG_VALUE) return p.read(0, p.count(), out);
    if (!p.gradient()) throw Error(MG_INVALID_ARGUMENT, wanted + " has no gradient: the base model is frozen.");
    std::copy_n(p.gradient(), count, out);
  });
}

mg_status mg_tensor_write(mg_model* handle, mg_adapter* adapter, const char* name, const float* values, size_t count, mg_error* err) {
  return guard(err, "mg_tensor_write", [&] {
    Model& model = *required(handle, "model").model;
    const std::string wanted = &required(name, "name");
    required(values, "values");
    Call call(*model.device);
    model.run->forget();  // a kept forward pass was with other values
    if (adapter) {
      const TrainedTensor t = adapter_tensor(*adapter->adapter, wanted);
      if (static_cast<size_t>(t.count()) != count) throw Error(MG_INVALID_ARGUMENT, size_message(wanted, t.count(), count));
      adapter->adapter->version = new_weights_version();
      std::copy_n(values, count, t.value);
      return;
    }
    Parameter& p = base_tensor(model, wanted);
    if (static_cast<size_t>(p.count()) != count) throw Error(MG_INVALID_ARGUMENT, size_message(wanted, p.count(), count));
    model.version = new_weights_version();
    p.write(model.context(), values);
  });
}
