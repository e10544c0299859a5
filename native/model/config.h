// What the decoder needs to know from a Hugging Face config.json.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ops/rope.h"

namespace medgym {

struct ModelConfig {
  std::string architecture;  // "Qwen2ForCausalLM", …
  std::string model_type;    // "qwen2", …
  int64_t vocab = 0, hidden = 0, intermediate = 0, layers = 0, heads = 0, kv_heads = 0, head_dim = 0;
  int64_t max_positions = 0;
  float rms_eps = 1e-6f;
  float initializer_range = 0.02f;
  bool tied_embeddings = false;
  bool scalar_head = false;  // …ForSequenceClassification with one label: score.weight (1,H), and no lm_head
  bool qkv_bias = false, o_bias = false, mlp_bias = false;
  bool qk_norm = false;  // RMSNorm over each head's q and k before rope (Qwen3)
  double rope_theta = 10000;
  RopeScaling rope_scaling;
  std::vector<int64_t> window;  // per layer; 0: attends to everything before it; else to that many positions, its own included

  bool language_head() const { return tied_embeddings || !scalar_head; }
  int64_t q_size() const { return heads * head_dim; }
  int64_t kv_size() const { return kv_heads * head_dim; }
};

// `where` names the file in errors. An architecture that is not known is refused by name, with the list of those that are;
// so is every setting that would change the numbers and is not implemented.
ModelConfig parse_config(const std::string& text, const std::string& where);

}  // namespace medgym
