#include "binding/queue.h"

#include <cstring>

namespace binding {

const char* code_of(mg_status status) {
  switch (status) {
    case MG_INVALID_ARGUMENT: return "invalid-argument";
    case MG_NOT_FOUND: return "not-found";
    case MG_UNSUPPORTED: return "unsupported";
    case MG_CORRUPT: return "corrupt";
    case MG_IO: return "io";
    case MG_OUT_OF_MEMORY: return "out-of-memory";
    case MG_CANCELLED: return "cancelled";
    case MG_NON_FINITE: return "non-finite";
    default: return "internal";
  }
}

napi_value error_of(napi_env env, mg_status status, const mg_error& error) {
  napi_value code, message, result;
  napi_create_string_utf8(env, code_of(status), NAPI_AUTO_LENGTH, &code);
  const char* text = error.message[0] ? error.message : "the engine failed without a message";
  napi_create_string_utf8(env, text, strnlen(text, sizeof error.message), &message);
  napi_create_error(env, code, message, &result);
  return result;
}

// ---- Environment ----

Environment* Environment::create(napi_env env) {
  auto* self = new Environment;
  self->env_ = env;
  napi_value name;
  napi_create_string_utf8(env, "medgym", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, self, settle, &self->completions_) != napi_ok) {
    delete self;
    return nullptr;
  }
  napi_unref_threadsafe_function(env, self->completions_);
  // Hooks run in reverse order: ours, registered after the thread-safe function's own, runs while that still takes calls.
  napi_add_env_cleanup_hook(env, clean_up, self);
  napi_set_instance_data(env, self, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  return self;
}

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

std::shared_ptr<Queue> Environment::new_queue() {
  join_finished();
  auto queue = std::make_shared<Queue>(completions_);
  queue->start();
  queues_.push_back(queue);
  return queue;
}

void Environment::join_finished() {
  std::erase_if(queues_, [](const std::shared_ptr<Queue>& queue) {
    if (!queue->finished()) return false;
    queue->join();
    return true;
  });
}

void Environment::clean_up(void* environment) {
  auto* self = static_cast<Environment*>(environment);
  for (auto& queue : self->queues_) queue->stop([&] { if (queue->interrupt) queue->interrupt(); });
  for (auto& queue : self->queues_) queue->join();
  self->queues_.clear();
}

napi_value Environment::start(napi_env env, Queue& queue, std::unique_ptr<Job> job) {
  napi_value promise;
  napi_create_promise(env, &job->deferred, &promise);
  if (waiting_++ == 0) napi_ref_threadsafe_function(env, completions_);
  queue.push(std::move(job));
  return promise;
}

void Environment::settle(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<Job> job(static_cast<Job*>(data));
  if (!env) return;  // the environment is closing; its references go with it
  auto* self = static_cast<Environment*>(context);
  for (napi_ref reference : job->references) napi_delete_reference(env, reference);
  if (job->status == MG_OK) {
    napi_value value;
    if (job->finish) value = job->finish(env);
    else napi_get_undefined(env, &value);
    napi_resolve_deferred(env, job->deferred, value);
  } else {
    napi_reject_deferred(env, job->deferred, error_of(env, job->status, job->error));
  }
  if (--self->waiting_ == 0) napi_unref_threadsafe_function(env, self->completions_);
}

// ---- Queue ----

void Queue::start() {
  thread_ = std::thread([this] { run(); });
}

void Queue::push(std::unique_ptr<Job> job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Queue::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (!stopped_) {
      auto job = std::make_unique<Job>();
      job->work = [work = std::move(work)](mg_error*) { work(); return MG_OK; };
      jobs_.push_back(std::move(job));
      changed_.notify_one();
      return;
    }
  }
  work();
}

void Queue::cancel(const std::function<void()>& stop_running) {
  std::lock_guard lock(mutex_);
  if (running_) return stop_running();
  for (auto& job : jobs_) {
    if (!job->deferred) continue;
    job->cancelled = true;
    return;
  }
}

void Queue::finish() {
  std::lock_guard lock(mutex_);
  ending_ = true;
  changed_.notify_one();
}

void Queue::stop(const std::function<void()>& stop_running) {
  std::lock_guard lock(mutex_);
  stopped_ = ending_ = true;
  if (running_) stop_running();
  changed_.notify_one();
}

void Queue::join() {
  if (thread_.joinable()) thread_.join();
}

void Queue::run() {
  for (;;) {
    std::unique_ptr<Job> job;
    std::deque<std::unique_ptr<Job>> dropped;  // dies without the lock: handles in it may post or finish
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (stopped_) {
        dropped.swap(jobs_);
        finished_ = true;
      } else if (jobs_.empty()) {
        stopped_ = finished_ = true;
      } else {
        job = std::move(jobs_.front());
        jobs_.pop_front();
        running_ = job->deferred != nullptr;
      }
    }
    if (!job) return;
    perform(*job);
    if (job->deferred) napi_call_threadsafe_function(completions_, job.release(), napi_tsfn_nonblocking);
  }
}

void Queue::perform(Job& job) {
  job.error.struct_size = sizeof job.error;
  if (job.cancelled) {
    job.status = MG_CANCELLED;
    std::strncpy(job.error.message, "the call was cancelled before it began", sizeof job.error.message - 1);
  } else {
    job.status = job.work(&job.error);
  }
  {
    std::lock_guard lock(mutex_);
    running_ = false;
  }
  job.work = nullptr;  // the last reference to a handle may go here: it is destroyed on its own thread
  if (after_call) after_call();
}

}  // namespace binding
