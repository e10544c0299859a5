// The generator beyond greedy parity: seeds, batching, adapters, penalties, stop tokens, queueing, cancelling, shared prefixes.
#include <algorithm>
#include <map>
#include <random>

#include "ops/testing.h"

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Setup {
  explicit Setup(mg_dtype dtype = MG_F32, const char* name = "qwen2_tied", int threads = 2) : device(open_cpu(threads)), model(load(device.get(),
      fixture(std::string("models/") + name), dtype)) {}
  DevicePtr device;
  ModelPtr model;
};

GeneratorPtr make_generator(mg_model* model, int max_sequences, int64_t max_tokens = 0) {
  mg_generator_options options = sized<mg_generator_options>();
  options.max_sequences = max_sequences;
  options.max_tokens = max_tokens;
  mg_generator* out = nullptr;
  call(mg_generator_create, model, &options, &out);
  return GeneratorPtr(out);
}

struct Request {
  std::vector<int32_t> prompt, stop;
  mg_request r = sized<mg_request>();
  explicit Request(std::vector<int32_t> p, int new_tokens = 16, float temperature = 1, uint64_t seed = 1) : prompt(std::move(p)) {
    r.max_new_tokens = new_tokens;
    r.temperature = temperature;
    r.top_p = 1;
    r.repetition_penalty = 1;
    r.seed = seed;
  }
};

uint64_t submit(mg_generator* g, Request& q) {
  q.r.prompt = q.prompt.data();
  q.r.prompt_length = static_cast<int32_t>(q.prompt.size());
  q.r.stop_tokens = q.stop.data();
  q.r.stop_token_count = static_cast<int32_t>(q.stop.size());
  uint64_t id = 0;
  call(mg_generator_submit, g, &q.r, &id);
  return id;
}

using Result = std::map<uint64_t, std::vector<mg_token_event>>;
Result drain(mg_generator* g, int max_steps = 8, int capacity = 64) {
  Result out;
  std::vector<mg_token_event> events(static_cast<size_t>(capacity));
  for (int32_t remaining = 1; remaining;) {
    int32_t count = 0;
    call(mg_generator_step, g, max_steps, events.data(), capacity, &count, &remaining);
    for (int32_t i = 0; i < count; ++i) out[events[static_cast<size_t>(i)].id].push_back(events[static_cast<size_t>(i)]);
  }
  return out;
}
std::vector<int32_t> tokens(const std::vector<mg_token_event>& events) {
  std::vector<int32_t> out;
  for (const mg_token_event& e : events) out.push_back(e.token);
  return out;
}
std::vector<mg_token_event> events_alone(mg_model* model, Request q) {
  const GeneratorPtr g = make_generator(model, 1);
  const uint64_t id = submit(g.get(), q);
  return drain(g.get())[id];
}
std::vector<int32_t> alone(mg_model* model, const Request& q) { return tokens(events_alone(model, q)); }
mg_generator_stats stats(mg_generator* g) {
  mg_generator_stats out = sized<mg_generator_stats>();
  call(mg_generator_get_stats, g, &out);
  return out;
}
// To the last bit: the log-probabilities too.
void check_same(const std::vector<mg_token_event>& got, const std::vector<mg_token_event>& wanted) {
  CHECK(tokens(got) == tokens(wanted));
  for (size_t e = 0; e < std::min(wanted.size(), got.size()); ++e) CHECK_EQ(got[e].logprob, wanted[e].logprob);
}
std::vector<int32_t> random_prompt(int length, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int32_t> out;
  for (int i = 0; i < length; ++i) out.push_back(static_cast<int32_t>(random() % 1024));
  return out;
}
void fill_adapter(mg_model* model, mg_adapter* adapter, uint64_t seed) {
  for (const mg_tensor_info& t : tensor_list(model, adapter)) {
    std::vector<float> v(static_cast<size_t>(t.shape[0] * t.shape[1]));
    for (size_t i = 0; i < v.size(); ++i) v[i] = 0.3f * std::sin(static_cast<float>(i * (seed + 1)));
    call(mg_tensor_write, model, adapter, static_cast<const char*>(t.name), v.data(), v.size());
  }
}
AdapterPtr filled_adapter(mg_model* model, uint64_t seed) {
  AdapterPtr a = make_adapter(model, {module_of("model.layers.0.self_attn.q_proj", 4, 2), module_of("model.layers.1.mlp.up_proj", 2, 1)}, seed);
  fill_adapter(model, a.get(), seed);
  return a;
}

}  // namespace

