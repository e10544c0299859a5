// The queue between JavaScript and a device's thread, over a small Node-API of the test's own: promises settle once, on this thread,
// in order; what is cancelled or dropped never runs. Meant for the thread sanitizer (make tsan) as much as for its checks.
#include "binding/queue.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "test/check.h"

// What queue.cpp uses of Node-API. An environment here is a list of settled promises and of calls that wait to be delivered.
struct napi_env__ {
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<void*> delivered;  // by napi_call_threadsafe_function, from any thread
  napi_threadsafe_function_call_js settle = nullptr;
  void* context = nullptr;
  void* instance = nullptr;
  napi_cleanup_hook clean_up = nullptr;
  void* clean_up_argument = nullptr;
  napi_finalize finalize = nullptr;
  intptr_t promises = 0;
  int references = 0;  // of the thread-safe function: 1 while promises wait
  std::vector<std::pair<intptr_t, std::string>> settled;  // promise, "" or the code of its error
  std::deque<std::string> strings;
};

namespace {
napi_value value_of(const void* p) { return reinterpret_cast<napi_value>(const_cast<void*>(p)); }
napi_env env_of(napi_threadsafe_function f) { return reinterpret_cast<napi_env>(f); }
}  // namespace

extern "C" {
napi_status napi_create_string_utf8(napi_env env, const char* text, size_t length, napi_value* out) {
  env->strings.emplace_back(text, length == NAPI_AUTO_LENGTH ? std::strlen(text) : length);
  *out = value_of(&env->strings.back());
  return napi_ok;
}
napi_status napi_create_error(napi_env, napi_value code, napi_value, napi_value* out) { return *out = code, napi_ok; }
napi_status napi_get_undefined(napi_env, napi_value* out) { return *out = nullptr, napi_ok; }
napi_status napi_create_threadsafe_function(napi_env env, napi_value, napi_value, napi_value, size_t, size_t, void*, napi_finalize, void* context,
                                            napi_threadsafe_function_call_js settle, napi_threadsafe_function* out) {
  env->settle = settle;
  env->context = context;
  env->references = 1;
  *out = reinterpret_cast<napi_threadsafe_function>(env);
  return napi_ok;
}
napi_status napi_call_threadsafe_function(napi_threadsafe_function f, void* data, napi_threadsafe_function_call_mode) {
  std::lock_guard lock(env_of(f)->mutex);
  env_of(f)->delivered.push_back(data);
  env_of(f)->arrived.notify_one();
  return napi_ok;
}
napi_status napi_ref_threadsafe_function(napi_env env, napi_threadsafe_function) { return ++env->references, napi_ok; }
napi_status napi_unref_threadsafe_function(napi_env env, napi_threadsafe_function) { return --env->references, napi_ok; }
napi_status napi_add_env_cleanup_hook(napi_env env, napi_cleanup_hook hook, void* argument) {
  env->clean_up = hook;
  env->clean_up_argument = argument;
  return napi_ok;
}
napi_status napi_set_instance_data(napi_env env, void* data, napi_finalize finalize, void*) {
  env->instance = data;
  env->finalize = finalize;
  return napi_ok;
}
napi_status napi_get_instance_data(napi_env env, void** out) { return *out = env->instance, napi_ok; }
napi_status napi_create_promise(napi_env env, napi_deferred* deferred, napi_value* promise) {
  *deferred = reinterpret_cast<napi_deferred>(++env->promises);
  *promise = reinterpret_cast<napi_value>(env->promises);
  return napi_ok;
}
napi_status napi_resolve_deferred(napi_env env, napi_deferred deferred, napi_value) {
  env->settled.emplace_back(reinterpret_cast<intptr_t>(deferred), "");
  return napi_ok;
}
napi_status napi_reject_deferred(napi_env env, napi_deferred deferred, napi_value error) {
  env->settled.emplace_back(reinterpret_cast<intptr_t>(deferred), *reinterpret_cast<std::string*>(error));
  return napi_ok;
}
napi_status napi_delete_reference(napi_env, napi_ref) { return napi_ok; }
}

