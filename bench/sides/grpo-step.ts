/**
 * Our side of the GRPO bench. Arguments: directory dtype prompts completions prompt-tokens new-tokens.
 *
 * A whole GRPO step at the engine's level, algorithm in plain TypeScript, until the library's grpo() takes its place here:
 * sample each prompt's group, reward, advantages within the group, reference logprobs (adapter off), the policy's logprobs
 * and the gradient of GRPO's loss with the k3 estimate of the divergence (arXiv:2402.03300, equations 3 and 4), AdamW. One
 * update per sampling, so that old and new policy are the same and the ratio is 1.
 */
import type { Dtype } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { type Group, packGroups } from "../../src/train/groups.ts";
import { tokenBatch } from "../tokens.ts";
import { rate, serve } from "./serve.ts";

const [directory, dtype, ...numbers] = process.argv.slice(2);
/** Prompts, completions of each (G), tokens of a prompt, tokens of a completion. */
const [P, G, L, N] = numbers.map(Number);
const klCoefficient = 0.04;

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
const tokens = tokenBatch(P, L, model.info.vocabSize);
const prompts = Array.from({ length: P }, (_, p) => tokens.slice(p * L, (p + 1) * L));

/** G completions of each prompt, sampled at temperature 1, none of which ends early. */
async function sample(seed: number): Promise<Group[]> {
  const generator = await model.createGenerator({ maxSequences: P * G, maxTokens: P * G * (L + N + 32) });
  const completions = new Map<number, number[]>();
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
    for (const id of ids) completions.set(id, []);
    return { prompt, ids };
  });
  for (let remaining = P * G; remaining > 0; ) {
    const step = await generator.step(N);
    for (const { id, token } of step.events) completions.get(id)!.push(token);
    remaining = step.remaining;
  }
  generator.dispose();
  return groups.map(({ prompt, ids }) => ({
    prompt,
    completions: ids.map((id) => Int32Array.from(completions.get(id)!)),
  }));
}

/** The share of even ids: something that a policy can learn. */
const reward = (completion: Int32Array) => completion.filter((id) => id % 2 === 0).length / completion.length;

/** (r − mean) / (standard deviation + 1e-4), over the group */
function advantages(rewards: number[]): number[] {
  const mean = rewards.reduce((sum, r) => sum + r, 0) / rewards.length;
  const variance = rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (rewards.length - 1);
  return rewards.map((r) => (r - mean) / (Math.sqrt(variance) + 1e-4));
}

let steps = 0;
async function step(): Promise<void> {
  const groups = await sample(steps++);
  const { batch, targets, views, scored } = packGroups(groups);
  const reference = await model.forward(batch, { targets });
  const policy = await model.forward(batch, { adapter, targets, keep: true, train: true });
  const gradients = new Float32Array(targets.length);
  const [logprobs, refLogprobs, dLogprobs] = [policy.logprobs, reference.logprobs, gradients].map(views);
  groups.forEach(({ completions }, p) => {
    advantages(completions.map(reward)).forEach((advantage, i) => {
      const scale = 1 / (P * G * completions[i].length);
      for (let t = 0; t < completions[i].length; t++) {
        // loss_t = −ratio·A + β(e^d − d − 1), d = log π_ref − log π; at ratio 1 its derivative by log π is −A + β(1 − e^d).
        const d = refLogprobs[p][i][t] - logprobs[p][i][t];
        dLogprobs[p][i][t] = scale * (klCoefficient * (1 - Math.exp(d)) - advantage);
      }
    });
  });
  await model.backward({ logprobs: gradients });
  await optimizer.step({ learningRate: 1e-4, maxGradNorm: 1 });
  if (scored !== P * G * N) throw new Error(`${scored} tokens were sampled, not ${P * G * N}`);
}

// Buffers are planned in the first step, which is not timed.
await step();
await serve({}, async ({ seconds }) => P * G * N * (await rate(step, seconds)));
