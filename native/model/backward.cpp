#include <algorithm>
#include <cmath>
#include <string>

#include "model/run.h"
#include "ops/attention.h"
#include "ops/embedding.h"
#include "ops/lm_head.h"
#include "ops/rms_norm.h"
#include "ops/scalar_head.h"
#include "ops/swiglu.h"
#include "ops/vector.h"

namespace medgym {
namespace {

float* gradient_of(Buffer& gradient) { return gradient ? gradient.f32() : nullptr; }

// The gradients of a linear and its LoRA: dx unless it is null, and those of what is trained. x, when the caller has it, is the linear's
// input.
struct ProjectBackward {
  Slot first, last;
  Matrix& w;
  Vector& bias;
  const float* x;
  const float* dy;
  float* dx;
};

void linear_backward(const Pass& pass, int64_t layer, LayerTape& tape, const ProjectBackward& p) {
  Context& ctx = pass.context();
  const int64_t in = p.w.weight.k(), out = p.w.weight.n();
  project_backward(pass, layer, p.first, p.last, p.w, tape, p.x, p.dy, p.dx);
  if (pass.model.trainable)
    linear_backward_weight(ctx, pass.model.dtype, p.x, in, in, p.dy, out, out, pass.tokens, p.w.gradient.f32(),
        gradient_of(p.bias.gradient));
}

// dqkv: gradients after rope (and q/k norm) to those before.
void qk_norm_and_rope_backward(const Pass& pass, Layer& l, const float* qkv_before, float* dqkv) {
  const ModelConfig& c = pass.model.config;
  Context& ctx = pass.context();
  const int64_t row = c.q_size() + 2 * c.kv_size();
  rope(ctx, pass.model.rope_table, pass.positions, pass.tokens, static_cast<int>(c.heads + c.kv_heads), dqkv, row, true);
  if (!c.qk_norm) return;
  Scratch scratch(ctx.arena);
  auto part = [&](Vector& norm, int64_t column, int64_t heads) {
    const NormRows rows{pass.tokens, c.head_dim, heads};
    float* rstd = scratch.floats(static_cast<size_t>(pass.tokens * heads));
    float* normed = scratch.floats(static_cast<size_t>(pass.tokens * heads * c.head_dim));
    rms_norm_forward(ctx, rows, qkv_before + column, row, norm.data(), c.rms_eps, normed, heads * c.head_dim, rstd);
    rms_norm_backward(ctx, rows, qkv_before + column, row, norm.data(), rstd, dqkv + column, row, dqkv + column, row, false,
        gradient_of(norm.gradient));
  };
  part(l.q_norm, 0, c.heads);
  part(l.k_norm, c.q_size(), c.kv_heads);
}

// dx (T,H): the gradient of the layer's output in, of its input out. below: something before this layer needs it.
void backward_layer(const Pass& pass, int64_t layer, LayerTape& tape, float* dx, bool below) {
  Model& m = pass.model;
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  Layer& l = m.layers[static_cast<size_t>(layer)];
  const Adapter* adapter = pass.segments[0].adapter;
  const int64_t tokens = pass.tokens, at = pass.tape_row, f = c.intermediate, h_size = tokens * c.hidden, q = c.q_size(), g = c.kv_size(),
      row = q + 2 * g;
  auto trains = [&](Slot first, Slot last) { return m.trainable || (adapter && adapter->any(layer, first, last)); };
  const bool below_qkv = below || m.trainable;
  const bool below_o = below_qkv || trains(Q_PROJ, V_PROJ);
  const bool below_mlp = below_o || trains(O_PROJ, O_PROJ);
  float* x = grow(ctx, r.x_saved, h_size);
  float* h = grow(ctx, r.h, h_size);
  float* dh = grow(ctx, r.dh, h_size);

  float* gate_up = grow(ctx, r.gate_up, tokens * 2 * f);
  float* act = grow(ctx, r.act, tokens * f);
  float* dact = grow(ctx, r.dact, tokens * f);
  tape.gate_up.load(ctx, gate_up, at, tokens);
  if (trains(DOWN_PROJ, DOWN_PROJ)) swiglu_forward(ctx, tokens, f, gate_up, gate_up + f, 2 * f, act, f);
  linear_backward(pass, layer, tape, {DOWN_PROJ, DOWN_PROJ, l.down, l.down_bias, act, dx, dact});
  if (!below_mlp && !trains(GATE_PROJ, UP_PROJ)) return;
  swiglu_backward(ctx, tokens, f, gate_up, gate_up + f, 2 * f, dact, f, gate_up, gate_up + f, 2 * f);
  tape.x_mid.load(ctx, x, at, tokens);
  if (trains(GATE_PROJ, UP_PROJ))
    rms_norm_forward(ctx, {tokens, c.hidden}, x, c.hidden, l.post_norm.data(), c.rms_eps, h, c.hidden, nullptr);
  linear_backward(pass, layer, tape, {GATE_PROJ, UP_PROJ, l.gate_up, l.gate_up_bias, h, gate_up, below_mlp ? dh : nullptr});
  if (!below_mlp) return;
  rms_norm_backward(ctx, {tokens, c.hidden}, x, c.hidden, l.post_norm.data(), tape.rstd_mid.f32() + at, dh, c.hidden, dx, c.hidden, true,
                    gradient_of(l.post_norm.gradient));

  float* attn = grow(ctx, r.attn, tokens * q);
  float* dattn = grow(ctx, r.dattn, tokens * q);
  tape.attn.load(ctx, attn, at, tokens);
  linear_backward(pass, layer, tape, {O_PROJ, O_PROJ, l.o, l.o_bias, attn, dx, below_o ? dattn : nullptr});
  if (!below_o) return;
  float* qkv = grow(ctx, r.qkv, tokens * row);
  float* dqkv = grow(ctx, r.dqkv, tokens * row);
  tape.qkv.load(ctx, qkv, at, tokens);
  if (c.qk_norm) qk_norm_and_rope(pass, layer, qkv);
  attention_backward(ctx, attention_shape(pass, layer), qkv, row, qkv + q, row, qkv + q + g, row, attn, q, tape.lse.f32() + at * c.heads,
      dattn, q, dqkv, row,
                     dqkv + q, row, dqkv + q + g, row);
  // What its children, all of them gone back through by now, ask of a parent's keys and values.
  for_each_parent(pass, [&](int64_t token, int64_t prefix, int64_t count) {
    const float* from = r.dprefixes.f32() + prefix * 2 * g;
    for (int64_t i = 0; i < count; ++i)
      for (int64_t j = 0; j < 2 * g; ++j) dqkv[(token + i) * row + q + j] += from[i * 2 * g + j];
  });
  if (c.qk_norm) tape.qkv.load(ctx, qkv, at, tokens);
  qk_norm_and_rope_backward(pass, l, qkv, dqkv);
  tape.x_in.load(ctx, x, at, tokens);
  if (trains(Q_PROJ, V_PROJ))
    rms_norm_forward(ctx, {tokens, c.hidden}, x, c.hidden, l.input_norm.data(), c.rms_eps, h, c.hidden, nullptr);
  linear_backward(pass, layer, tape, {Q_PROJ, V_PROJ, l.qkv, l.qkv_bias, h, dqkv, below_qkv ? dh : nullptr});
  if (!below_qkv) return;
  rms_norm_backward(ctx, {tokens, c.hidden}, x, c.hidden, l.input_norm.data(), tape.rstd_in.f32() + at, dh, c.hidden, dx, c.hidden, true,
                    gradient_of(l.input_norm.gradient));
}

// Fills Run::prefixes for this layer, which children need before their parents' group is reached: groups are gone through backwards, so
// that a parent finds the gradients of all its children.
void restore_prefixes(Model& m, int64_t layer) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  for (size_t s = 0; s < r.prefix_rows.size(); ++s) {
    if (r.prefix_rows[s] < 0) continue;
    const auto sequence = static_cast<int32_t>(s);
    const Pass pass = sequences_pass(m, sequence, sequence + 1);
    float* qkv = grow(ctx, r.qkv, pass.tokens * (c.q_size() + 2 * c.kv_size()));
    if (r.checkpoint) {
      attention_inputs(pass, layer, r.inputs[static_cast<size_t>(layer)].f32() + pass.first * c.hidden,
          grow(ctx, r.h, pass.tokens * c.hidden), qkv, nullptr);
    } else {
      r.tapes[static_cast<size_t>(layer)].qkv.load(ctx, qkv, pass.first, pass.tokens);
      if (c.qk_norm) qk_norm_and_rope(pass, layer, qkv);
    }
    keep_prefixes(pass, qkv);
  }
}

void check_finite(const char* name, const std::vector<float>& rows, const std::vector<int32_t>& scored, int64_t width) {
  for (size_t i = 0; i < rows.size(); ++i)
    if (!std::isfinite(rows[i]))
      throw Error(MG_NON_FINITE, std::string(name) + ": not finite at position " + std::to_string(scored[i / static_cast<size_t>(width)]) +
          ". The loss is not finite; look at its inputs, or lower the learning rate.");
}

}  // namespace

