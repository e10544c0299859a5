import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadAddon } from "./addon.ts";
import type { EngineDevice, EngineModel, GenerationRequest } from "./engine.ts";
import { fakeEngine } from "./fake.ts";
import { nativeEngine } from "./native.ts";
import { readSafetensors } from "./safetensors.ts";

const fixtures = "test/fixtures";
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));
const qwen = json(`${fixtures}/models/qwen2_tied/expected.json`);
const tokens = Int32Array.from(qwen.packed_input_ids[0] as number[]);
const cuSeqlens = Int32Array.of(0, 12, 21, 26);
const batch = { tokens, cuSeqlens };
/** Next tokens inside each sequence; its last place predicts nothing. */
const targets = Int32Array.from(tokens, (_, t) => (cuSeqlens.includes(t + 1) ? -1 : tokens[t + 1]));

let device: EngineDevice;
let model: EngineModel;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "medgym-native-"));
  device = await nativeEngine().device("cpu", { threads: 2 });
  model = await device.load(`${fixtures}/models/qwen2_tied`, { dtype: "f32", checkFinite: true });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Rows of a right-padded [3,12,V] fixture that hold real tokens, in packed order. */
function realRows(logits: Float32Array, vocabSize: number): Float32Array {
  const rows = [12, 9, 5].map((length, s) => logits.subarray(s * 12 * vocabSize, (s * 12 + length) * vocabSize));
  const out = new Float32Array(26 * vocabSize);
  let at = 0;
  for (const row of rows) {
    out.set(row, at);
    at += row.length;
  }
  return out;
}

function maxDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
}

const qkvo = ["q_proj", "k_proj", "v_proj", "o_proj"];
const qkvoModules = () =>
  model.info.linears
    .filter(({ name }) => qkvo.some((part) => name.endsWith(part)))
    .map(({ name }) => ({ name, rank: 4, scale: 2, dropout: 0 }));

describe("parity with transformers and PEFT, through TypeScript", () => {
  it("logits, log-probabilities, entropy and top-k of a packed batch", async () => {
    const expected = readSafetensors(`${fixtures}/models/qwen2_tied/expected.safetensors`);
    const result = await model.forward(batch, { targets, entropy: true, topK: 2, logits: true });
    const logits = realRows(expected.get("logits_right_padded")!.data, 1024);
    expect(maxDifference(result.logits!, logits)).toBeLessThan(2e-5);
    // Row 0 again from its logits: log-softmax in f64.
    const row = Array.from(result.logits!.subarray(0, 1024));
    const logSum = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
    expect(result.logprobs[0]).toBeCloseTo(row[targets[0]] - logSum, 4);
    expect(result.topIds![0]).toBe(row.indexOf(Math.max(...row)));
    expect(result.topLogprobs![0]).toBeCloseTo(Math.max(...row) - logSum, 4);
    const entropy = row.reduce((sum, z) => sum - Math.exp(z - logSum) * (z - logSum), 0);
    expect(result.entropy![0]).toBeCloseTo(entropy, 4);
    expect([result.logprobs[11], result.entropy![11], result.topIds![22]]).toEqual([0, 0, -1]);
  });

  it("greedy generation, token for token, all prompts in one batch", async () => {
    const cases = qwen.generation as { prompt: number[]; new_tokens: number[] }[];
    const generator = await model.createGenerator({ maxSequences: 2 });
    const ids = cases.map(({ prompt, new_tokens }) =>
      generator.submit({ ...greedy, prompt: Int32Array.from(prompt), maxNewTokens: new_tokens.length }),
    );
    const generated = new Map<number, number[]>(ids.map((id) => [id, []]));
    for (let remaining = 1; remaining > 0; ) {
      const step = await generator.step(5);
      for (const { id, token } of step.events) generated.get(id)!.push(token);
      remaining = step.remaining;
    }
    expect(ids.map((id) => generated.get(id))).toEqual(cases.map((c) => c.new_tokens));
    generator.dispose();
  });

  it("counts what a group and a second turn reuse", async () => {
    const generator = await model.createGenerator({ maxSequences: 4 });
    const prompt = Int32Array.from({ length: 70 }, (_, i) => (i * 37) % 1000);
    const drain = async () => {
      for (let remaining = 1; remaining > 0; ) ({ remaining } = await generator.step(5));
    };
    for (const seed of [1, 2, 3]) generator.submit({ ...greedy, prompt, seed, maxNewTokens: 4 });
    await drain();
    const group = await generator.stats();
    expect(group).toMatchObject({ promptTokens: 210, reusedTokens: 140, prefilledTokens: 70, generatedTokens: 12 });
    expect(group).toMatchObject({ blocksUsed: 0, blocksCached: 2, blockTokens: 32, running: 0, waiting: 0 });
    generator.submit({ ...greedy, prompt: Int32Array.of(...prompt, 5, 6), maxNewTokens: 4 });
    await drain();
    expect((await generator.stats()).reusedTokens).toBe(140 + 64);
    generator.dispose();
  });

  it("LoRA: logits, gradients and the adapter after five AdamW steps", async () => {
    const folder = `${fixtures}/lora/qkvo`;
    const expected = json(`${folder}/expected.json`);
    const adapter = await model.createAdapter(qkvoModules(), 1);
    await adapter.load(`${folder}/adapter_model.safetensors`);
    const { logits } = await model.forward(batch, { targets, adapter, logits: true });
    expect(
      maxDifference(
        logits!,
        realRows(readSafetensors(`${folder}/expected.safetensors`).get("logits_right_padded")!.data, 1024),
      ),
    ).toBeLessThan(2e-5);

    // The fixture's labels: −100 is not scored; labels[t] is the token at t, predicted after t−1.
    const labels = (expected.labels as number[][]).flatMap((row, s) => row.slice(0, [12, 9, 5][s]));
    const scored = Int32Array.from(tokens, (_, t) =>
      cuSeqlens.includes(t + 1) || labels[t + 1] < 0 ? -1 : labels[t + 1],
    );
    const count = scored.filter((id) => id >= 0).length;
    const optimizer = await model.createOptimizer(adapter, {
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      weightDecay: 0.01,
      decayNormsAndBiases: true,
    });
    for (const { step, loss, lr, grad_norm_before_clip } of expected.steps) {
      const { logprobs } = await model.forward(batch, { targets: scored, adapter, keep: true });
      expect(-logprobs.reduce((a, b) => a + b) / count).toBeCloseTo(loss, 4);
      await model.backward({ logprobs: Float32Array.from(scored, (id) => (id < 0 ? 0 : -1 / count)) });
      if (step === 0) {
        for (const [name, { data }] of readSafetensors(`${folder}/grads.safetensors`)) {
          const gradient = await model.readTensor(`base_model.model.${name}`, { adapter, part: "gradient" });
          const scale = Math.sqrt(data.reduce((sum, g) => sum + g * g, 0) / data.length);
          expect(maxDifference(gradient, data), name).toBeLessThan(1e-3 * scale + 1e-7);
        }
      }
      const { gradNorm } = await optimizer.step({ learningRate: lr, maxGradNorm: 1 });
      expect(Math.abs(gradNorm / grad_norm_before_clip - 1)).toBeLessThan(1e-4);
    }
    for (const [name, { data }] of readSafetensors(`${folder}/adapter_after_5_steps.safetensors`)) {
      const value = await model.readTensor(`base_model.model.${name}`, { adapter });
      expect(maxDifference(value, data), name).toBeLessThan(2e-4);
    }
  });
});

