import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineAdapter, EngineModel } from "../engine/engine.ts";
import { fakeEngine, fakeModelType } from "../engine/fake.ts";
import { nativeEngine } from "../engine/native.ts";
import { type Group, packGroups } from "./groups.ts";

const vocabSize = 11;
const ids = (minLength: number, maxLength: number) =>
  fc
    .array(fc.integer({ min: 0, max: vocabSize - 1 }), { minLength, maxLength })
    .map((values) => Int32Array.from(values));
const group: fc.Arbitrary<Group> = fc.record({
  prompt: ids(1, 6),
  completions: fc.array(ids(1, 5), { minLength: 1, maxLength: 4 }),
});
const groups = fc.array(group, { minLength: 1, maxLength: 4 });

/** dLoss/dLogprob of token t of completion c, any number. */
const weight = (c: number, t: number) => Math.sin(3 * c + t + 1);

describe("packGroups", () => {
  it("lays out a prompt once and each completion after its last token", () => {
    const packed = packGroups([
      { prompt: Int32Array.of(1, 2, 3), completions: [Int32Array.of(4, 5), Int32Array.of(6)] },
      { prompt: Int32Array.of(7, 8), completions: [Int32Array.of(9, 1)] }, // one completion: nothing to share
      { prompt: Int32Array.of(2), completions: [Int32Array.of(3), Int32Array.of(4)] }, // one token: nothing to share
    ]);
    expect([...packed.batch.tokens]).toEqual([1, 2, 3, 4, 3, 7, 8, 9, 2, 2]);
    expect([...packed.batch.cuSeqlens]).toEqual([0, 2, 4, 5, 8, 9, 10]);
    expect([...packed.batch.parents!]).toEqual([-1, 0, 0, -1, -1, -1]);
    expect([...packed.targets]).toEqual([-1, -1, 4, 5, 6, -1, 9, 1, 3, 4]);
    expect(packed.scored).toBe(7);
    const views = packed.views(Float32Array.from({ length: 10 }, (_, t) => t));
    expect(views.map((rows) => rows.map((row) => [...row]))).toEqual([[[2, 3], [4]], [[6, 7]], [[8], [9]]]);
  });

  it("refuses what has no token", () => {
    const some = Int32Array.of(1);
    expect(() => packGroups([{ prompt: new Int32Array(0), completions: [some] }])).toThrow("group 0: its prompt has");
    expect(() => packGroups([{ prompt: some, completions: [new Int32Array(0)] }])).toThrow("a completion has no token");
  });

  const config = { model_type: fakeModelType, vocab_size: vocabSize, hidden_size: 4, initializer_range: 0.5 };
  const qwen = {
    architectures: ["Qwen2ForCausalLM"],
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 48,
    vocab_size: vocabSize,
    initializer_range: 0.3,
  };
  for (const [name, engine, settings] of [
    ["fake", fakeEngine(), config],
    ["native", nativeEngine(), qwen],
  ] as const) {
    const create = async () => (await engine.device("cpu", { threads: 1 })).create(settings, { dtype: "f32", seed: 3 });

    it(`gives the logprobs and gradients of separate sequences (${name})`, { timeout: 60_000 }, async () => {
      const model = await create();
      const modules = model.info.linears.map((linear) => ({ name: linear.name, rank: 2, scale: 1, dropout: 0 }));
      const adapter = await model.createAdapter(modules, 5);
      for (const { name: tensor, shape } of model.tensors(adapter)) {
        const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => 0.3 * Math.sin(i + 1));
        await model.writeTensor(tensor, values, { adapter });
      }
      const equals = (trained: EngineAdapter | null) =>
        fc.asyncProperty(groups, async (list) => {
          const separate = list.flatMap(({ prompt, completions }) =>
            completions.map((completion) => packGroups([{ prompt, completions: [completion] }])),
          );
          const apart = await passes(model, trained, separate);
          const together = await passes(model, trained, [packGroups(list)]);
          expect(together.logprobs.length).toBe(apart.logprobs.length);
          together.logprobs.forEach((value, i) => void expect(value).toBeCloseTo(apart.logprobs[i], 4));
          const norm = Math.hypot(...apart.gradient);
          const difference = Math.hypot(...together.gradient.map((value, i) => value - apart.gradient[i]));
          // Rounding of f32 reaches 2e-5 in some draws; a wrong gradient is off by more than a hundredth.
          expect(difference).toBeLessThan(1e-4 * Math.max(norm, 1e-3));
        });
      await fc.assert(equals(adapter), { numRuns: 40 });
      await model.setTrainable(true);
      await fc.assert(equals(null), { numRuns: 40 });
      model.dispose();
    });

    it(`refuses parents that are not earlier sequences of their own (${name})`, async () => {
      const model = await create();
      const attempt = (...parents: number[]) => {
        const batch = { tokens: Int32Array.of(1, 2, 3), cuSeqlens: Int32Array.of(0, 1, 2, 3) };
        return model.forward({ ...batch, parents: Int32Array.from(parents) }, { targets: Int32Array.of(2, 3, 4) });
      };
      await attempt(-1, 0, 0);
      await expect(attempt(1, 0, -1)).rejects.toThrow("parents[0] is 1");
      await expect(attempt(-1, -2, -1)).rejects.toThrow("parents[1] is -2");
      await expect(attempt(-1, 0, 1)).rejects.toThrow("is sequence 1, which itself has a parent, 0");
      await expect(attempt(-1, 0)).rejects.toThrow("2 parents for 3 sequences");
      model.dispose();
    });
  }
});

/** Logprobs of all completions' tokens in order, and the whole gradient, of batches one after another. */
async function passes(model: EngineModel, adapter: EngineAdapter | null, batches: ReturnType<typeof packGroups>[]) {
  const logprobs: number[] = [];
  let completion = 0;
  for (const { batch, targets, views } of batches) {
    const result = await model.forward(batch, { adapter, targets, keep: true });
    for (const view of views(result.logprobs).flat()) logprobs.push(...view);
    const gradients = new Float32Array(targets.length);
    for (const view of views(gradients).flat()) {
      view.forEach((_, t) => {
        view[t] = weight(completion, t);
      });
      completion++;
    }
    await model.backward({ logprobs: gradients });
  }
  const gradient: number[] = [];
  for (const { name } of model.tensors(adapter)) {
    gradient.push(...(await model.readTensor(name, { adapter, part: "gradient" })));
  }
  const settings = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decayNormsAndBiases: false };
  const optimizer = await model.createOptimizer(adapter, settings);
  await optimizer.zeroGradients();
  optimizer.dispose();
  return { logprobs, gradient };
}
