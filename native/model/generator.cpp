#include "model/generator.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "model/run.h"
#include "ops/embedding.h"
#include "ops/rms_norm.h"
#include "ops/vector.h"

namespace medgym {
namespace {

constexpr int64_t prefill_tokens = 2048;      // prompts prefilled in one pass: bounds the activations
constexpr int64_t tokens_per_sequence = 2048;  // of the default capacity

std::string number(int64_t n) { return std::to_string(n); }

void check_request(const Model& m, const mg_request& r) {
  if (r.prompt_length < 1 || !r.prompt) throw Error(MG_INVALID_ARGUMENT, "The prompt is empty; give at least one token.");
  if (r.max_new_tokens < 1) throw Error(MG_INVALID_ARGUMENT, "max_new_tokens is " + number(r.max_new_tokens) + "; it must be at least 1.");
  for (int32_t i = 0; i < r.prompt_length; ++i)
    if (r.prompt[i] < 0 || r.prompt[i] >= m.config.vocab)
      throw Error(MG_INVALID_ARGUMENT, "Token " + number(r.prompt[i]) + " at position " + number(i) +
          " of the prompt is not in the vocabulary of " + number(m.config.vocab) + ". The tokenizer belongs to another model.");
  auto wanted = [](bool ok, const char* name, float value, const char* range) {
    if (!ok) throw Error(MG_INVALID_ARGUMENT, std::string(name) + " is " + std::to_string(value) + "; it must be " + range + ".");
  };
  wanted(r.temperature >= 0 && std::isfinite(r.temperature), "temperature", r.temperature, "0 (greedy) or more");
  wanted(r.top_k >= 0, "top_k", static_cast<float>(r.top_k), "0 (off) or more");
  wanted(r.top_p > 0 && r.top_p <= 1, "top_p", r.top_p, "above 0 and at most 1");
  wanted(r.min_p >= 0 && r.min_p < 1, "min_p", r.min_p, "at least 0 and below 1");
  wanted(r.repetition_penalty > 0 && std::isfinite(r.repetition_penalty), "repetition_penalty", r.repetition_penalty, "above 0");
  wanted(std::isfinite(r.presence_penalty), "presence_penalty", r.presence_penalty, "finite");
  if (r.stop_token_count < 0 || (r.stop_token_count > 0 && !r.stop_tokens)) throw Error(MG_INVALID_ARGUMENT, "stop_tokens is missing.");
}

}  // namespace

Generator::Generator(std::shared_ptr<Model> m, int64_t max_sequences, int64_t max_tokens)
    : model(std::move(m)), max_sequences_(max_sequences), max_tokens_(max_tokens), cache_(model->context(), model->config, model->dtype) {
  if (max_sequences < 1) throw Error(MG_INVALID_ARGUMENT, "max_sequences is " + number(max_sequences) + "; it must be at least 1.");
  if (max_tokens < 0) throw Error(MG_INVALID_ARGUMENT, "max_tokens is " + number(max_tokens) + "; it must be 0 (automatic) or more.");
  cache_.set_capacity(KvCache::blocks_for(max_tokens ? max_tokens : max_sequences * tokens_per_sequence));
}

uint64_t Generator::submit(const mg_request& r, std::shared_ptr<Adapter> adapter) {
  check_request(*model, r);
  if (adapter && adapter->model != model) throw Error(MG_INVALID_ARGUMENT, "The adapter belongs to another model.");
  const int64_t positions = static_cast<int64_t>(r.prompt_length) + r.max_new_tokens, blocks = KvCache::blocks_for(positions);
  if (blocks > cache_.capacity()) {
    if (max_tokens_)
      throw Error(MG_INVALID_ARGUMENT, "The request needs " + number(positions) + " positions (prompt " + number(r.prompt_length) +
          ", up to " + number(r.max_new_tokens) + " new); the generator's max_tokens is " + number(max_tokens_) +
          ". Shorten it or make a larger generator.");
    cache_.set_capacity(blocks);
  }
  auto s = std::make_unique<Sequence>();
  s->id = next_id_++;
  s->tokens.reserve(static_cast<size_t>(positions));
  s->tokens.assign(r.prompt, r.prompt + r.prompt_length);
  s->prompt_length = r.prompt_length;
  s->max_new_tokens = r.max_new_tokens;
  s->adapter = std::move(adapter);
  s->sampling = {.temperature = r.temperature, .top_k = r.top_k, .top_p = r.top_p, .min_p = r.min_p,
                 .repetition_penalty = r.repetition_penalty, .presence_penalty = r.presence_penalty};
  s->seed = r.seed;
  s->stop_tokens.assign(r.stop_tokens, r.stop_tokens + r.stop_token_count);
  waiting_.push_back(std::move(s));
  return waiting_.back()->id;
}

void Generator::cancel(uint64_t id) {
  auto is_it = [id](const std::unique_ptr<Sequence>& s) { return s->id == id; };
  if (const auto found = std::find_if(waiting_.begin(), waiting_.end(), is_it); found != waiting_.end()) {
    waiting_.erase(found);
  } else if (const auto running = std::find_if(active_.begin(), active_.end(), is_it); running != active_.end()) {
    cache_.give_back((*running)->blocks);
    active_.erase(running);
  } else {
    throw Error(MG_NOT_FOUND, "There is no unfinished request " + std::to_string(id) + ".");
  }
  events_.push_back({id, -1, 0, MG_ABORTED});
}

// A request is admitted, in order of arrival, once the cache can hold all it may need: it is never pushed out again.
void Generator::admit() {
  while (!waiting_.empty() && static_cast<int64_t>(active_.size()) < max_sequences_) {
    const int64_t blocks = KvCache::blocks_for(waiting_.front()->positions());
    if (!cache_.fits(blocks)) return;
    waiting_.front()->blocks = cache_.take(blocks);
    active_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void Generator::advance(const Group& group, bool prefill) {
  Model& m = *model;
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  const int64_t q = c.q_size(), g = c.kv_size(), row = q + 2 * g, n = static_cast<int64_t>(group.size());

  std::vector<int32_t> tokens, positions, lengths, last_rows;
  size_t table_row = 0;
  for (const Sequence* s : group) table_row = std::max(table_row, s->blocks.size());
  std::vector<int32_t> tables(group.size() * table_row, 0);
  Pass pass{m, 0, nullptr, {0}, {}};
  for (size_t i = 0; i < group.size(); ++i) {
    const Sequence& s = *group[i];
    const auto length = static_cast<int64_t>(s.tokens.size()), first = static_cast<int64_t>(tokens.size());
    for (int64_t p = s.cached; p < length; ++p) {
      tokens.push_back(s.tokens[static_cast<size_t>(p)]);
      positions.push_back(static_cast<int32_t>(p));
    }
    const auto end = static_cast<int64_t>(tokens.size());
    if (pass.segments.empty() || pass.segments.back().adapter != s.adapter.get()) pass.segments.push_back({first, 0, s.adapter.get()});
    pass.segments.back().count += end - first;
    pass.cu_seqlens.push_back(static_cast<int32_t>(end));
    lengths.push_back(static_cast<int32_t>(length));
    last_rows.push_back(static_cast<int32_t>(end - 1));
    std::copy(s.blocks.begin(), s.blocks.end(), tables.begin() + static_cast<int64_t>(i * table_row));
  }
  const auto t = static_cast<int64_t>(tokens.size());
  pass.tokens = t;
  pass.path = prefill ? GemmPath::panels : GemmPath::dots;
  pass.positions = positions.data();
  m.rope_table.reserve(ctx, *std::max_element(lengths.begin(), lengths.end()));
  const PagedBatch paged{static_cast<int32_t>(n), pass.cu_seqlens.data(), lengths.data(), tables.data(), static_cast<int64_t>(table_row)};

  float* x = grow(ctx, r.x, t * c.hidden);
  float* h = grow(ctx, r.h, t * c.hidden);
  float* qkv = grow(ctx, r.qkv, t * row);
  float* attn = grow(ctx, r.attn, t * q);
  float* gate_up = grow(ctx, r.gate_up, t * 2 * c.intermediate);
  float* act = grow(ctx, r.act, t * c.intermediate);
  embedding_forward(ctx, m.embedding.weight, tokens.data(), t, x);
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    m.device->throw_if_cancelled();
    attention_inputs(pass, layer, x, h, qkv, nullptr);
    const PagedCache cache = cache_.layer(layer);
    paged_write(ctx, cache, paged, qkv + q, row, qkv + q + g, row);
    const AttentionShape shape = attention_shape(pass, layer);
    const auto attend = prefill ? paged_prefill_attention : paged_attention;
    attend(ctx, cache, paged, shape.heads, shape.scale, shape.window, qkv, row, attn, q);
    attention_output(pass, layer, attn, x, nullptr);
    mlp(pass, layer, x, h, gate_up, act, nullptr);
  }
  m.device->throw_if_cancelled();
  float* rows = grow(ctx, rows_, n * c.hidden);
  float* logits = grow(ctx, logits_, n * c.vocab);
  gather_rows(ctx, x, c.hidden, last_rows.data(), n, c.hidden, rows);
  rms_norm_forward(ctx, {n, c.hidden}, rows, c.hidden, m.final_norm.data(), c.rms_eps, rows, c.hidden, nullptr);
  linear_forward(ctx, m.head_weight(), nullptr, rows, c.hidden, n, logits, c.vocab, false, GemmPath::dots);

  std::vector<Sample> samples(group.size());
  ctx.pool.split(n, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const Sequence& s = *group[static_cast<size_t>(i)];
      samples[static_cast<size_t>(i)] = sample(logits + i * c.vocab, c.vocab, s.sampling, s.tokens.data(),
          static_cast<int64_t>(s.tokens.size()), s.seed, s.tokens.size());
    }
  });
  for (size_t i = 0; i < group.size(); ++i)
    if (!std::isfinite(samples[i].logprob))
      throw Error(MG_NON_FINITE, "logits: not finite for request " + std::to_string(group[i]->id) + " at position " + number(lengths[i]) +
          ". The weights or the adapter hold NaN or have diverged.");
  for (size_t i = 0; i < group.size(); ++i) {
    group[i]->cached = lengths[i];
    emit(*group[i], samples[i]);
  }
}

