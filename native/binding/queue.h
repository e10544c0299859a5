// Long calls run in order on one thread per device, never on libuv's pool; their promises settle on the JavaScript thread.
#pragma once
#include <node_api.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "medgym.h"

namespace binding {

class Queue;

// One call. `work` and what it holds die on the queue thread; `finish` and the references on the JavaScript thread.
struct Job {
  std::function<mg_status(mg_error*)> work;
  std::function<napi_value(napi_env)> finish;  // the value of the promise; empty: undefined
  std::vector<napi_ref> references;            // keep handles and buffers alive during the call
  napi_deferred deferred = nullptr;            // null: nobody waits for this job
  bool cancelled = false;                      // before it began
  mg_status status = MG_OK;
  mg_error error{};
};

// What belongs to one JavaScript environment (the main thread or a worker): the function through which queue threads
// reach it, and its queues. Its cleanup stops and joins them, so that nothing runs when the environment is gone.
class Environment {
 public:
  static Environment* create(napi_env);
  static Environment& of(napi_env);

  std::shared_ptr<Queue> new_queue();
  napi_value start(napi_env, Queue&, std::unique_ptr<Job>);  // returns the promise
  napi_threadsafe_function completions() const { return completions_; }

 private:
  static void settle(napi_env, napi_value, void* context, void* data);
  static void clean_up(void* environment);
  void join_finished();

  napi_env env_ = nullptr;
  napi_threadsafe_function completions_ = nullptr;
  size_t waiting_ = 0;  // promises not settled: while there are any, the event loop stays alive
  std::vector<std::shared_ptr<Queue>> queues_;
};

class Queue {
 public:
  explicit Queue(napi_threadsafe_function completions) : completions_(completions) {}
  void start();
  void push(std::unique_ptr<Job>);
  // Runs `work` on the queue thread after what is queued; at once on this thread when the queue has stopped.
  void post(std::function<void()> work);
  // The first call that somebody waits for: stopped by `stop_running` if it has begun, else it never begins.
  void cancel(const std::function<void()>& stop_running);
  void finish();  // the thread ends when nothing is left
  void stop(const std::function<void()>& stop_running);  // drops what has not begun; then join()
  void join();
  bool finished() const { return finished_; }
  // Called on the queue thread after every call.
  std::function<void()> after_call;
  // Called on the JavaScript thread when the environment goes: stops the call that runs.
  std::function<void()> interrupt;

 private:
  void run();
  void perform(Job&);

  napi_threadsafe_function completions_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Job>> jobs_;
  bool running_ = false;  // a job with a promise is in the engine
  bool ending_ = false, stopped_ = false;
  std::atomic<bool> finished_{false};
  std::thread thread_;
};

// "invalid-argument", …: the codes of MedgymError (src/core/errors.ts).
const char* code_of(mg_status);
napi_value error_of(napi_env, mg_status, const mg_error&);

}  // namespace binding
