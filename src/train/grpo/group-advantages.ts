/** From groups of rollouts to advantages. */
import type { Trajectory } from "../../generate/index.ts";
import { groupAdvantages } from "../math/advantages.ts";
import type { ResolvedGrpo } from "./grpo-options.ts";

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
