#include <algorithm>
#include <cmath>
#include <string>

#include "model/run.h"
#include "ops/attention.h"
#include "ops/embedding.h"
#include "ops/lm_head.h"
#include "ops/rms_norm.h"
#include "ops/scalar_head.h"
#include "ops/vector.h"

namespace medgym {
namespace {

// Logits of the scored positions are kept for the backward pass when they are no larger than this; else they are computed
// again, chunk by chunk.
constexpr int64_t kept_logits_bytes = int64_t{64} << 20;

std::string number(int64_t n) { return std::to_string(n); }

void check_batch(const Model& m, const mg_batch& b) {
  if (b.token_count < 1 || b.sequence_count < 1 || !b.tokens || !b.cu_seqlens)
    throw Error(MG_INVALID_ARGUMENT, "The batch is empty: " + number(b.token_count) + " tokens in " + number(b.sequence_count) +
        " sequences.");
  if (b.cu_seqlens[0] != 0 || b.cu_seqlens[b.sequence_count] != b.token_count)
    throw Error(MG_INVALID_ARGUMENT, "cu_seqlens runs from " + number(b.cu_seqlens[0]) + " to " + number(b.cu_seqlens[b.sequence_count]) +
        "; it must run from 0 to the " + number(b.token_count) + " tokens.");
  for (int32_t s = 0; s < b.sequence_count; ++s)
    if (b.cu_seqlens[s + 1] <= b.cu_seqlens[s])
      throw Error(MG_INVALID_ARGUMENT, "Sequence " + number(s) + " has " + number(b.cu_seqlens[s + 1] - b.cu_seqlens[s]) +
          " tokens; each needs at least 1.");
  for (int32_t s = 0; b.parents && s < b.sequence_count; ++s) {
    const int32_t parent = b.parents[s];
    if (parent < -1 || parent >= s)
      throw Error(MG_INVALID_ARGUMENT, "parents[" + number(s) + "] is " + number(parent) +
          "; it must be the number of an earlier sequence (below " + number(s) + "), or -1.");
    if (parent >= 0 && b.parents[parent] >= 0)
      throw Error(MG_INVALID_ARGUMENT, "The parent of sequence " + number(s) + " is sequence " + number(parent) +
          ", which itself has a parent, " + number(b.parents[parent]) + ". Parents go one level deep: join those two into one sequence.");
  }
  for (int32_t t = 0; t < b.token_count; ++t) {
    if (b.tokens[t] < 0 || b.tokens[t] >= m.config.vocab)
      throw Error(MG_INVALID_ARGUMENT, "Token " + number(b.tokens[t]) + " at position " + number(t) + " is not in the vocabulary of " +
          number(m.config.vocab) + ". The tokenizer belongs to another model.");
    if (b.positions && (b.positions[t] < 0 || b.positions[t] > (1 << 24)))
      throw Error(MG_INVALID_ARGUMENT, "positions[" + number(t) + "] is " + number(b.positions[t]) + ".");
  }
}

// Whether anything of the language-model head is asked, beside all logits.
bool asks_language(const mg_forward_result& out) { return out.logprobs || out.entropy || out.top_ids || out.top_logprobs; }

void check_options(Model& m, const mg_batch& b, const mg_forward_options& o, Adapter* adapter, const mg_forward_result& out) {
  if (o.candidates < 1 || !o.targets) throw Error(MG_INVALID_ARGUMENT, "candidates is " + number(o.candidates) +
      "; at least 1 is needed, with targets.");
  if (!(o.temperature > 0) || !std::isfinite(o.temperature)) throw Error(MG_INVALID_ARGUMENT, "temperature is " +
      std::to_string(o.temperature) + "; it must be above 0.");
  if (o.top_k < 0 || o.top_k > m.config.vocab) throw Error(MG_INVALID_ARGUMENT, "top_k is " + number(o.top_k) + "; the vocabulary has " +
      number(m.config.vocab) + " tokens.");
  const int64_t n = static_cast<int64_t>(b.token_count) * o.candidates;
  for (int64_t i = 0; i < n; ++i)
    if (o.targets[i] < -1 || o.targets[i] >= m.config.vocab)
      throw Error(MG_INVALID_ARGUMENT, "Target " + number(o.targets[i]) + " at position " + number(i / o.candidates) +
          " is not in the vocabulary of " + number(m.config.vocab) + " (-1: not scored).");
  if (o.keep && !adapter && !m.trainable)
    throw Error(MG_INVALID_ARGUMENT, "keep is set, but there is nothing to train: give an adapter or make the base trainable.");
  if (adapter && adapter->model.get() != &m) throw Error(MG_INVALID_ARGUMENT, "The adapter belongs to another model.");
  if (out.values && !scalar_head_of(m, adapter))
    throw Error(MG_INVALID_ARGUMENT, "Values are asked, but there is no scalar head: give an adapter that has one, or a model that ends in "
        "ForSequenceClassification.");
  if ((asks_language(out) || out.logits) && !m.config.language_head())
    throw Error(MG_UNSUPPORTED, m.config.architecture + " has a scalar head and no language-model head: ask for values alone.");
}

// Whole sequences are grouped so that a group's widest activations stay in the cores' second-level caches, which saves most of
// the traffic to memory in small models. Fewer than 512 tokens are not worth packing the weights for once more.
std::vector<int32_t> make_groups(const Model& m, const std::vector<int32_t>& cu_seqlens, int threads) {
  constexpr int64_t cache_bytes = 5 << 18, least_tokens = 512;
  const int64_t bytes_per_token = static_cast<int64_t>(sizeof(float)) * (3 * m.config.intermediate + m.config.hidden);
  const int64_t fit = cache_bytes * threads / bytes_per_token, most = fit >= 128 ? fit : std::max(fit, least_tokens);
  std::vector<int32_t> groups{0};
  const auto sequences = static_cast<int32_t>(cu_seqlens.size() - 1);
  for (int32_t s = 1; s < sequences; ++s)
    if (cu_seqlens[static_cast<size_t>(s) + 1] - cu_seqlens[static_cast<size_t>(groups.back())] > most) groups.push_back(s);
  groups.push_back(sequences);
  return groups;
}

// Copies the batch: mg_backward needs it after the caller's arrays are gone.
void remember(Model& m, const mg_batch& b, const mg_forward_options& o, std::shared_ptr<Adapter> adapter) {
  Run& r = *m.run;
  const int64_t tokens = b.token_count;
  r.adapter = std::move(adapter);
  r.tokens = tokens;
  r.candidates = o.candidates;
  r.temperature = o.temperature;
  r.train = o.train != 0;
  r.dropout_seed = o.dropout_seed;
  r.checkpoint = o.checkpoint != 0;
  r.token_ids.assign(b.tokens, b.tokens + tokens);
  r.cu_seqlens.assign(b.cu_seqlens, b.cu_seqlens + b.sequence_count + 1);
  r.parents.clear();
  r.prefix_rows.assign(static_cast<size_t>(b.sequence_count), -1);
  r.prefix_count = 0;
  const auto length = [&](int32_t s) { return b.cu_seqlens[s + 1] - b.cu_seqlens[s]; };
  if (b.parents && std::any_of(b.parents, b.parents + b.sequence_count, [](int32_t parent) { return parent >= 0; })) {
    r.parents.assign(b.parents, b.parents + b.sequence_count);
    for (const int32_t parent : r.parents) {
      if (parent < 0 || r.prefix_rows[static_cast<size_t>(parent)] >= 0) continue;
      r.prefix_rows[static_cast<size_t>(parent)] = static_cast<int32_t>(r.prefix_count);
      r.prefix_count += length(parent);
    }
  }
  r.positions.resize(static_cast<size_t>(tokens));
  for (int32_t s = 0; s < b.sequence_count; ++s) {
    const int32_t parent = r.parents.empty() ? -1 : r.parents[static_cast<size_t>(s)];
    // A child's first position follows its parent's last.
    const int32_t first = parent < 0 ? 0 : length(parent);
    for (int32_t t = b.cu_seqlens[s]; t < b.cu_seqlens[s + 1]; ++t)
      r.positions[static_cast<size_t>(t)] = b.positions ? b.positions[t] : first + t - b.cu_seqlens[s];
  }
  r.groups = make_groups(m, r.cu_seqlens, m.context().pool.size());
  r.scored.clear();
  r.targets.clear();
  for (int32_t t = 0; t < tokens; ++t) {
    const int32_t* row = o.targets + static_cast<int64_t>(t) * o.candidates;
    if (row[0] < 0) continue;
    r.scored.push_back(t);
    r.targets.insert(r.targets.end(), row, row + o.candidates);
  }
}

// Values of scored rows (N,width) back to their positions (T,width); elsewhere `missing`.
template <class T>
void spread(const std::vector<T>& rows, const std::vector<int32_t>& scored, int64_t tokens, int64_t width, T missing, T* out) {
  std::fill(out, out + tokens * width, missing);
  for (size_t i = 0; i < scored.size(); ++i)
    std::copy_n(rows.data() + static_cast<int64_t>(i) * width, width, out + scored[i] * width);
}

// Log-probabilities and what else the language-model head gives of the scored rows head_h (N,H).
void score_tokens(Model& m, const mg_forward_options& o, const float* head_h, const mg_forward_result& out) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  const int64_t n = static_cast<int64_t>(r.scored.size()), k = r.candidates, top = o.top_k;
  const auto size = [](int64_t count) { return static_cast<size_t>(count); };
  std::vector<float> logprobs(size(n * k)), entropy(out.entropy ? size(n) : 0), top_logprobs(out.top_logprobs ? size(n * top) : 0);
  std::vector<int32_t> top_ids(out.top_ids ? size(n * top) : 0);
  if (n) {
    const bool keep_logits = o.keep && n * c.vocab * static_cast<int64_t>(sizeof(float)) <= kept_logits_bytes;
    if (!keep_logits) r.head_logits = Buffer();
    LmHeadOutputs outputs;
    outputs.logprobs = logprobs.data();
    if (out.entropy) outputs.entropy = entropy.data();
    if (out.top_ids) outputs.top_ids = top_ids.data();
    if (out.top_logprobs) outputs.top_logprobs = top_logprobs.data();
    outputs.top_k = o.top_k;
    if (keep_logits) outputs.logits = grow(ctx, r.head_logits, n * c.vocab);
    lm_head_forward(ctx, {n, k, head_h, c.hidden, &m.head_weight(), r.targets.data(), r.temperature, grow(ctx, r.head_stats, 2 * n)}, outputs);
    for (int64_t i = 0; i < n * k; ++i)
      if (!std::isfinite(logprobs[size(i)]))
        throw Error(MG_NON_FINITE, "logprobs: not finite at position " + number(r.scored[size(i / k)]) + " (token " +
            number(r.targets[size(i)]) + "). The weights or the adapter hold NaN or have diverged; lower the learning rate or go back to a "
            "checkpoint.");
  }
  if (out.logprobs) spread(logprobs, r.scored, r.tokens, k, 0.0f, out.logprobs);
  if (out.entropy) spread(entropy, r.scored, r.tokens, 1, 0.0f, out.entropy);
  if (out.top_ids) spread(top_ids, r.scored, r.tokens, top, -1, out.top_ids);
  if (out.top_logprobs) spread(top_logprobs, r.scored, r.tokens, top, 0.0f, out.top_logprobs);
}

void score_values(Model& m, const float* head_h, float* out) {
  Run& r = *m.run;
  const int64_t n = static_cast<int64_t>(r.scored.size()), h = m.config.hidden;
  std::vector<float> values(static_cast<size_t>(n));
  scalar_head_forward(m.context(), head_h, h, n, h, scalar_head_of(m, r.adapter.get())->data(), values.data());
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error(MG_NON_FINITE, "values: not finite at position " + number(r.scored[i]) + ". The weights, the adapter or the scalar head "
          "hold NaN or have diverged; lower the learning rate or go back to a checkpoint.");
  spread(values, r.scored, r.tokens, 1, 0.0f, out);
}

void score(Model& m, const mg_forward_options& o, const float* x, const mg_forward_result& out) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const int64_t n = static_cast<int64_t>(r.scored.size()), h = m.config.hidden;
  r.language = asks_language(out);
  r.valued = out.values != nullptr;
  float* head_h = nullptr;
  if (n) {
    float* head_x = grow(ctx, r.head_x, n * h);
    head_h = grow(ctx, r.head_h, n * h);
    gather_rows(ctx, x, h, r.scored.data(), n, h, head_x);
    rms_norm_forward(ctx, {n, h}, head_x, h, m.final_norm.data(), m.config.rms_eps, head_h, h, grow(ctx, r.head_rstd, n));
  }
  if (r.language) score_tokens(m, o, head_h, out);
  if (r.valued) score_values(m, head_h, out.values);
}

