/* medgym.h: the whole C ABI of the native engine.
 *
 * Rules (ARCHITECTURE.md, "C ABI rules"):
 *  - every function returns a status; outputs come last; `err` is caller-owned and may be NULL;
 *  - every struct begins with struct_size = sizeof(the struct), so fields can be appended;
 *  - create/destroy pair up; destroying NULL is fine; a destroy waits for calls in flight;
 *  - no exception and no exit() crosses; native never calls back;
 *  - inputs are borrowed for the call; output buffers belong to the caller, who allocates them;
 *  - one call at a time per device; only mg_cancel may be called from any thread at any time.
 *
 * Symbols in shapes: T tokens of a packed batch, S sequences, K candidates, V vocabulary, R rank.
 */
#ifndef MEDGYM_H
#define MEDGYM_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MG_API __attribute__((visibility("default")))
#else
#define MG_API
#endif

typedef enum mg_status {
  MG_OK = 0,
  MG_INVALID_ARGUMENT = 1, /* the caller's values: shapes, ranges, names */
  MG_NOT_FOUND = 2,        /* file, tensor, adapter, device */
  MG_UNSUPPORTED = 3,      /* known but not offered here; the message lists what is */
  MG_CORRUPT = 4,          /* truncated file, bad JSON, wrong shape in a file */
  MG_IO = 5,               /* the system refused: disk full, permissions */
  MG_OUT_OF_MEMORY = 6,
  MG_CANCELLED = 7,
  MG_NON_FINITE = 8,       /* NaN or Inf met; the message names the tensor */
  MG_INTERNAL = 9
} mg_status;

typedef struct mg_error {
  size_t struct_size;
  int32_t code;      /* an mg_status */
  char op[64];       /* which call or op */
  char message[1024]; /* what, with numbers, then what to do */
} mg_error;

/* F16 only in files; INT8 only as the type of a tensor of an NF4 model */
typedef enum mg_dtype { MG_F32 = 0, MG_BF16 = 1, MG_F16 = 2, MG_NF4 = 3, MG_INT8 = 4 } mg_dtype;

typedef struct mg_device mg_device;
typedef struct mg_model mg_model;
typedef struct mg_adapter mg_adapter;
typedef struct mg_optimizer mg_optimizer;
typedef struct mg_generator mg_generator;

MG_API const char* mg_version(void);
/* Best instruction set of this CPU that the build knows: "amx" "avx512bf16" "avx512" "avx2" "portable". MEDGYM_ISA forces a lower one. */
MG_API const char* mg_cpu_isa(void);

/* ---- device ------------------------------------------------------------------------------- */
typedef struct mg_device_options {
  size_t struct_size;
  int32_t threads; /* 0: every core this process may run on */
} mg_device_options;
/* name: "cpu". "cuda:0" answers MG_UNSUPPORTED with what is missing and how to build it. */
MG_API mg_status mg_device_create(const char* name, const mg_device_options*, mg_device** out, mg_error* err);
MG_API void mg_device_destroy(mg_device*);

typedef struct mg_device_info {
  size_t struct_size;
  char name[64];   /* "cpu" */
  char isa[32];    /* instruction set in use */
  int32_t threads;
  int64_t current_bytes; /* held by the engine on this device: weights, gradients, buffers, caches; mapped files do not count */
  int64_t peak_bytes;    /* highest current_bytes since creation or mg_device_reset_peak */
} mg_device_info;
MG_API mg_status mg_device_get_info(mg_device*, mg_device_info* out, mg_error* err);
MG_API void mg_device_reset_peak(mg_device*);

/* ---- model -------------------------------------------------------------------------------- */
typedef struct mg_model_options {
  size_t struct_size;
  /* mg_dtype of weights and matrix products (sums are f32 always). MG_NF4: frozen weights quantised while loading, the linears of the
   * layers to NF4 with double quantisation, embedding and head to 8 bits with a scale per row; products in bf16 where the processor
   * multiplies it, else in f32. */
  int32_t dtype;
  int32_t check_finite; /* 1: read every weight once and refuse NaN/Inf, naming the tensor */
} mg_model_options;
/* A Hugging Face directory: config.json, model.safetensors or model.safetensors.index.json with its shards. Architectures that end in
 * ForCausalLM have a language-model head; those that end in ForSequenceClassification, with one label, a scalar head: score.weight (1,H).
 * The latter score tokens too where the embeddings are tied, which is then the language-model head. */
