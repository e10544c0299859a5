// Optimizer state, full fine-tuning, cancellation, memory and determinism, through the C ABI.
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Setup {
  explicit Setup(mg_dtype dtype = MG_F32, int threads = 2, const char* name = "qwen2_tied") : device(open_cpu(threads)),
      model(load(device.get(), fixture(std::string("models/") + name), dtype)) {
    packed = right_padded_batch(read_json(fixture(std::string("models/") + name + "/expected.json")));
  }
  DevicePtr device;
  ModelPtr model;
  Packed packed;
};

double train_step(const Setup& s, mg_adapter* adapter, mg_optimizer* optimizer, float learning_rate = 1e-3f) {
  const double loss = run_forward(s.model.get(), s.packed, {.adapter = adapter, .keep = true}).loss;
  run_backward(s.model.get(), s.packed);
  step(optimizer, learning_rate, 1);
  return loss;
}

AdapterPtr some_adapter(mg_model* model) {
  return make_adapter(model, {module_of("model.layers.0.self_attn.q_proj", 4, 2), module_of("model.layers.1.mlp.down_proj", 4, 2)});
}

std::vector<std::vector<float>> values(mg_model* model, mg_adapter* adapter) {
  std::vector<std::vector<float>> out;
  for (const mg_tensor_info& t : tensor_list(model, adapter)) out.push_back(read_tensor(model, adapter, t.name));
  return out;
}

}  // namespace

TEST(optimizer_state_saved_and_loaded_continues_to_the_bit) {
  for (const bool full : {false, true}) {
    for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
      const Setup a(dtype), b(dtype);
      const AdapterPtr one = full ? nullptr : some_adapter(a.model.get()), two = full ? nullptr : some_adapter(b.model.get());
      if (full) call(mg_model_set_trainable, a.model.get(), 1), call(mg_model_set_trainable, b.model.get(), 1);
      const OptimizerPtr first = make_optimizer(a.model.get(), one.get()), second = make_optimizer(b.model.get(), two.get());
      for (int i = 0; i < 3; ++i) train_step(a, one.get(), first.get());
      const std::string file = temporary_directory() + "/optimizer.safetensors";
      call(mg_optimizer_save, first.get(), file.c_str());
      call(mg_optimizer_load, second.get(), file.c_str());
      for (int i = 0; i < 3; ++i) CHECK_EQ(train_step(a, one.get(), first.get()), train_step(b, two.get(), second.get()));
      CHECK(values(a.model.get(), one.get()) == values(b.model.get(), two.get()));
    }
  }
}

TEST(a_cut_or_foreign_optimizer_state_is_refused_and_changes_nothing) {
  const Setup s;
  const AdapterPtr adapter = some_adapter(s.model.get()), other = make_adapter(s.model.get(), {module_of("model.layers.0.self_attn.v_proj",
      2, 1)});
  const OptimizerPtr optimizer = make_optimizer(s.model.get(), adapter.get()), foreign = make_optimizer(s.model.get(), other.get());
  train_step(s, adapter.get(), optimizer.get());
  const std::string file = temporary_directory() + "/o.safetensors";
  call(mg_optimizer_save, optimizer.get(), file.c_str());
  const auto before = values(s.model.get(), other.get());
  CHECK_THROWS(call(mg_optimizer_load, foreign.get(), file.c_str()), "is missing");
  CHECK(before == values(s.model.get(), other.get()));
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  const auto kept = values(s.model.get(), adapter.get());
  CHECK_THROWS(call(mg_optimizer_load, optimizer.get(), file.c_str()), "not inside the file");
  CHECK(kept == values(s.model.get(), adapter.get()));
  CHECK_THROWS(call(mg_optimizer_load, optimizer.get(), fixture("lora/qkvo/adapter_model.safetensors").c_str()), "not an optimizer state");
}

