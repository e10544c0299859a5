import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EngineAdapter, EngineModel, ForwardOptions, GenerationRequest, OutputGradients } from "./engine.ts";
import { fakeEngine, fakeModelType } from "./fake.ts";

const scratch = mkdtempSync(join(tmpdir(), "medgym-fake-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const config = { model_type: fakeModelType, vocab_size: 11, hidden_size: 4, initializer_range: 0.5 };
const batch = { tokens: Int32Array.of(1, 2, 3, 4, 5, 6), cuSeqlens: Int32Array.of(0, 4, 6) };
const options: ForwardOptions = {
  targets: Int32Array.of(2, 0, 3, 7, 4, 1, -1, -1, 6, 2, 7, 8),
  candidates: 2,
  temperature: 0.7,
  entropy: true,
  keep: true,
};
// The loss of these tests: a fixed weighted sum of every output, so that each gradient is exercised.
const gradients = {
  logprobs: Float32Array.of(-1, 0.5, -0.25, 0, 0.75, 1, 9, 9, -0.5, 0.3, 1, -1),
  entropy: Float32Array.of(0.2, -0.4, 0.6, 9, 0.1, -0.3),
} satisfies OutputGradients;
const valueGradients = Float32Array.of(0.4, -1, 0.7, 9, 0.3, -0.8);
const adamw = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, decayNormsAndBiases: false };
const q = "model.layers.0.self_attn.q_proj";
const gate = "model.layers.0.mlp.gate_proj";

async function newModel(extra = {}): Promise<EngineModel> {
  const device = await fakeEngine().device();
  return device.create({ ...config, ...extra }, { dtype: "f32", seed: 3 });
}

async function newAdapter(model: EngineModel, dropout = 0): Promise<EngineAdapter> {
  const adapter = await model.createAdapter(
    [q, gate].map((name) => ({ name, rank: 2, scale: 1.5, dropout })),
    5,
  );
  // B starts at 0; with 0 the gradient of A would be 0 and prove nothing.
  for (const { name, shape } of model.tensors(adapter)) {
    if (!name.includes("lora_B")) continue;
    const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i + 1));
    await model.writeTensor(name, values, { adapter });
  }
  return adapter;
}

async function loss(model: EngineModel, forward: ForwardOptions): Promise<number> {
  const result = await model.forward(batch, { ...forward, keep: false });
  let sum = 0;
  result.logprobs.forEach((lp, i) => {
    if (forward.targets[i - (i % 2)] >= 0) sum += lp * gradients.logprobs[i];
  });
  result.entropy!.forEach((h, t) => {
    sum += h * gradients.entropy[t];
  });
  result.values?.forEach((value, t) => {
    sum += value * valueGradients[t];
  });
  return sum;
}

/** Central differences in f32 storage: step 1/64 gives about 1e-3 relative. */
async function expectTrueGradients(model: EngineModel, forward: ForwardOptions, adapter: EngineAdapter | null) {
  await model.forward(batch, forward);
  await model.backward({ ...gradients, values: forward.values ? valueGradients : undefined });
  const h = 1 / 64;
  for (const { name } of model.tensors(adapter)) {
    const value = await model.readTensor(name, { adapter });
    const gradient = await model.readTensor(name, { adapter, part: "gradient" });
    for (let i = 0; i < value.length; i++) {
      const at = async (x: number) => {
        const moved = value.slice();
        moved[i] = x;
        await model.writeTensor(name, moved, { adapter });
        return loss(model, forward);
      };
      const numeric = ((await at(value[i] + h)) - (await at(value[i] - h))) / (2 * h);
      await model.writeTensor(name, value, { adapter });
      expect(Math.abs(numeric - gradient[i]), `${name}[${i}] ${numeric} ${gradient[i]}`).toBeLessThan(
        4e-3 * (1 + Math.abs(numeric)),
      );
    }
  }
}

describe("gradients of the fake engine agree with finite differences", () => {
  it("for every base weight, untied", async () => {
    const model = await newModel();
    await model.setTrainable(true);
    await expectTrueGradients(model, options, null);
  });

  it("for every base weight, tied, with gradients through an adapter", async () => {
    const model = await newModel({ tie_word_embeddings: true });
    const adapter = await newAdapter(model);
    await model.setTrainable(true);
    await expectTrueGradients(model, { ...options, adapter }, null);
  });

  it("for a scalar head beside the language head, of an adapter and of a reward model", async () => {
    const plain = await newModel();
    const modules = [{ name: q, rank: 2, scale: 1.5, dropout: 0 }];
    const adapter = await plain.createAdapter(modules, 5, { scalarHead: true });
    await plain.writeTensor("base_model.model.score.weight", Float32Array.of(0.3, -0.2, 0.5, 0.1), { adapter });
    await expectTrueGradients(plain, { ...options, adapter, values: true }, adapter);
    const tied = { tie_word_embeddings: true, architectures: ["MedgymFakeForSequenceClassification"] };
    const reward = await newModel(tied);
    await reward.setTrainable(true);
    await expectTrueGradients(reward, { ...options, values: true }, null);
  });

  it("for the adapter, with dropout on", async () => {
    const model = await newModel();
    const adapter = await newAdapter(model, 0.4);
    await expectTrueGradients(model, { ...options, adapter, train: true, dropoutSeed: 9 }, adapter);
  });
});

