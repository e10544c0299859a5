#include "model/model.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>

#include "model/files.h"
#include "model/json.h"
#include "model/run.h"
#include "ops/kernels/kernels.h"
#include "runtime/philox.h"

namespace medgym {

const char* const slot_names[SLOTS] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                                       "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};

uint64_t new_weights_version() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

float* Parameter::gradient() const {
  const Buffer& g = matrix ? matrix->gradient : vector->gradient;
  return g ? g.f32() + first * width() : nullptr;
}

float* Parameter::trained_value() const {
  if (vector) return vector->value.f32() + first;
  if (matrix->master) return matrix->master.f32() + first * width();
  if (matrix->weight.type() == Dtype::F32) return static_cast<float*>(matrix->weight.mutable_data()) + first * width();
  return nullptr;
}

bf16* Parameter::compute_copy() const {
  if (!matrix || matrix->weight.type() != Dtype::BF16) return nullptr;
  return static_cast<bf16*>(matrix->weight.mutable_data()) + first * width();
}

void Parameter::read(int64_t first_element, int64_t elements, float* out) const {
  if (const float* value = trained_value()) {
    std::memcpy(out, value + first_element, static_cast<size_t>(elements) * sizeof(float));
  } else if (source) {
    read_f32(*source, first_element, elements, out);
  } else {
    std::vector<float> row(static_cast<size_t>(width()));
    for (const int64_t end = first_element + elements; first_element < end;) {
      const int64_t column = first_element % width(), length = std::min(width() - column, end - first_element);
      const bool whole = length == width();
      matrix->weight.read(first + first_element / width(), 1, whole ? out : row.data());
      if (!whole) std::copy_n(row.data() + column, length, out);
      first_element += length;
      out += length;
    }
  }
}

void Parameter::write(Context& ctx, const float* values) {
  if (float* value = trained_value()) std::memcpy(value, values, static_cast<size_t>(count()) * sizeof(float));
  if (matrix && matrix->weight.type() == Dtype::NF4) {
    std::vector<float> absmax(static_cast<size_t>(rows() * quantised_blocks(width())));
    matrix->weight.quantise(first, rows(), values, absmax.data());
    matrix->weight.finish(ctx, first, rows(), absmax.data());
  } else if (matrix && matrix->weight.type() != Dtype::F32) {
    matrix->weight.write(first, rows(), values);
  }
  source.reset();
}

Model::Model(std::shared_ptr<Device> on, ModelConfig c, Dtype type) : device(std::move(on)), config(std::move(c)), storage(type),
    dtype(type != Dtype::NF4 ? type : kernels().bf16_products ? Dtype::BF16 : Dtype::F32) {}
Model::~Model() = default;

void Model::add_matrix(const std::string& name, Matrix& matrix, int64_t first_row, int64_t rows) {
  by_name_[name] = parameters.size();
  parameters.push_back({name, {rows, matrix.weight.k()}, &matrix, nullptr, first_row, {}});
}

void Model::add_vector(const std::string& name, Vector& vector, int64_t first, int64_t count) {
  by_name_[name] = parameters.size();
  parameters.push_back({name, {count}, nullptr, &vector, first, {}});
}

std::vector<Matrix*> Model::matrices() {
  std::vector<Matrix*> all{&embedding};
  if (head.weight) all.push_back(&head);
  for (Layer& l : layers) all.insert(all.end(), {&l.qkv, &l.o, &l.gate_up, &l.down});
  return all;
}

// Frozen weights lie as generation reads them fastest; set_trainable turns them into rows, as the optimizer writes them, and back.
static Layout frozen_layout() { return kernels().tiles_weights ? Layout::tiles : Layout::rows; }

// One piece of memory for all matrices, in the order in which a pass reads them: large pages hold the small ones too, and one stream goes
// on into the next matrix.
void Model::reserve_matrices() {
  struct Shape {
    Matrix* matrix;
    int64_t n, k;
    Dtype type;
  };
  const ModelConfig& c = config;
  const int64_t q = c.q_size(), f = c.intermediate, h = c.hidden;
  std::vector<Shape> shapes;
  for (Layer& l : layers)
    shapes.insert(shapes.end(), {{&l.qkv, q + 2 * c.kv_size(), h, storage}, {&l.o, h, q, storage}, {&l.gate_up, 2 * f, h, storage},
                                 {&l.down, h, f, storage}});
  const Dtype vocabulary = storage == Dtype::NF4 ? Dtype::INT8 : storage;
  shapes.push_back({&embedding, c.vocab, h, vocabulary});
  if (!c.scalar_head && !c.tied_embeddings) shapes.push_back({&head, c.vocab, h, vocabulary});
  const auto lines = [](const Shape& s) { return (Weight::bytes_of(s.n, s.k, s.type) + 63) / 64 * 64; };
  size_t total = 0;
  for (const Shape& s : shapes) total += lines(s);
  matrices_ = Buffer(context().memory, total);
  char* at = static_cast<char*>(matrices_.data());
  for (const Shape& s : shapes) {
    s.matrix->weight = Weight(context(), s.n, s.k, s.type, frozen_layout(), at);
    at += lines(s);
  }
}

// Reserves every weight and names its parts.
void Model::build() {
  const ModelConfig& c = config;
  Context& ctx = context();
  const int64_t q = c.q_size(), g = c.kv_size(), f = c.intermediate, h = c.hidden;
  auto vector = [&](Vector& v, int64_t n) { v.value = Buffer(ctx.memory, static_cast<size_t>(n) * sizeof(float), true); };

  layers.resize(static_cast<size_t>(c.layers));
  reserve_matrices();
  add_matrix("model.embed_tokens.weight", embedding, 0, c.vocab);
  for (size_t i = 0; i < layers.size(); ++i) {
    Layer& l = layers[i];
    const std::string p = "model.layers." + std::to_string(i) + ".";
    if (c.qkv_bias) vector(l.qkv_bias, q + 2 * g);
    if (c.o_bias) vector(l.o_bias, h);
    if (c.mlp_bias) vector(l.gate_up_bias, 2 * f), vector(l.down_bias, h);
    vector(l.input_norm, h);
    vector(l.post_norm, h);
    if (c.qk_norm) vector(l.q_norm, c.head_dim), vector(l.k_norm, c.head_dim);

    auto linear = [&](Slot slot, Matrix& m, Vector& bias, int64_t first, int64_t rows) {
      add_matrix(p + slot_names[slot] + ".weight", m, first, rows);
      if (bias.value) add_vector(p + slot_names[slot] + ".bias", bias, first, rows);
    };
    linear(Q_PROJ, l.qkv, l.qkv_bias, 0, q);
    linear(K_PROJ, l.qkv, l.qkv_bias, q, g);
    linear(V_PROJ, l.qkv, l.qkv_bias, q + g, g);
    linear(O_PROJ, l.o, l.o_bias, 0, h);
    if (c.qk_norm) {
      add_vector(p + "self_attn.q_norm.weight", l.q_norm, 0, c.head_dim);
      add_vector(p + "self_attn.k_norm.weight", l.k_norm, 0, c.head_dim);
    }
    linear(GATE_PROJ, l.gate_up, l.gate_up_bias, 0, f);
    linear(UP_PROJ, l.gate_up, l.gate_up_bias, f, f);
    linear(DOWN_PROJ, l.down, l.down_bias, 0, h);
    add_vector(p + "input_layernorm.weight", l.input_norm, 0, h);
    add_vector(p + "post_attention_layernorm.weight", l.post_norm, 0, h);
  }
  vector(final_norm, h);
  add_vector("model.norm.weight", final_norm, 0, h);
  if (c.scalar_head) {
    vector(scalar_head, h);
    by_name_[scalar_head_name] = parameters.size();
    parameters.push_back({scalar_head_name, {1, h}, nullptr, &scalar_head, 0, {}});
  } else if (!c.tied_embeddings) {
    add_matrix("lm_head.weight", head, 0, c.vocab);
  }
  rope_table = RopeTable(rope_frequencies(static_cast<int>(c.head_dim), c.rope_theta, c.rope_scaling));
  run = std::make_unique<Run>();
}

// Gives every parameter its values by rows, each thread its own rows.
void Model::fill_parameters(const std::function<void(Parameter&, int64_t, int64_t, float*)>& values) {
  for (Parameter& p : parameters) {
    device->throw_if_cancelled();
    if (p.vector) {
      values(p, 0, p.count(), p.trained_value());
      continue;
    }
    const int64_t width = p.width(), rows_at_once = std::max<int64_t>(1, 65536 / width);
    const int64_t pieces = (p.rows() + rows_at_once - 1) / rows_at_once;
    // Reserved here: a thread of the pool has nobody to tell that memory ran out.
    std::vector<std::vector<float>> room(static_cast<size_t>(context().pool.size()),
        std::vector<float>(static_cast<size_t>(rows_at_once * width)));
    Weight& weight = p.matrix->weight;
    const int64_t blocks = weight.type() == Dtype::NF4 ? quantised_blocks(width) : 0;
    std::vector<float> absmax(static_cast<size_t>(p.rows() * blocks));
    context().pool.split(pieces, 1, [&](int64_t begin, int64_t end, int thread) {
      std::vector<float>& rows = room[static_cast<size_t>(thread)];
      for (int64_t piece = begin; piece < end; ++piece) {
        const int64_t row = piece * rows_at_once, count = std::min(rows_at_once, p.rows() - row);
        values(p, row * width, count * width, rows.data());
        if (blocks) weight.quantise(p.first + row, count, rows.data(), absmax.data() + row * blocks);
        else weight.write(p.first + row, count, rows.data());
      }
    });
    if (blocks) weight.finish(context(), p.first, p.rows(), absmax.data());
  }
}

std::shared_ptr<Model> Model::load(std::shared_ptr<Device> device, const std::string& directory, Dtype dtype, bool check_finite) {
  const std::string config_file = directory + "/config.json";
  ModelConfig config = parse_config(read_text_file(config_file), config_file);
  TensorFiles files = TensorFiles::open_directory(directory);
  std::shared_ptr<Model> model(new Model(std::move(device), std::move(config), dtype));
  model->build();
  // Everything is looked up before anything is read: a missing tensor of the last layer fails at once.
  for (Parameter& p : model->parameters) p.source = files.get(p.name, p.shape);
  std::atomic<const Parameter*> bad{nullptr};
  std::atomic<int64_t> bad_at{0};
  model->fill_parameters([&](Parameter& p, int64_t first, int64_t count, float* out) {
    read_f32(*p.source, first, count, out);
    drop_pages(*p.source, first, count);
    if (!check_finite) return;
    // Exponent bits all set: infinity or NaN.
    uint32_t any = 0;
    for (int64_t i = 0; i < count; ++i) any |= (std::bit_cast<uint32_t>(out[i]) & 0x7F800000u) == 0x7F800000u;
    if (!any) return;
    int64_t i = 0;
    while (std::isfinite(out[i])) ++i;
    if (!bad.exchange(&p)) bad_at = first + i;
  });
  if (const Parameter* p = bad.load())
    throw Error(MG_NON_FINITE, p->source->file + ": tensor " + p->name + " holds a NaN or an infinity at element " +
        std::to_string(bad_at.load()) + ". The checkpoint is damaged or its training diverged; use another one.");
  for (Parameter& p : model->parameters)
    if (p.vector || is_quantised(p.matrix->weight.type())) p.source.reset();  // its f32 value is exact; a quantised one is what it is
  model->files_ = std::move(files);
  return model;
}

std::shared_ptr<Model> Model::create(std::shared_ptr<Device> device, const std::string& config_json, uint64_t seed, Dtype dtype) {
  std::shared_ptr<Model> model(new Model(std::move(device), parse_config(config_json, "config"), dtype));
  model->build();
  const Parameter* begin = model->parameters.data();
  const float deviation = model->config.initializer_range;
  model->fill_parameters([&](Parameter& p, int64_t first, int64_t count, float* out) {
    if (p.vector && p.vector != &model->scalar_head) {
      const bool norm = p.name.ends_with("norm.weight");
      std::fill(out, out + count, norm ? 1.0f : 0.0f);
      return;
    }
    // One random stream per tensor and piece, so that the values depend on neither threads nor dtype.
    const uint64_t stream = static_cast<uint64_t>(&p - begin) << 40 | static_cast<uint64_t>(first);
    fill_normal(out, count, deviation, seed, stream);
  });
  return model;
}

void Model::set_trainable(bool on) {
  if (on == trainable) return;
  if (on && storage == Dtype::NF4)
    throw Error(MG_UNSUPPORTED, "The weights are in nf4, which stays frozen: train a LoRA adapter over them, or load the model in bf16 or f32 "
        "to train every weight.");
  version = new_weights_version();
  Context& ctx = context();
  auto each = [&](auto&& matrix, auto&& vector) {
    for (Matrix* m : matrices()) matrix(*m);
    for (Layer& l : layers)
      for (Vector* v : {&l.qkv_bias, &l.o_bias, &l.gate_up_bias, &l.down_bias, &l.input_norm, &l.post_norm, &l.q_norm, &l.k_norm})
        if (v->value) vector(*v);
    vector(final_norm);
    if (scalar_head.value) vector(scalar_head);
  };
  if (!on) {
    // Trained masters stay: they are what is saved.
    each(
        [&](Matrix& m) {
          m.gradient = Buffer();
          m.weight.arrange(ctx, frozen_layout());
        },
        [](Vector& v) { v.gradient = Buffer(); });
    trainable = false;
    return;
  }
  std::vector<Matrix*> without_master;
  each(
      [&](Matrix& m) {
        m.gradient = Buffer(ctx.memory, static_cast<size_t>(m.weight.n() * m.weight.k()) * sizeof(float), true);
        if (m.weight.type() != Dtype::F32 && !m.master) without_master.push_back(&m);
      },
      [&](Vector& v) { v.gradient = Buffer(ctx.memory, v.value.bytes(), true); });
  for (Matrix* m : without_master) {
    Buffer master(ctx.memory, static_cast<size_t>(m->weight.n() * m->weight.k()) * sizeof(float));
    for (Parameter& p : parameters)
      if (p.matrix == m) p.read(0, p.count(), master.f32() + p.first * p.width());
    m->master = std::move(master);
  }
  for (Matrix* m : matrices()) m->weight.arrange(ctx, Layout::rows);
  trainable = true;
}

Parameter* Model::find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &parameters[found->second];
}