TEST(sampled_tokens_do_not_depend_on_what_else_is_in_the_batch) {
  for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
    const Setup s(dtype);
    std::vector<Request> requests;
    for (int i = 0; i < 21; ++i) {
      std::vector<int32_t> prompt;
      for (int t = 0; t < 1 + 5 * i; ++t) prompt.push_back((i * 131 + t * 17) % 1024);
      requests.emplace_back(prompt, 6 + 3 * i, 0.9f, 100 + static_cast<uint64_t>(i));
    }
    for (const auto& [sequences, steps, capacity] : {std::tuple{3, 1, 2}, std::tuple{9, 7, 5}, std::tuple{21, 5, 64}}) {
      const GeneratorPtr g = make_generator(s.model.get(), sequences);
      std::vector<uint64_t> ids;
      for (Request& q : requests) ids.push_back(submit(g.get(), q));
      Result got = drain(g.get(), steps, capacity);
      for (size_t i = 0; i < requests.size(); ++i) {
        check_same(got[ids[i]], events_alone(s.model.get(), requests[i]));
      }
    }
  }
}

TEST(the_seed_decides) {
  const Setup s;
  CHECK(alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)) == alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)));
  CHECK(alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)) != alone(s.model.get(), Request({1, 2, 3}, 16, 1, 6)));
}

// What the trainer is told of a token must be what the sampler drew it with: importance ratios start at 1.
TEST(reported_logprobs_are_those_of_a_forward_pass) {
  for (const char* name : {"qwen2_tied", "qwen3", "mistral_sw"}) {
    const Setup s(MG_F32, name);
    const AdapterPtr adapter = filled_adapter(s.model.get(), 1);
    const GeneratorPtr g = make_generator(s.model.get(), 3);
    std::vector<Request> requests;
    std::vector<uint64_t> ids;
    for (int i = 0; i < 6; ++i) {
      requests.emplace_back(random_prompt(4 + 29 * (i / 2), static_cast<uint64_t>(i / 2)), 75, i % 2 ? 0.7f : 1.0f, static_cast<uint64_t>(i));
      requests.back().r.adapter = i < 4 ? adapter.get() : nullptr;
      if (i == 0) requests.back().r.top_k = 50, requests.back().r.repetition_penalty = 1.2f;
      ids.push_back(submit(g.get(), requests.back()));
    }
    Result got = drain(g.get());
    for (size_t r = 0; r < requests.size(); ++r) {
      const std::vector<mg_token_event>& events = got[ids[r]];
      std::vector<int32_t> all = requests[r].prompt;
      for (const mg_token_event& e : events) all.push_back(e.token);
      Packed packed;
      packed.add(all, all);
      const Outputs out = run_forward(s.model.get(), packed, {.adapter = requests[r].r.adapter, .temperature = requests[r].r.temperature});
      CHECK_EQ(events.size(), size_t{75});
      for (size_t i = 0; i < events.size(); ++i) CHECK_NEAR(events[i].logprob, out.logprobs[requests[r].prompt.size() - 1 + i], 1e-5);
    }
  }
}

