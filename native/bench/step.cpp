// Training steps and generation at the shapes of the published comparison, without Node: ./step [nano|mini|0.5b …] [f32|bf16|nf4] [threads=1]
// [full] [sequences=N] [generate] [group] [prompts=4] [completions=8] [completion=64] [prompt=N …]. LoRA rank 16 on all linears unless `full`.
// Prints tokens/s, the parts of a step, and the engine's peak bytes. `group`: the completions of each prompt, with the prompt computed once
// and written out before each (tokens/s are those of the written out).
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Shape {
  const char* name;
  int hidden, layers, heads, kv_heads, intermediate, vocabulary;
  bool tied;
  int sequences, length;  // of a training batch
};
constexpr Shape shapes[] = {
    {"nano", 128, 4, 4, 2, 344, 2048, true, 16, 128},
    {"mini", 512, 8, 8, 2, 1408, 8192, true, 4, 256},
    {"0.5b", 896, 24, 14, 2, 4864, 151936, true, 1, 512},
};

const char* dtype_name(mg_dtype dtype) { return dtype == MG_F32 ? "f32" : dtype == MG_NF4 ? "nf4" : "bf16"; }

// With one thread, processor time: what else the machine does then disturbs little.
bool processor_time = true;
double now() {
  timespec t{};
  clock_gettime(processor_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

ModelPtr create(mg_device* device, const Shape& s, mg_dtype dtype) {
  const auto n = [](int v) { return std::to_string(v); };
  const std::string config = "{\"architectures\":[\"Qwen2ForCausalLM\"],\"hidden_size\":" + n(s.hidden) + ",\"num_hidden_layers\":" +
      n(s.layers) +
                             ",\"num_attention_heads\":" + n(s.heads) + ",\"num_key_value_heads\":" + n(s.kv_heads) +
                                 ",\"intermediate_size\":" +
                             n(s.intermediate) + ",\"vocab_size\":" + n(s.vocabulary) + ",\"tie_word_embeddings\":" +
                                 (s.tied ? "true" : "false") + "}";
  mg_model_options options = sized<mg_model_options>();
  options.dtype = dtype;
  mg_model* out = nullptr;
  call(mg_model_create, device, config.c_str(), uint64_t{1}, &options, &out);
  return ModelPtr(out);
}

std::vector<std::string> linears(mg_model* model) {
  std::vector<std::string> out;
  for (const mg_tensor_info& t : tensor_list(model, nullptr)) {
    const std::string name = t.name;
    if (name.ends_with("_proj.weight")) out.push_back(name.substr(0, name.size() - 7));
  }
  return out;
}

int64_t peak(mg_device* device) {
  mg_device_info info = sized<mg_device_info>();
  call(mg_device_get_info, device, &info);
  return info.peak_bytes;
}

struct Group {
  int prompts = 4, completions = 8, completion = 64;
};

// All tokens but the last, which is only predicted.
void add_sequence(Packed& packed, const std::vector<int32_t>& tokens, int32_t parent, size_t scored_from) {
  for (size_t t = 0; t + 1 < tokens.size(); ++t) {
    packed.targets.push_back(t >= scored_from ? tokens[t + 1] : -1);
    packed.scored += t >= scored_from;
  }
  packed.tokens.insert(packed.tokens.end(), tokens.begin(), tokens.end() - 1);
  packed.cu.push_back(static_cast<int32_t>(packed.tokens.size()));
  packed.parents.push_back(parent);
}

// Completions of prompts, scored; shared: after parents that hold all but the last token of each prompt.
Packed group_batch(const Shape& s, const Group& g, int prompt_length, bool shared) {
  Packed packed;
  for (int p = 0; p < g.prompts; ++p) {
    std::vector<int32_t> prompt;
    for (int t = 0; t < prompt_length; ++t) prompt.push_back((p * 7919 + t * t * 31 + t) % s.vocabulary);
    const auto parent = static_cast<int32_t>(packed.parents.size());
    if (shared) add_sequence(packed, prompt, -1, prompt.size());
    for (int k = 0; k < g.completions; ++k) {
      std::vector<int32_t> tokens(shared ? prompt.end() - 1 : prompt.begin(), prompt.end());
      const size_t before = tokens.size() - 1;
      for (int t = 0; t < g.completion; ++t) tokens.push_back((p * 131 + k * 977 + t * t * 17 + t) % s.vocabulary);
      add_sequence(packed, tokens, shared ? parent : -1, before);
    }
  }
  return packed;
}

struct StepTimes {
  double step = 1e9, forward = 1e9, backward = 1e9, optimizer = 1e9, loss = 0;
};

// One model, its adapter (unless `full`) and its optimizer.
struct Trainer {
  Trainer(const Shape& s, mg_dtype dtype, int threads, bool full) : device(open_cpu(threads)), model(create(device.get(), s, dtype)) {
    const std::vector<std::string> names = linears(model.get());
    if (full) {
      call(mg_model_set_trainable, model.get(), 1);
    } else {
      std::vector<mg_adapter_module> modules;
      for (const std::string& name : names) modules.push_back(module_of(name, 16, 2));
      adapter = make_adapter(model.get(), modules);
    }
    optimizer = make_optimizer(model.get(), adapter.get());
  }
  void step_once(const Packed& packed, StepTimes& best) const {
    const double start = now();
    best.loss = run_forward(model.get(), packed, {.adapter = adapter.get(), .keep = true, .train = true}).loss;
    const double forward = now();
    run_backward(model.get(), packed);
    const double backward = now();
    step(optimizer.get(), 1e-4f, 1);
    const double end = now();
    best.step = std::min(best.step, end - start);
    best.forward = std::min(best.forward, forward - start);
    best.backward = std::min(best.backward, backward - forward);
    best.optimizer = std::min(best.optimizer, end - backward);
  }
  DevicePtr device;
  ModelPtr model;
  AdapterPtr adapter;
  OptimizerPtr optimizer;
};

void print_step(const Shape& s, mg_dtype dtype, const char* what, double tokens, const StepTimes& t, mg_device* device) {
  std::printf("%-5s %-4s %s  %9.0f tokens/s  step %8.2f ms (forward %.2f, backward %.2f, optimizer %.2f)  peak %.0f MB  loss %.4f\n", s.name,
              dtype_name(dtype), what, tokens / t.step, t.step * 1e3, t.forward * 1e3, t.backward * 1e3, t.optimizer * 1e3,
              static_cast<double>(peak(device)) / 1e6, t.loss);
  std::fflush(stdout);
}

// Steps of both in turn, on a model each.
void bench_group(const Shape& s, mg_dtype dtype, int threads, bool full, const Group& g, int prompt_length) {
  const Trainer sharing(s, dtype, threads, full), writing(s, dtype, threads, full);
  const Packed shared = group_batch(s, g, prompt_length, true), separate = group_batch(s, g, prompt_length, false);
  StepTimes a, b;
  const double stop = now() + 8;
  for (int i = 0; i < 4 || (i < 40 && now() < stop); ++i) {
    sharing.step_once(shared, a);
    writing.step_once(separate, b);
  }
  const auto tokens = static_cast<double>(separate.count());
  std::printf("%d prompts of %d, %d completions of %d: %.0f tokens written out, %lld shared, %.2f times fewer; steps %.2f times faster\n",
              g.prompts, prompt_length, g.completions, g.completion, tokens, static_cast<long long>(shared.count()),
              tokens / static_cast<double>(shared.count()), b.step / a.step);
  print_step(s, dtype, "shared  ", tokens, a, sharing.device.get());
  print_step(s, dtype, "separate", tokens, b, writing.device.get());
}

void bench_training(const Shape& s, mg_dtype dtype, int threads, bool full, int sequences) {
  const Trainer trainer(s, dtype, threads, full);
  Packed packed;
  for (int i = 0; i < sequences; ++i) {
    std::vector<int32_t> tokens;
    for (int t = 0; t < s.length; ++t) tokens.push_back(static_cast<int32_t>((i * 7919 + t * t * 31 + t) % s.vocabulary));
    packed.add(tokens, tokens);
  }
  StepTimes best;
  const double stop = now() + 6;
  for (int i = 0; i < 4 || (i < 40 && now() < stop); ++i) trainer.step_once(packed, best);
  print_step(s, dtype, full ? "full" : "lora", static_cast<double>(packed.count()), best, trainer.device.get());
}

void bench_generation(const Shape& s, mg_dtype dtype, int threads, int sequences) {
  const DevicePtr device = open_cpu(threads);
  const ModelPtr model = create(device.get(), s, dtype);
  mg_generator_options options = sized<mg_generator_options>();
  options.max_sequences = sequences;
  mg_generator* handle = nullptr;
  call(mg_generator_create, model.get(), &options, &handle);
  const GeneratorPtr generator(handle);
  std::vector<int32_t> prompt(64);
  double best_prefill = 1e9, best_decode = 1e9;
  const double stop = now() + 4;
  for (int i = 0; i < 2 || (i < 20 && now() < stop); ++i) {
    for (int k = 0; k < sequences; ++k) {
      for (size_t t = 0; t < prompt.size(); ++t) prompt[t] = static_cast<int32_t>((i * 977 + k * 31 + t * 17) % static_cast<size_t>(s.vocabulary));  // none found in the cache
      mg_request request = sized<mg_request>();
      request.prompt = prompt.data();
      request.prompt_length = 64;
      request.max_new_tokens = 65;
      request.top_p = 1;
      request.repetition_penalty = 1;
      uint64_t id = 0;
      call(mg_generator_submit, generator.get(), &request, &id);
    }
    std::vector<mg_token_event> events(static_cast<size_t>(sequences) * 65);
    int32_t count = 0, remaining = 0;
    const double start = now();
    call(mg_generator_step, generator.get(), 1, events.data(), static_cast<int32_t>(events.size()), &count, &remaining);
    const double prefilled = now();
    call(mg_generator_step, generator.get(), 64, events.data(), static_cast<int32_t>(events.size()), &count, &remaining);
    best_prefill = std::min(best_prefill, prefilled - start);
    best_decode = std::min(best_decode, now() - prefilled);
  }
  std::printf("%-5s %-4s generate x%-3d decode %9.1f tokens/s  prefill %9.0f tokens/s  peak %.0f MB\n", s.name,
      dtype_name(dtype), sequences,
              64.0 * sequences / best_decode, 64.0 * sequences / best_prefill, static_cast<double>(peak(device.get())) / 1e6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 1, sequences = 0;
  bool full = false, generate = false, group = false;
  Group sizes;
  std::vector<int> prompts;
  std::vector<mg_dtype> dtypes;
  std::vector<const Shape*> chosen;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "full") full = true;
    else if (word == "generate") generate = true;
    else if (word == "group") group = true;
    else if (word.starts_with("prompts=")) sizes.prompts = std::stoi(word.substr(8));
    else if (word.starts_with("completions=")) sizes.completions = std::stoi(word.substr(12));
    else if (word.starts_with("completion=")) sizes.completion = std::stoi(word.substr(11));
    else if (word.starts_with("prompt=")) prompts.push_back(std::stoi(word.substr(7)));
    else if (word == "f32") dtypes.push_back(MG_F32);
    else if (word.starts_with("sequences=")) sequences = std::stoi(word.substr(10));
    else if (word == "bf16") dtypes.push_back(MG_BF16);
    else if (word == "nf4") dtypes.push_back(MG_NF4);
    else if (word.starts_with("threads=")) threads = std::stoi(word.substr(8));
    else
      for (const Shape& s : shapes)
        if (word == s.name) chosen.push_back(&s);
  }
  if (chosen.empty()) chosen = {&shapes[0], &shapes[1]};
  if (dtypes.empty()) dtypes = {MG_F32, MG_BF16};
  if (prompts.empty()) prompts = {64, 256, 512};
  processor_time = threads == 1;
  std::printf("%s, %d threads, %s\n", mg_cpu_isa(), threads, processor_time ? "processor time" : "wall time");
  for (const Shape* s : chosen) {
    for (const mg_dtype dtype : dtypes) {
      if (generate)
        for (const int together : sequences ? std::vector{sequences} : std::vector{1, 16}) bench_generation(*s, dtype, threads, together);
      else if (group)
        for (const int prompt : prompts) bench_group(*s, dtype, threads, full, sizes, prompt);
      else
        bench_training(*s, dtype, threads, full, sequences ? sequences : s->sequences);
    }
  }
}
