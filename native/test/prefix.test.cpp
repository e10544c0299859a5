// Shared prefixes: a batch whose sequences continue a parent gives the logprobs and gradients of the same sequences written out in full.
#include <algorithm>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

constexpr int vocabulary = 1024;

std::vector<int32_t> some_tokens(int count, int seed) {
  std::vector<int32_t> out;
  for (int t = 0; t < count; ++t) out.push_back((t * t * 7 + seed * 131 + t * 3 + 5) % vocabulary);
  return out;
}

// The same sequences twice: continuing their parents, and written out. places[i] are the positions of one scored token in both, and
// weights[i] is its loss's dloss/dlogprob.
struct Twice {
  Packed shared, separate;
  std::vector<std::pair<size_t, size_t>> places;
  std::vector<float> weights;
};

void put(Packed& p, const std::vector<int32_t>& tokens, int32_t parent) {
  p.tokens.insert(p.tokens.end(), tokens.begin(), tokens.end());
  p.targets.resize(p.tokens.size(), -1);
  p.cu.push_back(static_cast<int32_t>(p.tokens.size()));
  p.parents.push_back(parent);
}

// Families of a prompt and its completions, and a sequence of its own (a family without completions). Parents come first, then the children
// of all families in turn, so that siblings are neighbours in some places and strangers in others. The tokens of the first completion's
// prompt are scored too, in the parent.
Twice families(const std::vector<std::pair<int, std::vector<int>>>& sizes) {
  Twice out;
  std::vector<std::vector<int32_t>> prompts;
  std::vector<size_t> first_copy(sizes.size(), 0);
  const auto score = [&](size_t in_shared, size_t in_separate, int32_t target) {
    out.shared.targets[in_shared] = out.separate.targets[in_separate] = target;
    out.places.push_back({in_shared, in_separate});
    out.weights.push_back(0.2f * std::sin(static_cast<float>(3 * out.places.size())) - 0.1f);
  };
  for (const auto& [length, completions] : sizes) {
    prompts.push_back(some_tokens(length, static_cast<int>(prompts.size())));
    put(out.shared, std::vector<int32_t>(prompts.back().begin(), prompts.back().end() - (completions.empty() ? 0 : 1)), -1);
  }
  int seed = 100;
  size_t most = 0;
  for (const auto& family : sizes) most = std::max(most, family.second.size());
  for (size_t k = 0; k < std::max<size_t>(most, 1); ++k) {
    for (size_t f = 0; f < sizes.size(); ++f) {
      const std::vector<int32_t>& prompt = prompts[f];
      const size_t parent_at = static_cast<size_t>(out.shared.cu[f]), separate_at = out.separate.tokens.size();
      if (k > 0 && k >= sizes[f].second.size()) continue;
      const bool alone = sizes[f].second.empty();
      const std::vector<int32_t> completion = alone ? std::vector<int32_t>() : some_tokens(sizes[f].second[k], ++seed);
      std::vector<int32_t> whole = prompt;
      whole.insert(whole.end(), completion.begin(), completion.end());
      put(out.separate, whole, -1);
      if (k == 0)
        for (size_t t = 0; t + 2 < prompt.size(); ++t) score(parent_at + t, separate_at + t, prompt[t + 1]);
      if (alone) continue;
      std::vector<int32_t> child{prompt.back()};
      child.insert(child.end(), completion.begin(), completion.end());
      const size_t child_at = out.shared.tokens.size(), base = separate_at + prompt.size() - 1;
      put(out.shared, child, static_cast<int32_t>(f));
      for (size_t t = 0; t < child.size(); ++t) score(child_at + t, base + t, t < completion.size() ? completion[t] : 7);
    }
  }
  out.separate.parents.clear();
  out.shared.scored = out.separate.scored = static_cast<int64_t>(out.places.size());
  return out;
}

