// Logits, losses, gradients and greedy runs against transformers (test/fixtures/README.md), through the C ABI.
#include <algorithm>

#include "runtime/cpu.h"
#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

const char* const models[] = {"qwen2_tied", "qwen2_untied", "qwen3", "llama_rope3", "mistral_sw"};
constexpr int64_t vocabulary = 1024;

struct Fixture {
  explicit Fixture(const std::string& name)
      : directory(fixture("models/" + name)), expected(read_json(directory + "/expected.json")), tensors(TensorFiles::open_file(directory +
          "/expected.safetensors")) {}
  std::string directory;
  Json expected;
  TensorFiles tensors;
};

double largest_difference(const float* a, const float* b, size_t count) {
  double out = 0;
  for (size_t i = 0; i < count; ++i) out = std::max(out, std::fabs(static_cast<double>(a[i]) - b[i]));
  return out;
}

// Rows of a padded fixture against rows of packed logits.
double difference_right_padded(const Fixture& f, const Packed& packed, const std::vector<float>& logits) {
  const std::vector<float> wanted = read_fixture_tensor(f.tensors, "logits_right_padded");
  double worst = 0;
  for (size_t s = 0; s + 1 < packed.cu.size(); ++s)
    for (int32_t t = packed.cu[s]; t < packed.cu[s + 1]; ++t)
      worst = std::max(worst, largest_difference(&logits[static_cast<size_t>(t * vocabulary)],
                                                 &wanted[static_cast<size_t>((static_cast<int32_t>(s) * 12 +
                                                     t - packed.cu[s]) * vocabulary)], vocabulary));
  return worst;
}

// A fixture's model and its three right-padded rows, run packed.
struct RightPadded {
  RightPadded(mg_device* device, const char* name)
      : f(name), model(load(device, f.directory)), packed(right_padded_batch(f.expected)),
        out(run_forward(model.get(), packed, {.logits = true}, vocabulary)) {}
  Fixture f;
  ModelPtr model;
  Packed packed;
  Outputs out;
};

}  // namespace

TEST(logits_and_loss_of_packed_rows_equal_the_right_padded_fixtures) {
  const DevicePtr device = open_cpu();
  for (const char* name : models) {
    const auto [f, model, packed, out] = RightPadded(device.get(), name);
    const double worst = difference_right_padded(f, packed, out.logits);
    std::printf("  %-13s logits within %.1e, loss %.6f\n", name, worst, out.loss);
    CHECK_NEAR(worst, 0, 2e-5);
    CHECK_NEAR(out.loss, f.expected.find("loss")->number, 1e-5);
    const std::vector<float> wanted = read_fixture_tensor(f.tensors, "token_logprobs_right_padded");
    for (size_t s = 0; s + 1 < packed.cu.size(); ++s)
      for (int32_t t = packed.cu[s]; t + 1 < packed.cu[s + 1]; ++t)
        if (packed.targets[static_cast<size_t>(t)] >= 0)
          CHECK_NEAR(out.logprobs[static_cast<size_t>(t)], wanted[s * 11 + static_cast<size_t>(t - packed.cu[s])], 2e-5);
  }
}

TEST(packed_and_left_padded_inputs_give_the_same_logits) {
  const DevicePtr device = open_cpu();
  for (const char* name : models) {
    const auto [f, model, packed, out] = RightPadded(device.get(), name);
    if (f.tensors.has("logits_packed")) {
      const std::vector<float> wanted = read_fixture_tensor(f.tensors, "logits_packed");
      CHECK_NEAR(largest_difference(out.logits.data(), wanted.data(), wanted.size()), 0, 2e-5);
    }
    // Left padding is dropped like right padding: the last rows are each sequence's last token.
    const std::vector<float> last = read_fixture_tensor(f.tensors, "logits_left_padded_last");
    for (size_t s = 0; s < 3; ++s)
      CHECK_NEAR(largest_difference(&out.logits[static_cast<size_t>((packed.cu[s + 1] - 1) * vocabulary)], &last[s * vocabulary],
          vocabulary), 0, 2e-5);
    // Each sequence on its own: packing changes nothing.
    for (size_t s = 0; s < 3; ++s) {
      Packed alone;
      alone.add({packed.tokens.begin() + packed.cu[s], packed.tokens.begin() + packed.cu[s + 1]}, std::vector<int32_t>(12, 1));
      const Outputs single = run_forward(model.get(), alone, {.logits = true}, vocabulary);
      CHECK_NEAR(largest_difference(single.logits.data(), &out.logits[static_cast<size_t>(packed.cu[s] * vocabulary)],
          single.logits.size()), 0, 1e-5);
    }
  }
}

