#include "binding/call.h"

namespace binding {
namespace {

// optimizerCreate(model: ModelHandle, adapter: AdapterHandle | null,
//                 options: {beta1, beta2, eps, weightDecay, decayNormsAndBiases}): Promise<OptimizerHandle>
// mg_status mg_optimizer_create(mg_model*, mg_adapter*, const mg_optimizer_options*, mg_optimizer** out, mg_error* err)
napi_value optimizer_create(Call& call) {
  auto optimizer = std::make_shared<Optimizer>();
  optimizer->model = call.handle<Model>(0);
  optimizer->adapter = call.handle_or_null<Adapter>(call.argument(1));
  mg_optimizer_options options{sizeof options,        call.real(2, "beta1"),
                               call.real(2, "beta2"), call.real(2, "eps"),
                               call.real(2, "weightDecay"), call.boolean(2, "decayNormsAndBiases")};
  auto work = [optimizer, options](mg_error* error) {
    mg_adapter* adapter = optimizer->adapter ? optimizer->adapter->raw : nullptr;
    return mg_optimizer_create(optimizer->model->raw, adapter, &options, &optimizer->raw, error);
  };
  return call.run(queue_of(*optimizer), work, [optimizer](napi_env env) { return wrap(env, optimizer); });
}

// optimizerDestroy(optimizer: OptimizerHandle): void   |  void mg_optimizer_destroy(mg_optimizer*)
napi_value optimizer_destroy(Call& call) { return destroy<Optimizer>(call); }

// optimizerStep(optimizer: OptimizerHandle, options: {learningRate, maxGradNorm}): Promise<number>
// mg_status mg_optimizer_step(mg_optimizer*, const mg_step_options*, float* grad_norm, mg_error* err)
napi_value optimizer_step(Call& call) {
  auto optimizer = call.handle<Optimizer>(0);
  mg_step_options options{sizeof options, call.real(1, "learningRate"), call.real(1, "maxGradNorm")};
  auto norm = std::make_shared<float>(0.f);
  auto work = [optimizer, options, norm](mg_error* error) { return mg_optimizer_step(optimizer->raw, &options, norm.get(), error); };
  return call.run(queue_of(*optimizer), work, [norm](napi_env env) {
    napi_value value;
    napi_create_double(env, *norm, &value);
    return value;
  });
}

// optimizerZeroGradients(optimizer: OptimizerHandle): Promise<void>
// mg_status mg_optimizer_zero_gradients(mg_optimizer*, mg_error* err)
napi_value optimizer_zero_gradients(Call& call) {
  auto optimizer = call.handle<Optimizer>(0);
  return call.run(queue_of(*optimizer), [optimizer](mg_error* error) { return mg_optimizer_zero_gradients(optimizer->raw, error); });
}

// optimizerSave(optimizer: OptimizerHandle, file: string): Promise<void>
// mg_status mg_optimizer_save(mg_optimizer*, const char* file, mg_error* err)
napi_value optimizer_save(Call& call) {
  auto optimizer = call.handle<Optimizer>(0);
  auto work = [optimizer, file = call.text(1)](mg_error* error) { return mg_optimizer_save(optimizer->raw, file.c_str(), error); };
  return call.run(queue_of(*optimizer), work);
}

// optimizerLoad(optimizer: OptimizerHandle, file: string): Promise<void>
// mg_status mg_optimizer_load(mg_optimizer*, const char* file, mg_error* err)
napi_value optimizer_load(Call& call) {
  auto optimizer = call.handle<Optimizer>(0);
  auto work = [optimizer, file = call.text(1)](mg_error* error) { return mg_optimizer_load(optimizer->raw, file.c_str(), error); };
  return call.run(queue_of(*optimizer), work);
}

}  // namespace

const Function optimizer_functions[] = {{"optimizerCreate", optimizer_create},
                                        {"optimizerDestroy", optimizer_destroy},
                                        {"optimizerStep", optimizer_step},
                                        {"optimizerZeroGradients", optimizer_zero_gradients},
                                        {"optimizerSave", optimizer_save},
                                        {"optimizerLoad", optimizer_load},
                                        {}};

}  // namespace binding