TEST(each_request_has_its_own_adapter) {
  const Setup s;
  const AdapterPtr a = filled_adapter(s.model.get(), 1), b = filled_adapter(s.model.get(), 2);
  std::vector<Request> requests;
  for (mg_adapter* which : {a.get(), static_cast<mg_adapter*>(nullptr), b.get(), a.get(), static_cast<mg_adapter*>(nullptr), b.get()}) {
    requests.emplace_back(std::vector<int32_t>{4, 5, 6, static_cast<int32_t>(requests.size())}, 12, 0.0f);
    requests.back().r.adapter = which;
  }
  const GeneratorPtr g = make_generator(s.model.get(), 6);
  std::vector<uint64_t> ids;
  for (Request& q : requests) ids.push_back(submit(g.get(), q));
  Result got = drain(g.get());
  for (size_t i = 0; i < requests.size(); ++i) CHECK(tokens(got[ids[i]]) == alone(s.model.get(), requests[i]));
  Request base({4, 5, 6, 0}, 12, 0.0f), adapted = base;
  adapted.r.adapter = a.get();
  CHECK(alone(s.model.get(), base) != alone(s.model.get(), adapted));
}

TEST(stop_tokens_end_a_sequence_and_are_its_last_token) {
  const Setup s;
  const std::vector<int32_t> free_run = alone(s.model.get(), Request({1, 2, 3}, 12, 0));
  Request q({1, 2, 3}, 12, 0);
  q.stop = {999999, free_run[4]};
  const GeneratorPtr g = make_generator(s.model.get(), 1);
  const uint64_t id = submit(g.get(), q);
  const std::vector<mg_token_event> events = drain(g.get())[id];
  const auto first = std::find(free_run.begin(), free_run.end(), free_run[4]) - free_run.begin();
  CHECK_EQ(static_cast<int64_t>(events.size()), first + 1);
  CHECK_EQ(events.back().token, free_run[4]);
  CHECK_EQ(static_cast<int>(events.back().finish), static_cast<int>(MG_STOP));
}

TEST(penalties_hold_back_what_was_said) {
  const Setup s;
  Request plain({7, 7, 7, 7}, 30, 0), penalised = plain, present = plain;
  penalised.r.repetition_penalty = 5;
  present.r.presence_penalty = 50;
  const std::vector<int32_t> with = alone(s.model.get(), present);
  for (size_t i = 0; i < with.size(); ++i) {
    CHECK(with[i] != 7);
    CHECK(std::find(with.begin(), with.begin() + static_cast<int64_t>(i), with[i]) == with.begin() + static_cast<int64_t>(i));
  }
  CHECK(alone(s.model.get(), plain) != alone(s.model.get(), penalised));
}

TEST(requests_queue_when_the_cache_is_full_and_blocks_are_reused) {
  const Setup s;
  // 128 positions: two requests of 40 (two blocks of 32 each) fit, the rest wait.
  const GeneratorPtr g = make_generator(s.model.get(), 8, 128);
  std::vector<Request> requests;
  std::vector<uint64_t> ids;
  for (int i = 0; i < 6; ++i) requests.emplace_back(std::vector<int32_t>(10, 20 + i), 30, 1.0f, static_cast<uint64_t>(i));
  for (Request& q : requests) ids.push_back(submit(g.get(), q));
  mg_token_event events[64];
  int32_t count = 0, remaining = 0;
  call(mg_generator_step, g.get(), 1, events, 64, &count, &remaining);
  CHECK_EQ(count, 2);
  CHECK_EQ(remaining, 6);
  Result got = drain(g.get());
  for (size_t i = 2; i < requests.size(); ++i) CHECK(tokens(got[ids[i]]) == alone(s.model.get(), requests[i]));
  Request large(std::vector<int32_t>(100, 1), 29);
  CHECK_THROWS(submit(g.get(), large), "needs 129 positions (prompt 100, up to 29 new); the generator's max_tokens is 128");
}

