/** From rollouts to advantages. */
import type { Trajectory } from "../../generate/index.ts";
import { rewards as gymRewards } from "../../gym/index.ts";
import type { ResolvedGrpo } from "../grpo/grpo-options.ts";
import { groupAdvantages } from "../math/advantages.ts";

type Shaping = NonNullable<ResolvedGrpo["lengthShaping"]>;

/**
 * Adds the part "length" to what a rollout earned; its tokens are those of its longest turn, the one that the limit is about.
 * Right is what has an accuracy, or else a whole reward, of one half or more.
 */
export function shapeLength(trajectory: Trajectory, { kind, maxTokens, buffer, weight }: Shaping): Trajectory {
  const { reward, turns, truncated } = trajectory;
  if (!reward) return trajectory;
  const tokens = Math.max(0, ...turns.map(({ completionTokens }) => completionTokens ?? 0));
  const correct = (reward.parts.accuracy ?? reward.total) >= 0.5;
  const length =
    kind === "overlong"
      ? gymRewards.softOverlong(tokens, maxTokens, buffer)
      : gymRewards.cosineLength({ correct, truncated, tokens, maxTokens });
  return {
    ...trajectory,
    reward: {
      ...reward,
      total: reward.total + weight * length,
      sum: reward.sum + weight * length,
      parts: { ...reward.parts, length },
      weights: { ...reward.weights, length: weight },
    },
  };
}

/** Advantage of each rollout; groups are next to each other. A rollout without a reward has 0. */
export function advantagesOf(trajectories: readonly Trajectory[], options: ResolvedGrpo): Float64Array {
  const { groupSize, advantage, scale, normalizeThenSum } = options;
  const totals = Float64Array.from(trajectories, ({ reward }) => reward?.total ?? Number.NaN);
  if (advantage) {
    const own = Float64Array.from(advantage(totals, groupSize, trajectories));
    if (own.length !== totals.length || !own.every(Number.isFinite)) {
      throw new RangeError(
        `grpo: advantage gave ${own.length} numbers for ${totals.length} rollouts, or some that are not finite.`,
      );
    }
    return own;
  }
  if (!normalizeThenSum) return groupAdvantages(totals, { groupSize, scale }).advantages;
  const names = [...new Set(trajectories.flatMap(({ reward }) => Object.keys(reward?.parts ?? {})))];
  if (names.length === 0) return new Float64Array(totals.length);
  const parts = trajectories.flatMap(({ reward }) => names.map((name) => reward?.parts[name] ?? Number.NaN));
  const weights = names.map((name) => weightOf(name, options));
  return groupAdvantages(Float64Array.from(parts), { groupSize, weights, normalizeThenSum }).advantages;
}

function weightOf(name: string, { environments, weightsOf, lengthShaping }: ResolvedGrpo): number {
  if (name === "length" && lengthShaping) return lengthShaping.weight;
  return environments.map(weightsOf).find((weights) => name in weights)?.[name] ?? 0;
}
