#include "abi/handles.h"

using namespace medgym;

mg_status mg_optimizer_create(mg_model* handle, mg_adapter* adapter, const mg_optimizer_options* given, mg_optimizer** out, mg_error* err) {
  return guard(err, "mg_optimizer_create", [&] {
    required(out, "out") = nullptr;
    const std::shared_ptr<Model>& model = required(handle, "model").model;
    const mg_optimizer_options o = options(given, "mg_optimizer_options");
    Call call(*model->device);
    if (adapter && adapter->adapter->model != model) throw Error(MG_INVALID_ARGUMENT, "The adapter belongs to another model.");
    *out = new mg_optimizer{std::make_unique<Optimizer>(model, adapter ? adapter->adapter : nullptr, o)};
  });
}

void mg_optimizer_destroy(mg_optimizer* handle) {
  if (!handle) return;
  const std::shared_ptr<Model> model = handle->optimizer->model;
  destroy(handle, model->device);
}

mg_status mg_optimizer_step(mg_optimizer* handle, const mg_step_options* given, float* grad_norm, mg_error* err) {
  return guard(err, "mg_optimizer_step", [&] {
    Optimizer& optimizer = *required(handle, "optimizer").optimizer;
    const mg_step_options o = options(given, "mg_step_options");
    Call call(*optimizer.model->device);
    const float norm = optimizer.step(o.learning_rate, o.max_grad_norm);
    if (grad_norm) *grad_norm = norm;
  });
}

mg_status mg_optimizer_zero_gradients(mg_optimizer* handle, mg_error* err) {
  return guard(err, "mg_optimizer_zero_gradients", [&] {
    Optimizer& optimizer = *required(handle, "optimizer").optimizer;
    Call call(*optimizer.model->device);
    optimizer.zero_gradients();
  });
}

mg_status mg_optimizer_save(mg_optimizer* handle, const char* file, mg_error* err) {
  return guard(err, "mg_optimizer_save", [&] {
    Optimizer& optimizer = *required(handle, "optimizer").optimizer;
    Call call(*optimizer.model->device);
    optimizer.save(&required(file, "file"));
  });
}

mg_status mg_optimizer_load(mg_optimizer* handle, const char* file, mg_error* err) {
  return guard(err, "mg_optimizer_load", [&] {
    Optimizer& optimizer = *required(handle, "optimizer").optimizer;
    Call call(*optimizer.model->device);
    optimizer.load(&required(file, "file"));
  });
}
