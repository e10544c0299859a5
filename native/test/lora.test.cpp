// LoRA against PEFT: logits, gradients, five AdamW steps, merged weights; files both ways.
#include <algorithm>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

const char* const variants[] = {"qkvo", "all_linear", "rslora", "rank_pattern"};

struct Lora {
  Lora(mg_device* device, const std::string& variant, mg_dtype dtype = MG_F32)
      : directory(fixture("lora/" + variant)), expected(read_json(directory + "/expected.json")), model(load(device,
          fixture("models/qwen2_tied"), dtype)) {
    const Json config = read_json(directory + "/adapter_config.json");
    const TensorFiles file = TensorFiles::open_file(directory + "/adapter_model.safetensors");
    const std::string prefix = "base_model.model.", suffix = ".lora_A.weight";
    for (const auto& [name, tensor] : file.tensors()) {
      if (!name.ends_with(suffix)) continue;
      names.push_back(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
      // PEFT: alpha_pattern overrides by the module's last name.
      double alpha = config.find("lora_alpha")->number;
      if (const Json* pattern = config.find("alpha_pattern"))
        for (const auto& [ending, value] : pattern->object)
          if (names.back().ends_with("." + ending)) alpha = value.number;
      const double rank = static_cast<double>(tensor.shape[0]);
      const Json* rs = config.find("use_rslora");
      ranks.push_back(static_cast<int>(rank));
      scales.push_back(static_cast<float>(rs && rs->boolean ? alpha / std::sqrt(rank) : alpha / rank));
    }
    adapter = make_adapter(model.get(), modules());
    call(mg_adapter_load, adapter.get(), (directory + "/adapter_model.safetensors").c_str());
    packed = right_padded_batch(expected);
  }
  std::vector<mg_adapter_module> modules(float dropout = 0) const {
    std::vector<mg_adapter_module> out;
    for (size_t i = 0; i < names.size(); ++i) out.push_back(module_of(names[i], ranks[i], scales[i], dropout));
    return out;
  }
  std::string directory;
  Json expected;
  std::vector<std::string> names;
  std::vector<int> ranks;
  std::vector<float> scales;
  ModelPtr model;
  AdapterPtr adapter;
  Packed packed;
};

std::vector<double> train(Lora& l, int steps, bool checkpoint = false) {
  const OptimizerPtr optimizer = make_optimizer(l.model.get(), l.adapter.get());
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) {
    losses.push_back(run_forward(l.model.get(), l.packed, {.adapter = l.adapter.get(), .keep = true, .checkpoint = checkpoint}).loss);
    run_backward(l.model.get(), l.packed);
    step(optimizer.get(), 5e-3f, 1);
  }
  return losses;
}

}  // namespace

TEST(adapters_written_by_peft_give_its_logits_and_gradients) {
  const DevicePtr device = open_cpu();
  for (const char* variant : variants) {
    Lora l(device.get(), variant);
    const Outputs out = run_forward(l.model.get(), l.packed, {.adapter = l.adapter.get(), .keep = true, .logits = true}, 1024);
    CHECK_NEAR(out.loss, l.expected.find("loss")->number, 1e-5);
    const std::vector<float> wanted = read_fixture_tensor(TensorFiles::open_file(l.directory + "/expected.safetensors"),
        "logits_right_padded");
    double worst = 0;
    for (size_t s = 0; s + 1 < l.packed.cu.size(); ++s)
      for (int32_t t = l.packed.cu[s]; t < l.packed.cu[s + 1]; ++t)
        for (int v = 0; v < 1024; ++v)
          worst = std::max(worst, std::fabs(static_cast<double>(out.logits[static_cast<size_t>(t * 1024 + v)]) - wanted[(s * 12 +
              static_cast<size_t>(t - l.packed.cu[s])) * 1024 + static_cast<size_t>(v)]));
    CHECK_NEAR(worst, 0, 2e-5);
    run_backward(l.model.get(), l.packed);
    const TensorFiles grads = TensorFiles::open_file(l.directory + "/grads.safetensors");
    double worst_gradient = 0;
    for (const auto& [name, tensor] : grads.tensors()) {
      const std::vector<float> got = read_tensor(l.model.get(), l.adapter.get(), "base_model.model." + name, MG_GRADIENT),
          want = read_fixture_tensor(grads, name);
      std::vector<float> difference(got.size());
      for (size_t i = 0; i < got.size(); ++i) difference[i] = got[i] - want[i];
      worst_gradient = std::max(worst_gradient, norm(difference) / norm(want));
      CHECK_NEAR(norm(difference) / norm(want), 0, 1e-4);
    }
    CHECK_EQ(grads.tensors().size(), l.names.size() * 2);
    std::printf("  %-13s logits within %.1e, gradients within %.1e relative\n", variant, worst, worst_gradient);
  }
}

