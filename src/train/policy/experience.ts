/** Rollouts as batches to learn from: their tokens packed, a group's prompt once, with masks, advantages and log-probabilities. */
import type { Random } from "../../core/random.ts";
import type { Batch } from "../../engine/engine.ts";
import type { Trajectory } from "../../generate/index.ts";
import { type Group, packGroups } from "../groups.ts";
import type { Span } from "../math/sequences.ts";

/**
 * What one segment of a rollout has to learn from. Where the chat template rewrites earlier turns a rollout has several segments,
 * and each counts as a completion of its own.
 */
export interface Completion {
  prompt: Int32Array;
  /** (T) Drawn by the policy, or observed in between. */
  tokens: Int32Array;
  /** (T) 1 on what the policy drew. */
  mask: Uint8Array;
  /** (T) As they were drawn. */
  samplerLogprobs: Float32Array;
  /** (T), or one for all of its tokens. */
  advantage: number | Float32Array;
  /** (T) Under the policy as the updates began, where they are known before. */
  oldLogprobs?: Float32Array;
}

/** `masked`: rollouts that nothing is learned from. */
export function completionsOf(
  trajectories: readonly Trajectory[],
  advantages: ArrayLike<number>,
  masked: (trajectory: Trajectory) => boolean,
): Completion[] {
  return trajectories.flatMap((trajectory, i) =>
    trajectory.segments.map(({ tokens, mask, logprobs, promptLength }) => ({
      prompt: tokens.subarray(0, promptLength),
      tokens: tokens.subarray(promptLength),
      mask: masked(trajectory) ? new Uint8Array(tokens.length - promptLength) : mask.subarray(promptLength),
      samplerLogprobs: logprobs.subarray(promptLength),
      advantage: advantages[i],
    })),
  );
}

export const countedTokens = (completions: readonly Completion[]): number =>
  completions.reduce((sum, { mask }) => sum + mask.reduce((a, b) => a + b, 0), 0);

/** The completions of each optimizer step of a pass: groups stay whole, and are shuffled where there are several. */
export function minibatchesOf<C extends Completion>(
  groups: readonly (readonly C[])[],
  minibatches: number,
  random: Random,
): C[][] {
  const order = minibatches === 1 ? [...groups.keys()] : [...random.split("order").permutation(groups.length)];
  return Array.from({ length: minibatches }, (_, m) => {
    const [from, to] = [m, m + 1].map((n) => Math.round((n * groups.length) / minibatches));
    return order.slice(from, to).flatMap((g) => groups[g]);
  });
}

/** One forward pass. Arrays are over the T positions of the packed batch. */
export interface ExperienceBatch<C extends Completion = Completion> {
  batch: Batch;
  /** In the order of `spans`. */
  completions: readonly C[];
  /** (T) −1 where nothing counts */
  targets: Int32Array;
  spans: Span[];
  mask: Uint8Array;
  advantages: Float32Array;
  samplerLogprobs: Float32Array;
  /** Under the policy as the updates began. */
  oldLogprobs?: Float32Array;
  refLogprobs?: Float32Array;
}

/** Completions in their order, cut into batches of at most `maxTokens` (one alone may exceed it); those of one prompt share it. */
export function batchesOf<C extends Completion>(completions: readonly C[], maxTokens: number): ExperienceBatch<C>[] {
  const batches: C[][] = [];
  let room = 0;
  for (const completion of completions) {
    const last = batches.at(-1)?.at(-1);
    const fits =
      room >= completion.tokens.length + (last && samePrompt(last, completion) ? 0 : completion.prompt.length);
    if (!last || !fits) {
      batches.push([completion]);
      room = maxTokens - completion.prompt.length - completion.tokens.length;
    } else {
      room -= completion.tokens.length + (samePrompt(last, completion) ? 0 : completion.prompt.length);
      batches.at(-1)!.push(completion);
    }
  }
  return batches.map(packCompletions);
}

const samePrompt = (a: Completion, b: Completion) =>
  a.prompt === b.prompt || (a.prompt.length === b.prompt.length && a.prompt.every((token, t) => token === b.prompt[t]));

function packCompletions<C extends Completion>(completions: readonly C[]): ExperienceBatch<C> {
  const groups: (Group & { completions: Int32Array[] })[] = [];
  completions.forEach((completion, i) => {
    if (i > 0 && samePrompt(completions[i - 1], completion)) groups.at(-1)!.completions.push(completion.tokens);
    else groups.push({ prompt: completion.prompt, completions: [completion.tokens] });
  });
  const { batch, targets, spans } = packGroups(groups);
  const T = targets.length;
  const mask = new Uint8Array(T);
  const advantages = new Float32Array(T);
  const samplerLogprobs = new Float32Array(T);
  const oldLogprobs = completions[0].oldLogprobs && new Float32Array(T);
  spans.forEach(([start, end], i) => {
    const { advantage } = completions[i];
    mask.set(completions[i].mask, start);
    if (typeof advantage === "number") advantages.fill(advantage, start, end);
    else advantages.set(advantage, start);
    samplerLogprobs.set(completions[i].samplerLogprobs, start);
    oldLogprobs?.set(completions[i].oldLogprobs!, start);
  });
  targets.forEach((_, t) => {
    if (!mask[t]) targets[t] = -1;
  });
  return { batch, completions, targets, spans, mask, advantages, samplerLogprobs, ...(oldLogprobs && { oldLogprobs }) };
}
