/** A domain that a fake model of bytes learns in a few steps: answer in capital letters. */
import { fakeEngine, fakeModelType } from "../../engine/fake.ts";
import { type Domain, fromPrompts, type Split, type Task, type TaskOptions } from "../../gym/index.ts";
import { createModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { ByteTokenizer } from "../../text/byte-tokenizer.ts";

export function capitalsModel(): Promise<Model> {
  const config = {
    ...{ model_type: fakeModelType, vocab_size: 259, hidden_size: 8, max_position_embeddings: 96 },
    ...{ initializer_range: 0.3, eos_token_id: 257 },
  };
  return createModel(config, { seed: 2, _internal: { engine: fakeEngine(), tokenizer: new ByteTokenizer() } });
}

const capitals = ({ completion }: { completion: string }): number =>
  completion.length === 0 ? 0 : [...completion].filter((c) => c >= "A" && c <= "Z").length / completion.length;

const splitOf = (i: number): Split => (i % 4 === 0 ? "validation" : i % 4 === 1 ? "test" : "train");

export function capitalsDomain(): Domain {
  const rows = [..."abcdefghijklmnopqrst"].map((prompt) => ({ prompt, answer: prompt.toUpperCase() }));
  const { environment, tasks } = fromPrompts({ rows, rewards: { capitals }, name: "capitals" });
  const all = tasks.map((task, i): Task => ({ ...task, split: splitOf(i) }));
  return Object.assign({}, environment, {
    title: "Capitals",
    kinds: [],
    tasks: ({ split, count }: TaskOptions = {}) =>
      all.filter((task) => split === undefined || task.split === split).slice(0, count),
    *expert({ ticket }: { ticket: string }) {
      yield { text: ticket.toUpperCase().repeat(3) };
    },
  });
}
