/** A small model on the fake engine, with bytes for tokens. */

import type { Row } from "../../data/index.ts";
import { fakeEngine, fakeModelType } from "../../engine/fake.ts";
import { Model } from "../../model/model.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";

export async function fakeModel(): Promise<Model> {
  const config = {
    model_type: fakeModelType,
    vocab_size: 259,
    hidden_size: 8,
    max_position_embeddings: 64,
    initializer_range: 0.3,
  };
  const device = await fakeEngine().device("cpu");
  const engine = await device.create(config, { dtype: "f32", seed: 1 });
  const source = { id: null, directory: null, revision: null };
  return new Model({ engine, source, config, generationConfig: {}, tokenizer: new ByteTokenizer() });
}

/** Capital of a letter: learnable from one token. */
export const rows: Row[] = [..."abcdefghijklmnop"].map((letter) => ({
  prompt: letter,
  completion: letter.toUpperCase(),
}));
export const heldOut: Row[] = rows.slice(0, 4);