MG_API mg_status mg_model_load(mg_device*, const char* directory, const mg_model_options*, mg_model** out, mg_error* err);
/* Random weights from a config.json text: normal(0, initializer_range) for matrices and embeddings, 1 for norms, 0 for biases. */
MG_API mg_status mg_model_create(mg_device*, const char* config_json, uint64_t seed, const mg_model_options*, mg_model** out, mg_error* err);
MG_API void mg_model_destroy(mg_model*);

/* JSON text about the model, NUL-terminated into buffer (capacity bytes); *needed gets the size wanted. Keys: architecture, modelType,
 * dtype, parameters, vocabSize, hiddenSize, intermediateSize, layers, heads, kvHeads, headDim, maxPositions, tiedEmbeddings,
 * slidingWindow (or null), scalarHead, languageHead, linears: [{name: "model.layers.0.self_attn.q_proj", in, out}, …], weightBytes. */
MG_API mg_status mg_model_describe(mg_model*, char* buffer, size_t capacity, size_t* needed, mg_error* err);

/* 1: all base weights are trained (f32 master copies, gradients); 0: frozen again, gradients freed. MG_UNSUPPORTED for NF4. */
MG_API mg_status mg_model_set_trainable(mg_model*, int32_t trainable, mg_error* err);

typedef struct mg_save_options {
  size_t struct_size;
  int32_t dtype;           /* mg_dtype in the file */
  int64_t max_shard_bytes; /* 0: 5 GB, as the hub does */
} mg_save_options;
/* Writes model.safetensors, or shards and their index, into an existing directory, one tensor at a time; with an adapter, W + scale·B·A.
 * Of an NF4 model W is what the codes stand for, as PEFT merges into 4-bit weights: the error of quantising stays in the file.
 * Each file is written under a temporary name, synced, then renamed. config.json and tokenizer files are the caller's. */
MG_API mg_status mg_model_save(mg_model*, mg_adapter* adapter_or_null, const char* directory, const mg_save_options*, mg_error* err);

/* Stops the call in flight on the model's device at the next layer or token: it returns MG_CANCELLED. */
MG_API void mg_cancel(mg_device*);

/* ---- adapters (LoRA, arXiv:2106.09685) ------------------------------------------------------ */
typedef struct mg_adapter_module {
  size_t struct_size;
  const char* name; /* "model.layers.0.self_attn.q_proj" */
  int32_t rank;
  float scale;      /* alpha/r, or alpha/sqrt(r) for rsLoRA */
  float dropout;    /* on the input of A, in training only */
} mg_adapter_module;
typedef struct mg_adapter_options {
  size_t struct_size;
  const mg_adapter_module* modules;
  int32_t module_count;
  uint64_t seed; /* A ~ kaiming uniform(a=sqrt(5)), B = 0 */
  int32_t scalar_head; /* 1: with a scalar head of its own, at first the base's or, where that has none, 0; then modules may be none */
} mg_adapter_options;
MG_API mg_status mg_adapter_create(mg_model*, const mg_adapter_options*, mg_adapter** out, mg_error* err);
MG_API void mg_adapter_destroy(mg_adapter*);
/* adapter_model.safetensors in PEFT's naming: base_model.model.<module>.lora_A.weight (R,in), .lora_B.weight (out,R),
 * base_model.model.score.weight (1,H). */
MG_API mg_status mg_adapter_load(mg_adapter*, const char* file, mg_error* err);
MG_API mg_status mg_adapter_save(mg_adapter*, const char* file, int32_t dtype, mg_error* err);

/* ---- tensors by name (tests, inspection, custom initialisation) ------------------------------ */
typedef struct mg_tensor_info {
  size_t struct_size;
  char name[192]; /* as in the safetensors file */
  int32_t dims;
  int64_t shape[4];
  int32_t dtype;
  int32_t trainable;
} mg_tensor_info;
typedef enum mg_tensor_part { MG_VALUE = 0, MG_GRADIENT = 1 } mg_tensor_part;
/* adapter NULL: the base's tensors; else the adapter's. */
MG_API mg_status mg_tensor_count(mg_model*, mg_adapter*, int32_t* count, mg_error* err);
MG_API mg_status mg_tensor_get_info(mg_model*, mg_adapter*, int32_t index, mg_tensor_info* out, mg_error* err);
MG_API mg_status mg_tensor_read(mg_model*, mg_adapter*, const char* name, int32_t part, float* out, size_t count, mg_error* err);
MG_API mg_status mg_tensor_write(mg_model*, mg_adapter*, const char* name, const float* values, size_t count, mg_error* err);

