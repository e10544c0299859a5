// LoRA adapters (arXiv:2106.09685): y += scale · drop(x)·Aᵀ·Bᵀ beside frozen linears, and perhaps a scalar head of their own: a reward
// model or a value function over a base that it shares. f32 values and gradients.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "model/model.h"

namespace medgym {

struct AdapterModule {
  std::string name;  // "model.layers.0.self_attn.q_proj"
  int layer;
  Slot slot;
  int64_t rank, in, out;
  float scale, dropout;
  Buffer a, b;    // (R,in) (out,R)
  Buffer da, db;  // their gradients
};

class Adapter {
 public:
  // A ~ kaiming uniform(a=√5), that is uniform in ±1/√in; B = 0, so a new adapter changes nothing.
  // scalar_head: with a head, at first the base's or 0.
  Adapter(std::shared_ptr<Model>, const mg_adapter_module* modules, int count, uint64_t seed, bool scalar_head = false);
  // adapter_model.safetensors in PEFT's naming; every module must be there, and nothing else.
  void load(const std::string& file);
  void save(const std::string& file, Dtype) const;

  // The module at this place, or nullptr.
  AdapterModule* at(int64_t layer, Slot slot) const { return by_place_[static_cast<size_t>(layer * SLOTS + slot)]; }
  bool any(int64_t layer, Slot first, Slot last) const;
  int64_t lowest_layer() const { return lowest_; }  // the number of layers when none is adapted

  std::shared_ptr<Model> model;
  std::vector<AdapterModule> modules;
  Vector scalar_head;  // (H), or empty
  uint64_t version = new_weights_version();  // another one whenever its weights change

 private:
  std::vector<AdapterModule*> by_place_;
  int64_t lowest_;
};

// A tensor that can be trained, of the base or of an adapter: what the optimizer and mg_tensor_* see.
struct TrainedTensor {
  std::string name;  // as in its safetensors file
  std::vector<int64_t> shape;
  float* value;
  float* gradient;
  bf16* copy;  // bf16 copy in use by the products, or nullptr
  int64_t count() const { return element_count(shape); }
};
std::vector<TrainedTensor> adapter_tensors(Adapter&);
std::vector<TrainedTensor> base_tensors(Model&);  // the base must be trainable

}  // namespace medgym
