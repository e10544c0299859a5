// The scalar head: a reward model or a value function, as an adapter over a shared base and as a folder of its own.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

const char* const head_name = "base_model.model.score.weight";

AdapterPtr with_head(mg_model* model, const std::vector<mg_adapter_module>& modules = {}) {
  mg_adapter_options options = sized<mg_adapter_options>();
  options.modules = modules.data();
  options.module_count = static_cast<int32_t>(modules.size());
  options.seed = 3;
  options.scalar_head = 1;
  mg_adapter* out = nullptr;
  call(mg_adapter_create, model, &options, &out);
  return AdapterPtr(out);
}

struct Valued {
  std::vector<float> values, logprobs;
};
Valued pass(mg_model* model, mg_adapter* adapter, const Packed& packed, bool keep, bool language = false, bool checkpoint = false) {
  const mg_batch batch = packed.batch();
  mg_forward_options options = sized<mg_forward_options>();
  options.adapter = adapter;
  options.candidates = 1;
  options.targets = packed.targets.data();
  options.temperature = 1;
  options.keep = keep;
  options.checkpoint = checkpoint;
  Valued out{std::vector<float>(packed.tokens.size()), std::vector<float>(language ? packed.tokens.size() : 0)};
  mg_forward_result result = sized<mg_forward_result>();
  result.values = out.values.data();
  result.logprobs = language ? out.logprobs.data() : nullptr;
  call(mg_forward, model, &batch, &options, &result);
  return out;
}
void back(mg_model* model, const std::vector<float>* dvalues, const std::vector<float>* dlogprobs = nullptr) {
  mg_output_gradients gradients = sized<mg_output_gradients>();
  gradients.dvalues = dvalues ? dvalues->data() : nullptr;
  gradients.dlogprobs = dlogprobs ? dlogprobs->data() : nullptr;
  call(mg_backward, model, &gradients);
}

std::vector<float> pattern(size_t count, float phase) {
  std::vector<float> out(count);
  for (size_t i = 0; i < count; ++i) out[i] = 0.3f * std::sin(phase + 0.7f * static_cast<float>(i));
  return out;
}
void write(mg_model* model, mg_adapter* adapter, const std::string& name, const std::vector<float>& values) {
  call(mg_tensor_write, model, adapter, name.c_str(), values.data(), values.size());
}

struct Scene {
  DevicePtr device = open_cpu();
  ModelPtr model = load(device.get(), fixture("models/qwen2_tied"));
  std::string q = "model.layers.0.self_attn.q_proj", down = "model.layers.1.mlp.down_proj";
  AdapterPtr adapter = with_head(model.get(), {module_of(q, 4, 2), module_of(down, 3, 1)});
  Packed packed = right_padded_batch(read_json(fixture("models/qwen2_tied/expected.json")));
  int64_t hidden = read_shape();
  Scene() {
    for (const mg_tensor_info& t : tensor_list(model.get(), adapter.get()))
      write(model.get(), adapter.get(), t.name, pattern(static_cast<size_t>(t.shape[0] * t.shape[1]), static_cast<float>(t.shape[0])));
  }
  int64_t read_shape() const { return tensor_list(model.get(), adapter.get()).back().shape[1]; }
  std::vector<float> gradient(const std::string& name) const { return read_tensor(model.get(), adapter.get(), name, MG_GRADIENT); }
  void clear() const {
    const OptimizerPtr optimizer = make_optimizer(model.get(), adapter.get());
    call(mg_optimizer_zero_gradients, optimizer.get());
  }
};

}  // namespace

// With a row of the tied output layer as its weight, a value is that token's logit.
TEST(scalar_head_over_a_row_of_the_output_layer_gives_its_logit) {
  Scene c;
  const std::vector<float> embedding = read_tensor(c.model.get(), nullptr, "model.embed_tokens.weight");
  const int64_t token = 123, vocabulary = static_cast<int64_t>(embedding.size()) / c.hidden;
  write(c.model.get(), c.adapter.get(), head_name, {embedding.begin() + token * c.hidden, embedding.begin() + (token + 1) * c.hidden});
  const Outputs logits = run_forward(c.model.get(), c.packed, {.adapter = c.adapter.get(), .logits = true}, vocabulary);
  const Valued valued = pass(c.model.get(), c.adapter.get(), c.packed, false);
  int seen = 0;
  for (size_t t = 0; t < c.packed.tokens.size(); ++t) {
    const bool scored = c.packed.targets[t] >= 0;
    CHECK_NEAR(valued.values[t], scored ? logits.logits[t * static_cast<size_t>(vocabulary) + static_cast<size_t>(token)] : 0, 2e-5);
    seen += scored;
  }
  CHECK(seen > 10);
}

