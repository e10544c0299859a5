// Unpack, call, wrap: what every function of the binding is made of.
#pragma once
#include <cmath>
#include <string>

#include "binding/handles.h"

namespace binding {

// Thrown while unpacking; becomes a JavaScript error with this code.
struct BadCall {
  const char* code;
  std::string message;
};

template <typename T>
struct Span {
  T* data = nullptr;
  size_t length = 0;
};

// What a JavaScript external points to. Empty after an explicit destroy.
template <typename T>
struct Holder {
  std::shared_ptr<T> handle;
  // Hands the reference to the device's thread, where the last one dies.
  void release() {
    if (!handle) return;
    std::shared_ptr<Queue> queue = shared_queue_of(*handle);
    queue->post([moved = std::move(handle)]() mutable { moved.reset(); });
  }
};

// The arguments of one call, and what it starts.
class Call {
 public:
  Call(napi_env env, const char* function, napi_value* values) : env_(env), function_(function), values_(values) {}
  ~Call() {  // refused before it was queued
    for (napi_ref reference : job_ ? job_->references : std::vector<napi_ref>{}) napi_delete_reference(env_, reference);
  }
  static constexpr size_t most_arguments = 6;

  napi_env env() const { return env_; }
  napi_value argument(size_t i) const { return values_[i]; }

  std::string text(size_t i) const { return text(values_[i], i); }
  double number(size_t i) const { return number(values_[i], std::to_string(i)); }
  int32_t integer(size_t i) const { return whole<int32_t>(number(i), std::to_string(i)); }
  uint64_t unsigned64(size_t i) const { return whole<uint64_t>(number(i), std::to_string(i)); }
  bool boolean(size_t i) const { return boolean(values_[i], std::to_string(i)); }

  // Fields of the options object at argument i; each must be there.
  double number(size_t i, const char* field) const { return number(get(values_[i], field), field); }
  float real(size_t i, const char* field) const { return static_cast<float>(number(i, field)); }
  int32_t integer(size_t i, const char* field) const { return whole<int32_t>(number(i, field), field); }
  int64_t integer64(size_t i, const char* field) const { return whole<int64_t>(number(i, field), field); }
  uint64_t unsigned64(size_t i, const char* field) const { return whole<uint64_t>(number(i, field), field); }
  bool boolean(size_t i, const char* field) const { return boolean(get(values_[i], field), field); }
  napi_value field(size_t i, const char* name) const { return get(values_[i], name); }
  napi_value get(napi_value object, const char* name) const;

  // A typed array, kept alive until the call has ended. Null or undefined gives an empty span with `optional`.
  template <typename T>
  Span<T> array(napi_value value, const char* name, bool optional = false) { return view<T>(value, name, optional); }
  template <typename T>
  Span<T> array(size_t i, const char* field, bool optional = false) { return view<T>(get(values_[i], field), field, optional); }

  // A handle, kept alive by what the job captures.
  template <typename T>
  std::shared_ptr<T> handle(size_t i) const { return holder<T>(values_[i]).handle; }
  // null or undefined gives a null pointer.
  template <typename T>
  std::shared_ptr<T> handle_or_null(napi_value value) const { return is_nothing(value) ? nullptr : holder<T>(value).handle; }
  template <typename T>
  std::shared_ptr<T> handle_or_null(size_t i, const char* field) const { return handle_or_null<T>(get(values_[i], field)); }
  template <typename T>
  Holder<T>& holder(napi_value, bool destroyed_too = false) const;

  bool is_nothing(napi_value) const;
  void require(bool condition, const std::string& message) const {
    if (!condition) throw BadCall{"invalid-argument", std::string(function_) + ": " + message};
  }
  double number(napi_value, const std::string& name) const;
  // Doubles hold integers exactly up to 2^53; casting one that does not fit is undefined.
  template <typename T>
  T whole(double value, const std::string& name) const {
    const double most = sizeof(T) == 4 ? 2147483647. : 9007199254740992.;
    const double least = std::is_signed_v<T> ? -most : 0;
    require(value == std::trunc(value) && value >= least && value <= most, name + " is not an integer in range");
    return static_cast<T>(value);
  }
  bool boolean(napi_value, const std::string& name) const;
  std::string text(napi_value, size_t i) const;

  // Queues the call; the value returned is its promise.
  napi_value run(Queue& queue, std::function<mg_status(mg_error*)> work, std::function<napi_value(napi_env)> finish = {}) {
    job_->work = std::move(work);
    job_->finish = std::move(finish);
    return Environment::of(env_).start(env_, queue, std::move(job_));
  }
  napi_value undefined() const;
  napi_value text_value(const char* value) const;

 private:
  template <typename T>
  Span<T> view(napi_value, const char* name, bool optional);

  napi_env env_;
  const char* function_;
  napi_value* values_;
  std::unique_ptr<Job> job_ = std::make_unique<Job>();
};

// A type-tagged external whose finaliser releases the handle.
template <typename T>
napi_value wrap(napi_env env, std::shared_ptr<T> handle) {
  auto* holder = new Holder<T>{std::move(handle)};
  napi_value external;
  napi_create_external(env, holder, [](napi_env, void* data, void*) {
    auto* held = static_cast<Holder<T>*>(data);
    held->release();
    delete held;
  }, nullptr, &external);
  napi_type_tag_object(env, external, &Tag<T>::value);
  return external;
}

template <typename T>
Holder<T>& Call::holder(napi_value value, bool destroyed_too) const {
  napi_valuetype type = napi_undefined;
  bool tagged = false;
  napi_typeof(env_, value, &type);
  if (type == napi_external) napi_check_object_type_tag(env_, value, &Tag<T>::value, &tagged);
  require(tagged, std::string("expected a ") + Tag<T>::name + " handle");
  void* data = nullptr;
  napi_get_value_external(env_, value, &data);
  auto& held = *static_cast<Holder<T>*>(data);
  require(destroyed_too || held.handle, std::string("the ") + Tag<T>::name + " was disposed");
  return held;
}

// Explicit destroy: from now on the handle is refused; the object goes when nothing else needs it.
template <typename T>
napi_value destroy(Call& call) {
  call.holder<T>(call.argument(0), true).release();
  return call.undefined();
}

using Body = napi_value (*)(Call&);
struct Function {
  const char* name;
  Body body;
};

// Each file's functions, ended by an empty one; module.cpp exports them all.
extern const Function device_functions[], model_functions[], adapter_functions[], tensor_functions[], forward_functions[],
    optimizer_functions[], generator_functions[];

}  // namespace binding