describe("forward", () => {
  it("gives probabilities that sum to 1 and the same row packed as alone", async () => {
    const model = await newModel();
    const all = Int32Array.from({ length: 6 * 11 }, (_, i) => i % 11);
    const packed = await model.forward(batch, { targets: all, candidates: 11, topK: 3, logits: true });
    for (let t = 0; t < 6; t++) {
      const row = packed.logprobs.subarray(t * 11, t * 11 + 11);
      expect(row.reduce((sum, lp) => sum + Math.exp(lp), 0)).toBeCloseTo(1, 5);
      expect(packed.topLogprobs![t * 3]).toBe(Math.max(...row));
      expect(row[packed.topIds![t * 3]]).toBe(packed.topLogprobs![t * 3]);
    }
    const alone = await model.forward(
      { tokens: Int32Array.of(5, 6), cuSeqlens: Int32Array.of(0, 2) },
      { targets: all.slice(0, 22), candidates: 11 },
    );
    expect(alone.logprobs).toEqual(packed.logprobs.slice(44));
  });

  it("refuses a token outside the vocabulary and targets of the wrong length", async () => {
    const model = await newModel();
    const wrong = { ...batch, tokens: Int32Array.of(1, 2, 3, 4, 5, 11) };
    await expect(model.forward(wrong, options)).rejects.toMatchObject({ code: "invalid-argument", message: /11/ });
    await expect(model.forward(batch, { targets: Int32Array.of(1) })).rejects.toMatchObject({
      code: "invalid-argument",
    });
  });

  it("is cancelled by device.cancel, and the device goes on working", async () => {
    const model = await newModel();
    const call = model.forward(batch, { ...options, keep: false });
    await Promise.resolve();
    model.device.cancel();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await model.forward(batch, { ...options, keep: false });
  });
});

describe("training", () => {
  async function train(
    model: EngineModel,
    adapter: EngineAdapter | null,
    optimizer: Awaited<ReturnType<EngineModel["createOptimizer"]>>,
    steps: number,
  ) {
    const losses: number[] = [];
    const targets = Int32Array.of(2, 3, 4, -1, 6, -1);
    for (let step = 0; step < steps; step++) {
      const { logprobs } = await model.forward(batch, { targets, adapter, keep: true });
      losses.push(-logprobs.reduce((a, b) => a + b) / 4);
      await model.backward({ logprobs: Float32Array.from(targets, (id) => (id < 0 ? 0 : -1 / 4)) });
      await optimizer.step({ learningRate: 0.05, maxGradNorm: 1 });
    }
    return losses;
  }

  it("lowers the loss through an adapter and leaves the base as it was", async () => {
    const model = await newModel();
    const before = await model.readTensor(`${q}.weight`);
    const adapter = await newAdapter(model);
    const losses = await train(model, adapter, await model.createOptimizer(adapter, adamw), 40);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 3);
    expect(await model.readTensor(`${q}.weight`)).toEqual(before);
  });

  it("resumes bit for bit from the optimiser's file", async () => {
    const file = join(scratch, "optimizer.safetensors");
    const model = await newModel();
    await model.setTrainable(true);
    const optimizer = await model.createOptimizer(null, adamw);
    await train(model, null, optimizer, 3);
    await optimizer.save(file);
    const straight = await train(model, null, optimizer, 3);

    const again = await newModel();
    await again.setTrainable(true);
    const resumed = await again.createOptimizer(null, adamw);
    await resumed.load(file);
    expect(await train(again, null, resumed, 3)).toEqual(straight);
    expect(await again.readTensor("lm_head.weight")).toEqual(await model.readTensor("lm_head.weight"));
  });

  it("follows AdamW worked by hand, and applies nothing when a gradient is not finite", async () => {
    const model = await newModel();
    await model.setTrainable(true);
    const optimizer = await model.createOptimizer(null, { ...adamw, weightDecay: 0.1 });
    await model.forward(batch, options);
    await model.backward(gradients);
    const before = await model.readTensor("lm_head.weight");
    const g = await model.readTensor("lm_head.weight", { part: "gradient" });
    await optimizer.step({ learningRate: 0.01, maxGradNorm: 0 });
    // First step: m̂ = g and v̂ = g², so the direction is g/(|g|+eps), its sign; decay multiplies by 1 − 0.01·0.1.
    const expected = before.map((w, i) => w * (1 - 0.001) - 0.01 * (g[i] / (Math.abs(g[i]) + 1e-8)));
    (await model.readTensor("lm_head.weight")).forEach((w, i) => void expect(w).toBeCloseTo(expected[i], 6));

    await model.forward(batch, options);
    await model.backward({ logprobs: gradients.logprobs.map(() => Number.NaN) });
    const kept = await model.readTensor("lm_head.weight");
    expect((await optimizer.step({ learningRate: 0.01, maxGradNorm: 1 })).gradNorm).toBeNaN();
    expect(await model.readTensor("lm_head.weight")).toEqual(kept);
  });

  it("refuses an optimiser over a frozen base and a backward without forward", async () => {
    const model = await newModel();
    await expect(model.createOptimizer(null, adamw)).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(model.backward(gradients)).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(model.forward(batch, options)).rejects.toMatchObject({ message: /nothing to train/ });
  });
});

