/** Our side of the training benches: one process, one line of JSON. Arguments: directory dtype lora|full sequences tokens seconds. */
import { readFileSync } from "node:fs";
import type { EngineAdapter } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { tokenBatch } from "../tokens.ts";

const [directory, dtype, mode, sequences, length, seconds] = process.argv.slice(2);
const S = Number(sequences);
const L = Number(length);

const device = await nativeEngine().device("cpu");
const model = await device.load(directory, { dtype: dtype as "f32" | "bf16" });
let adapter: EngineAdapter | null = null;
if (mode === "lora") {
  const modules = model.info.linears.map(({ name }) => ({ name, rank: 16, scale: 2, dropout: 0 }));
  adapter = await model.createAdapter(modules, 0);
} else {
  await model.setTrainable(true);
}
const optimizer = await model.createOptimizer(adapter, {
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0.01,
  decayNormsAndBiases: true,
});

const tokens = tokenBatch(S, L, model.info.vocabSize);
const targets = new Int32Array(S * L).fill(-1);
for (let t = 0; t < S * L; t++) if ((t + 1) % L !== 0) targets[t] = tokens[t + 1];
const cuSeqlens = Int32Array.from({ length: S + 1 }, (_, s) => s * L);
const scored = S * (L - 1);

async function step(): Promise<number> {
  const { logprobs } = await model.forward({ tokens, cuSeqlens }, { adapter, targets, keep: true, train: true });
  const gradient = new Float32Array(S * L);
  let loss = 0;
  for (let t = 0; t < S * L; t++) {
    if (targets[t] < 0) continue;
    loss -= logprobs[t] / scored;
    gradient[t] = -1 / scored;
  }
  await model.backward({ logprobs: gradient });
  await optimizer.step({ learningRate: 1e-4, maxGradNorm: 1 });
  return loss;
}

const firstLoss = await step();
await step(); // buffers are planned in the first steps
const start = performance.now();
let steps = 0;
while (steps < 3 || performance.now() - start < Number(seconds) * 1000) {
  await step();
  steps++;
}
const elapsed = (performance.now() - start) / 1000;
const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
console.log(JSON.stringify({ tokensPerSecond: (steps * S * L) / elapsed, peakBytes: peakKb * 1024, firstLoss }));
