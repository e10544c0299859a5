// NF4 bases through the C ABI: the same numbers as a model that holds the dequantised weights, LoRA over them, generation, files.
#include <algorithm>

#include "ops/kernels/kernels.h"
#include "runtime/cpu.h"
#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

// The same weights twice: quantised, and in `dtype` what the codes stand for.
struct Pair {
  explicit Pair(const char* name, mg_dtype dtype = MG_F32) : device(open_cpu()), quantised(load(device.get(), directory(name), MG_NF4)),
      plain(load(device.get(), directory(name), dtype)), packed(right_padded_batch(read_json(directory(name) + "/expected.json"))) {
    for (const mg_tensor_info& t : tensor_list(quantised.get(), nullptr)) {
      const auto values = read_tensor(quantised.get(), nullptr, t.name);
      call(mg_tensor_write, plain.get(), static_cast<mg_adapter*>(nullptr), static_cast<const char*>(t.name), values.data(), values.size());
    }
  }
  static std::string directory(const char* name) { return fixture(std::string("models/") + name); }
  DevicePtr device;
  ModelPtr quantised, plain;
  Packed packed;
};

AdapterPtr every_linear(mg_model* model, float dropout = 0) {
  std::vector<std::string> names;
  for (const mg_tensor_info& t : tensor_list(model, nullptr)) {
    const std::string name = t.name;
    if (name.ends_with("_proj.weight")) names.push_back(name.substr(0, name.size() - 7));
  }
  std::vector<mg_adapter_module> modules;
  for (const std::string& name : names) modules.push_back(module_of(name, 4, 2, dropout));
  AdapterPtr adapter = make_adapter(model, modules);
  for (const mg_tensor_info& t : tensor_list(model, adapter.get())) {  // B not zero, or A would have no gradient
    auto values = read_tensor(model, adapter.get(), t.name);
    for (size_t i = 0; i < values.size(); ++i)
      if (values[i] == 0) values[i] = 0.01f * static_cast<float>(static_cast<int>(i % 7) - 3);
    call(mg_tensor_write, model, adapter.get(), static_cast<const char*>(t.name), values.data(), values.size());
  }
  return adapter;
}

// Largest difference of the LoRA gradients, as a share of the largest gradient.
double gradient_difference(const Pair& p, bool checkpoint, float dropout) {
  std::vector<std::vector<float>> all[2];
  int which = 0;
  for (mg_model* model : {p.quantised.get(), p.plain.get()}) {
    const AdapterPtr adapter = every_linear(model, dropout);
    run_forward(model, p.packed, {.adapter = adapter.get(), .keep = true, .checkpoint = checkpoint, .train = dropout > 0, .dropout_seed = 3});
    run_backward(model, p.packed);
    for (const mg_tensor_info& t : tensor_list(model, adapter.get())) all[which].push_back(read_tensor(model, adapter.get(), t.name, MG_GRADIENT));
    ++which;
  }
  double worst = 0;
  for (size_t i = 0; i < all[0].size(); ++i) {
    double largest = 0, difference = 0;
    for (size_t j = 0; j < all[0][i].size(); ++j) {
      largest = std::max(largest, std::fabs(double(all[1][i][j])));
      difference = std::max(difference, std::fabs(double(all[0][i][j]) - double(all[1][i][j])));
    }
    CHECK(largest > 0);
    worst = std::max(worst, difference / largest);
  }
  return worst;
}

struct Generated {
  std::vector<int32_t> tokens;
  std::vector<float> logprobs;
};
Generated generate(mg_model* model, mg_adapter* adapter, int sequences, float temperature = 1) {
  mg_generator_options options = sized<mg_generator_options>();
  options.max_sequences = 4;
  mg_generator* made = nullptr;
  call(mg_generator_create, model, &options, &made);
  const GeneratorPtr generator(made);
  const std::vector<int32_t> prompt{5, 17, 300, 9, 44};
  uint64_t first = 0;
  for (int i = 0; i < sequences; ++i) {
    mg_request r = sized<mg_request>();
    r.prompt = prompt.data();
    r.prompt_length = static_cast<int32_t>(prompt.size());
    r.max_new_tokens = 12;
    r.adapter = adapter;
    r.temperature = temperature;
    r.top_p = 1;
    r.repetition_penalty = 1;
    r.seed = static_cast<uint64_t>(7 + i);
    uint64_t id = 0;
    call(mg_generator_submit, generator.get(), &r, &id);
    if (i == 0) first = id;
  }
  Generated out{prompt, {}};
  for (int32_t remaining = 1; remaining;) {
    mg_token_event events[64];
    int32_t count = 0;
    call(mg_generator_step, generator.get(), 4, events, 64, &count, &remaining);
    for (int32_t i = 0; i < count; ++i)
      if (events[i].id == first) out.tokens.push_back(events[i].token), out.logprobs.push_back(events[i].logprob);
  }
  return out;
}

