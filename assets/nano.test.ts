/** The model as it lies in the repository. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Random } from "../src/core/random.ts";
import { nativeEngine } from "../src/engine/native.ts";
import { loadModel } from "../src/model/load.ts";
import { Tokenizer } from "../src/text/tokenizer.ts";
import { nanoConfig } from "./config.ts";
import { genericToolChat } from "./generic-tools.ts";
import { seed } from "./make.ts";
import { pack, pretrain } from "./pretrain.ts";
import { makeTokenizer } from "./tokenizer.ts";

const nano = fileURLToPath(new URL("nano", import.meta.url));
const template = fileURLToPath(new URL("chat-template.jinja", import.meta.url));
const read = (name: string) => readFile(join(nano, name), "utf8");

describe("assets/nano", () => {
  it("has the tokenizer, template and config that these sources make", async () => {
    const files = makeTokenizer(seed, template);
    for (const [name, text] of Object.entries(files)) expect(await read(name)).toBe(text);
    expect(JSON.parse(await read("config.json"))).toEqual(nanoConfig);
  });

  it("takes at most 8 MB", async () => {
    expect((await stat(join(nano, "model.safetensors"))).size).toBeLessThan(8e6);
  });

  it("predicts generic tool chats that it was not trained on", async () => {
    const model = await loadModel(nano, { checkFinite: true });
    const random = new Random(123);
    const chats = Array.from({ length: 40 }, () => genericToolChat(random));
    let [right, counted] = [0, 0];
    for (const batch of pack(chats, model.tokenizer, 4096)) {
      const { topIds } = await model.engine.forward(batch, { targets: batch.targets, topK: 1 });
      batch.weights.forEach((weight, t) => {
        if (weight < 1) return;
        counted++;
        if (topIds![t] === batch.targets[t]) right++;
      });
    }
    // Answers are worded in several ways, so that not every token can be known.
    expect(right / counted).toBeGreaterThan(0.85);
    model.dispose();
  });
});

describe("pre-training with the native engine", () => {
  it("gives the same bits twice", async () => {
    const tokenizer = await Tokenizer.fromDirectory(nano);
    const run = async () => {
      const directory = await mkdtemp(join(tmpdir(), "pretrain-"));
      const device = await nativeEngine().device("cpu", { threads: 1 });
      const model = await device.create(nanoConfig, { dtype: "bf16", seed: 1 });
      const schedule = { learningRate: 3e-3, warmupSteps: 2, decayFrom: 0.5, weightDecay: 0.05, maxGradNorm: 1 };
      const size = { tokens: { short: 600, full: 600 }, batchTokens: 500, heldOutDocuments: 1 };
      const steps = { checkpointSteps: 10, logSteps: 1 };
      await pretrain({ model, tokenizer, seed: 1, directory, ...schedule, ...size, ...steps });
      const log = (await readFile(join(directory, "pretraining.jsonl"), "utf8")).split("\n").filter(Boolean);
      const embeddings = await model.readTensor("model.embed_tokens.weight");
      model.dispose();
      await rm(directory, { recursive: true });
      return { embeddings, losses: log.map((line) => JSON.parse(line).loss) };
    };
    const [first, second] = [await run(), await run()];
    expect(first.losses.length).toBeGreaterThan(2);
    expect(second).toEqual(first);
  });
});