// A parent longer than what goes through a layer at once on one thread (about 600 tokens here), children of one token, of several sizes,
// enough of them for several such groups; a family of short ones; sequences without a parent.
const std::vector<std::pair<int, std::vector<int>>> mixture{
    {9, {0, 5, 0, 30, 1, 64}}, {25, {}}, {640, {200, 0, 150, 3, 140}}, {130, {20, 90}}, {2, {40, 2}}};

struct Trained {
  ModelPtr model;
  AdapterPtr adapter;  // null: the base is trained
  std::vector<std::string> names;
};

Trained prepare(mg_device* device, const char* name, mg_dtype dtype, bool lora, float dropout = 0) {
  Trained out{load(device, fixture(std::string("models/") + name), dtype), nullptr, {}};
  if (lora) {
    const char* const linears[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"};
    std::vector<std::string> modules;
    for (const char* layer : {"0", "1"})
      for (const char* linear : linears) modules.push_back(std::string("model.layers.") + layer + "." + linear);
    std::vector<mg_adapter_module> all;
    for (const std::string& module : modules) all.push_back(module_of(module, 4, 2, dropout));
    out.adapter = make_adapter(out.model.get(), all);
    for (const mg_tensor_info& t : tensor_list(out.model.get(), out.adapter.get())) {
      std::vector<float> v(static_cast<size_t>(t.shape[0] * t.shape[1]));
      for (size_t i = 0; i < v.size(); ++i) v[i] = 0.1f * std::sin(static_cast<float>(i + v.size()));
      call(mg_tensor_write, out.model.get(), out.adapter.get(), static_cast<const char*>(t.name), v.data(), v.size());
    }
  } else {
    call(mg_model_set_trainable, out.model.get(), 1);
  }
  for (const mg_tensor_info& t : tensor_list(out.model.get(), out.adapter.get())) out.names.push_back(t.name);
  return out;
}

struct Result {
  std::vector<float> logprobs;                // of the scored tokens
  std::vector<std::vector<float>> gradients;  // of each tensor
};

Result run(const Trained& t, const Twice& twice, bool shared, Pass pass) {
  const Packed& packed = shared ? twice.shared : twice.separate;
  const auto place = [&](size_t i) { return shared ? twice.places[i].first : twice.places[i].second; };
  pass.adapter = t.adapter.get();
  pass.keep = true;
  const std::vector<float> logprobs = run_forward(t.model.get(), packed, pass).logprobs;
  std::vector<float> dlogprobs(packed.tokens.size(), 0);
  Result out;
  for (size_t i = 0; i < twice.places.size(); ++i) {
    dlogprobs[place(i)] = twice.weights[i];
    out.logprobs.push_back(logprobs[place(i)]);
  }
  mg_output_gradients gradients = sized<mg_output_gradients>();
  gradients.dlogprobs = dlogprobs.data();
  const OptimizerPtr optimizer = make_optimizer(t.model.get(), t.adapter.get());
  call(mg_optimizer_zero_gradients, optimizer.get());
  call(mg_backward, t.model.get(), &gradients);
  for (const std::string& name : t.names) out.gradients.push_back(read_tensor(t.model.get(), t.adapter.get(), name, MG_GRADIENT));
  return out;
}

// How far a lies from b, as a share of the norm of b.
double relative(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return std::sqrt(difference) / std::max(norm(b), 1e-12);
}
double worst(const std::vector<float>& a, const std::vector<float>& b) {
  double out = 0;
  for (size_t i = 0; i < a.size(); ++i) out = std::max(out, std::fabs(static_cast<double>(a[i]) - b[i]));
  return out;
}

}  // namespace

