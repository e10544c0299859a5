#include "model/config.h"

#include <cmath>

#include "model/json.h"
#include "runtime/error.h"

namespace medgym {
namespace {

// How the families differ where config.json is silent (transformers' configuration classes and attention modules).
struct Family {
  const char* architecture;
  const char* model_type;
  bool qkv_bias_always;        // Qwen2 has biases on q, k, v whatever the config says
  bool bias_options;           // attention_bias, mlp_bias are read
  bool o_bias_follows;         // attention_bias also puts one on o
  bool qk_norm;
  int64_t head_dim_default;    // 0: hidden / heads
  bool window_needs_use_flag;  // sliding_window counts only with use_sliding_window
};
constexpr Family families[] = {
    {"Qwen2ForCausalLM", "qwen2", true, false, false, false, 0, true},
    {"Qwen3ForCausalLM", "qwen3", false, true, true, true, 128, true},
    {"LlamaForCausalLM", "llama", false, true, true, false, 0, false},
    {"MistralForCausalLM", "mistral", false, false, false, false, 0, false},
};

class Reader {
 public:
  Reader(const Json& json, const std::string& where) : json_(json), where_(where) {}
  const Json& json() const { return json_; }

  int64_t count(const char* name, int64_t missing = -1) const {
    const Json* v = json_.find(name);
    if (!v) {
      if (missing >= 0) return missing;
      throw Error(MG_CORRUPT, where_ + ": " + name + " is missing.");
    }
    if (v->kind != Json::Kind::number || v->number != std::floor(v->number) || v->number < 0 || v->number > 1e12)
      throw Error(MG_CORRUPT, where_ + ": " + name + " is not a whole number of 0 or more.");
    return static_cast<int64_t>(v->number);
  }
  int64_t positive(const char* name, int64_t missing = -1) const {
    const int64_t n = count(name, missing);
    if (n < 1) throw Error(MG_CORRUPT, where_ + ": " + name + " is 0; it must be at least 1.");
    return n;
  }
  double number(const char* name, double missing) const {
    const Json* v = json_.find(name);
    if (!v) return missing;
    if (v->kind != Json::Kind::number) throw Error(MG_CORRUPT, where_ + ": " + name + " is " + Json::kind_name(v->kind) +
        ", not a number.");
    return v->number;
  }
  bool flag(const char* name, bool missing) const {
    const Json* v = json_.find(name);
    if (!v) return missing;
    if (v->kind != Json::Kind::boolean) throw Error(MG_CORRUPT, where_ + ": " + name + " is " + Json::kind_name(v->kind) +
        ", not true or false.");
    return v->boolean;
  }
  std::string text(const char* name, const std::string& missing) const {
    const Json* v = json_.find(name);
    if (!v) return missing;
    if (v->kind != Json::Kind::string) throw Error(MG_CORRUPT, where_ + ": " + name + " is " + Json::kind_name(v->kind) +
        ", not a string.");
    return v->string;
  }
  [[noreturn]] void unsupported(const std::string& what) const { throw Error(MG_UNSUPPORTED, where_ + ": " + what); }