// The logits of every position: for parity tests and small models.
void all_logits(Model& m, const float* x, float* logits) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const int64_t h = m.config.hidden;
  Scratch scratch(ctx.arena);
  float* normed = scratch.floats(static_cast<size_t>(r.tokens * h));
  rms_norm_forward(ctx, {r.tokens, h}, x, h, m.final_norm.data(), m.config.rms_eps, normed, h, nullptr);
  linear_forward(ctx, m.head_weight(), nullptr, normed, h, r.tokens, logits, m.config.vocab);
}

}  // namespace

Vector* scalar_head_of(Model& m, Adapter* adapter) {
  if (adapter && adapter->scalar_head.value) return &adapter->scalar_head;
  return m.scalar_head.value ? &m.scalar_head : nullptr;
}

int64_t first_trained_layer(const Model& m, const Adapter* adapter) { return m.trainable ? 0 : adapter->lowest_layer(); }

AttentionShape attention_shape(const Pass& pass, int64_t layer) {
  const ModelConfig& c = pass.model.config;
  AttentionShape shape{.tokens = pass.tokens, .sequences = static_cast<int32_t>(pass.cu_seqlens.size() - 1),
      .cu_seqlens = pass.cu_seqlens.data(), .heads = static_cast<int>(c.heads), .kv_heads = static_cast<int>(c.kv_heads),
      .head_dim = static_cast<int>(c.head_dim), .scale = 1 / std::sqrt(static_cast<float>(c.head_dim)),
      .window = static_cast<int>(c.window[static_cast<size_t>(layer)]), .compute = pass.model.dtype};
  if (pass.prefixes.empty()) return shape;
  const Run& r = *pass.model.run;
  shape.prefixes = pass.prefixes.data();
  shape.prefix_k = r.prefixes.f32();
  shape.prefix_v = shape.prefix_k + c.kv_size();
  if (r.dprefixes) {
    shape.prefix_dk = r.dprefixes.f32();
    shape.prefix_dv = shape.prefix_dk + c.kv_size();
  }
  shape.prefix_row = 2 * c.kv_size();
  return shape;
}

