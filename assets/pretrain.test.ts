import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fakeEngine, fakeModelType } from "../src/engine/fake.ts";
import { ByteTokenizer } from "../src/text/byte-tokenizer.ts";
import { pack, pretrain, schedule } from "./pretrain.ts";

const made: string[] = [];
afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

describe("schedule", () => {
  const options = { warmupSteps: 10, decayFrom: 0.5 };
  it("rises, stays, falls to 2 %", () => {
    expect(schedule(0, 0, options)).toBeCloseTo(0.1);
    expect(schedule(9, 0.1, options)).toBe(1);
    expect(schedule(99, 0.49, options)).toBe(1);
    // three quarters: the middle of the cosine
    expect(schedule(99, 0.75, options)).toBeCloseTo(0.5);
    expect(schedule(99, 1, options)).toBe(0.02);
  });
});

describe("pack", () => {
  it("predicts the next token of the same document only, with that token's weight", () => {
    const [batch] = pack(
      [
        [
          ["ab", 0],
          ["c", 1],
        ],
        [["de", 0.5]],
      ],
      new ByteTokenizer(),
      100,
    );
    const [a, b, c, d, e] = batch.tokens;
    expect([...batch.tokens]).toEqual([a, b, c, d, e]);
    expect([...batch.cuSeqlens]).toEqual([0, 3, 5]);
    expect([...batch.targets]).toEqual([-1, c, -1, e, -1]);
    expect([...batch.weights]).toEqual([0, 1, 0, 0.5, 0]);
  });

  it("starts a new batch when the next document does not fit", () => {
    const documents = ["aaa", "bbb", "cc"].map((text) => [[text, 1]] as const);
    expect(pack(documents, new ByteTokenizer(), 5).map(({ tokens }) => tokens.length)).toEqual([3, 5]);
  });
});

describe("pretrain", () => {
  const tokenizer = new ByteTokenizer();
  const config = {
    model_type: fakeModelType,
    vocab_size: tokenizer.vocabSize,
    hidden_size: 8,
    max_position_embeddings: 4096,
  };

  async function train(directory: string, stopAfter?: number) {
    const device = await fakeEngine().device();
    const model = await device.create(config, { dtype: "f32", seed: 1 });
    const lines: string[] = [];
    const report = (line: string) => {
      lines.push(line);
      if (stopAfter !== undefined && lines.length === stopAfter) throw new Error("stopped");
    };
    const options = { model, tokenizer, seed: 1, directory, report };
    await pretrain({
      ...options,
      tokens: { short: 3_000, full: 4_000 },
      batchTokens: 200,
      learningRate: 0.05,
      warmupSteps: 3,
      decayFrom: 0.5,
      weightDecay: 0.05,
      maxGradNorm: 1,
      checkpointSteps: 4,
      logSteps: 5,
      heldOutDocuments: 3,
    });
    const weights = await Promise.all(model.tensors().map(({ name }) => model.readTensor(name)));
    return { lines, weights };
  }

  async function directory(): Promise<string> {
    made.push(await mkdtemp(join(tmpdir(), "pretrain-")));
    return made.at(-1)!;
  }

  it("learns, logs, and goes on after a stop with the same bits", async () => {
    const [whole, parts] = [await directory(), await directory()];
    const uninterrupted = await train(whole);
    await expect(train(parts, 1)).rejects.toThrow("stopped");
    const resumed = await train(parts);
    expect(resumed.weights).toEqual(uninterrupted.weights);
    const log = (await readFile(join(whole, "pretraining.jsonl"), "utf8")).trim().split("\n");
    const records = log.map((line) => JSON.parse(line));
    expect(records.at(-1).loss).toBeLessThan(records[0].loss);
    expect(records.at(-1).heldOutAccuracy).toBeGreaterThan(0);
  });
});