TEST(scalar_head_gradients_equal_differences) {
  Scene c;
  const std::vector<float> dvalues = pattern(c.packed.tokens.size(), 1);
  auto loss = [&] {
    const Valued out = pass(c.model.get(), c.adapter.get(), c.packed, false);
    double sum = 0;
    for (size_t t = 0; t < dvalues.size(); ++t) sum += static_cast<double>(out.values[t]) * dvalues[t];
    return sum;
  };
  for (const bool checkpoint : {false, true}) {
    c.clear();
    pass(c.model.get(), c.adapter.get(), c.packed, true, false, checkpoint);
    back(c.model.get(), &dvalues);
    for (const mg_tensor_info& t : tensor_list(c.model.get(), c.adapter.get())) {
      const std::vector<float> gradient = c.gradient(t.name);
      CHECK(norm(gradient) > 1e-3);
      const std::vector<float> value = read_tensor(c.model.get(), c.adapter.get(), t.name);
      // Along the gradient itself, where the difference is largest beside rounding.
      const float step = 0.02f / static_cast<float>(norm(gradient));
      double sides[2];
      for (int side = 0; side < 2; ++side) {
        std::vector<float> moved = value;
        for (size_t i = 0; i < moved.size(); ++i) moved[i] += (side ? -step : step) * gradient[i];
        write(c.model.get(), c.adapter.get(), t.name, moved);
        sides[side] = loss();
      }
      write(c.model.get(), c.adapter.get(), t.name, value);
      const double expected = norm(gradient) * norm(gradient);
      CHECK_NEAR((sides[0] - sides[1]) / (2 * step), expected, 0.01 * expected);
    }
  }
}

TEST(scalar_head_beside_the_language_head_adds_both_gradients) {
  Scene c;
  const std::vector<float> dvalues = pattern(c.packed.tokens.size(), 1), dlogprobs = pattern(c.packed.tokens.size(), 2);
  const std::string a = "base_model.model." + c.q + ".lora_A.weight";
  pass(c.model.get(), c.adapter.get(), c.packed, true);
  back(c.model.get(), &dvalues);
  run_forward(c.model.get(), c.packed, {.adapter = c.adapter.get(), .keep = true});
  back(c.model.get(), nullptr, &dlogprobs);
  const std::vector<float> apart = c.gradient(a), head = c.gradient(head_name);
  c.clear();
  pass(c.model.get(), c.adapter.get(), c.packed, true, true);
  back(c.model.get(), &dvalues, &dlogprobs);
  const std::vector<float> together = c.gradient(a);
  for (size_t i = 0; i < apart.size(); ++i) CHECK_NEAR(together[i], apart[i], 1e-5 * norm(apart));
  CHECK(c.gradient(head_name) == head);
}

TEST(scalar_head_learns_and_an_adapter_may_be_nothing_but_one) {
  Scene c;
  for (const bool alone : {false, true}) {
    const AdapterPtr adapter = alone ? with_head(c.model.get()) : with_head(c.model.get(), {module_of(c.q, 4, 2), module_of(c.down, 3, 1)});
    const OptimizerPtr optimizer = make_optimizer(c.model.get(), adapter.get(), 0);
    const std::vector<float> wanted = pattern(c.packed.tokens.size(), 5);
    double first = 0, last = 0;
    for (int i = 0; i < 100; ++i) {
      const Valued out = pass(c.model.get(), adapter.get(), c.packed, true);
      std::vector<float> dvalues(wanted.size());
      double loss = 0;
      for (size_t t = 0; t < wanted.size(); ++t) {
        if (c.packed.targets[t] < 0) continue;
        dvalues[t] = out.values[t] - wanted[t];
        loss += dvalues[t] * dvalues[t] / 2;
      }
      back(c.model.get(), &dvalues);
      step(optimizer.get(), 1e-2f, 1);
      if (i == 0) first = loss;
      last = loss;
    }
    CHECK(last < 0.2 * first);
  }
}

