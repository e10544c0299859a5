// What docs/determinism.md states: which results are the same to the last bit, over threads, grouping, batch mates and processes.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Recipe {
  bool full = false;  // every weight; else LoRA with dropout
  mg_dtype dtype = MG_F32;
  int threads = 1;
  bool checkpoint = false;
};

// Long enough for several groups of sequences and for every op to divide its work among threads.
Packed batch_of(int sequences, int length) {
  Packed out;
  for (int s = 0; s < sequences; ++s) {
    std::vector<int32_t> tokens;
    for (int t = 0; t < length + 3 * s; ++t) tokens.push_back((s * 131 + t * t * 17 + 5 * t) % 1024);
    out.add(tokens, tokens);
  }
  return out;
}

// Log-probabilities of the first pass, its gradients, and the weights after three steps.
struct Bits {
  std::vector<float> logprobs, gradients, weights;
};

void append(std::vector<float>& out, mg_model* model, mg_adapter* adapter, mg_tensor_part part) {
  for (const mg_tensor_info& t : tensor_list(model, adapter)) {
    const std::vector<float> values = read_tensor(model, adapter, t.name, part);
    out.insert(out.end(), values.begin(), values.end());
  }
}

Bits trained(const Recipe& r) {
  const DevicePtr device = open_cpu(r.threads);
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"), r.dtype);
  const Packed packed = batch_of(12, 60);
  AdapterPtr adapter;
  if (r.full) call(mg_model_set_trainable, model.get(), 1);
  else adapter = make_adapter(model.get(), {module_of("model.layers.0.self_attn.q_proj", 8, 2, 0.1f),
                                            module_of("model.layers.0.mlp.up_proj", 8, 2, 0.1f),
                                            module_of("model.layers.1.mlp.down_proj", 8, 2, 0.1f)});
  const OptimizerPtr optimizer = make_optimizer(model.get(), adapter.get());
  Bits out;
  for (uint64_t step_number = 0; step_number < 3; ++step_number) {
    const Outputs pass = run_forward(model.get(), packed, {.adapter = adapter.get(), .keep = true, .checkpoint = r.checkpoint, .train = true,
                                                           .dropout_seed = step_number});
    run_backward(model.get(), packed);
    if (step_number == 0) {
      out.logprobs = pass.logprobs;
      append(out.gradients, model.get(), adapter.get(), MG_GRADIENT);
    }
    step(optimizer.get(), 1e-2f, 1);
  }
  append(out.weights, model.get(), adapter.get(), MG_VALUE);
  return out;
}

std::vector<Recipe> recipes(int threads) {
  std::vector<Recipe> out;
  for (const bool full : {false, true})
    for (const mg_dtype dtype : {MG_F32, MG_BF16}) out.push_back({full, dtype, threads});
  return out;
}

// Tokens and log-probabilities of requests with their own seeds, `together` at a time.
std::vector<std::vector<mg_token_event>> generated(mg_dtype dtype, int threads, int together) {
  const DevicePtr device = open_cpu(threads);
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"), dtype);
  mg_generator_options options = sized<mg_generator_options>();
  options.max_sequences = together;
  mg_generator* handle = nullptr;
  call(mg_generator_create, model.get(), &options, &handle);
  const GeneratorPtr generator(handle);
  constexpr int requests = 7;
  uint64_t ids[requests];
  for (int i = 0; i < requests; ++i) {
    std::vector<int32_t> prompt;
    for (int t = 0; t < 1 + 29 * i; ++t) prompt.push_back((i * 131 + t * 17) % 1024);
    mg_request request = sized<mg_request>();
    request.prompt = prompt.data();
    request.prompt_length = static_cast<int32_t>(prompt.size());
    request.max_new_tokens = 12 + i;
    request.temperature = 0.9f;
    request.top_p = 0.95f;
    request.repetition_penalty = 1.1f;
    request.seed = 40 + static_cast<uint64_t>(i);
    call(mg_generator_submit, generator.get(), &request, &ids[i]);
  }
  std::vector<std::vector<mg_token_event>> out(requests);
  std::vector<mg_token_event> events(64);
  for (int32_t remaining = 1; remaining;) {
    int32_t count = 0;
    call(mg_generator_step, generator.get(), 4, events.data(), 64, &count, &remaining);
    for (int32_t e = 0; e < count; ++e)
      for (size_t i = 0; i < requests; ++i)
        if (events[static_cast<size_t>(e)].id == ids[i]) out[i].push_back(events[static_cast<size_t>(e)]);
  }
  return out;
}