TEST(every_gradient_equals_the_fixtures) {
  const DevicePtr device = open_cpu();
  for (const char* name : models) {
    const Fixture f(name);
    for (const bool checkpoint : {false, true}) {
      const ModelPtr model = load(device.get(), f.directory);
      call(mg_model_set_trainable, model.get(), 1);
      const Packed packed = right_padded_batch(f.expected);
      run_forward(model.get(), packed, {.keep = true, .checkpoint = checkpoint});
      run_backward(model.get(), packed);
      double worst = 0, squares = 0;
      size_t compared = 0;
      for (const auto& [parameter, wanted] : f.expected.find("grad")->object) {
        const std::vector<float> got = read_tensor(model.get(), nullptr, parameter, MG_GRADIENT);
        const double scale = wanted.find("norm")->number, off = std::fabs(norm(got) - scale) / scale;
        squares += norm(got) * norm(got);
        worst = std::max(worst, off);
        CHECK_NEAR(off, 0, 1e-4);
        for (size_t i = 0; i < wanted.find("first4")->array.size(); ++i) {
          const double value = wanted.find("first4")->array[i].number;
          // Relative to the value, with a floor for values far below the tensor's norm, where f32 sums leave rounding noise.
          CHECK_NEAR(got[i], value, 1e-4 * std::max(std::fabs(value), scale / std::sqrt(static_cast<double>(got.size()))));
        }
        ++compared;
      }
      CHECK_EQ(compared, tensor_list(model.get(), nullptr).size());
      CHECK_NEAR(std::sqrt(squares), f.expected.find("total_grad_norm")->number, 1e-4 * f.expected.find("total_grad_norm")->number);
      if (!checkpoint) std::printf("  %-13s %zu gradient norms within %.1e relative\n", name, compared, worst);
    }
  }
}

TEST(greedy_generation_equals_the_fixtures_token_for_token) {
  const DevicePtr device = open_cpu();
  for (const char* name : models) {
    const Fixture f(name);
    const ModelPtr model = load(device.get(), f.directory);
    // Two at a time: the third waits its turn and joins while the others are being decoded.
    mg_generator_options options = sized<mg_generator_options>();
    options.max_sequences = 2;
    mg_generator* handle = nullptr;
    call(mg_generator_create, model.get(), &options, &handle);
    const GeneratorPtr generator(handle);
    const std::vector<Json>& runs = f.expected.find("generation")->array;
    std::vector<uint64_t> ids;
    for (const Json& run : runs) {
      const std::vector<int32_t> prompt = ints(*run.find("prompt"));
      mg_request request = sized<mg_request>();
      request.prompt = prompt.data();
      request.prompt_length = static_cast<int32_t>(prompt.size());
      request.max_new_tokens = 24;
      request.top_p = 1;
      request.repetition_penalty = 1;
      uint64_t id = 0;
      call(mg_generator_submit, generator.get(), &request, &id);
      ids.push_back(id);
    }
    std::vector<std::vector<mg_token_event>> got(runs.size());
    for (int32_t remaining = 1; remaining;) {
      mg_token_event events[7];
      int32_t count = 0;
      call(mg_generator_step, generator.get(), 5, events, 7, &count, &remaining);
      for (int32_t i = 0; i < count; ++i) got[static_cast<size_t>(std::find(ids.begin(), ids.end(),
          events[i].id) - ids.begin())].push_back(events[i]);
    }
    double worst = 0;
    for (size_t r = 0; r < runs.size(); ++r) {
      const std::vector<int32_t> tokens = ints(*runs[r].find("new_tokens"));
      CHECK_EQ(got[r].size(), tokens.size());
      for (size_t i = 0; i < std::min(tokens.size(), got[r].size()); ++i) {
        CHECK_EQ(got[r][i].token, tokens[i]);
        worst = std::max(worst, std::fabs(got[r][i].logprob - runs[r].find("logprobs")->array[i].number));
        CHECK_EQ(got[r][i].finish, i + 1 == tokens.size() ? static_cast<int>(MG_LENGTH) : static_cast<int>(MG_RUNNING));
      }
    }
    std::printf("  %-13s 3 runs of 24 tokens, logprobs within %.1e\n", name, worst);
    CHECK_NEAR(worst, 0, 2e-5);
  }
}

TEST(every_instruction_set_of_this_machine_gives_the_fixtures_numbers) {
  const Isa best = current_isa();
  const DevicePtr device = open_cpu();
  for (const Isa isa : available_isas()) {
    use_isa(isa);
    for (const char* name : models) {
      const Fixture f(name);
      const Packed packed = right_padded_batch(f.expected);
      const ModelPtr model = load(device.get(), f.directory), rounded = load(device.get(), f.directory, MG_BF16);
      call(mg_model_set_trainable, model.get(), 1);
      const Outputs out = run_forward(model.get(), packed, {.keep = true, .logits = true}, vocabulary);
      CHECK_NEAR(difference_right_padded(f, packed, out.logits), 0, 2e-5);
      CHECK_NEAR(difference_right_padded(f, packed, run_forward(rounded.get(), packed, {.logits = true}, vocabulary).logits), 0, 0.16);
      run_backward(model.get(), packed);
      for (const auto& [parameter, wanted] : f.expected.find("grad")->object) {
        const double scale = wanted.find("norm")->number;
        CHECK_NEAR(norm(read_tensor(model.get(), nullptr, parameter, MG_GRADIENT)), scale, 1e-4 * scale);
      }
    }
    std::printf("  %s\n", isa_name(isa));
  }
  use_isa(best);
}

TEST(bf16_logits_stay_within_the_fixtures_bf16_noise) {
  const DevicePtr device = open_cpu();
  for (const char* name : models) {
    const Fixture f(name);
    const ModelPtr model = load(device.get(), f.directory, MG_BF16);
    const Packed packed = right_padded_batch(f.expected);
    const double worst = difference_right_padded(f, packed, run_forward(model.get(), packed, {.logits = true}, vocabulary).logits);
    std::printf("  %-13s bf16 logits within %.3f\n", name, worst);
    CHECK_NEAR(worst, 0, 0.16);
    CHECK(worst > 1e-4);  // or it was not bf16
  }
}
