// One forward pass over a packed batch and, when kept, what its backward pass needs. Buffers only grow: a step of the same
// size as an earlier one allocates nothing.
#pragma once
#include <memory>
#include <vector>

#include "model/adapter.h"
#include "ops/attention.h"

namespace medgym {

// The first `count` numbers of a buffer that grows when it must.
float* grow(Context&, Buffer&, int64_t count);

// Activations kept in the model's dtype, by rows.
class Kept {
 public:
  void reserve(Context&, Dtype, int64_t rows, int64_t width);
  void store(Context&, const float* from, int64_t first_row, int64_t rows);
  void load(Context&, float* to, int64_t first_row, int64_t rows) const;

 private:
  Buffer buffer_;
  Dtype type_ = Dtype::F32;
  int64_t width_ = 0;
};

// What the backward pass of one layer reads. Normalised inputs and silu(gate)·up are computed again: they are cheap.
struct LayerTape {
  Kept x_in, x_mid;  // (T,H) residual stream before attention and before the MLP
  Kept qkv;          // (T,Q+2G) after rope; before the q/k norm where there is one
  Kept attn;         // (T,Q)
  Kept gate_up;      // (T,2F)
  Buffer lse;        // (T,heads)
  Buffer rstd_in, rstd_mid;          // (T)
  std::array<Buffer, SLOTS> hidden;  // (T,R) of each adapted linear
};

// Consecutive tokens that run with one adapter (or none).
struct Segment {
  int64_t first, count;
  const Adapter* adapter;
};

// Tokens that go through a layer together: whole sequences, few enough that their activations stay in the cache.
struct Pass {
  Model& model;
  int64_t tokens;
  const int32_t* positions;         // (T)
  std::vector<int32_t> cu_seqlens;  // from 0 to T
  std::vector<Segment> segments;
  int64_t tape_row = 0;  // where these tokens lie in the tapes
  // Where they lie in the batch: dropout's draws follow the batch's tokens, however they are grouped.
  int64_t first = 0;
  int32_t first_sequence = 0;
  bool train = false;
  // Generation: fixed for all decoding, and for all prefilling, so that a row does not depend on how many others share the pass.
  GemmPath path = GemmPath::automatic;
  uint64_t dropout_seed = 0;
  std::vector<KeySpan> prefixes;  // (S) the rows of Run::prefixes that come before each sequence; empty: none has any
  Context& context() const { return model.context(); }
};

struct Run {
  Buffer x, dx;  // (T,H) the residual stream and its gradient
  // Scratch of one layer and group.
  Buffer x_saved, h, qkv, attn, gate_up, act, dh, dattn, dqkv, dact;

  // The kept forward pass.
  bool kept = false;
  bool checkpoint = false;
  bool language = false, valued = false;  // which heads were computed
  std::shared_ptr<Adapter> adapter;
  int64_t tokens = 0, candidates = 0;
  float temperature = 1;
  bool train = false;
  uint64_t dropout_seed = 0;
  std::vector<int32_t> token_ids, cu_seqlens, positions;
  std::vector<int32_t> parents;          // (S), −1: none; empty when no sequence has a parent
  std::vector<int32_t> prefix_rows;      // (S) where a parent's keys lie in `prefixes`, −1: it is nobody's parent
  std::vector<int32_t> groups;           // (G+1) sequence numbers: group g has sequences groups[g] … groups[g+1]-1
  std::vector<int32_t> scored, targets;  // (N) positions with a target, (N,K) their targets
  std::vector<LayerTape> tapes;          // one per layer
  std::vector<Buffer> inputs;            // with checkpoint: (T,H) f32, the input of each layer,
  LayerTape recomputed;                  // and the tape of the layer that is being recomputed
  // Keys and values (after rope) of the sequences that are parents, and their gradients: (P,2G) each, of one layer at a time.
  Buffer prefixes, dprefixes;
  int64_t prefix_count = 0;              // P
  Buffer head_x, head_h, head_rstd;      // (N,H) scored rows of the last residual, normalised; (N)
  Buffer head_stats;                     // (N,2) log-sum-exp and entropy of each scored row
  Buffer head_logits;                    // (N,V), when small enough to be worth keeping

  // The kept pass can no longer be gone back through.
  void forget() {
    kept = false;
    adapter.reset();
  }
};

// ---- layer.cpp: the pieces that forward, recomputation and generation share. x is (T,H) and contiguous everywhere.

// h = norm(x); qkv = h·Wqkvᵀ (+ bias, LoRA); with q/k norm; rope.
void attention_inputs(const Pass&, int64_t layer, const float* x, float* h, float* qkv, LayerTape*);
// x += attn·Woᵀ (+ bias, LoRA)
void attention_output(const Pass&, int64_t layer, const float* attn, float* x, LayerTape*);
// x += down(silu(gate(h))·up(h)), h = norm(x)
void mlp(const Pass&, int64_t layer, float* x, float* h, float* gate_up, float* act, LayerTape*);
// Back through the linear of slots first … last: dx = dy·W and LoRA's part unless dx is null, and the adapter's gradients. x: the
// linear's input, where a module is trained.
void project_backward(const Pass&, int64_t layer, Slot first, Slot last, const Matrix&, LayerTape&, const float* x, const float* dy, float* dx);
int64_t slot_width(const ModelConfig&, Slot);  // outputs of this linear
void qk_norm_and_rope(const Pass&, int64_t layer, float* qkv);

// ---- forward.cpp and backward.cpp

void forward(Model&, const mg_batch&, const mg_forward_options&, std::shared_ptr<Adapter>, const mg_forward_result&);
// Sequences first … last-1 of the batch.
Pass sequences_pass(Model&, int32_t first, int32_t last);
// Group g of the batch.
Pass group_pass(Model&, size_t g);
// visit(token, row, count) for each sequence of the pass that is a parent: its first token in the pass, its rows of Run::prefixes.
template <class F>
void for_each_parent(const Pass& pass, F&& visit) {
  const Run& r = *pass.model.run;
  if (pass.prefixes.empty()) return;
  for (size_t s = 0; s + 1 < pass.cu_seqlens.size(); ++s) {
    const int32_t row = r.prefix_rows[static_cast<size_t>(pass.first_sequence) + s];
    if (row >= 0) visit(int64_t{pass.cu_seqlens[s]}, int64_t{row}, int64_t{pass.cu_seqlens[s + 1] - pass.cu_seqlens[s]});
  }
}
// Copies the keys and values of those sequences of the pass that are parents to Run::prefixes. qkv (T,Q+2G) of the pass.
void keep_prefixes(const Pass&, const float* qkv);
// x (tokens of the pass, H) in place.
void forward_layer(const Pass&, int64_t layer, float* x, LayerTape*);
AttentionShape attention_shape(const Pass&, int64_t layer);
void reserve_tape(Model&, LayerTape&, int64_t layer, int64_t rows);
void backward(Model&, const mg_output_gradients&);
// The scalar head in force, the adapter's before the base's, or nullptr.
Vector* scalar_head_of(Model&, Adapter*);
// First layer whose input or weights need a gradient.
int64_t first_trained_layer(const Model&, const Adapter*);

}  // namespace medgym