void append(std::vector<float>& out, const std::vector<std::vector<mg_token_event>>& sequences) {
  for (const auto& events : sequences) {
    for (const mg_token_event& e : events) {
      out.push_back(static_cast<float>(e.token));
      out.push_back(e.logprob);
    }
  }
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Everything with one number of threads, for the comparison with a process of its own.
std::vector<float> everything(int threads) {
  std::vector<float> out;
  for (const Recipe& r : recipes(threads)) {
    const Bits bits = trained(r);
    for (const auto& part : {bits.logprobs, bits.gradients, bits.weights}) out.insert(out.end(), part.begin(), part.end());
  }
  for (const mg_dtype dtype : {MG_F32, MG_BF16}) append(out, generated(dtype, threads, 3));
  return out;
}

}  // namespace

TEST(a_fresh_process_repeats_training_and_generation_to_the_bit) {
  // The program runs this one test again with a file to write to.
  if (const char* path = std::getenv("MEDGYM_TEST_BITS")) {
    for (const int threads : {1, 2}) {
      const std::vector<float> bits = everything(threads);
      std::ofstream(path + std::to_string(threads), std::ios::binary).write(reinterpret_cast<const char*>(bits.data()),
                                                                            static_cast<std::streamsize>(bits.size() * sizeof(float)));
    }
    return;
  }
  char self[4096] = {};
  CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
  const std::string path = temporary_directory() + "/bits";
  const std::string command = "MEDGYM_TEST_BITS='" + path + "' '" + self + "' a_fresh_process_repeats > /dev/null";
  CHECK_EQ(std::system(command.c_str()), 0);
  for (const int threads : {1, 2}) {
    const std::vector<float> wanted = everything(threads);
    std::vector<float> got(wanted.size() + 1);  // one more: a longer file would be seen
    std::ifstream in(path + std::to_string(threads), std::ios::binary);
    in.read(reinterpret_cast<char*>(got.data()), static_cast<std::streamsize>(got.size() * sizeof(float)));
    got.resize(static_cast<size_t>(in.gcount()) / sizeof(float));
    CHECK(same(got, wanted));
  }
}

TEST(forward_passes_have_the_same_bits_for_any_number_of_threads_and_gradients_for_the_same_number) {
  for (const Recipe& alone : recipes(1)) {
    const Bits one = trained(alone);
    for (const int threads : {2, 3}) {
      Recipe r = alone;
      r.threads = threads;
      const Bits several = trained(r);
      // With dropout: its draws follow the position in the batch.
      CHECK(same(several.logprobs, one.logprobs));
      r.checkpoint = true;
      const Bits recomputed = trained(r);
      CHECK(same(recomputed.gradients, several.gradients));
      CHECK(same(recomputed.weights, several.weights));
    }
  }
}

TEST(generation_has_the_same_bits_for_any_number_of_threads_and_any_company) {
  for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
    std::vector<float> wanted;
    append(wanted, generated(dtype, 1, 1));
    for (const auto& [threads, together] : {std::pair{1, 7}, std::pair{2, 1}, std::pair{2, 3}, std::pair{3, 7}}) {
      std::vector<float> got;
      append(got, generated(dtype, threads, together));
      CHECK(same(got, wanted));
    }
  }
}
