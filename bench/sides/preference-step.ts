/**
 * Our side of the preference benches. Arguments: directory dtype dpo|reward pairs prompt-tokens completion-tokens.
 *
 * A step is what dpo() or trainRewardModel() do in one: a pair's prompt and both completions forward, the loss, backward, AdamW.
 * DPO's reference is scored before training, as dpo() does it.
 */
import type { Dtype } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { accumulatePairs, type DpoSettings, referenceLogprobs } from "../../src/train/preference/dpo-pass.ts";
import type { Pair } from "../../src/train/preference/pairs.ts";
import { accumulateRewards } from "../../src/train/preference/reward-pass.ts";
import { tokenBatch } from "../tokens.ts";
import { rate, serve } from "./serve.ts";

const [directory, dtype, kind, ...numbers] = process.argv.slice(2);
/** Pairs, tokens of a prompt, tokens of a completion. */
const [P, L, N] = numbers.map(Number);
const endToken = 1;

const device = await nativeEngine().device("cpu");
const engine = await device.load(directory, { dtype: dtype as Dtype });
const modules = engine.info.linears.map(({ name }) => ({ name, rank: 16, scale: 2, dropout: 0 }));
const adapter = await engine.createAdapter(modules, 0, { scalarHead: kind === "reward" });
const optimizer = await engine.createOptimizer(adapter, {
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  decayNormsAndBiases: true,
});
const model = { engine, adapter: { engine: adapter } };

const rows = tokenBatch(P, L + 2 * N, engine.info.vocabSize);
const mask = new Uint8Array(N).fill(1);
const items = Array.from({ length: P }, (_, p): Pair => {
  const row = rows.slice(p * (L + 2 * N), (p + 1) * (L + 2 * N));
  const [prompt, chosen, rejected] = [row.slice(0, L), row.slice(L, L + N), row.slice(L + N)];
  for (const completion of [chosen, rejected]) completion[N - 1] = endToken;
  return { prompt, chosen: { tokens: chosen, mask }, rejected: { tokens: rejected, mask }, margin: 0 };
});
const indices = items.map((_, i) => i);

const pass = { microBatchTokens: 4096, gradientCheckpointing: false };
const settings: DpoSettings = {
  ...pass,
  ...{
    loss: { sigmoid: 1 },
    beta: 0.1,
    divergence: "reverse_kl",
    divergenceAlpha: 0.5,
    tailWeight: 1,
    discopopTau: 0.05,
  },
};
const { signal } = new AbortController();
const refLogprobs =
  kind === "dpo" ? await referenceLogprobs({ engine, adapter: null }, items, indices, pass, { signal }) : null;

async function step(): Promise<{ loss: number }> {
  const learned = refLogprobs
    ? await accumulatePairs(model, { items, refLogprobs }, indices, settings, 0)
    : await accumulateRewards(model, items, indices, { ...pass, centerCoefficient: 0, useMargins: false }, 0);
  await optimizer.step({ learningRate: 1e-4, maxGradNorm: 1 });
  return learned;
}

/** What both sides must agree on: how likely the completions are at first; of a reward model, the loss of equal rewards. */
const { loss } = await step(); // buffers are planned in the first step, which is not timed
const logprobs = [...(refLogprobs?.values() ?? [])].flat().flatMap((of) => [...of]);
const firstLoss = refLogprobs ? -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length : loss;
await serve({ firstLoss }, async ({ seconds }) => P * 2 * N * (await rate(step, seconds)));
