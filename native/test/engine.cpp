#include "test/engine.h"

namespace medgym::test {

DevicePtr open_cpu(int threads) {
  mg_device_options options = sized<mg_device_options>();
  options.threads = threads;
  mg_device* out = nullptr;
  call(mg_device_create, "cpu", &options, &out);
  return DevicePtr(out);
}

ModelPtr load(mg_device* device, const std::string& directory, mg_dtype dtype, bool check_finite) {
  mg_model_options options = sized<mg_model_options>();
  options.dtype = dtype;
  options.check_finite = check_finite;
  mg_model* out = nullptr;
  call(mg_model_load, device, directory.c_str(), &options, &out);
  return ModelPtr(out);
}

mg_adapter_module module_of(const std::string& name, int rank, float scale, float dropout) {
  mg_adapter_module m = sized<mg_adapter_module>();
  m.name = name.c_str();
  m.rank = rank;
  m.scale = scale;
  m.dropout = dropout;
  return m;
}

AdapterPtr make_adapter(mg_model* model, const std::vector<mg_adapter_module>& modules, uint64_t seed) {
  mg_adapter_options options = sized<mg_adapter_options>();
  options.modules = modules.data();
  options.module_count = static_cast<int32_t>(modules.size());
  options.seed = seed;
  mg_adapter* out = nullptr;
  call(mg_adapter_create, model, &options, &out);
  return AdapterPtr(out);
}

OptimizerPtr make_optimizer(mg_model* model, mg_adapter* adapter, float weight_decay, bool decay_all) {
  mg_optimizer_options options = sized<mg_optimizer_options>();
  options.beta1 = 0.9f;
  options.beta2 = 0.999f;
  options.eps = 1e-8f;
  options.weight_decay = weight_decay;
  options.decay_norms_and_biases = decay_all;
  mg_optimizer* out = nullptr;
  call(mg_optimizer_create, model, adapter, &options, &out);
  return OptimizerPtr(out);
}

float step(mg_optimizer* optimizer, float learning_rate, float max_grad_norm) {
  mg_step_options options = sized<mg_step_options>();
  options.learning_rate = learning_rate;
  options.max_grad_norm = max_grad_norm;
  float out = 0;
  call(mg_optimizer_step, optimizer, &options, &out);
  return out;
}

std::vector<mg_tensor_info> tensor_list(mg_model* model, mg_adapter* adapter) {
  int32_t count = 0;
  call(mg_tensor_count, model, adapter, &count);
  std::vector<mg_tensor_info> out;
  for (int32_t i = 0; i < count; ++i) {
    mg_tensor_info info = sized<mg_tensor_info>();
    call(mg_tensor_get_info, model, adapter, i, &info);
    out.push_back(info);
  }
  return out;
}

std::vector<float> read_tensor(mg_model* model, mg_adapter* adapter, const std::string& name, mg_tensor_part part) {
  for (const mg_tensor_info& info : tensor_list(model, adapter)) {
    if (name != info.name) continue;
    size_t count = 1;
    for (int32_t d = 0; d < info.dims; ++d) count *= static_cast<size_t>(info.shape[d]);
    std::vector<float> out(count);
    call(mg_tensor_read, model, adapter, name.c_str(), static_cast<int32_t>(part), out.data(), count);
    return out;
  }
  throw std::runtime_error("no tensor " + name);
}

void Packed::add(const std::vector<int32_t>& sequence, const std::vector<int32_t>& labels) {
  for (size_t i = 0; i < sequence.size(); ++i) {
    tokens.push_back(sequence[i]);
    positions.push_back(static_cast<int32_t>(i));
    const bool last = i + 1 == sequence.size();
    targets.push_back(!last && labels[i + 1] >= 0 ? labels[i + 1] : -1);
    scored += targets.back() >= 0;
  }
  cu.push_back(static_cast<int32_t>(tokens.size()));
}

mg_batch Packed::batch() const {
  mg_batch b = sized<mg_batch>();
  b.token_count = static_cast<int32_t>(tokens.size());
  b.sequence_count = static_cast<int32_t>(cu.size() - 1);
  b.tokens = tokens.data();
  b.cu_seqlens = cu.data();
  b.parents = parents.empty() ? nullptr : parents.data();
  return b;
}

std::vector<int32_t> ints(const Json& array) {
  std::vector<int32_t> out;
  for (const Json& v : array.array) out.push_back(static_cast<int32_t>(v.number));
  return out;
}

Packed right_padded_batch(const Json& expected) {
  Packed out;
  const Json &ids = *expected.find("input_ids_right"), &mask = *expected.find("attention_mask_right"), &labels = *expected.find("labels");
  for (size_t row = 0; row < ids.array.size(); ++row) {
    std::vector<int32_t> sequence = ints(ids.array[row]), valid = ints(mask.array[row]);
    size_t length = 0;
    for (const int32_t v : valid) length += static_cast<size_t>(v);
    sequence.resize(length);
    out.add(sequence, ints(labels.array[row]));
  }
  return out;
}

Outputs run_forward(mg_model* model, const Packed& packed, const Pass& pass, int64_t vocabulary) {
  const mg_batch batch = packed.batch();
  mg_forward_options options = sized<mg_forward_options>();
  options.adapter = pass.adapter;
  options.candidates = 1;
  options.targets = packed.targets.data();
  options.temperature = pass.temperature;
  options.keep = pass.keep;
  options.checkpoint = pass.checkpoint;
  options.train = pass.train;
  options.dropout_seed = pass.dropout_seed;
  Outputs out;
  out.logprobs.resize(packed.tokens.size());
  out.entropy.resize(packed.tokens.size());
  if (pass.logits) out.logits.resize(packed.tokens.size() * static_cast<size_t>(vocabulary));
  mg_forward_result result = sized<mg_forward_result>();
  result.logprobs = out.logprobs.data();
  result.entropy = out.entropy.data();
  result.logits = pass.logits ? out.logits.data() : nullptr;
  call(mg_forward, model, &batch, &options, &result);
  for (const float l : out.logprobs) out.loss -= l;
  out.loss /= static_cast<double>(packed.scored);
  return out;
}

void run_backward(mg_model* model, const Packed& packed) {
  std::vector<float> dlogprobs(packed.tokens.size(), -1.0f / static_cast<float>(packed.scored));
  mg_output_gradients gradients = sized<mg_output_gradients>();
  gradients.dlogprobs = dlogprobs.data();
  call(mg_backward, model, &gradients);
}

Json read_json(const std::string& path) { return parse_json(read_text_file(path), path); }

std::vector<float> read_fixture_tensor(const TensorFiles& files, const std::string& name) {
  const FileTensor& t = files.tensors().at(name);
  std::vector<float> out(static_cast<size_t>(element_count(t.shape)));
  read_f32(t, 0, element_count(t.shape), out.data());
  return out;
}

double norm(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * v;
  return std::sqrt(sum);
}

}  // namespace medgym::test