TEST(scalar_head_files_come_back_as_adapter_and_as_reward_model) {
  Scene c;
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("medgym-scalar-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const Valued before = pass(c.model.get(), c.adapter.get(), c.packed, false);
  const std::string file = (folder / "adapter_model.safetensors").string();
  call(mg_adapter_save, c.adapter.get(), file.c_str(), MG_F32);
  const AdapterPtr again = with_head(c.model.get(), {module_of(c.q, 4, 2), module_of(c.down, 3, 1)});
  for (const float v : pass(c.model.get(), again.get(), c.packed, false).values) CHECK_EQ(v, 0.0f);
  call(mg_adapter_load, again.get(), file.c_str());
  CHECK(pass(c.model.get(), again.get(), c.packed, false).values == before.values);
  const AdapterPtr headless = make_adapter(c.model.get(), {module_of(c.q, 4, 2), module_of(c.down, 3, 1)});
  CHECK_EQ(status_of([&] { call(mg_adapter_load, headless.get(), file.c_str()); }), MG_UNSUPPORTED);

  mg_save_options save = sized<mg_save_options>();
  save.dtype = MG_F32;
  call(mg_model_save, c.model.get(), c.adapter.get(), folder.c_str(), &save);
  const std::string config = read_text_file(fixture("models/qwen2_tied/config.json"));
  auto reward_config = [&](const std::string& extra) {
    std::string text = config;
    const std::string lm = "Qwen2ForCausalLM";
    text.replace(text.find(lm), lm.size(), "Qwen2ForSequenceClassification");
    text.insert(text.find('{') + 1, extra);
    std::ofstream(folder / "config.json") << text;
  };
  reward_config("\"id2label\": {\"0\": \"LABEL_0\"},");
  {
    const ModelPtr reward = load(c.device.get(), folder.string());
    const std::vector<float> values = pass(reward.get(), nullptr, c.packed, false).values;
    for (size_t t = 0; t < values.size(); ++t) CHECK_NEAR(values[t], before.values[t], 2e-5);
    // An adapter's head starts as the base's, and all weights can be trained, the head too.
    const AdapterPtr over = with_head(reward.get());
    CHECK(pass(reward.get(), over.get(), c.packed, false).values == values);
    call(mg_model_set_trainable, reward.get(), 1);
    pass(reward.get(), nullptr, c.packed, true);
    const std::vector<float> dvalues(values.size(), 1);
    back(reward.get(), &dvalues);
    CHECK(norm(read_tensor(reward.get(), nullptr, "score.weight", MG_GRADIENT)) > 0);
    CHECK(norm(read_tensor(reward.get(), nullptr, "model.layers.0.mlp.up_proj.weight", MG_GRADIENT)) > 0);
  }
  reward_config("");
  CHECK_EQ(status_of([&] { load(c.device.get(), folder.string()); }), MG_UNSUPPORTED);  // two labels, as transformers takes it
  std::filesystem::remove_all(folder);
}

TEST(scalar_head_of_an_untied_base_takes_the_language_heads_place) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_untied"));
  const AdapterPtr adapter = with_head(model.get());
  const size_t hidden = static_cast<size_t>(tensor_list(model.get(), adapter.get())[0].shape[1]);
  write(model.get(), adapter.get(), head_name, pattern(hidden, 0));
  const Packed packed = right_padded_batch(read_json(fixture("models/qwen2_untied/expected.json")));
  const std::vector<float> before = pass(model.get(), adapter.get(), packed, false).values;
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("medgym-untied-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  mg_save_options save = sized<mg_save_options>();
  save.dtype = MG_F32;
  call(mg_model_save, model.get(), adapter.get(), folder.c_str(), &save);
  std::string text = read_text_file(fixture("models/qwen2_untied/config.json"));
  const std::string lm = "Qwen2ForCausalLM";
  text.replace(text.find(lm), lm.size(), "Qwen2ForSequenceClassification");
  text.insert(text.find('{') + 1, "\"id2label\": {\"0\": \"LABEL_0\"},");
  std::ofstream(folder / "config.json") << text;
  const ModelPtr reward = load(device.get(), folder.string());
  for (const mg_tensor_info& t : tensor_list(reward.get(), nullptr)) CHECK(std::string(t.name) != "lm_head.weight");
  const std::vector<float> values = pass(reward.get(), nullptr, packed, false).values;
  for (size_t t = 0; t < values.size(); ++t) CHECK_NEAR(values[t], before[t], 2e-5);
  CHECK_EQ(status_of([&] { run_forward(reward.get(), packed, {}); }), MG_UNSUPPORTED);
  mg_generator_options options = sized<mg_generator_options>();
  options.max_sequences = 1;
  mg_generator* generator = nullptr;
  CHECK_EQ(status_of([&] { call(mg_generator_create, reward.get(), &options, &generator); }), MG_UNSUPPORTED);
  std::filesystem::remove_all(folder);
}

TEST(scalar_head_refuses_what_does_not_fit) {
  Scene c;
  const AdapterPtr plain = make_adapter(c.model.get(), {module_of(c.q, 4, 2)});
  CHECK_EQ(status_of([&] { pass(c.model.get(), nullptr, c.packed, false); }), MG_INVALID_ARGUMENT);
  CHECK_EQ(status_of([&] { pass(c.model.get(), plain.get(), c.packed, false); }), MG_INVALID_ARGUMENT);
  const std::vector<float> gradients(c.packed.tokens.size(), 1);
  pass(c.model.get(), c.adapter.get(), c.packed, true);
  CHECK_EQ(status_of([&] { back(c.model.get(), nullptr); }), MG_INVALID_ARGUMENT);
  CHECK_EQ(status_of([&] { back(c.model.get(), &gradients, &gradients); }), MG_INVALID_ARGUMENT);
  run_forward(c.model.get(), c.packed, {.adapter = c.adapter.get(), .keep = true});
  CHECK_EQ(status_of([&] { back(c.model.get(), &gradients, &gradients); }), MG_INVALID_ARGUMENT);
}