std::string description(mg_model* model) {
  std::vector<char> text(1 << 16);
  size_t needed = 0;
  call(mg_model_describe, model, text.data(), text.size(), &needed);
  return text.data();
}

}  // namespace

TEST(nf4_logprobs_and_lora_gradients_are_those_of_the_dequantised_weights) {
  const Isa before = current_isa();
  for (const Isa isa : available_isas()) {
    use_isa(isa);
    // In f32 only the order of sums differs. In bf16 NF4 numbers are rounded to bf16, and so is what goes through the plain model.
    const bool bf16 = kernels().bf16_products;
    for (const char* name : {"qwen2_tied", "qwen2_untied", "qwen3", "llama_rope3", "mistral_sw"}) {
      const Pair p(name, bf16 ? MG_BF16 : MG_F32);
      const auto one = run_forward(p.quantised.get(), p.packed, {}).logprobs, two = run_forward(p.plain.get(), p.packed, {}).logprobs;
      double worst = 0;
      for (size_t i = 0; i < one.size(); ++i) worst = std::max(worst, std::fabs(double(one[i]) - double(two[i])));
      CHECK(worst < (bf16 ? 0.1 : 1e-5));
      for (const bool checkpoint : {false, true})
        for (const float dropout : {0.0f, 0.3f}) CHECK(gradient_difference(p, checkpoint, dropout) < (bf16 ? 0.08 : 1e-5));
    }
  }
  use_isa(before);
}

TEST(nf4_lora_training_lowers_the_loss_and_leaves_the_base_alone) {
  const Pair p("qwen2_tied");
  const AdapterPtr adapter = every_linear(p.quantised.get());
  const OptimizerPtr optimizer = make_optimizer(p.quantised.get(), adapter.get());
  const auto before = read_tensor(p.quantised.get(), nullptr, "model.layers.0.mlp.down_proj.weight");
  double first = 0, last = 0;
  for (int i = 0; i < 30; ++i) {
    last = run_forward(p.quantised.get(), p.packed, {.adapter = adapter.get(), .keep = true}).loss;
    if (i == 0) first = last;
    run_backward(p.quantised.get(), p.packed);
    step(optimizer.get(), 1e-2f, 1);
  }
  CHECK(last < first - 1);
  CHECK(before == read_tensor(p.quantised.get(), nullptr, "model.layers.0.mlp.down_proj.weight"));
}

TEST(nf4_generation_repeats_and_its_logprobs_are_those_of_forward) {
  const Pair p("qwen2_tied");
  const AdapterPtr adapter = every_linear(p.quantised.get());
  for (mg_adapter* with : {static_cast<mg_adapter*>(nullptr), adapter.get()}) {
    const Generated one = generate(p.quantised.get(), with, 1), again = generate(p.quantised.get(), with, 1), four = generate(p.quantised.get(), with, 4);
    CHECK(one.tokens == again.tokens && one.logprobs == again.logprobs);
    CHECK(one.tokens == four.tokens && one.logprobs == four.logprobs);
    Packed packed;
    packed.add(one.tokens, one.tokens);
    const auto logprobs = run_forward(p.quantised.get(), packed, {.adapter = with}).logprobs;
    const size_t prompt = one.tokens.size() - one.logprobs.size();
    for (size_t i = 0; i < one.logprobs.size(); ++i)
      CHECK(std::fabs(one.logprobs[i] - logprobs[prompt + i - 1]) < (kernels().bf16_products ? 0.05 : 1e-5));
  }
}