/* ---- forward and backward ------------------------------------------------------------------ */
/* Sequences are concatenated, never padded; attention is causal within each. A sequence with a parent continues it: its tokens see all of
 * the parent's, then those of their own sequence up to themselves, and the parent's gradients are those of all its children. So a prompt
 * that several completions share is computed once. Give a group's prompt without its last token as the parent, and each child the prompt's
 * last token and a completion: then every target stays at the position it has in a sequence of its own. */
typedef struct mg_batch {
  size_t struct_size;
  int32_t token_count;    /* T */
  int32_t sequence_count; /* S */
  const int32_t* tokens;     /* (T) */
  const int32_t* cu_seqlens; /* (S+1), 0 … T */
  const int32_t* positions;  /* (T) or NULL: 0,1,2,… in each sequence, in a child from its parent's length on */
  const int32_t* parents;    /* (S) or NULL: the number of the earlier sequence, itself without a parent, whose tokens come before this one's, or -1 */
} mg_batch;

typedef struct mg_forward_options {
  size_t struct_size;
  mg_adapter* adapter;    /* NULL: the base alone (the reference policy) */
  int32_t candidates;     /* K >= 1 */
  const int32_t* targets; /* (T,K): token ids whose log-probability *after position t* is asked; targets[t*K] = -1: position not scored */
  float temperature;      /* logits are divided by it; 1 = as they are */
  int32_t keep;           /* 1: keep what mg_backward needs */
  int32_t checkpoint;     /* with keep: 1 keeps only each layer's input and recomputes the layer in mg_backward */
  int32_t train;          /* 1: dropout on */
  uint64_t dropout_seed;
  int32_t top_k;          /* > 0: also the most likely tokens of each scored position */
} mg_forward_options;

/* Any pointer may be NULL: then it is not computed. Positions not scored get 0 (ids: -1). Natural logarithms. */
typedef struct mg_forward_result {
  size_t struct_size;
  float* logprobs;     /* (T,K) */
  float* entropy;      /* (T) */
  int32_t* top_ids;    /* (T,top_k), best first */
  float* top_logprobs; /* (T,top_k) */
  float* logits;       /* (T,V), every position, before temperature: for parity tests and small models */
  float* values;       /* (T) the scalar head's, the adapter's or the base's, at the scored positions: score.weight · the last norm's output.
                        * Without logprobs, entropy and top_* the language-model head is not computed; targets then only mark positions. */
} mg_forward_result;
MG_API mg_status mg_forward(mg_model*, const mg_batch*, const mg_forward_options*, mg_forward_result* out, mg_error* err);

typedef struct mg_output_gradients {
  size_t struct_size;
  const float* dlogprobs; /* (T,K), or NULL where the pass gave values alone */
  const float* dentropy;  /* (T) or NULL */
  const float* dvalues;   /* (T) or NULL */
} mg_output_gradients;
/* Of the last mg_forward with keep=1. Adds to the gradients of the adapter that was used and, where trainable, of the base. */
MG_API mg_status mg_backward(mg_model*, const mg_output_gradients*, mg_error* err);