 private:
  const Json& json_;
  const std::string& where_;
};

std::string classifier_name(const Family& f) {
  const std::string name = f.architecture;
  return name.substr(0, name.size() - std::string("ForCausalLM").size()) + "ForSequenceClassification";
}

struct Found {
  const Family& family;
  bool classifier;
};

Found find_family(const Reader& config) {
  std::string name;
  if (const Json* list = config.json().find("architectures"); list && list->kind == Json::Kind::array && !list->array.empty())
    name = list->array[0].string;
  const std::string type = config.text("model_type", "");
  for (const Family& f : families)
    if (name.empty() ? type == f.model_type : name == f.architecture || name == classifier_name(f)) return {f, name == classifier_name(f)};
  std::string known;
  for (const Family& f : families) known += (known.empty() ? "" : ", ") + std::string(f.architecture);
  config.unsupported("architecture \"" + (name.empty() ? type : name) + "\" is not known. Known are " + known +
                     ", and with ForSequenceClassification in place of ForCausalLM, reward models.");
}

// transformers counts the labels by id2label, and takes two where it is missing.
void check_labels(const Reader& config) {
  const Json* labels = config.json().find("id2label");
  const int64_t count = labels && labels->kind == Json::Kind::object ? static_cast<int64_t>(labels->object.size()) : config.count("num_labels", 2);
  if (count != 1)
    config.unsupported("the classifier has " + std::to_string(count) +
                       " labels. Supported are reward models, with one: id2label must have one entry.");
}

void parse_rope(const Reader& config, const std::string& where, ModelConfig& c) {
  // transformers 5 writes rope_parameters with theta inside; older files have rope_theta and, when scaled, rope_scaling.
  const Json* settings = config.json().find("rope_parameters");
  if (!settings) settings = config.json().find("rope_scaling");
  c.rope_theta = config.number("rope_theta", c.rope_theta);
  bool partial = config.number("partial_rotary_factor", 1) != 1;
  RopeScaling& rope = c.rope_scaling;
  if (settings) {
    if (settings->kind != Json::Kind::object) throw Error(MG_CORRUPT, where + ": the rope settings are not an object.");
    const Reader r(*settings, where);
    c.rope_theta = r.number("rope_theta", c.rope_theta);
    partial = partial || r.number("partial_rotary_factor", 1) != 1;
    const std::string type = r.text("rope_type", r.text("type", "default"));
    if (type == "linear") rope.kind = RopeScaling::Kind::linear;
    else if (type == "llama3") rope.kind = RopeScaling::Kind::llama3;
    else if (type != "default") config.unsupported("rope type \"" + type + "\" is not supported. Supported are default, linear, llama3.");
    rope.factor = r.number("factor", 1);
    rope.low_frequency_factor = r.number("low_freq_factor", 1);
    rope.high_frequency_factor = r.number("high_freq_factor", 4);
    rope.original_max_positions = r.number("original_max_position_embeddings", static_cast<double>(c.max_positions));
  }
  if (partial) config.unsupported("partial_rotary_factor other than 1 is not supported.");
  if (!(c.rope_theta > 0) || !(rope.factor > 0)) throw Error(MG_CORRUPT, where + ": rope_theta and the rope factor must be above 0.");
  if (rope.kind == RopeScaling::Kind::llama3 && !(rope.high_frequency_factor > rope.low_frequency_factor && rope.low_frequency_factor > 0))
    throw Error(MG_CORRUPT, where + ": llama3 rope wants high_freq_factor > low_freq_factor > 0.");
}

std::vector<int64_t> parse_windows(const Reader& config, const Family& family, int64_t layers, const std::string& where) {
  std::vector<int64_t> window(static_cast<size_t>(layers), 0);
  const int64_t size = config.count("sliding_window", 0);
  if (size == 0 || (family.window_needs_use_flag && !config.flag("use_sliding_window", false))) return window;
  if (const Json* types = config.json().find("layer_types")) {
    if (types->kind != Json::Kind::array || static_cast<int64_t>(types->array.size()) != layers)
      throw Error(MG_CORRUPT, where + ": layer_types has not one entry for each of the " + std::to_string(layers) + " layers.");
    for (size_t i = 0; i < window.size(); ++i) {
      const std::string& type = types->array[i].string;
      if (type == "sliding_attention") window[i] = size;
      else if (type != "full_attention") config.unsupported("layer type \"" + type +
          "\" is not supported. Supported are full_attention, sliding_attention.");
    }
    return window;
  }
  // Without layer_types, Qwen's first max_window_layers layers see everything; Mistral's all slide.
  const int64_t first = family.window_needs_use_flag ? config.count("max_window_layers", 28) : 0;
  for (int64_t i = first; i < layers; ++i) window[static_cast<size_t>(i)] = size;
  return window;
}

}  // namespace

ModelConfig parse_config(const std::string& text, const std::string& where) {
  const Json json = parse_json(text, where);
  if (json.kind != Json::Kind::object) throw Error(MG_CORRUPT, where + ": not a JSON object.");
  const Reader config(json, where);
  const auto& [family, classifier] = find_family(config);
  ModelConfig c;
  c.architecture = classifier ? classifier_name(family) : family.architecture;
  c.model_type = family.model_type;
  c.vocab = config.positive("vocab_size");
  c.hidden = config.positive("hidden_size");
  c.intermediate = config.positive("intermediate_size");
  c.layers = config.positive("num_hidden_layers");
  c.heads = config.positive("num_attention_heads");
  c.kv_heads = config.positive("num_key_value_heads", c.heads);
  if (c.heads % c.kv_heads)
    throw Error(MG_CORRUPT, where + ": num_attention_heads " + std::to_string(c.heads) + " is not a multiple of num_key_value_heads " +
        std::to_string(c.kv_heads) + ".");
  c.head_dim = config.positive("head_dim", family.head_dim_default ? family.head_dim_default : c.hidden / c.heads);
  if (c.head_dim % 2) throw Error(MG_CORRUPT, where + ": head_dim " + std::to_string(c.head_dim) + " is odd; rope turns pairs.");
  c.max_positions = config.positive("max_position_embeddings", 32768);
  c.rms_eps = static_cast<float>(config.number("rms_norm_eps", 1e-6));
  c.initializer_range = static_cast<float>(config.number("initializer_range", 0.02));
  c.tied_embeddings = config.flag("tie_word_embeddings", false);
  c.scalar_head = classifier;
  if (classifier) check_labels(config);
  const bool attention_bias = family.bias_options && config.flag("attention_bias", false);
  c.qkv_bias = family.qkv_bias_always || attention_bias;
  c.o_bias = family.o_bias_follows && attention_bias;
  c.mlp_bias = family.bias_options && config.flag("mlp_bias", false);
  c.qk_norm = family.qk_norm;
  if (const std::string act = config.text("hidden_act", "silu"); act != "silu")
    config.unsupported("hidden_act \"" + act + "\" is not supported. Supported is silu.");
  if (config.json().find("quantization_config"))
    config.unsupported("the checkpoint is quantised (quantization_config). Use the original weights.");
  parse_rope(config, where, c);
  c.window = parse_windows(config, family, c.layers, where);
  return c;
}

}  // namespace medgym
