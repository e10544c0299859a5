#include <cstring>

#include "binding/call.h"

namespace binding {
namespace {

// generatorCreate(model: ModelHandle, options: {maxSequences, maxTokens}): Promise<GeneratorHandle>
// mg_status mg_generator_create(mg_model*, const mg_generator_options*, mg_generator** out, mg_error* err)
napi_value generator_create(Call& call) {
  auto generator = std::make_shared<Generator>();
  generator->model = call.handle<Model>(0);
  mg_generator_options options{sizeof options, call.integer(1, "maxSequences"), call.integer64(1, "maxTokens")};
  auto work = [generator, options](mg_error* error) {
    return mg_generator_create(generator->model->raw, &options, &generator->raw, error);
  };
  return call.run(queue_of(*generator), work, [generator](napi_env env) { return wrap(env, generator); });
}

// generatorDestroy(generator: GeneratorHandle): void   |  void mg_generator_destroy(mg_generator*)
napi_value generator_destroy(Call& call) { return destroy<Generator>(call); }

// generatorSubmit(generator: GeneratorHandle, request: {prompt, maxNewTokens, adapter | null, temperature, topK, topP, minP,
//                 repetitionPenalty, presencePenalty, seed, stopTokens}): Promise<number>
// mg_status mg_generator_submit(mg_generator*, const mg_request*, uint64_t* id, mg_error* err)
napi_value generator_submit(Call& call) {
  auto generator = call.handle<Generator>(0);
  auto prompt = call.array<int32_t>(1, "prompt");
  auto stop_tokens = call.array<int32_t>(1, "stopTokens");
  auto adapter = call.handle_or_null<Adapter>(1, "adapter");
  mg_request request{};
  request.struct_size = sizeof request;
  request.prompt = prompt.data;
  request.prompt_length = static_cast<int32_t>(prompt.length);
  request.max_new_tokens = call.integer(1, "maxNewTokens");
  request.temperature = call.real(1, "temperature");
  request.top_k = call.integer(1, "topK");
  request.top_p = call.real(1, "topP");
  request.min_p = call.real(1, "minP");
  request.repetition_penalty = call.real(1, "repetitionPenalty");
  request.presence_penalty = call.real(1, "presencePenalty");
  request.seed = call.unsigned64(1, "seed");
  request.stop_tokens = stop_tokens.data;
  request.stop_token_count = static_cast<int32_t>(stop_tokens.length);
  auto id = std::make_shared<uint64_t>(0);
  auto work = [generator, adapter, request, id](mg_error* error) mutable {
    if (adapter) generator->adapters.insert(adapter);
    request.adapter = adapter ? adapter->raw : nullptr;
    return mg_generator_submit(generator->raw, &request, id.get(), error);
  };
  return call.run(queue_of(*generator), work, [id](napi_env env) {
    napi_value value;
    napi_create_double(env, static_cast<double>(*id), &value);
    return value;
  });
}

// generatorCancel(generator: GeneratorHandle, id: number): Promise<void>
// mg_status mg_generator_cancel(mg_generator*, uint64_t id, mg_error* err)
napi_value generator_cancel(Call& call) {
  auto generator = call.handle<Generator>(0);
  auto work = [generator, id = call.unsigned64(1)](mg_error* error) { return mg_generator_cancel(generator->raw, id, error); };
  return call.run(queue_of(*generator), work);
}

// generatorStep(generator: GeneratorHandle, maxSteps: number, capacity: number): Promise<{ids: Float64Array, tokens: Int32Array,
//               logprobs: Float32Array, finish: Int32Array, remaining: number}>
// mg_status mg_generator_step(mg_generator*, int32_t max_steps, mg_token_event* events, int32_t capacity, int32_t* count,
//                             int32_t* remaining, mg_error* err)
struct Stepped {
  std::vector<mg_token_event> events;
  int32_t count = 0, remaining = 0;
};

template <typename T, typename Get>
void set_array(napi_env env, napi_value object, const char* name, napi_typedarray_type type, const Stepped& stepped, Get get) {
  const size_t count = static_cast<size_t>(stepped.count);
  void* data = nullptr;
  napi_value buffer, array;
  napi_create_arraybuffer(env, count * sizeof(T), &data, &buffer);
  for (size_t i = 0; i < count; ++i) static_cast<T*>(data)[i] = static_cast<T>(get(stepped.events[i]));
  napi_create_typedarray(env, type, count, buffer, 0, &array);
  napi_set_named_property(env, object, name, array);
}

napi_value generator_step(Call& call) {
  auto generator = call.handle<Generator>(0);
  auto stepped = std::make_shared<Stepped>();
  const int32_t max_steps = call.integer(1), capacity = call.integer(2);
  call.require(capacity >= 1, "capacity must be at least 1");
  stepped->events.resize(static_cast<size_t>(capacity));
  auto work = [generator, stepped, max_steps, capacity](mg_error* error) {
    return mg_generator_step(generator->raw, max_steps, stepped->events.data(), capacity, &stepped->count, &stepped->remaining, error);
  };
  return call.run(queue_of(*generator), work, [stepped](napi_env env) {
    napi_value object, remaining;
    napi_create_object(env, &object);
    using Event = const mg_token_event&;
    set_array<double>(env, object, "ids", napi_float64_array, *stepped, [](Event e) { return e.id; });
    set_array<int32_t>(env, object, "tokens", napi_int32_array, *stepped, [](Event e) { return e.token; });
    set_array<float>(env, object, "logprobs", napi_float32_array, *stepped, [](Event e) { return e.logprob; });
    set_array<int32_t>(env, object, "finish", napi_int32_array, *stepped, [](Event e) { return e.finish; });
    napi_create_int32(env, stepped->remaining, &remaining);
    napi_set_named_property(env, object, "remaining", remaining);
    return object;
  });
}

// generatorStats(generator: GeneratorHandle): Promise<{promptTokens, reusedTokens, prefilledTokens, generatedTokens, blocks, blocksUsed,
//                blocksCached, blockTokens, running, waiting}>
// mg_status mg_generator_get_stats(mg_generator*, mg_generator_stats* out, mg_error* err)
napi_value generator_stats(Call& call) {
  auto generator = call.handle<Generator>(0);
  auto stats = std::make_shared<mg_generator_stats>();
  stats->struct_size = sizeof *stats;
  auto work = [generator, stats](mg_error* error) { return mg_generator_get_stats(generator->raw, stats.get(), error); };
  return call.run(queue_of(*generator), work, [stats](napi_env env) {
    napi_value object;
    napi_create_object(env, &object);
    const auto set = [&](const char* name, int64_t count) {
      napi_value value;
      napi_create_int64(env, count, &value);
      napi_set_named_property(env, object, name, value);
    };
    set("promptTokens", stats->prompt_tokens);
    set("reusedTokens", stats->reused_tokens);
    set("prefilledTokens", stats->prefilled_tokens);
    set("generatedTokens", stats->generated_tokens);
    set("blocks", stats->blocks);
    set("blocksUsed", stats->blocks_used);
    set("blocksCached", stats->blocks_cached);
    set("blockTokens", stats->block_tokens);
    set("running", stats->running);
    set("waiting", stats->waiting);
    return object;
  });
}

}  // namespace

const Function generator_functions[] = {{"generatorCreate", generator_create}, {"generatorDestroy", generator_destroy},
                                        {"generatorSubmit", generator_submit}, {"generatorCancel", generator_cancel},
                                        {"generatorStep", generator_step},     {"generatorStats", generator_stats},
                                        {}};

}  // namespace binding
