// The peer of bench/sides/generate.ts: llama.cpp, called through its C API.
//   llama generate FILE.gguf   greedy decoding and prefill; requests on standard input, one line each (bench/sides/serve.ts)
//   llama convert FROM.gguf TO.gguf bf16|q8_0|q4_0 its own quantiser with its own choice of types
// OMP_NUM_THREADS: threads. The first of like requests is measured with flash attention on and off; the faster stays.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "llama.h"

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "llama: %s\n", why.c_str());
  std::exit(1);
}

// The same pseudo-random tokens as bench/tokens.ts.
std::vector<llama_token> token_batch(int count, int vocabulary) {
  uint64_t state = 12345;
  std::vector<llama_token> out(count);
  for (auto& token : out) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    token = static_cast<llama_token>((state >> 33) % uint64_t(vocabulary));
  }
  return out;
}

long peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6) * 1024;
  return 0;
}

struct Batch {
  llama_batch b;
  explicit Batch(int tokens) : b(llama_batch_init(tokens, 0, 1)) {}
  ~Batch() { llama_batch_free(b); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  void clear() { b.n_tokens = 0; }
  void add(llama_token token, int position, int sequence, bool logits) {
    const int i = b.n_tokens++;
    b.token[i] = token;
    b.pos[i] = position;
    b.n_seq_id[i] = 1;
    b.seq_id[i][0] = sequence;
    b.logits[i] = logits;
  }
};

struct Request {
  std::string mode;  // decode or prefill
  int sequences, prompt, count;
  bool operator==(const Request&) const = default;
};

class Runner {
 public:
  Runner(llama_model* model, const Request& r, bool flash) : request_(r), batch_(r.sequences * r.prompt) {
    vocabulary_ = llama_vocab_n_tokens(llama_model_get_vocab(model));
    llama_context_params p = llama_context_default_params();
    p.n_ctx = uint32_t(r.sequences * (r.prompt + r.count + 32));
    p.n_batch = uint32_t(r.sequences * r.prompt);
    p.n_seq_max = uint32_t(r.sequences);
    p.n_threads = p.n_threads_batch = std::max(1, std::atoi(std::getenv("OMP_NUM_THREADS") ? std::getenv("OMP_NUM_THREADS") : "1"));
    p.flash_attn_type = flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    p.no_perf = true;
    context_ = llama_init_from_model(model, p);
    if (!context_) fail("no context");
    prompts_ = token_batch(r.sequences * r.prompt, vocabulary_);
  }
  ~Runner() { llama_free(context_); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // One pass of the request, of `count` tokens where that is given; seconds that count. `first`: the tokens of sequence 0.
  double pass(std::vector<llama_token>* first = nullptr, int count = 0) {
    const int S = request_.sequences, P = request_.prompt, N = count > 0 ? count : request_.count;
    llama_memory_clear(llama_get_memory(context_), false);
    batch_.clear();
    for (int s = 0; s < S; s++)
      for (int i = 0; i < P; i++) batch_.add(prompts_[s * P + i], i, s, i == P - 1);
    const double start = now();
    decode();
    std::vector<llama_token> last(S);
    for (int s = 0; s < S; s++) last[s] = best(s * P + P - 1);
    if (request_.mode == "prefill") return now() - start;
    const double prefilled = now();
    if (first) first->push_back(last[0]);
    for (int step = 1; step < N; step++) {
      batch_.clear();
      for (int s = 0; s < S; s++) batch_.add(last[s], P + step - 1, s, true);
      decode();
      for (int s = 0; s < S; s++) last[s] = best(s);
      if (first) first->push_back(last[0]);
    }
    return now() - prefilled;
  }

  // Tokens a second.
  double rate(double seconds) {
    if (!warm_) pass(nullptr, 2);
    warm_ = true;
    const double counted = request_.mode == "prefill" ? request_.sequences * request_.prompt
                                                      : request_.sequences * (request_.count - 1);
    double total = 0;
    int passes = 0;
    for (const double start = now(); passes < 1 || now() - start < seconds; passes++) total += pass();
    return passes * counted / total;
  }

 private:
  void decode() {
    if (const int status = llama_decode(context_, batch_.b)) fail("llama_decode returned " + std::to_string(status));
  }
  llama_token best(int index) const {
    const float* logits = llama_get_logits_ith(context_, index);
    return static_cast<llama_token>(std::max_element(logits, logits + vocabulary_) - logits);
  }

  Request request_;
  llama_context* context_;
  int vocabulary_;
  bool warm_ = false;
  Batch batch_;
  std::vector<llama_token> prompts_;
};

// `{"key":value` in the flat JSON that the harness writes.
std::string field(const std::string& json, const char* key) {
  const std::string quoted = std::string("\"") + key + "\":";
  const size_t at = json.find(quoted);
  if (at == std::string::npos) fail(std::string("no ") + key + " in " + json);
  size_t begin = at + quoted.size();
  const bool text = json[begin] == '"';
  if (text) begin++;
  return json.substr(begin, json.find_first_of(text ? "\"" : ",}", begin) - begin);
}

void answer(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

int generate(const char* file) {
  llama_model* model = llama_model_load_from_file(file, llama_model_default_params());
  if (!model) fail(std::string("cannot load ") + file);
  std::vector<llama_token> first;
  Runner(model, {"decode", 1, 64, 16}, false).pass(&first);
  std::string tokens;
  for (const llama_token token : first) tokens += (tokens.empty() ? "" : ",") + std::to_string(token);
  answer("{\"firstTokens\":[" + tokens + "]}");
  Request current{};
  std::unique_ptr<Runner> runner;  // of the current request, with whatever was faster when it was first measured
  bool flash = false;
  for (std::string line; std::getline(std::cin, line);) {
    const Request r{field(line, "mode"), std::stoi(field(line, "sequences")), std::stoi(field(line, "prompt")),
                    std::stoi(field(line, "count"))};
    const double seconds = std::stod(field(line, "seconds"));
    double value;
    if (runner && r == current) {
      value = runner->rate(seconds);
    } else {
      runner = std::make_unique<Runner>(model, r, false);
      auto other = std::make_unique<Runner>(model, r, true);
      value = runner->rate(seconds / 2);
      const double with = other->rate(seconds / 2);
      flash = with > value;
      if (flash) std::swap(runner, other);
      value = std::max(value, with);
      current = r;
    }
    char out[200];
    std::snprintf(out, sizeof out, "{\"value\":%.17g,\"peakBytes\":%ld,\"flashAttention\":%s}", value, peak_bytes(), flash ? "true" : "false");
    answer(out);
  }
  runner.reset();
  llama_model_free(model);
  return 0;
}

int convert(const char* from, const char* to, const std::string& type) {
  llama_model_quantize_params p = llama_model_quantize_default_params();
  if (type == "bf16") p.ftype = LLAMA_FTYPE_MOSTLY_BF16;
  else if (type == "q8_0") p.ftype = LLAMA_FTYPE_MOSTLY_Q8_0;
  else if (type == "q4_0") p.ftype = LLAMA_FTYPE_MOSTLY_Q4_0;
  else fail("unknown type " + type);
  return llama_model_quantize(from, to, &p) == 0 ? 0 : 1;
}

// Warnings and errors go to standard error; progress and memory reports stay out of it.
void quiet(ggml_log_level level, const char* text, void*) {
  if (level >= GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
}

}  // namespace

int main(int argc, char** argv) {
  llama_log_set(quiet, nullptr);
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path() / LLAMA_LIBRARIES;
  ggml_backend_load_all_from_path(folder.c_str());  // the variant for this processor
  llama_backend_init();
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "generate" && argc == 3) return generate(argv[2]);
  if (command == "convert" && argc == 5) return convert(argv[2], argv[3], argv[4]);
  fail("generate FILE.gguf | convert FROM.gguf TO.gguf TYPE");
}
