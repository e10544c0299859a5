import { describe, expect, it } from "vitest";
import type { GenerateEvent } from "./generate.ts";
import { loadModel } from "./load.ts";
import type { Model } from "./model.ts";

/** On the native engine and a fixture's weights; behaviour on the fake engine is in model.test.ts. */
const load = () => loadModel("test/fixtures/models/qwen3", { dtype: "f32" });
const prompt = (length: number, seed: number) => Array.from({ length }, (_, i) => (i * 37 + seed * 101) % 1000);

/** A rank-4 adapter whose B is not 0. */
async function adapted(model: Model): Promise<Model> {
  const tuned = await model.createLora({ rank: 4, targets: "all-linear" });
  const adapter = tuned.adapter!.engine;
  for (const { name, shape } of tuned.engine.tensors(adapter)) {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => 0.1 * Math.sin(i));
    await tuned.engine.writeTensor(name, values, { adapter });
  }
  return tuned;
}

async function generated(model: Model, prompts: number[][], options: Parameters<Model["generate"]>[1]) {
  const run = model.generate(prompts, { stopTokens: [], ...options });
  let progress: Extract<GenerateEvent, { type: "generate-progress" }> | undefined;
  for await (const event of run) if (event.type === "generate-progress") progress = event;
  return { generations: await run, progress: progress! };
}

describe("generate on the native engine", () => {
  it("reports the logprobs that score gives, base and adapter, over several blocks of the cache", async () => {
    const base = await load();
    for (const model of [base, await adapted(base)]) {
      for (const temperature of [0.7, 1]) {
        const options = { maxNewTokens: 80, temperature, n: 2, seed: 3 };
        const { generations } = await generated(model, [prompt(5, 1), prompt(50, 2)], options);
        const completions = generations.flatMap(({ promptTokens, completions: all }) =>
          all.map(({ tokens, logprobs }) => ({ prompt: promptTokens, completion: tokens, logprobs })),
        );
        const scores = await model.score(completions, { temperature });
        for (const [i, { logprobs }] of completions.entries()) {
          expect(logprobs).toHaveLength(80);
          logprobs.forEach((logprob, t) => void expect(Math.abs(scores[i].logprobs[t] - logprob)).toBeLessThan(1e-5));
        }
      }
    }
    base.dispose();
  });

  it("reuses the prompt within a group and the turns before, and answers as a fresh model does", async () => {
    const model = await load();
    const options = { maxNewTokens: 20, temperature: 1, seed: 5 };
    const first = await generated(model, [prompt(100, 1)], { ...options, n: 4 });
    expect(first.progress).toMatchObject({ promptTokens: 400, reusedTokens: 300 });
    const chat = [...prompt(100, 1), ...first.generations[0].tokens, ...prompt(30, 2)];
    const second = await generated(model, [chat], options);
    expect(second.progress).toMatchObject({ promptTokens: 150, reusedTokens: 96 });
    // The blocks that hold the first completion were written by decoding and are computed again, once.
    const third = await generated(model, [[...chat, ...second.generations[0].tokens]], options);
    expect(third.progress).toMatchObject({ promptTokens: 170, reusedTokens: 128 });
    const fresh = await load();
    expect((await generated(fresh, [chat], options)).generations).toEqual(second.generations);
    fresh.dispose();
    model.dispose();
  });

  it("a call that is cancelled leaves the next as it would be", async () => {
    const model = await load();
    const options = { maxNewTokens: 40, temperature: 1, stopTokens: [] };
    const wanted = await model.generate(prompt(40, 1), options);
    const run = model.generate(prompt(40, 1), { ...options, maxNewTokens: 900 });
    for await (const _ of run) {
      run.cancel();
      break;
    }
    await expect(Promise.resolve(run)).rejects.toMatchObject({ code: "cancelled" });
    expect(await model.generate(prompt(40, 1), options)).toEqual(wanted);
    model.dispose();
  });
});
