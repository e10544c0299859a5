#include "binding/call.h"

namespace binding {
namespace {

// A result buffer that the caller allocated, or none.
template <typename T>
T* output(Call& call, size_t argument, const char* name, size_t wanted) {
  auto span = call.array<T>(argument, name, true);
  call.require(!span.data || span.length == wanted, std::string(name) + " has " + std::to_string(span.length) + " elements, " +
                                                        std::to_string(wanted) + " are wanted");
  return span.data;
}

// forward(model: ModelHandle, batch: {tokens, cuSeqlens, positions | null, parents | null},
//         options: {adapter | null, candidates, targets, temperature, keep, checkpoint, train, dropoutSeed, topK},
//         out: {logprobs, entropy, topIds, topLogprobs, logits, values, each an array or null; vocabSize}): Promise<void>
// mg_status mg_forward(mg_model*, const mg_batch*, const mg_forward_options*, mg_forward_result* out, mg_error* err)
napi_value forward(Call& call) {
  auto model = call.handle<Model>(0);
  auto tokens = call.array<int32_t>(1, "tokens");
  auto cu_seqlens = call.array<int32_t>(1, "cuSeqlens");
  auto positions = call.array<int32_t>(1, "positions", true);
  const size_t T = tokens.length;
  call.require(cu_seqlens.length >= 2, "cuSeqlens needs at least two elements");
  call.require(!positions.data || positions.length == T,
               std::to_string(positions.length) + " positions for " + std::to_string(T) + " tokens");
  const size_t S = cu_seqlens.length - 1;
  auto parents = call.array<int32_t>(1, "parents", true);
  call.require(!parents.data || parents.length == S,
               std::to_string(parents.length) + " parents for " + std::to_string(S) + " sequences");
  mg_batch batch{sizeof batch, static_cast<int32_t>(T), static_cast<int32_t>(S), tokens.data, cu_seqlens.data, positions.data,
                 parents.data};

  auto adapter = call.handle_or_null<Adapter>(2, "adapter");
  auto targets = call.array<int32_t>(2, "targets");
  mg_forward_options options{};
  options.struct_size = sizeof options;
  options.candidates = call.integer(2, "candidates");
  options.targets = targets.data;
  options.temperature = call.real(2, "temperature");
  options.keep = call.boolean(2, "keep");
  options.checkpoint = call.boolean(2, "checkpoint");
  options.train = call.boolean(2, "train");
  options.dropout_seed = call.unsigned64(2, "dropoutSeed");
  options.top_k = call.integer(2, "topK");
  call.require(options.candidates >= 1 && options.top_k >= 0, "candidates must be at least 1 and topK at least 0");
  const size_t K = static_cast<size_t>(options.candidates), top_k = static_cast<size_t>(options.top_k);
  call.require(targets.length == T * K, std::to_string(targets.length) + " targets for " + std::to_string(T) + " tokens and " +
                                            std::to_string(K) + " candidates");

  mg_forward_result result{};
  result.struct_size = sizeof result;
  result.logprobs = output<float>(call, 3, "logprobs", T * K);
  result.entropy = output<float>(call, 3, "entropy", T);
  result.top_ids = output<int32_t>(call, 3, "topIds", T * top_k);
  result.top_logprobs = output<float>(call, 3, "topLogprobs", T * top_k);
  result.logits = output<float>(call, 3, "logits", T * static_cast<size_t>(call.integer64(3, "vocabSize")));
  result.values = output<float>(call, 3, "values", T);

  auto work = [model, adapter, batch, options, result](mg_error* error) mutable {
    options.adapter = adapter ? adapter->raw : nullptr;
    return mg_forward(model->raw, &batch, &options, &result, error);
  };
  return call.run(queue_of(*model), work);
}

// backward(model: ModelHandle, gradients: {logprobs, entropy, values: Float32Array | null, tokens: number, candidates: number}): Promise<void>
// mg_status mg_backward(mg_model*, const mg_output_gradients*, mg_error* err)
napi_value backward(Call& call) {
  auto model = call.handle<Model>(0);
  const auto T = static_cast<size_t>(call.integer64(1, "tokens")), K = static_cast<size_t>(call.integer64(1, "candidates"));
  mg_output_gradients gradients{};
  gradients.struct_size = sizeof gradients;
  gradients.dlogprobs = output<float>(call, 1, "logprobs", T * K);
  gradients.dentropy = output<float>(call, 1, "entropy", T);
  gradients.dvalues = output<float>(call, 1, "values", T);
  auto work = [model, gradients](mg_error* error) { return mg_backward(model->raw, &gradients, error); };
  return call.run(queue_of(*model), work);
}

}  // namespace

const Function forward_functions[] = {{"forward", forward}, {"backward", backward}, {}};

}  // namespace binding
