/**
 * Rollouts as chains of tokens for the estimation of advantages: one after another in flat arrays over T, each a span, the segments
 * of a rollout joined in their order, so that what is earned late reaches what was drawn early.
 */
import type { Trajectory } from "../../generate/index.ts";
import { biLevelGae, type Estimates, gae } from "../math/gae.ts";
import { type KlEstimator, klEstimators } from "../math/kl.ts";
import { lengthsOf, maskedMean, maskedSum, type Sequences, type Span, whiten } from "../math/sequences.ts";
import { tokenRewards } from "../math/token-rewards.ts";
import type { Completion } from "../policy/experience.ts";
import type { CustomEstimate, ResolvedPpo } from "./ppo-options.ts";

/** A completion with what was measured of it before anything is learned. All (T). */
export interface Judged extends Completion {
  /** The turn, from 1, in which a token was drawn; 0 elsewhere. */
  turns: Int32Array;
  /** V of the state before each token. */
  oldValues: Float32Array;
  refLogprobs?: Float32Array;
  /** What the values should have been. */
  returns: Float32Array;
  advantage: Float32Array;
}

/** A rollout that has a reward, with its segments. */
export interface JudgedRollout {
  trajectory: Trajectory;
  completions: Judged[];
}

export interface Chains extends Sequences {
  /** Under the policy and the reference; 0 where they were not asked. */
  logprobs: Float32Array;
  refLogprobs: Float32Array;
  values: Float32Array;
  turns: Int32Array;
}

export function chainsOf(rollouts: readonly JudgedRollout[]): Chains {
  const all = rollouts.flatMap(({ completions }) => completions);
  const T = all.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const chains = {
    spans: [] as Span[],
    mask: new Uint8Array(T),
    logprobs: new Float32Array(T),
    refLogprobs: new Float32Array(T),
    values: new Float32Array(T),
    turns: new Int32Array(T),
  };
  let at = 0;
  for (const { completions } of rollouts) {
    const start = at;
    for (const { tokens, mask, oldLogprobs, refLogprobs, oldValues, turns } of completions) {
      chains.mask.set(mask, at);
      if (refLogprobs) {
        chains.logprobs.set(oldLogprobs!, at);
        chains.refLogprobs.set(refLogprobs, at);
      }
      chains.values.set(oldValues, at);
      chains.turns.set(turns, at);
      at += tokens.length;
    }
    chains.spans.push([start, at]);
  }
  return chains;
}

/** What is measured of a step, over all tokens that count. */
export interface ChainFacts {
  /** Mean per token by the estimator, nats; null: no reference was asked. */
  kl: number | null;
  value: number;
  return: number;
  returnStd: number;
  /** 1 − Var(R − V)/Var(R): 1 where the values are the returns, 0 where a constant were as good; null where all returns are alike. */
  explainedVariance: number | null;
}

export type EstimateOptions = Pick<
  ResolvedPpo,
  | ("klEstimator" | "missingEosPenalty" | "payTurns" | "gae" | "gamma" | "gaeLambda" | "turnGamma" | "turnLambda")
  | ("advantage" | "whitenAdvantages" | "whitenRewards")
>;

/** Writes advantages and returns into the completions. */
export function estimate(
  rollouts: readonly JudgedRollout[],
  options: EstimateOptions,
  klCoefficient: number,
): ChainFacts {
  const chains = chainsOf(rollouts);
  const rewards = rewardsOf(rollouts, chains, options, klCoefficient);
  const { advantages, returns } = estimatesOf(rollouts, chains, rewards, options);
  const whitened = options.whitenAdvantages ? whiten(advantages, chains) : advantages;
  let at = 0;
  for (const completion of rollouts.flatMap(({ completions }) => completions)) {
    const end = at + completion.tokens.length;
    completion.advantage = whitened.slice(at, end);
    completion.returns = returns.slice(at, end);
    at = end;
  }
  const asked = rollouts.some(({ completions }) => completions.some(({ refLogprobs }) => refLogprobs));
  return { kl: asked ? klOf(chains, options.klEstimator) : null, ...spreadOf(chains, returns) };
}