Pass sequences_pass(Model& m, int32_t first, int32_t last) {
  Run& r = *m.run;
  const auto begin = r.cu_seqlens.begin() + first, end = r.cu_seqlens.begin() + last;
  Pass pass{m, *end - *begin, r.positions.data() + *begin, {begin, end + 1}, {}};
  pass.first = *begin;
  pass.first_sequence = first;
  for (int32_t& start : pass.cu_seqlens) start -= static_cast<int32_t>(pass.first);
  pass.segments = {{0, pass.tokens, r.adapter.get()}};
  pass.train = r.train;
  pass.dropout_seed = r.dropout_seed;
  for (int32_t s = first; s < last && !r.parents.empty(); ++s) {
    const int32_t parent = r.parents[static_cast<size_t>(s)];
    const auto p = static_cast<size_t>(parent);
    pass.prefixes.push_back(parent < 0 ? KeySpan{0, 0} : KeySpan{r.prefix_rows[p], r.cu_seqlens[p + 1] - r.cu_seqlens[p]});
  }
  return pass;
}

Pass group_pass(Model& m, size_t g) { return sequences_pass(m, m.run->groups[g], m.run->groups[g + 1]); }

void keep_prefixes(const Pass& pass, const float* qkv) {
  Run& r = *pass.model.run;
  const int64_t q = pass.model.config.q_size(), width = 2 * pass.model.config.kv_size();
  for_each_parent(pass, [&](int64_t token, int64_t row, int64_t count) {
    for (int64_t i = 0; i < count; ++i) std::copy_n(qkv + (token + i) * (q + width) + q, width, r.prefixes.f32() + (row + i) * width);
  });
}