TEST(full_fine_tuning_lowers_the_loss_and_what_is_saved_is_what_was_trained) {
  for (const char* name : {"qwen2_untied", "qwen3"}) {
    for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
      const Setup s(dtype, 2, name);
      call(mg_model_set_trainable, s.model.get(), 1);
      const OptimizerPtr optimizer = make_optimizer(s.model.get(), nullptr, 0.01f, false);
      double first = 0, last = 0;
      for (int i = 0; i < 10; ++i) last = train_step(s, nullptr, optimizer.get(), 2e-3f), first = i ? first : last;
      CHECK(last < 0.7 * first);
      const std::vector<float> trained = run_forward(s.model.get(), s.packed, {}).logprobs;
      call(mg_model_set_trainable, s.model.get(), 0);
      CHECK(run_forward(s.model.get(), s.packed, {}).logprobs == trained);
      const std::string d = temporary_directory();
      mg_save_options options = sized<mg_save_options>();
      call(mg_model_save, s.model.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options);
      std::filesystem::copy_file(fixture(std::string("models/") + name + "/config.json"), d + "/config.json");
      const ModelPtr again = load(s.device.get(), d, dtype);
      CHECK(run_forward(again.get(), s.packed, {}).logprobs == run_forward(s.model.get(), s.packed, {}).logprobs);
      CHECK(values(again.get(), nullptr) == values(s.model.get(), nullptr));
    }
  }
}

TEST(a_gradient_that_is_not_finite_is_reported_and_not_applied) {
  const Setup s;
  const AdapterPtr adapter = some_adapter(s.model.get());
  const OptimizerPtr optimizer = make_optimizer(s.model.get(), adapter.get());
  const auto before = values(s.model.get(), adapter.get());
  run_forward(s.model.get(), s.packed, {.adapter = adapter.get(), .keep = true});
  std::vector<float> huge(s.packed.tokens.size(), -1e38f);
  mg_output_gradients gradients = sized<mg_output_gradients>();
  gradients.dlogprobs = huge.data();
  call(mg_backward, s.model.get(), &gradients);
  CHECK(!std::isfinite(step(optimizer.get(), 1e-3f, 1)));
  CHECK(before == values(s.model.get(), adapter.get()));
  CHECK_NEAR(norm(read_tensor(s.model.get(), adapter.get(), tensor_list(s.model.get(), adapter.get())[1].name, MG_GRADIENT)), 0, 0);
  run_forward(s.model.get(), s.packed, {.adapter = adapter.get(), .keep = true});
  huge[s.packed.cu[1] - 2] = NAN;
  CHECK_THROWS(call(mg_backward, s.model.get(), &gradients), "dlogprobs: not finite at position 10");
}

TEST(gradients_accumulate_and_entropy_and_temperature_have_true_gradients) {
  const Setup s;
  const AdapterPtr adapter = make_adapter(s.model.get(), {module_of("model.layers.0.self_attn.v_proj", 4, 2)});
  call(mg_tensor_write, s.model.get(), adapter.get(), "base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight",
      std::vector<float>(128, 0.05f).data(), size_t{128});
  const std::string name = "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight";
  const std::vector<float> dlogprobs(s.packed.tokens.size(), -0.3f), dentropy(s.packed.tokens.size(), 0.7f);
  mg_output_gradients gradients = sized<mg_output_gradients>();
  gradients.dlogprobs = dlogprobs.data();
  gradients.dentropy = dentropy.data();
  auto value_at = [&](bool keep) {
    const Outputs o = run_forward(s.model.get(), s.packed, {.adapter = adapter.get(), .keep = keep, .temperature = 0.7f});
    double sum = 0;
    for (const float l : o.logprobs) sum -= 0.3 * l;
    for (const float e : o.entropy) sum += 0.7 * e;
    return sum;
  };
  value_at(true);
  call(mg_backward, s.model.get(), &gradients);
  const std::vector<float> once = read_tensor(s.model.get(), adapter.get(), name, MG_GRADIENT), start = read_tensor(s.model.get(),
      adapter.get(), name);
  const double squared = norm(once) * norm(once), h = 4e-3 / norm(once);
  double sides[2];
  for (int side = 0; side < 2; ++side) {
    std::vector<float> moved(start);
    for (size_t i = 0; i < moved.size(); ++i) moved[i] += static_cast<float>((side ? h : -h) * once[i]);
    call(mg_tensor_write, s.model.get(), adapter.get(), name.c_str(), moved.data(), moved.size());
    sides[side] = value_at(false);
  }
  CHECK_NEAR((sides[1] - sides[0]) / (2 * h), squared, 0.01 * squared);
  call(mg_tensor_write, s.model.get(), adapter.get(), name.c_str(), start.data(), start.size());
  value_at(true);
  call(mg_backward, s.model.get(), &gradients);
  const std::vector<float> twice = read_tensor(s.model.get(), adapter.get(), name, MG_GRADIENT);
  for (size_t i = 0; i < once.size(); ++i) CHECK_NEAR(twice[i], 2 * once[i], 1e-5 * norm(once));
}