describe("files", () => {
  it("merges an adapter on save and loads to the same outputs", async () => {
    const model = await newModel();
    const adapter = await newAdapter(model);
    const directory = join(scratch, "merged");
    await model.save(directory, { adapter, dtype: "f32" });
    writeFileSync(join(directory, "config.json"), JSON.stringify(config));
    const loaded = await model.device.load(directory, { dtype: "f32", checkFinite: true });
    const expected = await model.forward(batch, { ...options, adapter, keep: false });
    const actual = await loaded.forward(batch, { ...options, keep: false });
    actual.logprobs.forEach((lp, i) => void expect(lp).toBeCloseTo(expected.logprobs[i], 4));

    await adapter.save(join(directory, "adapter_model.safetensors"), "f32");
    const copy = await model.createAdapter([...adapter.modules], 99);
    await copy.load(join(directory, "adapter_model.safetensors"));
    expect((await model.forward(batch, { ...options, adapter: copy })).logprobs).toEqual(expected.logprobs);
  });
});

describe("generation", () => {
  const request: GenerationRequest = {
    prompt: Int32Array.of(1, 2),
    maxNewTokens: 6,
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    repetitionPenalty: 1,
    presencePenalty: 0,
    seed: 4,
    stopTokens: Int32Array.of(),
  };

  async function generate(model: EngineModel, requests: GenerationRequest[], maxSequences = 8) {
    const generator = await model.createGenerator({ maxSequences });
    const ids = requests.map((r) => generator.submit(r));
    const tokens = new Map<number, number[]>(ids.map((id) => [id, []]));
    for (let remaining = 1; remaining > 0; ) {
      const step = await generator.step(2);
      for (const event of step.events) tokens.get(event.id)!.push(event.token);
      remaining = step.remaining;
    }
    return ids.map((id) => tokens.get(id)!);
  }

  it("gives the same tokens for the same seed whatever else is in the batch", async () => {
    const model = await newModel();
    const [alone] = await generate(model, [request]);
    const others = [7, 8].map((seed) => ({ ...request, seed }));
    const [first, second, third] = await generate(model, [...others, request], 2);
    expect(third).toEqual(alone);
    expect(new Set([first, second, third].map(String)).size).toBeGreaterThan(1);
  });

  it("counts tokens and requests", async () => {
    const model = await newModel();
    const generator = await model.createGenerator({ maxSequences: 1 });
    generator.submit(request);
    generator.submit(request);
    await generator.step(2);
    expect(await generator.stats()).toMatchObject({ promptTokens: 2, generatedTokens: 2, running: 1, waiting: 1 });
  });

  it("greedy takes the best token; top-k 1 at any temperature is greedy; a stop token ends and is reported", async () => {
    const model = await newModel();
    const [greedy] = await generate(model, [{ ...request, temperature: 0 }]);
    expect(await generate(model, [{ ...request, temperature: 2, topK: 1 }])).toEqual([greedy]);
    const top = await model.forward(
      { tokens: request.prompt, cuSeqlens: Int32Array.of(0, 2) },
      { targets: Int32Array.of(-1, 0), topK: 1 },
    );
    expect(greedy[0]).toBe(top.topIds![1]);
    expect(greedy).toHaveLength(6);
    const [stopped] = await generate(model, [{ ...request, temperature: 0, stopTokens: Int32Array.of(greedy[0]) }]);
    expect(stopped).toEqual([greedy[0]]);
  });
});
