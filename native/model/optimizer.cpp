#include "model/optimizer.h"

#include <charconv>
#include <cmath>

#include "ops/adamw.h"
#include "ops/l2_norm.h"
#include "ops/vector.h"

namespace medgym {

Optimizer::Optimizer(std::shared_ptr<Model> base, std::shared_ptr<Adapter> adapter, const mg_optimizer_options& options)
    : model(std::move(base)), adapter_(std::move(adapter)), options_(options) {
  auto fraction = [](const char* name, float value) {
    if (!(value >= 0 && value < 1)) throw Error(MG_INVALID_ARGUMENT, std::string(name) + " is " + std::to_string(value) +
        "; it must be in [0, 1).");
  };
  fraction("beta1", options.beta1);
  fraction("beta2", options.beta2);
  if (!(options.eps > 0) || !std::isfinite(options.eps)) throw Error(MG_INVALID_ARGUMENT, "eps must be above 0.");
  if (!(options.weight_decay >= 0) || !std::isfinite(options.weight_decay)) throw Error(MG_INVALID_ARGUMENT,
      "weight_decay must be 0 or more.");
  MemoryCounter& memory = model->context().memory;
  for (const TrainedTensor& t : tensors()) {
    const size_t bytes = static_cast<size_t>(t.count()) * sizeof(float);
    moment1_.emplace_back(memory, bytes, true);
    moment2_.emplace_back(memory, bytes, true);
  }
}

void Optimizer::weights_change() {
  if (adapter_) {
    adapter_->version = new_weights_version();
    return;
  }
  model->version = new_weights_version();
  for (Parameter& p : model->parameters) p.source.reset();  // the file's values no longer hold
}

float Optimizer::step(float learning_rate, float max_grad_norm) {
  if (!std::isfinite(learning_rate) || learning_rate < 0) throw Error(MG_INVALID_ARGUMENT, "learning_rate must be 0 or more.");
  if (!(max_grad_norm >= 0)) throw Error(MG_INVALID_ARGUMENT, "max_grad_norm must be 0 (no clipping) or more.");
  Context& ctx = model->context();
  const std::vector<TrainedTensor> all = tensors();
  double squares = 0;
  for (const TrainedTensor& t : all) squares += sum_of_squares(ctx, t.gradient, t.count());
  const float norm = static_cast<float>(std::sqrt(squares));
  if (!std::isfinite(norm)) {
    zero_gradients();
    return norm;
  }
  const float clip = max_grad_norm > 0 ? std::min(1.0f, max_grad_norm / (norm + 1e-6f)) : 1.0f;
  ++steps_;
  weights_change();
  for (size_t i = 0; i < all.size(); ++i) {
    const TrainedTensor& t = all[i];
    const bool decays = options_.decay_norms_and_biases || t.shape.size() == 2;
    AdamwArgs args{.count = t.count(), .value = t.value, .gradient = t.gradient, .moment1 = moment1_[i].f32(), .moment2 = moment2_[i].f32(),
                   .step = steps_, .learning_rate = learning_rate, .beta1 = options_.beta1, .beta2 = options_.beta2, .eps = options_.eps,
                   .weight_decay = decays ? options_.weight_decay : 0.0f};
    args.gradient_scale = clip;
    args.copy = t.copy;
    adamw_step(ctx, args);
  }
  return norm;
}

void Optimizer::zero_gradients() {
  for (const TrainedTensor& t : tensors()) fill(model->context(), t.gradient, 0, t.count());
}

void Optimizer::save(const std::string& path) const {
  std::vector<TensorSource> sources;
  const std::vector<TrainedTensor> all = tensors();
  for (size_t i = 0; i < all.size(); ++i) {
    auto add = [&](const char* what, const float* from) {
      sources.push_back({what + all[i].name, all[i].shape, Dtype::F32, [from](int64_t first, int64_t count, float* out) { std::copy(from +
          first, from + first + count, out); }});
    };
    add("value.", all[i].value);
    add("moment1.", moment1_[i].f32());
    add("moment2.", moment2_[i].f32());
  }
  write_safetensors(path, sources, {{"format", "medgym-optimizer"}, {"step", std::to_string(steps_)}});
}

void Optimizer::load(const std::string& path) {
  const TensorFiles files = TensorFiles::open_file(path);
  const auto step = files.metadata().find("step");
  const auto format = files.metadata().find("format");
  int64_t steps = -1;
  if (step != files.metadata().end()) std::from_chars(step->second.data(), step->second.data() + step->second.size(), steps);
  if (steps < 0 || format == files.metadata().end() || format->second != "medgym-optimizer")
    throw Error(MG_CORRUPT, path + ": not an optimizer state (its metadata has no format \"medgym-optimizer\" with a step).");
  const std::vector<TrainedTensor> all = tensors();
  // First look everything up, then change anything: a wrong file leaves the state as it was.
  for (const TrainedTensor& t : all)
    for (const char* what : {"value.", "moment1.", "moment2."}) files.get(what + t.name, t.shape);
  if (files.tensors().size() != 3 * all.size())
    throw Error(MG_CORRUPT, path + ": holds " + std::to_string(files.tensors().size()) + " tensors, this optimizer has " +
        std::to_string(3 * all.size()) + ". It belongs to another adapter or model.");
  weights_change();
  for (size_t i = 0; i < all.size(); ++i) {
    const TrainedTensor& t = all[i];
    read_f32(files.get("value." + t.name, t.shape), 0, t.count(), t.value);
    read_f32(files.get("moment1." + t.name, t.shape), 0, t.count(), moment1_[i].f32());
    read_f32(files.get("moment2." + t.name, t.shape), 0, t.count(), moment2_[i].f32());
    if (t.copy) convert(t.copy, Dtype::BF16, t.value, Dtype::F32, static_cast<size_t>(t.count()));
  }
  steps_ = steps;
}

}  // namespace medgym