TEST(backward_needs_one_kept_forward_each) {
  const Setup s;
  const AdapterPtr adapter = some_adapter(s.model.get());
  CHECK_THROWS(run_backward(s.model.get(), s.packed), "call forward with keep first");
  run_forward(s.model.get(), s.packed, {.adapter = adapter.get(), .keep = true});
  run_backward(s.model.get(), s.packed);
  CHECK_THROWS(run_backward(s.model.get(), s.packed), "call forward with keep first");
  CHECK_THROWS(run_forward(s.model.get(), s.packed, {.keep = true}), "nothing to train");
  run_forward(s.model.get(), s.packed, {.adapter = adapter.get(), .keep = true});
  {
    // Destroying the adapter of a kept pass: backward then refuses, and nothing leaks or dangles.
    AdapterPtr gone = some_adapter(s.model.get());
    run_forward(s.model.get(), s.packed, {.adapter = gone.get(), .keep = true});
  }
  CHECK_THROWS(run_backward(s.model.get(), s.packed), "call forward with keep first");
}

TEST(a_large_batch_goes_through_in_groups_and_gives_the_sum_of_its_sequences) {
  const Setup s(MG_F32, 1);
  const AdapterPtr adapter = some_adapter(s.model.get());
  for (const mg_tensor_info& t : tensor_list(s.model.get(), adapter.get())) {
    std::vector<float> v(static_cast<size_t>(t.shape[0] * t.shape[1]));
    for (size_t i = 0; i < v.size(); ++i) v[i] = 0.1f * std::sin(static_cast<float>(i + v.size()));
    call(mg_tensor_write, s.model.get(), adapter.get(), static_cast<const char*>(t.name), v.data(), v.size());
  }
  // 2100 tokens are four groups of this model (about 600 each); sequences of different lengths, none at a round number.
  Packed all;
  std::vector<std::vector<int32_t>> sequences;
  for (int i = 0; i < 9; ++i) {
    std::vector<int32_t> tokens;
    for (int t = 0; t < 150 + 21 * i; ++t) tokens.push_back((t * t * 7 + i * 131 + t) % 1024);
    sequences.push_back(tokens);
    all.add(tokens, tokens);
  }
  const std::string name = tensor_list(s.model.get(), adapter.get())[0].name;
  std::vector<float> logprobs, gradient;
  for (const bool checkpoint : {false, true}) {
    logprobs = run_forward(s.model.get(), all, {.adapter = adapter.get(), .keep = true, .checkpoint = checkpoint}).logprobs;
    const std::vector<float> before = read_tensor(s.model.get(), adapter.get(), name, MG_GRADIENT);
    run_backward(s.model.get(), all);
    std::vector<float> now = read_tensor(s.model.get(), adapter.get(), name, MG_GRADIENT);
    for (size_t i = 0; i < now.size(); ++i) now[i] -= before[i];
    if (checkpoint)
      for (size_t i = 0; i < now.size(); ++i) CHECK_NEAR(now[i], gradient[i], 1e-5 * norm(gradient));
    gradient = now;
  }
  const AdapterPtr copy = some_adapter(s.model.get());
  for (const mg_tensor_info& t : tensor_list(s.model.get(), adapter.get())) {
    const std::vector<float> v = read_tensor(s.model.get(), adapter.get(), t.name);
    call(mg_tensor_write, s.model.get(), copy.get(), static_cast<const char*>(t.name), v.data(), v.size());
  }
  size_t at = 0;
  for (const std::vector<int32_t>& tokens : sequences) {
    Packed one;
    one.add(tokens, tokens);
    const int64_t scored = one.scored;
    one.scored = all.scored;  // the same mean
    const std::vector<float> alone = run_forward(s.model.get(), one, {.adapter = copy.get(), .keep = true}).logprobs;
    run_backward(s.model.get(), one);
    CHECK(scored > 0);
    for (size_t t = 0; t < alone.size(); ++t) CHECK_NEAR(alone[t], logprobs[at + t], 1e-5);
    at += tokens.size();
  }
  const std::vector<float> sum = read_tensor(s.model.get(), copy.get(), name, MG_GRADIENT);
  for (size_t i = 0; i < sum.size(); ++i) CHECK_NEAR(gradient[i], sum[i], 2e-5 * norm(sum));
}