void backward(Model& m, const mg_output_gradients& out) {
  Run& r = *m.run;
  Context& ctx = m.context();
  const ModelConfig& c = m.config;
  if (!r.kept) throw Error(MG_INVALID_ARGUMENT,
      "There is no forward pass to go back through: call forward with keep first, once for each backward.");
  if (!out.dlogprobs && r.language && !out.dvalues) throw Error(MG_INVALID_ARGUMENT, "dlogprobs is missing.");
  if (!out.dvalues && !r.language) throw Error(MG_INVALID_ARGUMENT, "dvalues is missing: the forward pass gave values alone.");
  if ((out.dlogprobs || out.dentropy) && !r.language)
    throw Error(MG_INVALID_ARGUMENT, "dlogprobs is given, but the forward pass gave no log-probabilities.");
  if (out.dvalues && !r.valued) throw Error(MG_INVALID_ARGUMENT, "dvalues is given, but the forward pass gave no values.");
  r.kept = false;
  const int64_t n = static_cast<int64_t>(r.scored.size()), k = r.candidates, h = c.hidden;
  if (!n) return;  // nothing was scored: every gradient is 0
  const bool language = out.dlogprobs || out.dentropy;
  std::vector<float> dlogprobs(static_cast<size_t>(language ? n * k : 0)), dentropy(out.dentropy ? static_cast<size_t>(n) : 0),
      dvalues(out.dvalues ? static_cast<size_t>(n) : 0);
  for (size_t i = 0; i < r.scored.size(); ++i) {
    if (out.dlogprobs) std::copy_n(out.dlogprobs + r.scored[i] * k, k, dlogprobs.data() + static_cast<int64_t>(i) * k);
    if (out.dvalues) dvalues[i] = out.dvalues[r.scored[i]];
    if (out.dentropy) dentropy[i] = out.dentropy[r.scored[i]];
  }
  check_finite("dlogprobs", dlogprobs, r.scored, k);
  check_finite("dentropy", dentropy, r.scored, 1);
  check_finite("dvalues", dvalues, r.scored, 1);

  // The heads and the last norm, on the scored rows alone.
  float* dx = grow(ctx, r.dx, r.tokens * h);
  {
    Scratch scratch(ctx.arena);
    float* dhead = scratch.floats(static_cast<size_t>(n * h));
    float* dhead_x = scratch.floats(static_cast<size_t>(n * h));
    if (language)
      lm_head_backward(ctx, {n, k, r.head_h.f32(), h, &m.head_weight(), r.targets.data(), r.temperature, r.head_stats.f32()},
        r.head_logits ? r.head_logits.f32() : nullptr,
                     dlogprobs.data(), out.dentropy ? dentropy.data() : nullptr, dhead, h, gradient_of(m.head_matrix().gradient));
    else
      std::fill_n(dhead, n * h, 0.0f);
    if (out.dvalues) {
      Vector& head = *scalar_head_of(m, r.adapter.get());
      scalar_head_backward(ctx, r.head_h.f32(), h, n, h, head.data(), dvalues.data(), dhead, h, gradient_of(head.gradient));
    }
    rms_norm_backward(ctx, {n, h}, r.head_x.f32(), h, m.final_norm.data(), r.head_rstd.f32(), dhead, h, dhead_x, h, false,
                      gradient_of(m.final_norm.gradient));
    fill(ctx, dx, 0, r.tokens * h);
    scatter_rows(ctx, dhead_x, r.scored.data(), n, h, dx, h);
  }

  const int64_t first = first_trained_layer(m, r.adapter.get());
  for (int64_t layer = c.layers - 1; layer >= first; --layer) {
    if (r.prefix_count) {
      restore_prefixes(m, layer);
      const int64_t size = r.prefix_count * 2 * c.kv_size();
      fill(ctx, grow(ctx, r.dprefixes, size), 0, size);
    }
    for (size_t group = r.groups.size() - 1; group-- > 0;) {
      m.device->throw_if_cancelled();
      Pass pass = group_pass(m, group);
      LayerTape* tape = &r.recomputed;
      if (r.checkpoint) {
        float* x = grow(ctx, r.x, pass.tokens * h);
        std::copy_n(r.inputs[static_cast<size_t>(layer)].f32() + pass.first * h, pass.tokens * h, x);
        reserve_tape(m, *tape, layer, pass.tokens);
        forward_layer(pass, layer, x, tape);
      } else {
        tape = &r.tapes[static_cast<size_t>(layer)];
        pass.tape_row = pass.first;
      }
      backward_layer(pass, layer, *tape, dx + pass.first * h, layer > first);
    }
  }
  if (m.trainable) embedding_backward(ctx, r.token_ids.data(), r.tokens, c.vocab, h, dx, m.embedding.gradient.f32());
  r.forget();
}

}  // namespace medgym