/* ---- optimizer: AdamW (arXiv:1711.05101), f32 state ------------------------------------------ */
typedef struct mg_optimizer_options {
  size_t struct_size;
  float beta1, beta2, eps;
  float weight_decay;          /* decoupled */
  int32_t decay_norms_and_biases; /* 0: only tensors with two dimensions decay, as Hugging Face's Trainer does; 1: all, as plain torch AdamW */
} mg_optimizer_options;
/* Over the adapter's tensors, or with adapter NULL over the (trainable) base. */
MG_API mg_status mg_optimizer_create(mg_model*, mg_adapter*, const mg_optimizer_options*, mg_optimizer** out, mg_error* err);
MG_API void mg_optimizer_destroy(mg_optimizer*);
typedef struct mg_step_options {
  size_t struct_size;
  float learning_rate;
  float max_grad_norm; /* 0: no clipping; total L2 norm over all tensors, coefficient max/(norm+1e-6) as torch */
} mg_step_options;
/* Applies and clears the gradients. A norm that is not finite: nothing is applied, gradients are cleared, MG_OK, *grad_norm tells. */
MG_API mg_status mg_optimizer_step(mg_optimizer*, const mg_step_options*, float* grad_norm, mg_error* err);
MG_API mg_status mg_optimizer_zero_gradients(mg_optimizer*, mg_error* err);
/* safetensors: trained values, moments and step count in f32; written under a temporary name, synced, renamed. Loading restores bit for bit. */
MG_API mg_status mg_optimizer_save(mg_optimizer*, const char* file, mg_error* err);
MG_API mg_status mg_optimizer_load(mg_optimizer*, const char* file, mg_error* err);

/* ---- generation ----------------------------------------------------------------------------- */
typedef struct mg_generator_options {
  size_t struct_size;
  int32_t max_sequences; /* decoded together; further requests queue */
  int64_t max_tokens;    /* capacity of the key/value cache over all sequences; 0: max_sequences * 2048 or what the requests need */
} mg_generator_options;
MG_API mg_status mg_generator_create(mg_model*, const mg_generator_options*, mg_generator** out, mg_error* err);
MG_API void mg_generator_destroy(mg_generator*);

typedef struct mg_request {
  size_t struct_size;
  const int32_t* prompt;
  int32_t prompt_length;
  int32_t max_new_tokens;
  mg_adapter* adapter;   /* NULL: base */
  float temperature;     /* 0: greedy */
  int32_t top_k;         /* 0: off */
  float top_p;           /* 1: off */
  float min_p;           /* 0: off */
  float repetition_penalty; /* 1: off; over prompt and completion, as transformers */
  float presence_penalty;   /* 0: off */
  uint64_t seed;         /* Philox key; the counter is the position, so what else is in the batch does not matter */
  const int32_t* stop_tokens; /* generation ends after one of these; it is reported as the last token */
  int32_t stop_token_count;
} mg_request;
MG_API mg_status mg_generator_submit(mg_generator*, const mg_request*, uint64_t* id, mg_error* err);
MG_API mg_status mg_generator_cancel(mg_generator*, uint64_t id, mg_error* err);

typedef enum mg_finish { MG_RUNNING = 0, MG_STOP = 1, MG_LENGTH = 2, MG_ABORTED = 3 } mg_finish;
typedef struct mg_token_event {
  uint64_t id;
  int32_t token;   /* -1 with MG_ABORTED */
  float logprob;   /* of the token under the model at this temperature (1 when greedy), before top-k/top-p/min-p and penalties */
  int32_t finish;  /* mg_finish */
} mg_token_event;
/* Up to max_steps rounds: each decodes one token of every running sequence and computes a chunk of the prompts that wait, so a long prompt
 * takes several rounds and holds nobody up. Stops early when nothing is left or events is full. *count events were written, in order;
 * *remaining requests are unfinished. Equal beginnings of prompts are computed once while the weights are the same; that, like what else
 * is in the batch, changes no bit of any answer. */
MG_API mg_status mg_generator_step(mg_generator*, int32_t max_steps, mg_token_event* events, int32_t capacity, int32_t* count,
                                   int32_t* remaining, mg_error* err);

typedef struct mg_generator_stats {
  size_t struct_size;
  /* Since creation. Prompts count when their first token is drawn. */
  int64_t prompt_tokens;    /* of all prompts */
  int64_t reused_tokens;    /* of those, found in the cache or computed for another request */
  int64_t prefilled_tokens; /* computed */
  int64_t generated_tokens; /* drawn */
  /* Now. */
  int64_t blocks;        /* capacity of the key/value cache */
  int64_t blocks_used;   /* held by requests */
  int64_t blocks_cached; /* held by none, kept for prompts to come; given up when their place is needed */
  int32_t block_tokens;  /* positions of a block */
  int32_t running;       /* requests that are being decoded */
  int32_t waiting;       /* requests without a token yet */
} mg_generator_stats;
MG_API mg_status mg_generator_get_stats(mg_generator*, mg_generator_stats* out, mg_error* err);

#ifdef __cplusplus
}
#endif
#endif