std::string Model::describe() const {
  const ModelConfig& c = config;
  int64_t count = 0, bytes = 0;
  for (const Parameter& p : parameters) {
    count += p.count();
    if (p.vector) bytes += p.count() * static_cast<int64_t>(sizeof(float));
  }
  const auto add = [&](const Matrix& m) { bytes += static_cast<int64_t>(m.weight.bytes()); };
  add(embedding);
  if (head.weight) add(head);
  for (const Layer& l : layers)
    for (const Matrix* m : {&l.qkv, &l.o, &l.gate_up, &l.down}) add(*m);
  std::string linears;
  for (const Parameter& p : parameters) {
    if (!p.matrix || p.matrix == &embedding || p.matrix == &head) continue;
    linears += (linears.empty() ? "" : ",") + ("{\"name\":" + quote_json(p.name.substr(0, p.name.size() - 7))) +
               ",\"in\":" + std::to_string(p.shape[1]) + ",\"out\":" + std::to_string(p.shape[0]) + "}";
  }
  const int64_t window = c.window.empty() ? 0 : *std::max_element(c.window.begin(), c.window.end());
  auto field = [](const char* name, int64_t value) { return std::string(",\"") + name + "\":" + std::to_string(value); };
  return "{\"architecture\":" + quote_json(c.architecture) + ",\"modelType\":" + quote_json(c.model_type) + ",\"dtype\":\"" +
         dtype_name(storage) + "\"" + field("parameters", count) + field("vocabSize", c.vocab) + field("hiddenSize", c.hidden) +
         field("intermediateSize", c.intermediate) + field("layers", c.layers) + field("heads", c.heads) + field("kvHeads", c.kv_heads) +
         field("headDim", c.head_dim) + field("maxPositions", c.max_positions) + ",\"tiedEmbeddings\":" +
         (c.tied_embeddings ? "true" : "false") + ",\"slidingWindow\":" + (window ? std::to_string(window) : "null") + ",\"scalarHead\":" +
         (c.scalar_head ? "true" : "false") + ",\"languageHead\":" + (c.language_head() ? "true" : "false") + ",\"linears\":[" +
         linears + "]" + field("weightBytes", bytes) + "}";
}

}  // namespace medgym
