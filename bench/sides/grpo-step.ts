/**
 * Our side of the GRPO bench. Arguments: directory dtype prompts completions prompt-tokens new-tokens.
 *
 * A whole GRPO step with what grpo() learns by: sample each prompt's group, reward, advantages within the group, reference
 * logprobs (adapter off), the policy's logprobs and the gradient of GRPO's loss with the k3 estimate of the divergence, AdamW.
 * The prompts are token ids of models without a tokenizer, so they are drawn from the engine's generator here. One update per
 * sampling, so that old and new policy are the same and the ratio is 1.
 */
import type { Dtype } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { groupAdvantages } from "../../src/train/math/advantages.ts";
import { type LearnOptions, learn } from "../../src/train/policy/policy-update.ts";
import { tokenBatch } from "../tokens.ts";
import { rate, serve } from "./serve.ts";

const [directory, dtype, ...numbers] = process.argv.slice(2);
/** Prompts, completions of each (G), tokens of a prompt, tokens of a completion. */
const [P, G, L, N] = numbers.map(Number);

const device = await nativeEngine().device("cpu");
const model = await device.load(directory, { dtype: dtype as Dtype });
const modules = model.info.linears.map(({ name }) => ({ name, rank: 16, scale: 2, dropout: 0 }));
const adapter = await model.createAdapter(modules, 0);
const optimizer = await model.createOptimizer(adapter, {
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  decayNormsAndBiases: true,
});
const learner = { engine: model, adapter, reference: null, optimizer };
const options: LearnOptions = {
  ...{
    seed: 0,
    loss: "grpo",
    klCoefficient: 0.04,
    klEstimator: "k3",
    entropyCoefficient: 0,
    topEntropy: 1,
    temperature: 1,
  },
  ...{
    iterations: 1,
    minibatches: 1,
    microBatchTokens: 4096,
    gradientCheckpointing: false,
    maxGradNorm: 1,
    maxNewTokens: N,
  },
};
const { signal } = new AbortController();
const tokens = tokenBatch(P, L, model.info.vocabSize);
const prompts = Array.from({ length: P }, (_, p) => tokens.slice(p * L, (p + 1) * L));

/** G completions of each prompt, sampled at temperature 1, none of which ends early. */
async function sample(seed: number) {
  const generator = await model.createGenerator({ maxSequences: P * G, maxTokens: P * G * (L + N + 32) });
  const drawn = new Map<number, { tokens: number[]; logprobs: number[] }>();
  const groups = prompts.map((prompt, p) => {
    const ids = Array.from({ length: G }, (_, i) =>
      generator.submit({
        prompt,
        maxNewTokens: N,
        adapter,
        temperature: 1,
        topK: 0,
        topP: 1,
        minP: 0,
        repetitionPenalty: 1,
        presencePenalty: 0,
        seed: (seed * P + p) * G + i,
        stopTokens: new Int32Array(0),
      }),
    );
    for (const id of ids) drawn.set(id, { tokens: [], logprobs: [] });
    return { prompt, ids };
  });
  for (let remaining = P * G; remaining > 0; ) {
    const step = await generator.step(N);
    for (const { id, token, logprob } of step.events) {
      drawn.get(id)!.tokens.push(token);
      drawn.get(id)!.logprobs.push(logprob);
    }
    remaining = step.remaining;
  }
  generator.dispose();
  return groups.map(({ prompt, ids }) => ({
    prompt,
    completions: ids.map((id) => Int32Array.from(drawn.get(id)!.tokens)),
    logprobs: ids.map((id) => Float32Array.from(drawn.get(id)!.logprobs)),
  }));
}

/** The share of even ids: something that a policy can learn. */
const reward = (completion: Int32Array) => completion.filter((id) => id % 2 === 0).length / completion.length;

let steps = 0;
async function step(): Promise<void> {
  const groups = await sample(steps++);
  const rewards = Float64Array.from(groups.flatMap(({ completions }) => completions.map(reward)));
  const { advantages } = groupAdvantages(rewards, { groupSize: G });
  const learned = groups.map(({ prompt, completions, logprobs }, p) =>
    completions.map((tokens, i) => ({
      prompt,
      tokens,
      mask: new Uint8Array(tokens.length).fill(1),
      samplerLogprobs: logprobs[i],
      advantage: advantages[p * G + i],
    })),
  );
  const { updates } = await learn(learner, learned, options, { step: steps, learningRate: 1e-4, signal });
  const count = groups.flatMap(({ completions }) => completions).reduce((sum, { length }) => sum + length, 0);
  if (count !== P * G * N || updates !== 1)
    throw new Error(`${count} tokens, ${updates} updates; not ${P * G * N} and 1`);
}

// Buffers are planned in the first step, which is not timed.
await step();
await serve({}, async ({ seconds }) => P * G * N * (await rate(step, seconds)));