TEST(batches_are_checked) {
  const Setup s;
  auto attempt = [&](auto&& change) {
    Packed p = s.packed;
    change(p);
    run_forward(s.model.get(), p, {});
  };
  CHECK_THROWS(attempt([](Packed& p) { p.tokens[3] = 1024; }), "Token 1024 at position 3 is not in the vocabulary of 1024");
  CHECK_THROWS(attempt([](Packed& p) { p.targets[2] = -2; }), "Target -2 at position 2");
  CHECK_THROWS(attempt([](Packed& p) { p.cu[1] = 0; }), "Sequence 0 has 0 tokens");
  CHECK_THROWS(attempt([](Packed& p) { p.cu.back() = 25; }), "from 0 to 25; it must run from 0 to the 26 tokens");
  CHECK_THROWS(run_forward(s.model.get(), s.packed, {.temperature = 0}), "temperature is 0");
  mg_batch unsized{};
  mg_forward_options options = sized<mg_forward_options>();
  mg_forward_result result = sized<mg_forward_result>();
  CHECK_THROWS(call(mg_forward, s.model.get(), &unsized, &options, &result), "struct_size is 0");
  // A batch where nothing is scored is no error: all outputs are 0 and so are the gradients.
  const AdapterPtr adapter = some_adapter(s.model.get());
  Packed nothing = s.packed;
  std::fill(nothing.targets.begin(), nothing.targets.end(), -1);
  for (const float l : run_forward(s.model.get(), nothing, {.adapter = adapter.get(), .keep = true}).logprobs) CHECK_EQ(l, 0.0f);
  run_backward(s.model.get(), nothing);
}

TEST(candidates_and_top_tokens_agree_with_the_logits) {
  const Setup s;
  constexpr int K = 3;
  Packed p = s.packed;
  std::vector<int32_t> targets;
  for (size_t t = 0; t < p.tokens.size(); ++t)
    for (int k = 0; k < K; ++k) targets.push_back(t % 2 ? static_cast<int32_t>((t * 37 + static_cast<size_t>(k) * 401) % 1024) : -1);
  const mg_batch batch = p.batch();
  mg_forward_options options = sized<mg_forward_options>();
  options.candidates = K;
  options.targets = targets.data();
  options.temperature = 2;
  options.top_k = 4;
  std::vector<float> logprobs(p.tokens.size() * K), entropy(p.tokens.size()), top_logprobs(p.tokens.size() * 4),
      logits(p.tokens.size() * 1024);
  std::vector<int32_t> top_ids(p.tokens.size() * 4);
  mg_forward_result result = sized<mg_forward_result>();
  result.logprobs = logprobs.data();
  result.entropy = entropy.data();
  result.top_ids = top_ids.data();
  result.top_logprobs = top_logprobs.data();
  result.logits = logits.data();
  call(mg_forward, s.model.get(), &batch, &options, &result);
  for (size_t t = 0; t < p.tokens.size(); ++t) {
    if (t % 2 == 0) {
      CHECK_EQ(logprobs[t * K], 0.0f);
      CHECK_EQ(top_ids[t * 4], -1);
      continue;
    }
    const float* z = &logits[t * 1024];
    double total = 0, mean = 0;
    for (int v = 0; v < 1024; ++v) total += std::exp(z[v] / 2.0);
    for (int v = 0; v < 1024; ++v) mean += std::exp(z[v] / 2.0) / total * z[v] / 2.0;
    for (int k = 0; k < K; ++k) CHECK_NEAR(logprobs[t * K + static_cast<size_t>(k)], z[targets[t * K +
        static_cast<size_t>(k)]] / 2.0 - std::log(total), 1e-5);
    CHECK_NEAR(entropy[t], std::log(total) - mean, 1e-5);
    for (int i = 0; i < 4; ++i) {
      int better = 0;
      for (int v = 0; v < 1024; ++v) better += z[v] > z[top_ids[t * 4 + static_cast<size_t>(i)]];
      CHECK_EQ(better, i);
      CHECK_NEAR(top_logprobs[t * 4 + static_cast<size_t>(i)], z[top_ids[t * 4 + static_cast<size_t>(i)]] / 2.0 - std::log(total), 1e-5);
    }
  }
}