TEST(cancelled_requests_end_with_an_event) {
  const Setup s;
  const GeneratorPtr g = make_generator(s.model.get(), 1);
  Request a({1, 2}, 20), b({3, 4}, 20), c({5, 6}, 4);
  const uint64_t running = submit(g.get(), a), waiting = submit(g.get(), b), third = submit(g.get(), c);
  mg_token_event events[4];
  int32_t count = 0, remaining = 0;
  call(mg_generator_step, g.get(), 3, events, 4, &count, &remaining);
  CHECK_EQ(count, 3);
  call(mg_generator_cancel, g.get(), running);
  call(mg_generator_cancel, g.get(), waiting);
  CHECK_THROWS(call(mg_generator_cancel, g.get(), running), "no unfinished request");
  Result rest = drain(g.get());
  for (const uint64_t id : {running, waiting}) {
    CHECK_EQ(rest[id].size(), size_t{1});
    CHECK_EQ(rest[id][0].token, -1);
    CHECK_EQ(static_cast<int>(rest[id][0].finish), static_cast<int>(MG_ABORTED));
  }
  CHECK(tokens(rest[third]) == alone(s.model.get(), c));
}

TEST(bad_requests_say_what_is_wrong) {
  const Setup s;
  const GeneratorPtr g = make_generator(s.model.get(), 1);
  auto attempt = [&](auto&& change) {
    Request q({1, 2});
    change(q);
    submit(g.get(), q);
  };
  CHECK_THROWS(attempt([](Request& q) { q.prompt.clear(); }), "The prompt is empty");
  CHECK_THROWS(attempt([](Request& q) { q.prompt[1] = -1; }), "Token -1 at position 1");
  CHECK_THROWS(attempt([](Request& q) { q.r.max_new_tokens = 0; }), "max_new_tokens is 0");
  CHECK_THROWS(attempt([](Request& q) { q.r.top_p = 0; }), "top_p is 0");
  CHECK_THROWS(attempt([](Request& q) { q.r.temperature = -1; }), "temperature is -1");
  CHECK_THROWS(attempt([](Request& q) { q.r.repetition_penalty = 0; }), "repetition_penalty is 0");
  CHECK_THROWS(make_generator(s.model.get(), 0), "max_sequences is 0");
}

// Every instruction set, f32 and bf16, with and without a sliding window.
template <class Body>
void every_arithmetic(Body&& body) {
  every_isa([&](Context&) {
    for (const char* name : {"qwen2_tied", "mistral_sw"})
      for (const mg_dtype dtype : {MG_F32, MG_BF16}) body(Setup(dtype, name, 1));
  });
}

TEST(a_prefix_that_is_found_in_the_cache_changes_no_bit) {
  every_arithmetic([](const Setup& s) {
    Request q(random_prompt(131, 1), 40, 1, 7);
    const std::vector<mg_token_event> wanted = events_alone(s.model.get(), q);
    for (int shared = 0; shared <= 131; shared += 1 + shared % 31 / 2) {
      const GeneratorPtr g = make_generator(s.model.get(), 2);
      Request before({q.prompt.begin(), q.prompt.begin() + shared}, 3);
      before.prompt.push_back(1000);
      submit(g.get(), before);
      drain(g.get());
      const mg_generator_stats first = stats(g.get());
      const uint64_t id = submit(g.get(), q);
      check_same(drain(g.get())[id], wanted);
      const mg_generator_stats second = stats(g.get());
      CHECK_EQ(second.reused_tokens - first.reused_tokens, int64_t{shared / 32 * 32});
      CHECK_EQ(second.prefilled_tokens - first.prefilled_tokens, int64_t{131 - shared / 32 * 32});
    }
  });
}

