import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativeEngine } from "../src/engine/native.ts";

/** Model shapes of the benches: Qwen2 configurations from a tiny to a real one, with random weights. */
export interface Shape {
  config: Record<string, unknown>;
  /** sequences × tokens of one training step */
  batch: [sequences: number, tokens: number];
}

function qwen2(
  hidden: number,
  layers: number,
  heads: number,
  kvHeads: number,
  ffn: number,
  vocab: number,
  tied: boolean,
) {
  return {
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    intermediate_size: ffn,
    vocab_size: vocab,
    tie_word_embeddings: tied,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    rope_theta: 1e6,
    hidden_act: "silu",
    initializer_range: 0.02,
    use_sliding_window: false,
    bos_token_id: 0,
    eos_token_id: 1,
  };
}

export const shapes: Record<string, Shape> = {
  nano: { config: qwen2(128, 4, 4, 2, 344, 2048, true), batch: [16, 128] },
  mini: { config: qwen2(512, 8, 8, 2, 1408, 8192, true), batch: [4, 256] },
  "0.5b": { config: qwen2(896, 24, 14, 2, 4864, 151936, true), batch: [1, 512] },
};

/** A folder with random weights (seed 1) of a shape, that both sides load. */
export async function writeModel(shape: string, directory: string): Promise<void> {
  const { config } = shapes[shape];
  const device = await nativeEngine().device("cpu");
  const model = await device.create(config, { dtype: "f32", seed: 1 });
  writeFileSync(join(directory, "config.json"), JSON.stringify(config, null, 2));
  await model.save(directory, { dtype: "f32" });
  model.dispose();
}
