// The generator beyond greedy parity: seeds, batching, adapters, penalties, stop tokens, queueing, cancelling.
#include <algorithm>
#include <map>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;

namespace {

struct Setup {
  explicit Setup(mg_dtype dtype = MG_F32, const char* name = "qwen2_tied") : device(open_cpu()), model(load(device.get(),
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
        // To the last bit: the log-probabilities too.
        const std::vector<mg_token_event> wanted = events_alone(s.model.get(), requests[i]);
        CHECK(tokens(got[ids[i]]) == tokens(wanted));
        for (size_t e = 0; e < std::min(wanted.size(), got[ids[i]].size()); ++e) CHECK_EQ(got[ids[i]][e].logprob, wanted[e].logprob);
      }
    }
  }
}

TEST(the_seed_decides) {
  const Setup s;
  CHECK(alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)) == alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)));
  CHECK(alone(s.model.get(), Request({1, 2, 3}, 16, 1, 5)) != alone(s.model.get(), Request({1, 2, 3}, 16, 1, 6)));
}

TEST(reported_logprobs_are_those_of_a_forward_pass) {
  for (const char* name : {"qwen3", "mistral_sw"}) {
    const Setup s(MG_F32, name);
    const GeneratorPtr g = make_generator(s.model.get(), 2);
    Request q({9, 8, 7, 6}, 40, 0.8f);
    q.r.top_k = 50;
    q.r.repetition_penalty = 1.2f;
    const uint64_t id = submit(g.get(), q);
    const std::vector<mg_token_event> events = drain(g.get())[id];
    std::vector<int32_t> all = q.prompt;
    for (const mg_token_event& e : events) all.push_back(e.token);
    Packed packed;
    packed.add(all, all);
    const Outputs out = run_forward(s.model.get(), packed, {.temperature = 0.8f});
    for (size_t i = 0; i < events.size(); ++i) CHECK_NEAR(events[i].logprob, out.logprobs[q.prompt.size() - 1 + i], 2e-5);
  }
}

TEST(each_request_has_its_own_adapter) {
  const Setup s;
  auto adapter = [&](uint64_t seed) {
    AdapterPtr a = make_adapter(s.model.get(), {module_of("model.layers.0.self_attn.q_proj", 4, 2), module_of("model.layers.1.mlp.up_proj",
        2, 1)}, seed);
    for (const mg_tensor_info& t : tensor_list(s.model.get(), a.get())) {
      std::vector<float> v(static_cast<size_t>(t.shape[0] * t.shape[1]));
      for (size_t i = 0; i < v.size(); ++i) v[i] = 0.3f * std::sin(static_cast<float>(i * (seed + 1)));
      call(mg_tensor_write, s.model.get(), a.get(), static_cast<const char*>(t.name), v.data(), v.size());
    }
    return a;
  };
  const AdapterPtr a = adapter(1), b = adapter(2);
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
