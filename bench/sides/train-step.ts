/** Our side of the training benches. Arguments: directory dtype lora|full sequences tokens. */
import type { Dtype, EngineAdapter } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { tokenBatch } from "../tokens.ts";
import { rate, serve } from "./serve.ts";

const [directory, dtype, mode, sequences, length] = process.argv.slice(2);
const S = Number(sequences);
const L = Number(length);

const device = await nativeEngine().device("cpu");
const model = await device.load(directory, { dtype: dtype as Dtype });
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

// Buffers are planned in the first step, which is not timed.
await serve({ firstLoss: await step() }, async ({ seconds }) => S * L * (await rate(step, seconds)));
