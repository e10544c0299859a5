#include "abi/handles.h"

using namespace medgym;

mg_status mg_generator_create(mg_model* handle, const mg_generator_options* given, mg_generator** out, mg_error* err) {
  return guard(err, "mg_generator_create", [&] {
    required(out, "out") = nullptr;
    const std::shared_ptr<Model>& model = required(handle, "model").model;
    const mg_generator_options o = options(given, "mg_generator_options");
    Call call(*model->device);
    *out = new mg_generator{std::make_unique<Generator>(model, o.max_sequences, o.max_tokens)};
  });
}

void mg_generator_destroy(mg_generator* handle) {
  if (!handle) return;
  const std::shared_ptr<Model> model = handle->generator->model;
  destroy(handle, model->device);
}

mg_status mg_generator_submit(mg_generator* handle, const mg_request* given, uint64_t* id, mg_error* err) {
  return guard(err, "mg_generator_submit", [&] {
    Generator& generator = *required(handle, "generator").generator;
    const mg_request request = options(given, "mg_request");
    required(id, "id");
    Call call(*generator.model->device);
    *id = generator.submit(request, request.adapter ? request.adapter->adapter : nullptr);
  });
}

mg_status mg_generator_cancel(mg_generator* handle, uint64_t id, mg_error* err) {
  return guard(err, "mg_generator_cancel", [&] {
    Generator& generator = *required(handle, "generator").generator;
    Call call(*generator.model->device);
    generator.cancel(id);
  });
}

mg_status mg_generator_step(mg_generator* handle, int32_t max_steps, mg_token_event* events, int32_t capacity, int32_t* count,
                            int32_t* remaining, mg_error* err) {
  return guard(err, "mg_generator_step", [&] {
    Generator& generator = *required(handle, "generator").generator;
    required(count, "count") = 0;
    Call call(*generator.model->device);
    *count = generator.step(max_steps, events, capacity);
    if (remaining) *remaining = generator.remaining();
  });
}

mg_status mg_generator_get_stats(mg_generator* handle, mg_generator_stats* out, mg_error* err) {
  return guard(err, "mg_generator_get_stats", [&] {
    const Generator& generator = *required(handle, "generator").generator;
    Call call(*generator.model->device);
    answer(generator.stats(), out, "mg_generator_stats");
  });
}
