#include "binding/call.h"

namespace binding {

bool Call::is_nothing(napi_value value) const {
  napi_valuetype type = napi_undefined;
  if (value) napi_typeof(env_, value, &type);
  return type == napi_undefined || type == napi_null;
}

napi_value Call::get(napi_value object, const char* name) const {
  napi_value value = nullptr;
  require(napi_get_named_property(env_, object, name, &value) == napi_ok, std::string("no object to read ") + name + " from");
  return value;
}

double Call::number(napi_value value, const std::string& name) const {
  double result = 0;
  require(value && napi_get_value_double(env_, value, &result) == napi_ok, name + " is not a number");
  return result;
}

bool Call::boolean(napi_value value, const std::string& name) const {
  bool result = false;
  require(value && napi_get_value_bool(env_, value, &result) == napi_ok, name + " is not a boolean");
  return result;
}

std::string Call::text(napi_value value, size_t i) const {
  size_t length = 0;
  require(value && napi_get_value_string_utf8(env_, value, nullptr, 0, &length) == napi_ok,
          "argument " + std::to_string(i) + " is not a string");
  std::string result(length, '\0');
  napi_get_value_string_utf8(env_, value, result.data(), length + 1, &length);
  return result;
}

template <typename T>
Span<T> Call::view(napi_value value, const char* name, bool optional) {
  if (optional && is_nothing(value)) return {};
  constexpr napi_typedarray_type wanted = std::is_same_v<T, float> ? napi_float32_array : napi_int32_array;
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  bool is_array = false;
  if (value) napi_is_typedarray(env_, value, &is_array);
  if (is_array) napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr);
  require(is_array && type == wanted, std::string(name) + " is not " + (wanted == napi_float32_array ? "a Float32Array" : "an Int32Array"));
  napi_ref reference;
  napi_create_reference(env_, value, 1, &reference);
  job_->references.push_back(reference);
  return {static_cast<T*>(data), length};
}
template Span<float> Call::view<float>(napi_value, const char*, bool);
template Span<int32_t> Call::view<int32_t>(napi_value, const char*, bool);

napi_value Call::undefined() const {
  napi_value value;
  napi_get_undefined(env_, &value);
  return value;
}

napi_value Call::text_value(const char* value) const {
  napi_value result;
  napi_create_string_utf8(env_, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

}  // namespace binding