TEST(five_adamw_steps_follow_torch) {
  const DevicePtr device = open_cpu();
  for (const char* variant : variants) {
    Lora l(device.get(), variant);
    const OptimizerPtr optimizer = make_optimizer(l.model.get(), l.adapter.get());
    for (const Json& wanted : l.expected.find("steps")->array) {
      const Outputs out = run_forward(l.model.get(), l.packed, {.adapter = l.adapter.get(), .keep = true});
      CHECK_NEAR(out.loss, wanted.find("loss")->number, 2e-4);
      run_backward(l.model.get(), l.packed);
      const float norm_before = step(optimizer.get(), static_cast<float>(wanted.find("lr")->number), 1);
      CHECK_NEAR(norm_before, wanted.find("grad_norm_before_clip")->number, 1e-3 * wanted.find("grad_norm_before_clip")->number);
    }
    CHECK_NEAR(run_forward(l.model.get(), l.packed, {.adapter = l.adapter.get()}).loss, l.expected.find("loss_after")->number, 5e-4);
    const TensorFiles after = TensorFiles::open_file(l.directory + "/adapter_after_5_steps.safetensors");
    double worst = 0;
    for (const auto& [name, tensor] : after.tensors()) {
      const std::vector<float> got = read_tensor(l.model.get(), l.adapter.get(), "base_model.model." + name),
          want = read_fixture_tensor(after, name);
      std::vector<float> difference(got.size());
      for (size_t i = 0; i < got.size(); ++i) difference[i] = got[i] - want[i];
      worst = std::max(worst, norm(difference) / norm(want));
    }
    std::printf("  %-13s adapter after 5 steps within %.1e relative\n", variant, worst);
    // Adam divides by the root of tiny second moments: where a gradient is near zero its sign, and so a whole step, is rounding.
    CHECK_NEAR(worst, 0, 1e-3);
  }
}

TEST(merged_weights_equal_pefts_and_the_merged_model_scores_like_the_adapter) {
  const DevicePtr device = open_cpu();
  for (const char* variant : {"qkvo", "all_linear", "rslora"}) {
    Lora l(device.get(), variant);
    const std::string out = temporary_directory();
    mg_save_options options = sized<mg_save_options>();
    call(mg_model_save, l.model.get(), l.adapter.get(), out.c_str(), &options);
    const TensorFiles merged = TensorFiles::open_directory(out), wanted = TensorFiles::open_file(l.directory +
        "/merged_weights_layer0.safetensors");
    for (const auto& [name, tensor] : wanted.tensors()) {
      const std::vector<float> a = read_fixture_tensor(merged, name), b = read_fixture_tensor(wanted, name);
      for (size_t i = 0; i < a.size(); ++i) CHECK_NEAR(a[i], b[i], 1e-6);
    }
    CHECK(!merged.has("lm_head.weight"));  // tied: the embedding is the head
    std::filesystem::copy_file(fixture("models/qwen2_tied/config.json"), out + "/config.json");
    const ModelPtr model = load(device.get(), out);
    CHECK_NEAR(run_forward(model.get(), l.packed, {}).loss, run_forward(l.model.get(), l.packed, {.adapter = l.adapter.get()}).loss, 2e-5);
  }
}