namespace {

using namespace binding;

// A JavaScript environment: `settle(n)` is its event loop, until n promises are settled.
struct Script {
  napi_env__ env;
  Script() { Environment::create(&env); }
  ~Script() {
    if (env.clean_up) leave();
    for (void* data : env.delivered) env.settle(nullptr, nullptr, env.context, data);
    env.finalize(&env, env.instance, nullptr);
  }
  void leave() { env.clean_up(env.clean_up_argument), env.clean_up = nullptr; }
  Environment& environment() { return Environment::of(&env); }
  void start(Queue& queue, std::function<mg_status(mg_error*)> work) {
    auto job = std::make_unique<Job>();
    job->work = std::move(work);
    environment().start(&env, queue, std::move(job));
  }
  void settle(size_t promises) {
    while (env.settled.size() < promises) {
      void* data = nullptr;
      {
        std::unique_lock lock(env.mutex);
        env.arrived.wait(lock, [this] { return !env.delivered.empty(); });
        data = env.delivered.front();
        env.delivered.pop_front();
      }
      env.settle(&env, nullptr, env.context, data);
    }
  }
};

// A call that runs until it is let go or cancelled, as the engine's are.
struct Held {
  std::atomic<bool> begun{false}, cancelled{false}, released{false};
  mg_status run() {
    begun = true;
    while (!released && !cancelled) std::this_thread::yield();
    return cancelled ? MG_CANCELLED : MG_OK;
  }
  void wait() const {
    while (!begun) std::this_thread::yield();
  }
};

}  // namespace

TEST(queue_runs_calls_in_order_and_settles_each_once) {
  Script script;
  std::vector<std::shared_ptr<Queue>> queues{script.environment().new_queue(), script.environment().new_queue()};
  std::vector<int> order[2];  // each touched by its queue's thread alone
  for (int i = 0; i < 200; ++i)
    for (int q = 0; q < 2; ++q)
      script.start(*queues[static_cast<size_t>(q)], [&order, i, q](mg_error*) {
        order[q].push_back(i);
        return i % 10 == 9 ? MG_CORRUPT : MG_OK;
      });
  CHECK_EQ(script.env.references, 1);
  script.settle(400);
  CHECK_EQ(script.env.references, 0);
  for (const auto& seen : order) CHECK(seen.size() == 200 && std::is_sorted(seen.begin(), seen.end()));
  std::vector<int> times(401);
  for (const auto& [promise, code] : script.env.settled) {
    ++times[static_cast<size_t>(promise)];
    CHECK_EQ(code, std::string((promise - 1) / 2 % 10 == 9 ? "corrupt" : ""));
  }
  CHECK_EQ(std::count(times.begin() + 1, times.end(), 1), 400);
  for (const auto& queue : queues) queue->finish();
}

TEST(queue_cancels_what_runs_and_else_the_first_that_waits) {
  Script script;
  const auto queue = script.environment().new_queue();
  Held first, second;
  std::atomic<int> ran{0};
  script.start(*queue, [&](mg_error*) { return first.run(); });
  script.start(*queue, [&](mg_error*) { return second.run(); });
  first.wait();
  queue->cancel([&] { first.cancelled = true; });
  second.wait();
  script.start(*queue, [&](mg_error*) { return ++ran, MG_OK; });
  second.released = true;
  script.settle(3);
  CHECK(script.env.settled[0].second == "cancelled" && script.env.settled[1].second == "" && script.env.settled[2].second == "");
  CHECK_EQ(ran.load(), 1);
  queue->cancel([] {});  // nothing runs, nothing waits
  queue->finish();
}

TEST(queue_posts_run_on_its_thread_and_at_once_after_it_stopped) {
  Script script;
  const auto queue = script.environment().new_queue();
  std::thread::id on;
  int calls = 0;
  queue->after_call = [&] { ++calls; };
  queue->post([&] { on = std::this_thread::get_id(); });
  script.start(*queue, [&](mg_error*) { return on == std::this_thread::get_id() ? MG_OK : MG_INTERNAL; });
  script.settle(1);
  CHECK_EQ(script.env.settled[0].second, std::string());
  queue->finish();
  while (!queue->finished()) std::this_thread::yield();
  queue->post([&] { on = std::this_thread::get_id(); });
  CHECK(on == std::this_thread::get_id());
  CHECK_EQ(calls, 2);
  script.environment().new_queue()->finish();  // joins the one that ended
}

TEST(an_environment_that_goes_stops_the_call_in_flight_and_drops_the_rest) {
  Script script;
  const auto queue = script.environment().new_queue();
  Held held;
  std::atomic<int> ran{0};
  queue->interrupt = [&] { held.cancelled = true; };
  script.start(*queue, [&](mg_error*) { return held.run(); });
  auto owned = std::make_shared<int>(1);
  for (int i = 0; i < 50; ++i) script.start(*queue, [&ran, owned](mg_error*) { return ++ran, MG_OK; });
  held.wait();
  script.leave();
  CHECK_EQ(ran.load(), 0);
  CHECK_EQ(owned.use_count(), 1L);
  CHECK(script.env.settled.empty());
}