TEST(a_group_computes_its_prompt_once) {
  every_arithmetic([](const Setup& s) {
    // With a last block that is full, with one that is not, within one block; the second half comes while the first is decoding.
    for (const int length : {128, 75, 20}) {
      const GeneratorPtr g = make_generator(s.model.get(), 16);
      std::vector<Request> requests;
      for (int i = 0; i < 8; ++i) requests.emplace_back(random_prompt(length, 3), 40, 1.0f, static_cast<uint64_t>(i));
      std::vector<uint64_t> ids;
      for (int i = 0; i < 4; ++i) ids.push_back(submit(g.get(), requests[static_cast<size_t>(i)]));
      std::vector<mg_token_event> events(64);
      int32_t count = 0, remaining = 0;
      call(mg_generator_step, g.get(), 2, events.data(), 64, &count, &remaining);
      CHECK_EQ(count, 8);
      CHECK_EQ(stats(g.get()).prefilled_tokens, int64_t{length});
      for (int i = 4; i < 8; ++i) ids.push_back(submit(g.get(), requests[static_cast<size_t>(i)]));
      Result got = drain(g.get());
      // The last token is computed again for its logits.
      CHECK_EQ(stats(g.get()).prefilled_tokens, int64_t{length + (length % 32 ? length % 32 : 1)});
      for (size_t i = 0; i < requests.size(); ++i) {
        std::vector<mg_token_event> all;
        for (int32_t e = 0; e < count; ++e)
          if (events[static_cast<size_t>(e)].id == ids[i]) all.push_back(events[static_cast<size_t>(e)]);
        all.insert(all.end(), got[ids[i]].begin(), got[ids[i]].end());
        check_same(all, events_alone(s.model.get(), requests[i]));
      }
    }
  });
}

TEST(the_next_turn_of_an_episode_computes_what_is_new) {
  const Setup s;
  const GeneratorPtr g = make_generator(s.model.get(), 1);
  std::vector<int32_t> chat = random_prompt(100, 5);
  int64_t length_before = 0;
  for (int turn = 0; turn < 4; ++turn) {
    Request q(chat, 20, 1, static_cast<uint64_t>(turn));
    const int64_t reused = stats(g.get()).reused_tokens;
    const uint64_t id = submit(g.get(), q);
    const std::vector<mg_token_event> events = drain(g.get())[id];
    check_same(events, events_alone(s.model.get(), q));
    CHECK_EQ(stats(g.get()).reused_tokens - reused, length_before / 32 * 32);
    length_before = static_cast<int64_t>(chat.size());
    for (const mg_token_event& e : events) chat.push_back(e.token);
    for (const int32_t t : random_prompt(30, 50 + static_cast<uint64_t>(turn))) chat.push_back(t);
  }
}

TEST(a_long_prompt_is_computed_in_chunks_beside_what_is_decoding) {
  for (const char* name : {"qwen2_tied", "mistral_sw"})
    for (const mg_dtype dtype : {MG_F32, MG_BF16}) {
      const Setup s(dtype, name);
      const GeneratorPtr g = make_generator(s.model.get(), 4);
      Request quick({1, 2, 3}, 30), slow(random_prompt(5000, 9), 5), same = slow, other(random_prompt(5000, 9), 4), dropped = slow;
      same.r.seed = 77;
      other.prompt[4000] = 3;
      std::vector<mg_token_event> events(64);
      int32_t count = 0, remaining = 0;
      Result got;
      const auto step = [&](int32_t wanted) {
        call(mg_generator_step, g.get(), 1, events.data(), 64, &count, &remaining);
        CHECK_EQ(count, wanted);
        for (int32_t i = 0; i < count; ++i) got[events[static_cast<size_t>(i)].id].push_back(events[static_cast<size_t>(i)]);
      };
      const uint64_t quick_id = submit(g.get(), quick);
      step(1);
      const uint64_t dropped_id = submit(g.get(), dropped), slow_id = submit(g.get(), slow);
      step(1);  // a token and a chunk
      step(1);
      CHECK(stats(g.get()).prefilled_tokens <= 3 + 2 * 512);
      const uint64_t same_id = submit(g.get(), same);  // comes while the prompt is being computed
      step(1);
      call(mg_generator_cancel, g.get(), dropped_id);  // between two chunks: another goes on where it was
      const uint64_t other_id = submit(g.get(), other);
      for (auto& [id, more] : drain(g.get())) got[id].insert(got[id].end(), more.begin(), more.end());
      CHECK_EQ(static_cast<int>(got[dropped_id].back().finish), static_cast<int>(MG_ABORTED));
      check_same(got[quick_id], events_alone(s.model.get(), quick));
      check_same(got[slow_id], events_alone(s.model.get(), slow));
      check_same(got[same_id], events_alone(s.model.get(), same));
      check_same(got[other_id], events_alone(s.model.get(), other));
      CHECK_EQ(stats(g.get()).prefilled_tokens, int64_t{3 + 5000 + 1000});
      CHECK_EQ(stats(g.get()).blocks_used, int64_t{0});
    }
}