/** (T) The price of divergence, what each turn earned at its end, and the rest on the last token. */
export function rewardsOf(
  rollouts: readonly JudgedRollout[],
  chains: Chains,
  { klEstimator, missingEosPenalty, payTurns, whitenRewards }: EstimateOptions,
  klCoefficient: number,
): Float32Array {
  const paid = new Float32Array(chains.mask.length);
  const scores = rollouts.map(({ trajectory }, i) => {
    const { total } = trajectory.reward!;
    return payTurns ? total - payEnds(paid, earnedByTurn(trajectory), chains, chains.spans[i]) : total;
  });
  const ended = rollouts.map(({ trajectory }) => !trajectory.truncated);
  const rewards = tokenRewards(
    { ...chains, scores: Float64Array.from(scores), ended },
    { klCoefficient, klEstimator, missingEosPenalty },
  );
  const sum = rewards.map((reward, t) => reward + paid[t]);
  return whitenRewards ? whiten(sum, chains, { keepMean: true }) : sum;
}

/** What each turn brought in, weighted, of the parts that say so. */
function earnedByTurn({ reward, turns }: Trajectory): number[] {
  return turns.map((_, i) =>
    Object.entries(reward!.turns).reduce(
      (sum, [name, shares]) => sum + (reward!.weights[name] ?? 0) * (shares[i] ?? 0),
      0,
    ),
  );
}

/** Pays turns at their last tokens; what was paid in all. */
function payEnds(paid: Float32Array, earned: readonly number[], chains: Chains, [start, end]: Span): number {
  const ends = new Map<number, number>();
  for (let t = start; t < end; t++) if (chains.mask[t]) ends.set(chains.turns[t], t);
  let sum = 0;
  for (const [turn, t] of ends) {
    paid[t] = earned[turn - 1] ?? 0;
    sum += paid[t];
  }
  return sum;
}

function estimatesOf(
  rollouts: readonly JudgedRollout[],
  chains: Chains,
  rewards: Float32Array,
  { advantage, gae: levels, gamma, gaeLambda, turnGamma, turnLambda }: EstimateOptions,
): Estimates {
  if (advantage) return ownEstimates(rollouts, chains, rewards, advantage);
  const token = { gamma, gaeLambda };
  if (levels === "token") return gae(rewards, chains.values, chains, token);
  const turn = { gamma: turnGamma, gaeLambda: turnLambda };
  return biLevelGae(rewards, chains.values, chains.turns, chains, { token, turn });
}

function ownEstimates(
  rollouts: readonly JudgedRollout[],
  { spans, mask, turns, values }: Chains,
  rewards: Float32Array,
  advantage: CustomEstimate,
): Estimates {
  const estimates = { advantages: new Float32Array(mask.length), returns: new Float32Array(mask.length) };
  rollouts.forEach(({ trajectory }, i) => {
    const [start, end] = spans[i];
    const of = <A extends Float32Array | Uint8Array | Int32Array>(array: A) => array.slice(start, end) as A;
    const given = { rewards: of(rewards), values: of(values), mask: of(mask), turns: of(turns), trajectory };
    const own = advantage(given);
    const advantages = Float32Array.from(own.advantages);
    const returns = Float32Array.from(own.returns ?? advantages.map((a, t) => a + values[start + t]));
    for (const [name, numbers] of Object.entries({ advantages, returns })) {
      if (numbers.length === end - start && numbers.every(Number.isFinite)) continue;
      throw new RangeError(
        `ppo: advantage gave ${numbers.length} ${name} for ${end - start} tokens, or some that are not finite.`,
      );
    }
    estimates.advantages.set(advantages, start);
    estimates.returns.set(returns, start);
  });
  return estimates;
}

function klOf(chains: Chains, kind: KlEstimator): number {
  const { logprobs, refLogprobs } = chains;
  const { value } = klEstimators[kind];
  return maskedMean(
    logprobs.map((logprob, t) => value(logprob - refLogprobs[t])),
    chains,
  );
}

function spreadOf(chains: Chains, returns: Float32Array): Omit<ChainFacts, "kl"> {
  const count = Math.max(
    1,
    lengthsOf(chains).reduce((sum, length) => sum + length, 0),
  );
  const varianceOf = (numbers: Float32Array) => {
    const center = maskedMean(numbers, chains);
    return (
      maskedSum(
        Float64Array.from(numbers, (x) => (x - center) ** 2),
        chains,
      ) / count
    );
  };
  const variance = varianceOf(returns);
  const unexplained = varianceOf(returns.map((r, t) => r - chains.values[t]));
  return {
    value: maskedMean(chains.values, chains),
    return: maskedMean(returns, chains),
    returnStd: Math.sqrt(variance),
    explainedVariance: variance < 1e-12 ? null : 1 - unexplained / variance,
  };
}