void Generator::emit(Sequence& s, const Sample& sampled) {
  s.tokens.push_back(sampled.token);
  const bool stopped = std::find(s.stop_tokens.begin(), s.stop_tokens.end(), sampled.token) != s.stop_tokens.end();
  const bool full = static_cast<int64_t>(s.tokens.size()) >= s.positions();
  events_.push_back({s.id, sampled.token, sampled.logprob, stopped ? MG_STOP : full ? MG_LENGTH : MG_RUNNING});
  if (stopped || full) cache_.give_back(s.blocks);  // no blocks: finished, removed after the pass
}

void Generator::decode_one_token_each() {
  // Also here: a pass that was cancelled half-way may have left some that finished.
  remove_finished();
  Group fresh, running;
  for (const auto& s : active_) (s->cached ? running : fresh).push_back(s.get());
  // Rows of one adapter lie together, so that each adapter is one product.
  auto by_adapter = [](const Sequence* a, const Sequence* b) { return std::less<>()(a->adapter.get(), b->adapter.get()); };
  std::stable_sort(fresh.begin(), fresh.end(), by_adapter);
  std::stable_sort(running.begin(), running.end(), by_adapter);
  const size_t before = events_.size();
  for (size_t i = 0; i < fresh.size();) {
    Group part;
    for (int64_t tokens = 0; i < fresh.size() && (part.empty() || tokens + fresh[i]->prompt_length <= prefill_tokens); ++i) {
      tokens += fresh[i]->prompt_length;
      part.push_back(fresh[i]);
    }
    advance(part, true);
  }
  if (!running.empty()) advance(running, false);
  // Events of one pass in order of arrival, whatever the grouping was.
  auto by_id = [](const mg_token_event& a, const mg_token_event& b) { return a.id < b.id; };
  std::stable_sort(events_.begin() + static_cast<int64_t>(before), events_.end(), by_id);
  remove_finished();
}

void Generator::remove_finished() {
  std::erase_if(active_, [](const std::unique_ptr<Sequence>& s) { return s->blocks.empty(); });
}

int32_t Generator::remaining() const {
  const auto undelivered = std::count_if(events_.begin(), events_.end(), [](const mg_token_event& e) { return e.finish != MG_RUNNING; });
  return static_cast<int32_t>(static_cast<int64_t>(waiting_.size() + active_.size()) + undelivered);
}

int32_t Generator::step(int32_t max_steps, mg_token_event* events, int32_t capacity) {
  if (max_steps < 1 || capacity < 1 || !events)
    throw Error(MG_INVALID_ARGUMENT, "max_steps and the capacity of events must be at least 1.");
  for (int32_t i = 0; i < max_steps && static_cast<int32_t>(events_.size()) < capacity; ++i) {
    admit();
    if (active_.empty()) break;
    decode_one_token_each();
  }
  const int32_t count = std::min(capacity, static_cast<int32_t>(events_.size()));
  std::copy_n(events_.begin(), count, events);
  events_.erase(events_.begin(), events_.begin() + count);
  return count;
}

}  // namespace medgym