TEST(weights_that_change_make_cached_prefixes_worthless) {
  const Setup s;
  const AdapterPtr adapter = filled_adapter(s.model.get(), 1);
  const GeneratorPtr g = make_generator(s.model.get(), 2);
  Request q(random_prompt(100, 2), 10, 1);
  q.r.adapter = adapter.get();
  const auto check = [&](int64_t reused, const char* what) {
    const int64_t before = stats(g.get()).reused_tokens;
    const uint64_t id = submit(g.get(), q);
    check_same(drain(g.get())[id], events_alone(s.model.get(), q));
    if (stats(g.get()).reused_tokens - before != reused) throw std::runtime_error(what);
  };
  check(0, "nothing was cached");
  check(96, "the same weights again");
  const std::string file = std::filesystem::temp_directory_path() / "medgym-generation-adapter.safetensors";
  call(mg_adapter_save, adapter.get(), file.c_str(), static_cast<int32_t>(MG_F32));
  fill_adapter(s.model.get(), adapter.get(), 2);
  check(0, "mg_tensor_write of the adapter");
  check(96, "and again");
  call(mg_adapter_load, adapter.get(), file.c_str());
  check(0, "mg_adapter_load");
  std::filesystem::remove(file);
  const auto train = [&](mg_adapter* a) {
    Packed packed;
    packed.add(q.prompt, q.prompt);
    run_forward(s.model.get(), packed, {.adapter = a, .keep = true, .train = true});
    run_backward(s.model.get(), packed);
    const OptimizerPtr optimizer = make_optimizer(s.model.get(), a);
    step(optimizer.get(), 1e-2f, 0);
  };
  train(adapter.get());
  check(0, "mg_optimizer_step of the adapter");
  std::vector<float> norm = read_tensor(s.model.get(), nullptr, "model.layers.0.input_layernorm.weight");
  for (float& v : norm) v *= 1.5f;
  call(mg_tensor_write, s.model.get(), static_cast<mg_adapter*>(nullptr), "model.layers.0.input_layernorm.weight", norm.data(), norm.size());
  check(0, "mg_tensor_write of the base");
  q.r.adapter = nullptr;
  check(0, "another adapter, or none");
  call(mg_model_set_trainable, s.model.get(), 1);
  check(0, "mg_model_set_trainable");
  train(nullptr);
  check(0, "mg_optimizer_step of the base");
  check(96, "the same weights again");
  // What belongs to weights that are gone makes room.
  CHECK_EQ(stats(g.get()).blocks_cached, int64_t{3});
}

// A prompt is computed by one set of weights as a whole.
TEST(weights_that_change_between_two_chunks_start_the_prompt_over) {
  const Setup s;
  const GeneratorPtr g = make_generator(s.model.get(), 2);
  Request q(random_prompt(3000, 2), 10, 1);
  const uint64_t id = submit(g.get(), q);
  std::vector<mg_token_event> events(64);
  int32_t count = 0, remaining = 0;
  call(mg_generator_step, g.get(), 1, events.data(), 64, &count, &remaining);
  CHECK_EQ(count, 0);
  std::vector<float> norm = read_tensor(s.model.get(), nullptr, "model.layers.0.input_layernorm.weight");
  for (float& v : norm) v *= 1.5f;
  call(mg_tensor_write, s.model.get(), static_cast<mg_adapter*>(nullptr), "model.layers.0.input_layernorm.weight", norm.data(), norm.size());
  check_same(drain(g.get())[id], events_alone(s.model.get(), q));
}