TEST(nf4_says_its_size_and_what_each_tensor_is) {
  const DevicePtr device = open_cpu();
  const int64_t before = [&] {
    mg_device_info info = sized<mg_device_info>();
    call(mg_device_get_info, device.get(), &info);
    return info.current_bytes;
  }();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_untied"), MG_NF4);
  mg_device_info info = sized<mg_device_info>();
  call(mg_device_get_info, device.get(), &info);
  const Json text = parse_json(description(model.get()), "describe");
  CHECK_EQ(text.find("dtype")->string, std::string("nf4"));
  // What is held is the weights and little else (rope tables come with the first pass): rounding up to whole cache lines or pages.
  const auto weight_bytes = static_cast<int64_t>(text.find("weightBytes")->number);
  CHECK(info.current_bytes - before >= weight_bytes);
  int64_t expected = 0;
  for (const mg_tensor_info& t : tensor_list(model.get(), nullptr)) {
    const std::string name = t.name;
    const bool linear = name.ends_with("_proj.weight"), vocabulary = name.ends_with("embed_tokens.weight") || name.ends_with("lm_head.weight");
    CHECK_EQ(t.dtype, int32_t(linear ? MG_NF4 : vocabulary ? MG_INT8 : MG_F32));
    if (linear) {
      const int64_t blocks = t.shape[0] * ((t.shape[1] + 63) / 64);
      expected += blocks * 33 + (blocks + 255) / 256 * 4;
    } else if (vocabulary) {
      expected += t.shape[0] * ((t.shape[1] + 63) / 64 * 64 + 4);
    } else {
      expected += t.shape[0] * 4;
    }
  }
  CHECK_EQ(weight_bytes, expected);
}

TEST(nf4_does_not_train_its_base_and_says_what_to_do) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"), MG_NF4);
  CHECK_THROWS(call(mg_model_set_trainable, model.get(), 1), "train a LoRA adapter");
  CHECK_EQ(int(status_of([&] { call(mg_model_set_trainable, model.get(), 1); })), int(MG_UNSUPPORTED));
  call(mg_model_set_trainable, model.get(), 0);
  mg_model_options options = sized<mg_model_options>();
  options.dtype = MG_INT8;
  mg_model* out = nullptr;
  CHECK_THROWS(call(mg_model_load, device.get(), fixture("models/qwen2_tied").c_str(), &options, &out), "nf4 (3)");
}

TEST(nf4_is_saved_as_what_its_codes_stand_for_and_merged_like_that) {
  const Pair p("qwen2_tied");
  const std::string folder = temporary_directory();
  const AdapterPtr adapter = every_linear(p.quantised.get()), same = every_linear(p.plain.get());
  mg_save_options options = sized<mg_save_options>();
  options.dtype = MG_NF4;
  CHECK_THROWS(call(mg_model_save, p.quantised.get(), adapter.get(), folder.c_str(), &options), "not one that files are written in");
  options.dtype = MG_F32;
  for (const bool merged : {false, true}) {
    const std::string a = folder + (merged ? "/merged" : "/base"), b = a + "-plain";
    std::filesystem::create_directories(a);
    std::filesystem::create_directories(b);
    call(mg_model_save, p.quantised.get(), merged ? adapter.get() : nullptr, a.c_str(), &options);
    call(mg_model_save, p.plain.get(), merged ? same.get() : nullptr, b.c_str(), &options);
    CHECK(read_text_file(a + "/model.safetensors") == read_text_file(b + "/model.safetensors"));
  }
}

TEST(nf4_written_tensor_is_quantised_anew) {
  const Pair p("qwen2_tied");
  const char* name = "model.layers.1.self_attn.k_proj.weight";
  const char* neighbour = "model.layers.1.self_attn.v_proj.weight";
  auto values = read_tensor(p.quantised.get(), nullptr, name);
  const auto beside = read_tensor(p.quantised.get(), nullptr, neighbour);
  for (float& v : values) v *= 2;
  call(mg_tensor_write, p.quantised.get(), static_cast<mg_adapter*>(nullptr), name, values.data(), values.size());
  const auto back = read_tensor(p.quantised.get(), nullptr, name);
  double error = 0, total = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    error += std::pow(double(back[i]) - values[i], 2);
    total += std::pow(double(values[i]), 2);
  }
  CHECK(std::sqrt(error / total) < 0.01);  // the same codes; only the absmax are quantised again
  CHECK(beside == read_tensor(p.quantised.get(), nullptr, neighbour));
}