const greedy: Omit<GenerationRequest, "prompt"> = {
  ...{ maxNewTokens: 4, temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, presencePenalty: 0, seed: 0 },
  stopTokens: Int32Array.of(),
};

describe("errors keep their code and say what to do", () => {
  it("of files, shapes, names and values", async () => {
    const load = (directory: string) => device.load(directory, { dtype: "f32" });
    await expect(load("/nowhere")).rejects.toMatchObject({
      name: "MedgymError",
      code: "not-found",
      message: /nowhere/,
    });
    await expect(load(`${fixtures}/models/gemma3`)).rejects.toMatchObject({
      code: "unsupported",
      message: /gemma3|Gemma3/,
    });
    await expect(model.forward({ tokens, cuSeqlens: Int32Array.of(0, 99) }, { targets })).rejects.toMatchObject({
      code: "invalid-argument",
    });
    await expect(model.forward(batch, { targets: Int32Array.of(1) })).rejects.toMatchObject({
      code: "invalid-argument",
      message: /1 targets for 26 tokens/,
    });
    await expect(model.readTensor("nothing")).rejects.toMatchObject({
      code: "not-found",
      message: /nothing.*model\.embed_tokens/,
    });
    await expect(model.backward({ logprobs: new Float32Array(3) })).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(model.createAdapter([{ name: "nothing", rank: 1, scale: 1, dropout: 0 }], 0)).rejects.toMatchObject({
      message: /nothing/,
    });
    await expect(nativeEngine().device("tpu:0")).rejects.toMatchObject({ message: /tpu:0/ });
    await expect(nativeEngine().device("cuda:0")).rejects.toMatchObject({ code: "unsupported" });
  });

  it("of an engine that is not built", () => {
    // A fresh module, since the addon of this process is loaded already.
    const missing = join(scratch, "medgym.node");
    return import("./addon.ts?fresh" as string).then(({ loadAddon: fresh }) => {
      expect(() => fresh(missing)).toThrow(/npm run build.*g\+\+ make/);
    });
  });

  it("of MEDGYM_THREADS", () => {
    process.env.MEDGYM_THREADS = "many";
    try {
      expect(() => nativeEngine().device("cpu")).toThrow(/MEDGYM_THREADS is "many"/);
    } finally {
      delete process.env.MEDGYM_THREADS;
    }
  });
});