// Random requests that begin alike, submitted and cancelled at random over a cache that holds a few of them: everyone gets what it would get
// alone, nothing waits for ever, and at the end no block is held.
TEST(random_traffic_over_a_small_cache) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t n) { return static_cast<int>(random() % n); };
    const Setup s(seed % 2 ? MG_F32 : MG_BF16, seed % 3 ? "qwen2_tied" : "mistral_sw");
    const AdapterPtr adapter = filled_adapter(s.model.get(), 1);
    const int64_t capacity = 320;
    const GeneratorPtr g = make_generator(s.model.get(), 2 + below(6), capacity);
    std::map<uint64_t, Request> requests;
    Result got;
    std::vector<mg_token_event> events(16);
    bool cancelled_any = false;
    int32_t remaining = 1;
    for (int round = 0; round < 4000 && (round < 120 || remaining); ++round) {
      if (round < 120 && below(2)) {
        std::vector<int32_t> prompt = random_prompt(32 * (1 + below(6)) - below(3), seed * 10 + static_cast<uint64_t>(below(2)));
        for (const int32_t t : random_prompt(below(3) * 20, random())) prompt.push_back(t);
        const int room = static_cast<int>(capacity) - static_cast<int>(prompt.size());
        Request q(prompt, 1 + below(static_cast<uint64_t>(std::min(60, room))), 1, random());
        if (below(2)) q.r.adapter = adapter.get();
        const int copies = below(3) ? 1 : 4;
        for (int i = 0; i < copies; ++i) {
          q.r.seed += static_cast<uint64_t>(i);
          requests.emplace(submit(g.get(), q), q);
        }
      }
      if (round < 120 && below(6) == 0 && !requests.empty()) {
        auto victim = requests.begin();
        std::advance(victim, below(requests.size()));
        if (got[victim->first].empty() || got[victim->first].back().finish == MG_RUNNING) {
          // Its last event may wait to be handed out.
          const mg_status status = status_of([&] { call(mg_generator_cancel, g.get(), victim->first); });
          CHECK(status == MG_OK || status == MG_NOT_FOUND);
          cancelled_any = true;
        }
      }
      int32_t count = 0;
      call(mg_generator_step, g.get(), 1 + below(3), events.data(), 1 + below(16), &count, &remaining);
      for (int32_t i = 0; i < count; ++i) got[events[static_cast<size_t>(i)].id].push_back(events[static_cast<size_t>(i)]);
      const mg_generator_stats now = stats(g.get());
      CHECK(now.blocks_used + now.blocks_cached <= now.blocks);
    }
    CHECK_EQ(remaining, 0);
    for (auto& [id, request] : requests) {
      CHECK(!got[id].empty());
      if (got[id].empty()) continue;
      std::vector<mg_token_event> wanted = events_alone(s.model.get(), request), mine = got[id];
      if (mine.back().finish == MG_ABORTED) {
        mine.pop_back();
        CHECK(mine.size() <= wanted.size());
        wanted.resize(mine.size());
      }
      check_same(mine, wanted);
    }
    const mg_generator_stats end = stats(g.get());
    CHECK_EQ(end.blocks, capacity / 32);
    CHECK_EQ(end.blocks_used, int64_t{0});
    CHECK_EQ(end.running, 0);
    CHECK_EQ(end.waiting, 0);
    CHECK(end.reused_tokens > 0);
    // Prompts that were dropped half-way were computed for nobody.
    CHECK(cancelled_any ? end.prefilled_tokens >= end.prompt_tokens - end.reused_tokens : end.prefilled_tokens == end.prompt_tokens -
        end.reused_tokens);
  }
}