TEST(the_same_seed_and_threads_give_the_same_bits) {
  for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
    std::vector<std::vector<float>> first;
    for (int run = 0; run < 2; ++run) {
      const Setup s(dtype);
      const AdapterPtr adapter = some_adapter(s.model.get());
      const OptimizerPtr optimizer = make_optimizer(s.model.get(), adapter.get());
      for (int i = 0; i < 3; ++i) train_step(s, adapter.get(), optimizer.get());
      const auto now = values(s.model.get(), adapter.get());
      if (run) CHECK(now == first);
      first = now;
    }
  }
}

TEST(a_steady_step_allocates_nothing_and_destroying_gives_everything_back) {
  const DevicePtr device = open_cpu();
  mg_device_info info = sized<mg_device_info>();
  {
    const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"));
    const Packed packed = right_padded_batch(read_json(fixture("models/qwen2_tied/expected.json")));
    const AdapterPtr adapter = some_adapter(model.get());
    const OptimizerPtr optimizer = make_optimizer(model.get(), adapter.get());
    int64_t after_second = 0, peak_second = 0;
    for (int i = 0; i < 4; ++i) {
      run_forward(model.get(), packed, {.adapter = adapter.get(), .keep = true});
      run_backward(model.get(), packed);
      step(optimizer.get(), 1e-3f, 1);
      call(mg_device_get_info, device.get(), &info);
      if (i == 1) after_second = info.current_bytes, peak_second = info.peak_bytes;
    }
    CHECK_EQ(info.current_bytes, after_second);
    CHECK_EQ(info.peak_bytes, peak_second);
    CHECK(info.current_bytes > 500000);
  }
  call(mg_device_get_info, device.get(), &info);
  CHECK(info.current_bytes <= 1 << 20);  // the ops' scratch stays with the device
}

TEST(cancel_from_another_thread_stops_the_call_in_flight) {
  const DevicePtr device = open_cpu(1);
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"));
  Packed packed;
  for (int s = 0; s < 40; ++s) packed.add(std::vector<int32_t>(500, 7 + s), std::vector<int32_t>(500, 9));
  std::atomic<bool> stop{false};
  std::thread canceller([&] {
    while (!stop) {
      mg_cancel(device.get());
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  const mg_status status = status_of([&] { run_forward(model.get(), packed, {}); });
  stop = true;
  canceller.join();
  CHECK_EQ(static_cast<int>(status), static_cast<int>(MG_CANCELLED));
  // The next call begins afresh.
  CHECK(status_of([&] { run_forward(model.get(), right_padded_batch(read_json(fixture("models/qwen2_tied/expected.json"))),
      {}); }) == MG_OK);
}

TEST(devices_other_than_cpu_say_what_is_there) {
  mg_device_options options = sized<mg_device_options>();
  mg_device* out = nullptr;
  CHECK_THROWS(call(mg_device_create, "cuda:0", &options, &out), "no CUDA back end");
  CHECK_THROWS(call(mg_device_create, "tpu", &options, &out), "Devices: cpu");
  options.threads = -1;
  CHECK_THROWS(call(mg_device_create, "cpu", &options, &out), "threads is -1");
  mg_device_destroy(nullptr);
  mg_model_destroy(nullptr);
  mg_adapter_destroy(nullptr);
  mg_optimizer_destroy(nullptr);
  mg_generator_destroy(nullptr);
}
