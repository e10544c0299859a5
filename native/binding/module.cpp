// The addon: registers the functions of the other files. Errors thrown while unpacking become JavaScript errors here.
#include "binding/call.h"

namespace binding {
namespace {

napi_value enter(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  size_t count = Call::most_arguments;
  napi_value values[Call::most_arguments] = {};
  napi_get_cb_info(env, info, &count, values, nullptr, &data);
  const auto& function = *static_cast<const Function*>(data);
  try {
    Call call(env, function.name, values);
    return function.body(call);
  } catch (const BadCall& error) {
    napi_throw_error(env, error.code, error.message.c_str());
  } catch (const std::exception& error) {
    napi_throw_error(env, "internal", error.what());
  }
  return nullptr;
}

// version(): string   |  const char* mg_version(void)
napi_value version(Call& call) { return call.text_value(mg_version()); }

// cpuIsa(): string   |  const char* mg_cpu_isa(void)
napi_value cpu_isa(Call& call) { return call.text_value(mg_cpu_isa()); }

const Function module_functions[] = {{"version", version}, {"cpuIsa", cpu_isa}, {}};

}  // namespace
}  // namespace binding

extern "C" NAPI_MODULE_INIT() {
  using namespace binding;
  if (!Environment::create(env)) {
    napi_throw_error(env, "internal", "the engine's thread-safe function could not be created");
    return nullptr;
  }
  for (const Function* functions : {module_functions, device_functions, model_functions, adapter_functions, tensor_functions,
                                    forward_functions, optimizer_functions, generator_functions}) {
    for (; functions->name; ++functions) {
      napi_value value;
      napi_create_function(env, functions->name, NAPI_AUTO_LENGTH, enter, const_cast<Function*>(functions), &value);
      napi_set_named_property(env, exports, functions->name, value);
    }
  }
  return exports;
}