TEST(sequences_that_continue_a_parent_equal_sequences_written_out) {
  const Twice twice = families(mixture);
  for (const char* name : {"qwen2_tied", "qwen3", "mistral_sw"}) {  // bias; q/k norm; a window of 5
    for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
      for (const bool lora : {true, false}) {
        for (const int threads : {1, 2}) {
          const DevicePtr device = open_cpu(threads);
          const Trained t = prepare(device.get(), name, dtype, lora);
          const Result wanted = run(t, twice, false, {});
          for (const bool checkpoint : {false, true}) {
            const Result got = run(t, twice, true, {.checkpoint = checkpoint});
            CHECK_NEAR(worst(got.logprobs, wanted.logprobs), 0, dtype == MG_F32 ? 1e-5 : 0.1);
            for (size_t i = 0; i < t.names.size(); ++i)
              CHECK_NEAR(relative(got.gradients[i], wanted.gradients[i]), 0, dtype == MG_F32 ? 1e-5 : 0.03);
            if (threads == 2 && !checkpoint) CHECK(run(t, twice, true, {}).gradients == got.gradients);
          }
        }
      }
    }
  }
}

TEST(dropout_over_shared_prefixes_is_the_same_however_it_is_grouped_or_recomputed) {
  const Twice twice = families(mixture);
  std::vector<Result> results;
  for (const int threads : {1, 2}) {
    const DevicePtr device = open_cpu(threads);
    const Trained t = prepare(device.get(), "qwen2_tied", MG_F32, true, 0.3f);
    for (const bool checkpoint : {false, true}) results.push_back(run(t, twice, true, {.checkpoint = checkpoint, .train = true, .dropout_seed = 5}));
  }
  for (const Result& result : results) {
    CHECK_NEAR(worst(result.logprobs, results[0].logprobs), 0, 1e-5);
    for (size_t i = 0; i < result.gradients.size(); ++i) CHECK_NEAR(relative(result.gradients[i], results[0].gradients[i]), 0, 1e-5);
  }
  // The gradient is that of the loss with these draws: along itself the loss rises by its squared norm.
  const DevicePtr device = open_cpu(1);
  const Trained t = prepare(device.get(), "qwen2_tied", MG_F32, true, 0.3f);
  const Pass pass{.train = true, .dropout_seed = 5};
  double squared = 0, sides[2];
  for (const auto& gradient : results[0].gradients) squared += norm(gradient) * norm(gradient);
  const double h = 3e-3 / std::sqrt(squared);
  std::vector<std::vector<float>> start;
  for (const std::string& name : t.names) start.push_back(read_tensor(t.model.get(), t.adapter.get(), name));
  for (const int side : {0, 1}) {
    for (size_t i = 0; i < t.names.size(); ++i) {
      std::vector<float> moved = start[i];
      for (size_t j = 0; j < moved.size(); ++j) moved[j] += static_cast<float>((side ? h : -h) * results[0].gradients[i][j]);
      call(mg_tensor_write, t.model.get(), t.adapter.get(), t.names[i].c_str(), moved.data(), moved.size());
    }
    const Result result = run(t, twice, true, pass);
    sides[side] = 0;
    for (size_t i = 0; i < result.logprobs.size(); ++i) sides[side] += static_cast<double>(twice.weights[i]) * result.logprobs[i];
  }
  CHECK_NEAR((sides[1] - sides[0]) / (2 * h), squared, 0.02 * squared);
}

TEST(parents_are_checked) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"));
  const auto attempt = [&](const std::vector<int32_t>& parents) {
    Packed p;
    for (int s = 0; s < 3; ++s) put(p, some_tokens(4, s), parents[static_cast<size_t>(s)]);
    p.targets[1] = 3;
    p.scored = 1;
    run_forward(model.get(), p, {});
  };
  attempt({-1, 0, 0});
  CHECK_THROWS(attempt({-1, 1, -1}), "parents[1] is 1; it must be the number of an earlier sequence (below 1), or -1");
  CHECK_THROWS(attempt({1, 0, -1}), "parents[0] is 1");  // a ring
  CHECK_THROWS(attempt({-1, 7, -1}), "parents[1] is 7");
  CHECK_THROWS(attempt({-1, -2, -1}), "parents[1] is -2");
  CHECK_THROWS(attempt({-1, 0, 1}), "The parent of sequence 2 is sequence 1, which itself has a parent, 0");
}
