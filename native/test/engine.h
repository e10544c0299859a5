// The C ABI with owners and exceptions, and the fixtures' expectations, for the tests.
#pragma once
#include <filesystem>
#include <memory>

#include "medgym.h"
#include "model/files.h"
#include "model/json.h"
#include "model/safetensors.h"
#include "test/check.h"

namespace medgym::test {

struct AbiError : std::runtime_error {
  mg_status status;
  AbiError(mg_status s, const mg_error& e) : std::runtime_error(std::string(e.op) + ": " + e.message), status(s) {}
};
// call(mg_…, arguments…) adds the mg_error and throws.
template <class F, class... A>
void call(F function, A... arguments) {
  mg_error error{};
  error.struct_size = sizeof error;
  const mg_status status = function(arguments..., &error);
  if (status != MG_OK) throw AbiError(status, error);
}
template <class F>
mg_status status_of(F&& run) {
  try {
    run();
  } catch (const AbiError& e) {
    return e.status;
  }
  return MG_OK;
}

template <class T>
T sized() {
  T t{};
  t.struct_size = sizeof(T);
  return t;
}

template <class Handle, void (*destroy)(Handle*)>
struct Deleter {
  void operator()(Handle* h) const { destroy(h); }
};
using DevicePtr = std::unique_ptr<mg_device, Deleter<mg_device, mg_device_destroy>>;
using ModelPtr = std::unique_ptr<mg_model, Deleter<mg_model, mg_model_destroy>>;
using AdapterPtr = std::unique_ptr<mg_adapter, Deleter<mg_adapter, mg_adapter_destroy>>;
using OptimizerPtr = std::unique_ptr<mg_optimizer, Deleter<mg_optimizer, mg_optimizer_destroy>>;
using GeneratorPtr = std::unique_ptr<mg_generator, Deleter<mg_generator, mg_generator_destroy>>;

DevicePtr open_cpu(int threads = 2);
ModelPtr load(mg_device*, const std::string& directory, mg_dtype = MG_F32, bool check_finite = false);
AdapterPtr make_adapter(mg_model*, const std::vector<mg_adapter_module>&, uint64_t seed = 1);
mg_adapter_module module_of(const std::string& name, int rank, float scale, float dropout = 0);  // the name must outlive it
OptimizerPtr make_optimizer(mg_model*, mg_adapter*, float weight_decay = 0.01f, bool decay_all = true);
float step(mg_optimizer*, float learning_rate, float max_grad_norm);
std::vector<float> read_tensor(mg_model*, mg_adapter*, const std::string& name, mg_tensor_part = MG_VALUE);
std::vector<mg_tensor_info> tensor_list(mg_model*, mg_adapter*);

// A packed batch with one target per position.
struct Packed {
  std::vector<int32_t> tokens, cu{0}, positions, targets, parents;  // parents: empty, or one for each sequence
  int64_t scored = 0;
  void add(const std::vector<int32_t>& sequence, const std::vector<int32_t>& labels);  // labels as Hugging Face's: -100 is masked
  int64_t count() const { return static_cast<int64_t>(tokens.size()); }
  mg_batch batch() const;
};
// Rows of a fixture's input_ids_right (padding dropped) with its labels.
Packed right_padded_batch(const Json& expected);
std::vector<int32_t> ints(const Json& array);

struct Pass {
  mg_adapter* adapter = nullptr;
  bool keep = false, checkpoint = false, train = false, logits = false;
  float temperature = 1;
  uint64_t dropout_seed = 0;
};
struct Outputs {
  std::vector<float> logprobs, entropy, logits;
  double loss = 0;  // mean of −logprob over the scored positions, as Hugging Face's labels loss
};
Outputs run_forward(mg_model*, const Packed&, const Pass&, int64_t vocabulary = 0);
// The gradient of that mean loss.
void run_backward(mg_model*, const Packed&);

Json read_json(const std::string& path);
std::vector<float> read_fixture_tensor(const TensorFiles&, const std::string& name);
double norm(const std::vector<float>&);

}  // namespace medgym::test
