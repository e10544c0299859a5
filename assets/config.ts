import { specialTokens } from "./bpe.ts";
import { contextLength, vocabSize } from "./tokenizer.ts";

const idOf = (token: (typeof specialTokens)[number]) => vocabSize - specialTokens.length + specialTokens.indexOf(token);

/** config.json of nano: Qwen3's shape with 4 layers, 1,968,320 parameters. */
export const nanoConfig = {
  architectures: ["Qwen3ForCausalLM"],
  attention_bias: false,
  attention_dropout: 0,
  bos_token_id: null,
  dtype: "bfloat16",
  eos_token_id: idOf("<|im_end|>"),
  head_dim: 64,
  hidden_act: "silu",
  hidden_size: 192,
  initializer_range: 0.02,
  intermediate_size: 512,
  max_position_embeddings: contextLength,
  max_window_layers: 4,
  model_type: "qwen3",
  num_attention_heads: 3,
  num_hidden_layers: 4,
  num_key_value_heads: 3,
  pad_token_id: idOf("<|endoftext|>"),
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  sliding_window: null,
  tie_word_embeddings: true,
  use_cache: true,
  use_sliding_window: false,
  vocab_size: vocabSize,
};