TEST(an_adapter_read_back_is_the_same_to_the_bit) {
  const DevicePtr device = open_cpu();
  Lora l(device.get(), "all_linear");
  const std::string file = temporary_directory() + "/adapter_model.safetensors";
  train(l, 2);
  call(mg_adapter_save, l.adapter.get(), file.c_str(), static_cast<int32_t>(MG_F32));
  const AdapterPtr copy = make_adapter(l.model.get(), l.modules(), 99);
  call(mg_adapter_load, copy.get(), file.c_str());
  for (const mg_tensor_info& info : tensor_list(l.model.get(), copy.get()))
    CHECK(read_tensor(l.model.get(), copy.get(), info.name) == read_tensor(l.model.get(), l.adapter.get(), info.name));
  CHECK(run_forward(l.model.get(), l.packed, {.adapter = copy.get()}).logprobs == run_forward(l.model.get(), l.packed,
      {.adapter = l.adapter.get()}).logprobs);
}

TEST(a_new_adapter_changes_nothing_and_is_seeded) {
  const DevicePtr device = open_cpu();
  Lora l(device.get(), "all_linear");
  const AdapterPtr one = make_adapter(l.model.get(), l.modules(), 7), same = make_adapter(l.model.get(), l.modules(), 7),
      other = make_adapter(l.model.get(), l.modules(), 8);
  CHECK(run_forward(l.model.get(), l.packed, {.adapter = one.get()}).logprobs == run_forward(l.model.get(), l.packed, {}).logprobs);
  const std::string a = "base_model.model." + l.names[0] + ".lora_A.weight";
  const std::vector<float> values = read_tensor(l.model.get(), one.get(), a);
  CHECK(values == read_tensor(l.model.get(), same.get(), a));
  CHECK(values != read_tensor(l.model.get(), other.get(), a));
  const float bound = 1 / std::sqrt(static_cast<float>(values.size() / static_cast<size_t>(l.ranks[0])));
  for (const float v : values) CHECK(std::fabs(v) <= bound);
}

TEST(checkpointing_gives_the_same_bits) {
  const DevicePtr device = open_cpu();
  for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
    Lora kept(device.get(), "all_linear", dtype), recomputed(device.get(), "all_linear", dtype);
    CHECK(train(kept, 3) == train(recomputed, 3, true));
  }
}

TEST(bf16_training_follows_f32) {
  const DevicePtr device = open_cpu();
  Lora exact(device.get(), "all_linear"), rounded(device.get(), "all_linear", MG_BF16);
  const std::vector<double> f32 = train(exact, 10), bf16 = train(rounded, 10);
  for (size_t i = 0; i < f32.size(); ++i) CHECK_NEAR(bf16[i], f32[i], 0.02 * f32[i]);
  CHECK(f32.back() < 0.8 * f32.front());
  CHECK(f32 != bf16);
}

TEST(dropout_is_seeded_counts_only_in_training_and_its_backward_uses_the_same_mask) {
  const DevicePtr device = open_cpu();
  Lora l(device.get(), "qkvo");
  const AdapterPtr adapter = make_adapter(l.model.get(), l.modules(0.3f), 3);
  call(mg_adapter_load, adapter.get(), (l.directory + "/adapter_model.safetensors").c_str());
  auto logprobs = [&](bool on, uint64_t seed) { return run_forward(l.model.get(), l.packed, {.adapter = adapter.get(), .train = on,
      .dropout_seed = seed}).logprobs; };
  CHECK(logprobs(false, 1) == logprobs(false, 2));
  CHECK(logprobs(true, 1) == logprobs(true, 1));
  CHECK(logprobs(true, 1) != logprobs(true, 2));
  CHECK(logprobs(true, 1) != logprobs(false, 1));
  // The directional derivative along the gradient is its squared norm; a wrong mask in backward would break that.
  const std::string name = "base_model.model." + l.names[1] + ".lora_A.weight";
  run_forward(l.model.get(), l.packed, {.adapter = adapter.get(), .keep = true, .train = true, .dropout_seed = 5});
  run_backward(l.model.get(), l.packed);
  const std::vector<float> value = read_tensor(l.model.get(), adapter.get(), name), gradient = read_tensor(l.model.get(), adapter.get(),
      name, MG_GRADIENT);
  const double squared = norm(gradient) * norm(gradient), h = 2e-3 / norm(gradient);
  auto loss_at = [&](double step_size) {
    std::vector<float> moved(value);
    for (size_t i = 0; i < moved.size(); ++i) moved[i] += static_cast<float>(step_size * gradient[i]);
    call(mg_tensor_write, l.model.get(), adapter.get(), name.c_str(), moved.data(), moved.size());
    return run_forward(l.model.get(), l.packed, {.adapter = adapter.get(), .train = true, .dropout_seed = 5}).loss;
  };
  CHECK_NEAR((loss_at(h) - loss_at(-h)) / (2 * h), squared, 0.02 * squared);
}

