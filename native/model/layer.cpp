#include <algorithm>

#include "model/run.h"
#include "ops/lora.h"
#include "ops/rms_norm.h"
#include "ops/swiglu.h"
#include "ops/vector.h"

namespace medgym {

float* grow(Context& ctx, Buffer& buffer, int64_t count) {
  const size_t bytes = static_cast<size_t>(count) * sizeof(float);
  if (buffer.bytes() < bytes) {
    buffer = Buffer();  // first free, so that old and new never stand side by side
    buffer = Buffer(ctx.memory, bytes);
  }
  return buffer.f32();
}

void Kept::reserve(Context& ctx, Dtype type, int64_t rows, int64_t width) {
  type_ = type;
  width_ = width;
  grow(ctx, buffer_, (rows * width * static_cast<int64_t>(dtype_size(type)) + 3) / 4);
}

void Kept::store(Context& ctx, const float* from, int64_t first_row, int64_t rows) {
  const size_t size = dtype_size(type_);
  char* to = static_cast<char*>(buffer_.data()) + static_cast<size_t>(first_row * width_) * size;
  ctx.pool.split(rows * width_, 1 << 15, [&](int64_t begin, int64_t end, int) {
    convert(to + static_cast<size_t>(begin) * size, type_, from + begin, Dtype::F32, static_cast<size_t>(end - begin));
  });
}

void Kept::load(Context& ctx, float* to, int64_t first_row, int64_t rows) const {
  const size_t size = dtype_size(type_);
  const char* from = static_cast<const char*>(buffer_.data()) + static_cast<size_t>(first_row * width_) * size;
  ctx.pool.split(rows * width_, 1 << 15, [&](int64_t begin, int64_t end, int) {
    convert(to + begin, Dtype::F32, from + static_cast<size_t>(begin) * size, type_, static_cast<size_t>(end - begin));
  });
}

void reserve_tape(Model& m, LayerTape& tape, int64_t layer, int64_t rows) {
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  tape.x_in.reserve(ctx, m.dtype, rows, c.hidden);
  tape.x_mid.reserve(ctx, m.dtype, rows, c.hidden);
  tape.qkv.reserve(ctx, m.dtype, rows, c.q_size() + 2 * c.kv_size());
  tape.attn.reserve(ctx, m.dtype, rows, c.q_size());
  tape.gate_up.reserve(ctx, m.dtype, rows, 2 * c.intermediate);
  grow(ctx, tape.lse, rows * c.heads);
  grow(ctx, tape.rstd_in, rows);
  grow(ctx, tape.rstd_mid, rows);
  for (int slot = 0; slot < SLOTS; ++slot) {
    const AdapterModule* module = m.run->adapter ? m.run->adapter->at(layer, static_cast<Slot>(slot)) : nullptr;
    if (module) grow(ctx, tape.hidden[static_cast<size_t>(slot)], rows * module->rank);
  }
}

namespace {

// The adapter's modules over slots first … last, which lie side by side in y's columns. hidden(slot, rank) is where a module's goes.
template <class Hidden>
std::vector<LoraModule> modules_of(const Pass& pass, const Adapter* adapter, int64_t layer, Slot first, Slot last, const Hidden& hidden) {
  std::vector<LoraModule> modules;
  int64_t column = 0;
  for (int slot = first; slot <= last; ++slot) {
    if (AdapterModule* m = adapter ? adapter->at(layer, static_cast<Slot>(slot)) : nullptr)
      modules.push_back({.column = column, .n = m->out, .rank = m->rank, .a = m->a.f32(), .b = m->b.f32(), .scale = m->scale,
                         .dropout = pass.train ? m->dropout : 0, .stream = static_cast<uint64_t>(layer * SLOTS + slot),
                         .hidden = hidden(slot, m->rank), .da = m->da.f32(), .db = m->db.f32()});
    column += slot_width(pass.model.config, static_cast<Slot>(slot));
  }
  return modules;
}

LoraArgs lora_args(const Pass& pass, const Segment& s, const std::vector<LoraModule>& modules, const float* x, int64_t in) {
  return {.tokens = s.count, .k = in, .x = x + s.first * in, .x_row = in, .compute = pass.model.dtype, .path = pass.path,
          .seed = pass.dropout_seed, .first = pass.first + s.first, .modules = modules.data(),
          .count = static_cast<int64_t>(modules.size())};
}

// y = x·Wᵀ + b, with each segment's LoRA in its part of y. Slots first … last lie side by side in y's columns.
void project(const Pass& pass, int64_t layer, Slot first, Slot last, const Matrix& w, const Vector& bias, const float* x, float* y,
             bool accumulate, LayerTape* tape) {
  Context& ctx = pass.context();
  const int64_t in = w.weight.k(), out = w.weight.n();
  // One adapter for all tokens: its products run with the base's. Several: after it, with the same bits.
  const bool together = pass.segments.size() == 1 && pass.segments[0].adapter && pass.segments[0].adapter->any(layer, first, last);
  if (!together) linear_forward(ctx, w.weight, bias.data(), x, in, pass.tokens, y, out, accumulate, pass.path);
  for (const Segment& s : pass.segments) {
    Scratch scratch(ctx.arena);
    const std::vector<LoraModule> modules = modules_of(pass, s.adapter, layer, first, last, [&](int slot, int64_t rank) {
      return tape ? tape->hidden[static_cast<size_t>(slot)].f32() + pass.tape_row * rank : scratch.floats(static_cast<size_t>(s.count * rank));
    });
    if (modules.empty()) continue;
    lora_forward(ctx, lora_args(pass, s, modules, x, in), together ? LoraBase{&w.weight, bias.data(), accumulate} : LoraBase{},
                 y + s.first * out, out);
  }
}

}  // namespace

void project_backward(const Pass& pass, int64_t layer, Slot first, Slot last, const Matrix& w, LayerTape& tape, const float* x,
                      const float* dy, float* dx) {
  Context& ctx = pass.context();
  const Segment& s = pass.segments[0];
  const int64_t in = w.weight.k(), out = w.weight.n();
  const std::vector<LoraModule> modules = modules_of(pass, s.adapter, layer, first, last, [&](int slot, int64_t rank) {
    return tape.hidden[static_cast<size_t>(slot)].f32() + pass.tape_row * rank;
  });
  if (!modules.empty())
    lora_backward(ctx, lora_args(pass, s, modules, x, in), &w.weight, dy, out, dx, in);
  else if (dx)
    linear_backward_input(ctx, w.weight, dy, out, pass.tokens, dx, in);
}

int64_t slot_width(const ModelConfig& c, Slot slot) {
  switch (slot) {
    case Q_PROJ: return c.q_size();
    case K_PROJ: case V_PROJ: return c.kv_size();
    case GATE_PROJ: case UP_PROJ: return c.intermediate;
    default: return c.hidden;
  }
}

void qk_norm_and_rope(const Pass& pass, int64_t layer, float* qkv) {
  const ModelConfig& c = pass.model.config;
  const Layer& l = pass.model.layers[static_cast<size_t>(layer)];
  Context& ctx = pass.context();
  const int64_t row = c.q_size() + 2 * c.kv_size();
  float *q = qkv, *k = qkv + c.q_size();
  if (c.qk_norm) {
    rms_norm_forward(ctx, {pass.tokens, c.head_dim, c.heads}, q, row, l.q_norm.data(), c.rms_eps, q, row, nullptr);
    rms_norm_forward(ctx, {pass.tokens, c.head_dim, c.kv_heads}, k, row, l.k_norm.data(), c.rms_eps, k, row, nullptr);
  }
  // q and k lie side by side: one call turns the heads of both.
  rope(ctx, pass.model.rope_table, pass.positions, pass.tokens, static_cast<int>(c.heads + c.kv_heads), q, row);
}

void attention_inputs(const Pass& pass, int64_t layer, const float* x, float* h, float* qkv, LayerTape* tape) {
  const ModelConfig& c = pass.model.config;
  const Layer& l = pass.model.layers[static_cast<size_t>(layer)];
  Context& ctx = pass.context();
  if (tape) tape->x_in.store(ctx, x, pass.tape_row, pass.tokens);
  rms_norm_forward(ctx, {pass.tokens, c.hidden}, x, c.hidden, l.input_norm.data(), c.rms_eps, h, c.hidden,
                   tape ? tape->rstd_in.f32() + pass.tape_row : nullptr);
  project(pass, layer, Q_PROJ, V_PROJ, l.qkv, l.qkv_bias, h, qkv, false, tape);
  if (tape && c.qk_norm) tape->qkv.store(ctx, qkv, pass.tape_row, pass.tokens);
  qk_norm_and_rope(pass, layer, qkv);
  if (tape && !c.qk_norm) tape->qkv.store(ctx, qkv, pass.tape_row, pass.tokens);
}

void attention_output(const Pass& pass, int64_t layer, const float* attn, float* x, LayerTape* tape) {
  const Layer& l = pass.model.layers[static_cast<size_t>(layer)];
  if (tape) tape->attn.store(pass.context(), attn, pass.tape_row, pass.tokens);
  project(pass, layer, O_PROJ, O_PROJ, l.o, l.o_bias, attn, x, true, tape);
}

void mlp(const Pass& pass, int64_t layer, float* x, float* h, float* gate_up, float* act, LayerTape* tape) {
  const ModelConfig& c = pass.model.config;
  const Layer& l = pass.model.layers[static_cast<size_t>(layer)];
  Context& ctx = pass.context();
  const int64_t f = c.intermediate;
  if (tape) tape->x_mid.store(ctx, x, pass.tape_row, pass.tokens);
  rms_norm_forward(ctx, {pass.tokens, c.hidden}, x, c.hidden, l.post_norm.data(), c.rms_eps, h, c.hidden,
                   tape ? tape->rstd_mid.f32() + pass.tape_row : nullptr);
  project(pass, layer, GATE_PROJ, UP_PROJ, l.gate_up, l.gate_up_bias, h, gate_up, false, tape);
  if (tape) tape->gate_up.store(ctx, gate_up, pass.tape_row, pass.tokens);
  swiglu_forward(ctx, pass.tokens, f, gate_up, gate_up + f, 2 * f, act, f);
  project(pass, layer, DOWN_PROJ, DOWN_PROJ, l.down, l.down_bias, act, x, true, tape);
}

}  // namespace medgym