void forward_layer(const Pass& pass, int64_t layer, float* x, LayerTape* tape) {
  Model& m = pass.model;
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  const int64_t q = c.q_size(), g = c.kv_size(), row = q + 2 * g, tokens = pass.tokens;
  float* h = grow(ctx, r.h, tokens * c.hidden);
  float* qkv = grow(ctx, r.qkv, tokens * row);
  float* attn = grow(ctx, r.attn, tokens * q);
  attention_inputs(pass, layer, x, h, qkv, tape);
  keep_prefixes(pass, qkv);
  attention_forward(ctx, attention_shape(pass, layer), qkv, row, qkv + q, row, qkv + q + g, row, attn, q,
                    tape ? tape->lse.f32() + pass.tape_row * c.heads : nullptr);
  attention_output(pass, layer, attn, x, tape);
  mlp(pass, layer, x, h, grow(ctx, r.gate_up, tokens * 2 * c.intermediate), grow(ctx, r.act, tokens * c.intermediate), tape);
}

void forward(Model& m, const mg_batch& batch, const mg_forward_options& options, std::shared_ptr<Adapter> adapter,
    const mg_forward_result& out) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  r.kept = false;
  check_batch(m, batch);
  check_options(m, batch, options, adapter.get(), out);
  remember(m, batch, options, std::move(adapter));
  m.rope_table.reserve(ctx, *std::max_element(r.positions.begin(), r.positions.end()) + 1);

  const int64_t first = options.keep ? first_trained_layer(m, r.adapter.get()) : c.layers;
  const bool tapes = options.keep && !r.checkpoint;
  r.tapes.resize(static_cast<size_t>(tapes ? c.layers : 0));
  r.inputs.resize(static_cast<size_t>(options.keep && r.checkpoint ? c.layers : 0));
  if (r.prefix_count) grow(ctx, r.prefixes, r.prefix_count * 2 * c.kv_size());
  float* x = grow(ctx, r.x, r.tokens * c.hidden);
  embedding_forward(ctx, m.embedding.weight, r.token_ids.data(), r.tokens, x);
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const auto i = static_cast<size_t>(layer);
    LayerTape* tape = layer >= first && tapes ? &r.tapes[i] : nullptr;
    if (layer >= first && r.checkpoint) std::copy_n(x, r.tokens * c.hidden, grow(ctx, r.inputs[i], r.tokens * c.hidden));
    if (tape) reserve_tape(m, *tape, layer, r.tokens);
    for (size_t g = 0; g + 1 < r.groups.size(); ++g) {
      m.device->throw_if_cancelled();
      Pass pass = group_pass(m, g);
      pass.tape_row = pass.first;
      forward_layer(pass, layer, x + pass.first * c.hidden, tape);
    }
  }
  m.device->throw_if_cancelled();
  score(m, options, x, out);
  if (out.logits) all_logits(m, x, out.logits);
  r.kept = options.keep != 0;
}

}  // namespace medgym