TEST(adapting_only_upper_layers_gives_their_gradients_unchanged) {
  // With layer 0 frozen the backward pass stops early; what it does compute must be what the full one computes.
  const DevicePtr device = open_cpu();
  Lora l(device.get(), "all_linear");
  for (const std::string slot : {"self_attn.q_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.down_proj"}) {
    // New adapters (B = 0) compute the same function however many modules they have.
    const std::string name = "model.layers.1." + slot;
    const size_t index = static_cast<size_t>(std::find(l.names.begin(), l.names.end(), name) - l.names.begin());
    std::vector<mg_adapter_module> all = l.modules(), one{all[index]};
    const AdapterPtr wide = make_adapter(l.model.get(), all, 4), narrow = make_adapter(l.model.get(), one, 4);
    for (mg_adapter* adapter : {wide.get(), narrow.get()}) {
      run_forward(l.model.get(), l.packed, {.adapter = adapter, .keep = true});
      run_backward(l.model.get(), l.packed);
    }
    const std::string b = "base_model.model." + name + ".lora_B.weight";
    const std::vector<float> gradient = read_tensor(l.model.get(), narrow.get(), b, MG_GRADIENT);
    CHECK(norm(gradient) > 0);
    CHECK(gradient == read_tensor(l.model.get(), wide.get(), b, MG_GRADIENT));
  }
}

TEST(adapter_errors_name_what_is_wrong) {
  const DevicePtr device = open_cpu();
  Lora l(device.get(), "qkvo");
  auto create = [&](const std::string& name, int rank, float dropout = 0) { return make_adapter(l.model.get(), {module_of(name, rank, 1,
      dropout)}); };
  CHECK_THROWS(create("model.layers.0.self_attn.q_proj", 0), "rank 0 is not between 1 and 64");
  CHECK_THROWS(create("model.layers.0.self_attn.k_proj", 33), "rank 33 is not between 1 and 32");
  CHECK_THROWS(create("model.layers.7.self_attn.q_proj", 4), "model.layers.0 to 1");
  CHECK_THROWS(create("lm_head", 4), "\"lm_head\" is not a linear layer");
  CHECK_THROWS(create("model.layers.0.input_layernorm", 4), "is not a linear layer");
  CHECK_THROWS(create("model.layers.0.self_attn.q_proj", 4, 1), "dropout 1.0");
  CHECK_THROWS(make_adapter(l.model.get(), {}), "at least one module");
  const auto twice = module_of(l.names[0], 4, 1);
  CHECK_THROWS(make_adapter(l.model.get(), {twice, twice}), "given twice");
  const std::string dora = fixture("lora/dora/adapter_model.safetensors"), qkvo = fixture("lora/qkvo/adapter_model.safetensors");
  const Lora all(device.get(), "all_linear");
  CHECK_THROWS(call(mg_adapter_load, all.adapter.get(), dora.c_str()), "belongs to DoRA");
  CHECK_THROWS(call(mg_adapter_load, all.adapter.get(), qkvo.c_str()), "mlp.down_proj.lora_A.weight of shape (4, 160) is missing");
  CHECK_THROWS(call(mg_adapter_load, l.adapter.get(), (all.directory + "/adapter_model.safetensors").c_str()), "belongs to no module");
  CHECK_THROWS(call(mg_adapter_load, l.adapter.get(), "/nowhere/adapter_model.safetensors"), "/nowhere/adapter_model.safetensors");
  CHECK_THROWS(run_forward(all.model.get(), l.packed, {.adapter = l.adapter.get()}), "belongs to another model");
}
