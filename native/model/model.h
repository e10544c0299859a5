// The weights of one dense decoder and what trains them; the passes over them are in forward.cpp, backward.cpp, generator.cpp.
//
// Letters in shapes: T tokens of a packed batch, H hidden, Q = heads·D, G = kvHeads·D, F intermediate, V vocabulary, R rank.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/config.h"
#include "model/device.h"
#include "model/safetensors.h"
#include "ops/linear.h"
#include "ops/rope.h"

namespace medgym {

// The linears of a layer that LoRA can adapt.
enum Slot : int { Q_PROJ, K_PROJ, V_PROJ, O_PROJ, GATE_PROJ, UP_PROJ, DOWN_PROJ, SLOTS };
inline constexpr const char* scalar_head_name = "score.weight";  // transformers' name
extern const char* const slot_names[SLOTS];  // "self_attn.q_proj", …

// A matrix in the compute dtype, or quantised; where its rows come from several tensors (q, k, v; gate, up) one product serves them all.
// Training a bf16 matrix keeps f32 masters beside it; an f32 matrix is its own master.
struct Matrix {
  Weight weight;
  Buffer master, gradient;  // (N,K) f32
};
struct Vector {
  Buffer value, gradient;  // f32
  const float* data() const { return value ? value.f32() : nullptr; }
};

struct Layer {
  Matrix qkv;      // (Q+2G, H)
  Matrix o;        // (H, Q)
  Matrix gate_up;  // (2F, H)
  Matrix down;     // (H, F)
  Vector qkv_bias, o_bias, gate_up_bias, down_bias;
  Vector input_norm, post_norm, q_norm, k_norm;
};

// One named tensor of the file: rows of a matrix or part of a vector.
struct Parameter {
  std::string name;
  std::vector<int64_t> shape;
  Matrix* matrix = nullptr;
  Vector* vector = nullptr;
  int64_t first = 0;                 // first row in the matrix, first number in the vector
  std::optional<FileTensor> source;  // exact values, until they are trained or written
  int64_t count() const { return element_count(shape); }
  int64_t rows() const { return matrix ? shape[0] : count(); }
  int64_t width() const { return matrix ? shape[1] : 1; }
  float* gradient() const;         // or nullptr
  float* trained_value() const;    // f32 numbers that the optimizer changes; nullptr when a matrix below f32 has no master
  bf16* compute_copy() const;      // where a changed master must be rounded to; nullptr in f32
  void read(int64_t first_element, int64_t elements, float* out) const;  // the value as exactly as it is known
  void write(Context&, const float* values);
};

// A number that no weights have had: of the base or of an adapter, in this process.
uint64_t new_weights_version();

struct Run;  // activations and scratch of forward and backward: run.h

class Model {
 public:
  static std::shared_ptr<Model> load(std::shared_ptr<Device>, const std::string& directory, Dtype, bool check_finite);
  static std::shared_ptr<Model> create(std::shared_ptr<Device>, const std::string& config_json, uint64_t seed, Dtype);
  ~Model();

  std::string describe() const;
  void set_trainable(bool);
  Parameter* find(const std::string& name);
  Context& context() { return device->context; }
  const Weight& head_weight() const { return config.tied_embeddings ? embedding.weight : head.weight; }
  std::vector<Matrix*> matrices();
  Matrix& head_matrix() { return config.tied_embeddings ? embedding : head; }

  std::shared_ptr<Device> device;
  ModelConfig config;
  Dtype storage;  // as asked: f32, bf16, or nf4 (linears of the layers in NF4, embedding and head in 8 bits)
  Dtype dtype;    // of products, activations and cache: storage, or under nf4 bf16 where the processor multiplies it, else f32
  bool trainable = false;
  uint64_t version = new_weights_version();  // another one whenever the base's weights change
  Matrix embedding, head;  // (V,H); head only when untied, and not of a reward model
  std::vector<Layer> layers;
  Vector final_norm;
  Vector scalar_head;  // (H), with config.scalar_head
  std::vector<Parameter> parameters;  // in the order of Hugging Face's modules
  RopeTable rope_table;
  std::unique_ptr<Run> run;

 private:
  Model(std::shared_ptr<Device>, ModelConfig, Dtype);
  void add_matrix(const std::string& name, Matrix&, int64_t first_row, int64_t rows);
  void add_vector(const std::string& name, Vector&, int64_t first, int64_t count);
  void build();
  void reserve_matrices();
  void fill_parameters(const std::function<void(Parameter&, int64_t first, int64_t count, float*)>&);
  Buffer matrices_;  // the numbers or codes of all of them
  TensorFiles files_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace medgym
