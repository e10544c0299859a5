// AdamW over the tensors of an adapter or of the base, with clipping by the total norm as torch.nn.utils.clip_grad_norm_.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "model/adapter.h"

namespace medgym {

class Optimizer {
 public:
  Optimizer(std::shared_ptr<Model>, std::shared_ptr<Adapter> adapter_or_null, const mg_optimizer_options&);
  // Applies and clears the gradients; returns their norm before clipping. When it is not finite nothing is applied.
  float step(float learning_rate, float max_grad_norm);
  void zero_gradients();
  void save(const std::string& file) const;
  void load(const std::string& file);

  std::shared_ptr<Model> model;

 private:
  // Fresh pointers each time: freezing the base and training it again moves its gradients.
  std::vector<TrainedTensor> tensors() const { return adapter_ ? adapter_tensors(*adapter_) : base_tensors(*model); }
  void weights_change();
  std::shared_ptr<Adapter> adapter_;
  mg_optimizer_options options_;
  std::vector<Buffer> moment1_, moment2_;  // one for each tensor
  int64_t steps_ = 0;
};

}  // namespace medgym
