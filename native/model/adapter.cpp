#include "model/adapter.h"

#include <algorithm>
#include <cmath>

#include "runtime/philox.h"

namespace medgym {
namespace {

std::string tensor_name(const AdapterModule& m, char which) {
  return "base_model.model." + m.name + ".lora_" + which + ".weight";
}

// PEFT's name of what modules_to_save keeps.
const std::string scalar_head_in_adapter = std::string("base_model.model.") + scalar_head_name;

// Finds layer, slot and shape of a module by name.
AdapterModule describe_module(Model& model, const mg_adapter_module& wanted) {
  const std::string name = wanted.name ? wanted.name : "";
  const Parameter* weight = model.find(name + ".weight");
  AdapterModule m{};
  m.name = name;
  m.layer = -1;
  if (weight && weight->matrix && name.starts_with("model.layers.")) {
    const size_t dot = name.find('.', 13);
    m.layer = std::stoi(name.substr(13, dot - 13));
    for (int s = 0; s < SLOTS; ++s)
      if (name.substr(dot + 1) == slot_names[s]) m.slot = static_cast<Slot>(s);
  }
  if (m.layer < 0)
    throw Error(MG_NOT_FOUND, "\"" + name + "\" is not a linear layer that LoRA can adapt. They are model.layers.0 to " +
                                  std::to_string(model.config.layers - 1) +
                                      ", each with self_attn.{q,k,v,o}_proj and mlp.{gate,up,down}_proj.");
  m.out = weight->shape[0];
  m.in = weight->shape[1];
  m.rank = wanted.rank;
  m.scale = wanted.scale;
  m.dropout = wanted.dropout;
  if (m.rank < 1 || m.rank > std::min(m.in, m.out))
    throw Error(MG_INVALID_ARGUMENT, name + ": rank " + std::to_string(m.rank) + " is not between 1 and " + std::to_string(std::min(m.in,
        m.out)) + ", the smaller side of this layer.");
  if (!std::isfinite(m.scale)) throw Error(MG_INVALID_ARGUMENT, name + ": scale is not finite.");
  if (!(m.dropout >= 0 && m.dropout < 1)) throw Error(MG_INVALID_ARGUMENT, name + ": dropout " + std::to_string(m.dropout) +
      " is not in [0, 1).");
  return m;
}

}  // namespace

Adapter::Adapter(std::shared_ptr<Model> base, const mg_adapter_module* wanted, int count, uint64_t seed, bool with_scalar_head)
    : model(std::move(base)) {
  if ((count < 1 || !wanted) && !with_scalar_head) throw Error(MG_INVALID_ARGUMENT, "An adapter needs at least one module, or a scalar head.");
  MemoryCounter& memory = model->context().memory;
  modules.reserve(static_cast<size_t>(count));
  by_place_.assign(static_cast<size_t>(model->config.layers) * SLOTS, nullptr);
  lowest_ = model->config.layers;
  for (int i = 0; i < count; ++i) {
    modules.push_back(describe_module(*model, wanted[i]));
    AdapterModule& m = modules.back();
    AdapterModule*& place = by_place_[static_cast<size_t>(m.layer * SLOTS + m.slot)];
    if (place) throw Error(MG_INVALID_ARGUMENT, m.name + " is given twice.");
    place = &m;
    lowest_ = std::min<int64_t>(lowest_, m.layer);
    const size_t a = static_cast<size_t>(m.rank * m.in) * sizeof(float), b = static_cast<size_t>(m.out * m.rank) * sizeof(float);
    m.a = Buffer(memory, a);
    m.b = Buffer(memory, b, true);
    m.da = Buffer(memory, a, true);
    m.db = Buffer(memory, b, true);
    const float bound = 1 / std::sqrt(static_cast<float>(m.in));
    // The stream is the place, so that a module's start does not depend on which others are adapted.
    fill_uniform(m.a.f32(), m.rank * m.in, -bound, bound, seed, static_cast<uint64_t>(m.layer * SLOTS + m.slot));
  }
  if (!with_scalar_head) return;
  const int64_t hidden = model->config.hidden;
  scalar_head.value = Buffer(memory, static_cast<size_t>(hidden) * sizeof(float), true);
  scalar_head.gradient = Buffer(memory, static_cast<size_t>(hidden) * sizeof(float), true);
  if (const float* of_base = model->scalar_head.data()) std::copy_n(of_base, hidden, scalar_head.value.f32());
}

bool Adapter::any(int64_t layer, Slot first, Slot last) const {
  for (int s = first; s <= last; ++s)
    if (at(layer, static_cast<Slot>(s))) return true;
  return false;
}

void Adapter::load(const std::string& path) {
  const TensorFiles files = TensorFiles::open_file(path);
  size_t known = 0;
  for (const AdapterModule& m : modules) {
    files.get(tensor_name(m, 'A'), {m.rank, m.in});
    files.get(tensor_name(m, 'B'), {m.out, m.rank});
    known += 2;
  }
  const std::vector<int64_t> head_shape{1, model->config.hidden};
  if (scalar_head.value) {
    files.get(scalar_head_in_adapter, head_shape);
    ++known;
  }
  if (files.tensors().size() != known) {
    for (const auto& [name, tensor] : files.tensors()) {
      bool expected = scalar_head.value && name == scalar_head_in_adapter;
      for (const AdapterModule& m : modules) expected = expected || name == tensor_name(m, 'A') || name == tensor_name(m, 'B');
      if (expected) continue;
      const bool dora = name.find("lora_magnitude_vector") != std::string::npos;
      throw Error(MG_UNSUPPORTED, path + ": tensor " + name +
          (dora ? " belongs to DoRA, which is not supported; train a plain LoRA adapter." : " belongs to no module of this adapter. Give "
          "the modules that the file was trained with."));
    }
  }
  version = new_weights_version();
  for (AdapterModule& m : modules) {
    read_f32(files.get(tensor_name(m, 'A'), {m.rank, m.in}), 0, m.rank * m.in, m.a.f32());
    read_f32(files.get(tensor_name(m, 'B'), {m.out, m.rank}), 0, m.out * m.rank, m.b.f32());
  }
  if (scalar_head.value) read_f32(files.get(scalar_head_in_adapter, head_shape), 0, model->config.hidden, scalar_head.value.f32());
}

void Adapter::save(const std::string& path, Dtype dtype) const {
  std::vector<TensorSource> sources;
  auto copy = [](const float* from) {
    return [from](int64_t first, int64_t count, float* out) { std::copy(from + first, from + first + count, out); };
  };
  for (const AdapterModule& m : modules) {
    sources.push_back({tensor_name(m, 'A'), {m.rank, m.in}, dtype, copy(m.a.f32())});
    sources.push_back({tensor_name(m, 'B'), {m.out, m.rank}, dtype, copy(m.b.f32())});
  }
  if (scalar_head.value) sources.push_back({scalar_head_in_adapter, {1, model->config.hidden}, dtype, copy(scalar_head.data())});
  write_safetensors(path, sources, {{"format", "pt"}});
}

std::vector<TrainedTensor> adapter_tensors(Adapter& adapter) {
  std::vector<TrainedTensor> out;
  for (AdapterModule& m : adapter.modules) {
    out.push_back({tensor_name(m, 'A'), {m.rank, m.in}, m.a.f32(), m.da.f32(), nullptr});
    out.push_back({tensor_name(m, 'B'), {m.out, m.rank}, m.b.f32(), m.db.f32(), nullptr});
  }
  if (Vector& head = adapter.scalar_head; head.value)
    out.push_back({scalar_head_in_adapter, {1, adapter.model->config.hidden}, head.value.f32(), head.gradient.f32(), nullptr});
  return out;
}

std::vector<TrainedTensor> base_tensors(Model& model) {
  if (!model.trainable) throw Error(MG_INVALID_ARGUMENT, "The base model is frozen. Make it trainable first, or train an adapter.");
  std::vector<TrainedTensor> out;
  for (Parameter& p : model.parameters) out.push_back({p.name, p.shape, p.trained_value(), p.gradient(), p.compute_copy()});
  return out;
}

}  // namespace medgym
