/** Small things to reinforce on the fake engine, with bytes for tokens. */
import { fakeEngine, fakeModelType } from "../../engine/fake.ts";
import type { PromptRow } from "../../gym/index.ts";
import { createModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";

export async function byteModel(): Promise<Model> {
  const config = {
    model_type: fakeModelType,
    vocab_size: 259,
    hidden_size: 8,
    max_position_embeddings: 96,
    initializer_range: 0.5,
    eos_token_id: 257,
  };
  return createModel(config, { seed: 2, _internal: { engine: fakeEngine(), tokenizer: new ByteTokenizer() } });
}

export const rows: PromptRow[] = [..."abcdefgh"].map((letter) => ({ prompt: letter, answer: letter }));

/** Share of characters that are small letters: easy to raise. */
export const letters = ({ completion }: { completion: string }): number =>
  completion.length === 0 ? 0 : [...completion].filter((c) => c >= "a" && c <= "z").length / completion.length;

export const quick = {
  data: rows,
  rewards: { letters },
  steps: 4,
  tasksPerStep: 2,
  groupSize: 4,
  maxNewTokens: 6,
  learningRate: 0.05,
  lora: { rank: 4 },
  schedule: "constant",
  saveEvery: 2,
} as const;