describe("handles", () => {
  it("are refused where another kind is wanted, and after dispose", async () => {
    const addon = loadAddon();
    const raw = await addon.deviceCreate("cpu", 1);
    expect(() => addon.modelDescribe(raw as never)).toThrow(/expected a model handle/);
    expect(() => addon.deviceInfo({} as never)).toThrow(/expected a device handle/);
    addon.deviceDestroy(raw);
    expect(() => addon.deviceInfo(raw)).toThrow(/device was disposed/);
    addon.deviceDestroy(raw); // twice is fine

    const loaded = await device.load(`${fixtures}/models/qwen3`, { dtype: "f32" });
    const adapter = await loaded.createAdapter(
      [{ name: "model.layers.0.mlp.up_proj", rank: 2, scale: 1, dropout: 0 }],
      0,
    );
    loaded.dispose();
    await expect(loaded.forward(batch, { targets })).rejects.toMatchObject({
      code: "invalid-argument",
      message: /model was disposed/,
    });
    await expect(adapter.save(join(scratch, "x"), "f32")).rejects.toMatchObject({ message: /adapter was disposed/ });
  });

  it("may be disposed while a call is in flight, which still ends well", async () => {
    const loaded = await device.load(`${fixtures}/models/qwen3`, { dtype: "f32" });
    const call = loaded.forward(batch, { targets });
    loaded.dispose();
    expect((await call).logprobs[0]).toBeLessThan(0);
  });

  it("give the memory back", async () => {
    await model.forward(batch, { targets }); // what earlier tests let go is gone by now
    const before = device.info().currentBytes;
    const loaded = await device.load(`${fixtures}/models/qwen3`, { dtype: "f32" });
    await loaded.forward(batch, { targets });
    expect(device.info().currentBytes).toBeGreaterThan(before + 500_000);
    loaded.dispose();
    await model.forward(batch, { targets }); // a call later the device's thread has done it
    expect(device.info().currentBytes).toBeLessThan(before + 100_000);
    device.resetPeak();
    expect(device.info().peakBytes).toBe(device.info().currentBytes);
  });

  it("of another engine are refused", async () => {
    const fake = await (await fakeEngine().device()).create({}, { dtype: "f32", seed: 0 });
    const adapter = await fake.createAdapter([{ name: fake.info.linears[0].name, rank: 1, scale: 1, dropout: 0 }], 0);
    await expect(model.forward(batch, { targets, adapter })).rejects.toMatchObject({ message: /another engine/ });
  });
});

describe("calls", () => {
  it("run in order, and a typed array that nobody else holds lives until its call has ended", async () => {
    const calls = Array.from({ length: 8 }, () =>
      model.forward({ tokens: tokens.slice(), cuSeqlens: cuSeqlens.slice() }, { targets: targets.slice() }),
    );
    globalThis.gc?.();
    const results = await Promise.all(calls);
    for (const { logprobs } of results) expect(logprobs).toEqual(results[0].logprobs);
  });

  it("are cancelled: the one in flight rejects, the next one works", async () => {
    const long = Int32Array.from({ length: 4096 }, (_, i) => (i * 7) % 1024);
    const many = { tokens: long, cuSeqlens: Int32Array.from({ length: 9 }, (_, i) => i * 512) };
    const call = model.forward(many, { targets: long });
    device.cancel();
    await expect(call).rejects.toMatchObject({ name: "CancelledError", code: "cancelled" });
    await model.forward(batch, { targets });
    device.cancel(); // nothing is in flight
    await model.forward(batch, { targets });
  });

  it("submit reports a bad prompt at once, and an engine's refusal at the next step", async () => {
    const generator = await model.createGenerator({ maxSequences: 1 });
    expect(() => generator.submit({ ...greedy, prompt: Int32Array.of() })).toThrow(/prompt is empty/);
    expect(() => generator.submit({ ...greedy, prompt: Int32Array.of(1024) })).toThrow(/1024 is outside/);
    generator.submit({ ...greedy, prompt: Int32Array.of(1), topP: -1 });
    await expect(generator.step(1)).rejects.toMatchObject({ code: "invalid-argument" });
    const id = generator.submit({ ...greedy, prompt: Int32Array.of(1) });
    generator.cancel(id);
    const { events, remaining } = await generator.step(1);
    expect([events, remaining]).toEqual([[{ id, token: -1, logprob: 0, finish: "aborted" }], 0]);
  });

  it("resume an optimiser bit for bit", async () => {
    const file = join(scratch, "optimizer.safetensors");
    const options = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1, decayNormsAndBiases: false };
    const [first, second] = [await model.createAdapter(qkvoModules(), 3), await model.createAdapter(qkvoModules(), 4)];
    const [straight, resumed] = [
      await model.createOptimizer(first, options),
      await model.createOptimizer(second, options),
    ];
    const train = async (adapter: typeof first, optimizer: typeof straight) => {
      await model.forward(batch, { targets, adapter, keep: true });
      await model.backward({ logprobs: new Float32Array(26).fill(-0.1) });
      await optimizer.step({ learningRate: 0.01, maxGradNorm: 1 });
    };
    await train(first, straight);
    await straight.save(file);
    await resumed.load(file);
    await train(first, straight);
    await train(second, resumed);
    for (const { name } of model.tensors(first)) {
      expect(await model.readTensor(name, { adapter: second }), name).toEqual(
        await model.readTensor(name, { adapter: first }),
      );
    }
  });
});
