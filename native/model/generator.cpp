#include "model/generator.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "ops/embedding.h"
#include "ops/rms_norm.h"
#include "ops/vector.h"

namespace medgym {
namespace {

// Tokens of prompts in one pass: bounds the activations, and how long a long prompt holds up those that are being decoded.
constexpr int64_t prefill_tokens = 2048, prefill_tokens_beside_decoding = 512;
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
    : model(std::move(m)), max_sequences_(max_sequences), max_tokens_(max_tokens), cache_(model->context(), model->config, model->dtype),
      pass_{*model, 0, nullptr, {}, {}} {
  if (!model->config.language_head())
    throw Error(MG_UNSUPPORTED, model->config.architecture + " has a scalar head and no language-model head: it scores texts and writes none.");
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

KvCache::Weights Generator::current_weights(const Sequence& s) const { return {model->version, s.adapter ? s.adapter->version : 0}; }

// Prompts that were computed with weights that have since changed are computed again; what is already decoding goes on.
void Generator::start_over_with_changed_weights() {
  for (size_t i = active_.size(); i-- > 0;) {
    Sequence& s = *active_[i];
    if (s.running() || s.weights == current_weights(s)) continue;
    cache_.give_back(s.blocks);
    s.cached = s.computed = 0;
    waiting_.push_front(std::move(active_[i]));
    active_.erase(active_.begin() + static_cast<int64_t>(i));
  }
}

// Cached blocks of weights that are gone only take up room.
void Generator::note_weights(const Sequence& s) {
  for (const KnownWeights& k : known_)
    if (k.weights == s.weights) return;
  std::erase_if(known_, [&](const KnownWeights& k) {
    if (k.weights.base != model->version) return true;
    const std::shared_ptr<Adapter> adapter = k.adapter.lock();
    return k.weights.adapter && (!adapter || adapter->version != k.weights.adapter);
  });
  known_.push_back({s.weights, s.adapter});
  std::vector<KvCache::Weights> wanted;
  for (const KnownWeights& k : known_) wanted.push_back(k.weights);
  cache_.keep_only(wanted);
}

// A request is admitted, in order of arrival, once the cache can hold all it may need: it is never pushed out again.
void Generator::admit() {
  while (!waiting_.empty() && static_cast<int64_t>(active_.size()) < max_sequences_) {
    Sequence& s = *waiting_.front();
    s.weights = current_weights(s);
    note_weights(s);
    std::optional<std::vector<int32_t>> blocks = cache_.take(s.weights, s.tokens, s.positions());
    if (!blocks) return;
    s.blocks = std::move(*blocks);
    active_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

bool Generator::computed_in_this_pass(int32_t block) const {
  for (const Part& p : parts_)
    for (int64_t position = p.begin; position + KvCache::block_size <= p.end; position += KvCache::block_size)
      if (p.sequence->block_at(position) == block) return true;
  return false;
}

Generator::Sequence* Generator::same_prompt_in_this_pass(const Sequence& s) const {
  const int64_t full = s.prompt_length / KvCache::block_size;
  for (const Part& p : parts_) {
    const Sequence& other = *p.sequence;
    if (!p.completes() || other.prompt_length != s.prompt_length || !(other.weights == s.weights)) continue;
    // Who holds the same block has the same tokens up to its end.
    if (full > 0 && other.blocks[static_cast<size_t>(full - 1)] != s.blocks[static_cast<size_t>(full - 1)]) continue;
    if (std::equal(s.tokens.begin() + full * KvCache::block_size, s.tokens.end(), other.tokens.begin() + full * KvCache::block_size))
      return p.sequence;
  }
  return nullptr;
}

// Gives each prompt, in order of arrival, what is left of `tokens`. Blocks that are computed, or are being computed in this pass for a
// prompt before it, are passed over.
void Generator::plan_prefill(int64_t tokens) {
  parts_.clear();
  copies_.clear();
  constexpr int64_t block = KvCache::block_size;
  for (const auto& owned : active_) {
    Sequence& s = *owned;
    if (s.running()) continue;
    int64_t begin = s.cached;
    while (begin + block <= s.prompt_length && (cache_.computed(s.block_at(begin)) || computed_in_this_pass(s.block_at(begin)))) begin += block;
    if (Sequence* other = same_prompt_in_this_pass(s)) {
      copies_.emplace_back(&s, other);
      continue;
    }
    begin = std::min(begin, s.prompt_length - 1);  // the last token is computed in any case: its logits are wanted
    // Chunks end where blocks end, so that whole blocks are computed at once.
    const int64_t end = s.prompt_length - begin <= tokens ? s.prompt_length : (begin + tokens) / block * block;
    if (end <= begin) continue;
    parts_.push_back({&s, begin, end});
    tokens -= end - begin;
  }
}

void Generator::prefill() {
  run_parts(GemmPath::panels);
  sampled_.clear();
  for (const Part& p : parts_) {
    Sequence& s = *p.sequence;
    s.cached = p.end;
    s.computed += p.end - p.begin;
    totals_.prefilled_tokens += p.end - p.begin;
    for (int64_t position = p.begin / KvCache::block_size * KvCache::block_size; position + KvCache::block_size <= p.end;
         position += KvCache::block_size)
      cache_.set_computed(s.block_at(position));
    if (p.completes()) sampled_.push_back(&s);
  }
  for (const auto& [s, other] : copies_) {
    // The block that the prompt does not fill will be written by each.
    if (s->prompt_length % KvCache::block_size) cache_.copy(other->block_at(s->prompt_length), s->block_at(s->prompt_length));
    s->cached = s->prompt_length;
    s->row = other->row;
    sampled_.push_back(s);
  }
  for (const Sequence* s : sampled_) {
    totals_.prompt_tokens += s->prompt_length;
    totals_.reused_tokens += s->prompt_length - s->computed;
  }
  sample_all();
}

void Generator::decode() {
  run_parts(GemmPath::dots);
  sampled_.clear();
  for (const Part& p : parts_) {
    p.sequence->cached = p.end;
    sampled_.push_back(p.sequence);
  }
  sample_all();
}

void Generator::run_parts(GemmPath path) {
  Model& m = *model;
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  const int64_t q = c.q_size(), g = c.kv_size(), row = q + 2 * g;

  // Rows of one adapter lie together, so that each adapter is one product.
  const auto by_adapter = [](const Part& a, const Part& b) { return std::less<>()(a.sequence->adapter.get(), b.sequence->adapter.get()); };
  if (!std::is_sorted(parts_.begin(), parts_.end(), by_adapter)) std::stable_sort(parts_.begin(), parts_.end(), by_adapter);
  tokens_.clear();
  positions_.clear();
  lengths_.clear();
  stored_from_.clear();
  last_rows_.clear();
  pass_.cu_seqlens.assign(1, 0);
  pass_.segments.clear();
  size_t table_row = 0;
  for (const Part& p : parts_) table_row = std::max(table_row, static_cast<size_t>(KvCache::blocks_for(p.end)));
  tables_.resize(std::max(tables_.size(), parts_.size() * table_row));
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& p = parts_[i];
    Sequence& s = *p.sequence;
    const auto first = static_cast<int64_t>(tokens_.size()), count = p.end - p.begin;
    tokens_.insert(tokens_.end(), s.tokens.begin() + p.begin, s.tokens.begin() + p.end);
    for (int64_t position = p.begin; position < p.end; ++position) positions_.push_back(static_cast<int32_t>(position));
    if (pass_.segments.empty() || pass_.segments.back().adapter != s.adapter.get()) pass_.segments.push_back({first, 0, s.adapter.get()});
    pass_.segments.back().count += count;
    pass_.cu_seqlens.push_back(static_cast<int32_t>(first + count));
    lengths_.push_back(static_cast<int32_t>(p.end));
    // The last token of a prompt whose blocks are all there: it is computed for its logits.
    const bool there = !s.running() && p.end % KvCache::block_size == 0 && p.begin % KvCache::block_size != 0;
    stored_from_.push_back(static_cast<int32_t>(there ? p.end : p.begin));
    if (p.completes()) {
      s.row = static_cast<int64_t>(last_rows_.size());
      last_rows_.push_back(static_cast<int32_t>(first + count - 1));
    }
    std::copy_n(s.blocks.begin(), KvCache::blocks_for(p.end), tables_.begin() + static_cast<int64_t>(i * table_row));
  }
  const auto t = static_cast<int64_t>(tokens_.size()), n = static_cast<int64_t>(last_rows_.size());
  pass_.tokens = t;
  pass_.path = path;
  pass_.positions = positions_.data();
  m.rope_table.reserve(ctx, *std::max_element(lengths_.begin(), lengths_.end()));
  const PagedBatch paged{static_cast<int32_t>(parts_.size()), pass_.cu_seqlens.data(), lengths_.data(), tables_.data(),
                         static_cast<int64_t>(table_row), stored_from_.data()};
  const auto attend = path == GemmPath::panels ? paged_prefill_attention : paged_attention;

  float* x = grow(ctx, r.x, t * c.hidden);
  float* h = grow(ctx, r.h, t * c.hidden);
  float* qkv = grow(ctx, r.qkv, t * row);
  float* attn = grow(ctx, r.attn, t * q);
  float* gate_up = grow(ctx, r.gate_up, t * 2 * c.intermediate);
  float* act = grow(ctx, r.act, t * c.intermediate);
  embedding_forward(ctx, m.embedding.weight, tokens_.data(), t, x);
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    m.device->throw_if_cancelled();
    attention_inputs(pass_, layer, x, h, qkv, nullptr);
    const PagedCache cache = cache_.layer(layer);
    paged_write(ctx, cache, paged, qkv + q, row, qkv + q + g, row);
    const AttentionShape shape = attention_shape(pass_, layer);
    attend(ctx, cache, paged, shape.heads, shape.scale, shape.window, qkv, row, attn, q);
    attention_output(pass_, layer, attn, x, nullptr);
    mlp(pass_, layer, x, h, gate_up, act, nullptr);
  }
  m.device->throw_if_cancelled();
  if (!n) return;
  float* rows = grow(ctx, rows_, n * c.hidden);
  float* logits = grow(ctx, logits_, n * c.vocab);
  gather_rows(ctx, x, c.hidden, last_rows_.data(), n, c.hidden, rows);
  rms_norm_forward(ctx, {n, c.hidden}, rows, c.hidden, m.final_norm.data(), c.rms_eps, rows, c.hidden, nullptr);
  linear_forward(ctx, m.head_weight(), nullptr, rows, c.hidden, n, logits, c.vocab, false, GemmPath::dots);
}

void Generator::sample_all() {
  const int64_t vocabulary = model->config.vocab;
  samples_.resize(std::max(samples_.size(), sampled_.size()));
  model->context().pool.split(static_cast<int64_t>(sampled_.size()), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const Sequence& s = *sampled_[static_cast<size_t>(i)];
      samples_[static_cast<size_t>(i)] = sample(logits_.f32() + s.row * vocabulary, vocabulary, s.sampling, s.tokens.data(), s.length(),
          s.seed, static_cast<uint64_t>(s.length()));
    }
  });
  for (size_t i = 0; i < sampled_.size(); ++i)
    if (!std::isfinite(samples_[i].logprob))
      throw Error(MG_NON_FINITE, "logits: not finite for request " + std::to_string(sampled_[i]->id) + " at position " +
          number(sampled_[i]->length()) + ". The weights or the adapter hold NaN or have diverged.");
  for (size_t i = 0; i < sampled_.size(); ++i) emit(*sampled_[i], samples_[i]);
}

void Generator::emit(Sequence& s, const Sample& sampled) {
  s.tokens.push_back(sampled.token);
  ++totals_.generated_tokens;
  const bool stopped = std::find(s.stop_tokens.begin(), s.stop_tokens.end(), sampled.token) != s.stop_tokens.end();
  const bool full = s.length() >= s.positions();
  events_.push_back({s.id, sampled.token, sampled.logprob, stopped ? MG_STOP : full ? MG_LENGTH : MG_RUNNING});
  if (stopped || full) cache_.give_back(s.blocks);  // no blocks: finished, removed at the end of the round
}

// A token of each running sequence, and a chunk of the prompts that wait, which gives those that it completes their first token.
void Generator::round() {
  // Also when the prompts' pass is cancelled after some have finished.
  struct AtEnd {
    Generator& generator;
    size_t before = generator.events_.size();
    ~AtEnd() { generator.end_round(before); }
  } at_end{*this};
  parts_.clear();
  for (const auto& s : active_)
    if (s->running()) parts_.push_back({s.get(), s->cached, s->length()});
  const size_t running = parts_.size();
  if (running) decode();
  if (running < active_.size()) {
    plan_prefill(running ? prefill_tokens_beside_decoding : prefill_tokens);
    prefill();
  }
}

void Generator::end_round(size_t first_event) {
  // Events in order of arrival, whatever the grouping was.
  const auto by_id = [](const mg_token_event& a, const mg_token_event& b) { return a.id < b.id; };
  const auto fresh = events_.begin() + static_cast<int64_t>(first_event);
  if (!std::is_sorted(fresh, events_.end(), by_id)) std::stable_sort(fresh, events_.end(), by_id);
  std::erase_if(active_, [](const std::unique_ptr<Sequence>& s) { return s->blocks.empty(); });
}

int32_t Generator::remaining() const {
  const auto undelivered = std::count_if(events_.begin(), events_.end(), [](const mg_token_event& e) { return e.finish != MG_RUNNING; });
  return static_cast<int32_t>(static_cast<int64_t>(waiting_.size() + active_.size()) + undelivered);
}

int32_t Generator::step(int32_t max_steps, mg_token_event* events, int32_t capacity) {
  if (max_steps < 1 || capacity < 1 || !events)
    throw Error(MG_INVALID_ARGUMENT, "max_steps and the capacity of events must be at least 1.");
  start_over_with_changed_weights();
  for (int32_t i = 0; i < max_steps && static_cast<int32_t>(events_.size()) < capacity; ++i) {
    admit();
    if (active_.empty()) break;
    round();
  }
  const int32_t count = std::min(capacity, static_cast<int32_t>(events_.size()));
  std::copy_n(events_.begin(), count, events);
  events_.erase(events_.begin(), events_.begin() + count);
  return count;
}

mg_generator_stats Generator::stats() const {
  mg_generator_stats s = totals_;
  s.block_tokens = KvCache::block_size;
  s.blocks = cache_.capacity();
  s.blocks_used = cache_.used();
  s.blocks_cached = cache_.cached();
  const auto running = std::count_if(active_.begin(), active_.end(), [](const auto& q) { return q->running(); });
  s.running = static_cast<int32_t>(running);
  s.waiting = static_cast<int32_t>(static_cast<int64_t>(waiting_.size() + active_.size()) - running);
  return s;
}

}  // namespace medgym
