/**
 * GRPO's advantages: how much better a completion is than its group, https://arxiv.org/abs/2402.03300, section 4.1.2.
 *
 *   A_i = (r_i − mean(r of the group)) / (std + 1e-4),  std with n − 1.
 *
 * A reward of NaN stands for null: it does not apply. A completion none of whose rewards applies has advantage 0 and is
 * left out of its group's mean and deviation.
 */
import type { Floats } from "./sequences.ts";

/**
 * What the difference from the group's mean is divided by: the group's deviation; the batch's (https://arxiv.org/abs/2508.08221);
 * nothing (https://arxiv.org/abs/2503.20783, where the deviation is shown to favour very easy and very hard tasks).
 */
export type AdvantageScale = "group" | "batch" | "none";

/** Added to a deviation. */
const epsilon = 1e-4;

export interface AdvantageOptions {
  /** G: B is a multiple of it, groups are next to each other. */
  groupSize: number;
  /** (K) @default 1 each */
  weights?: readonly number[];
  /** @default "group" */
  scale?: AdvantageScale;
  /**
   * Whiten each reward within its group before the weighted sum, and the sum over the batch again, so that no reward drowns the
   * others (GDPO, https://arxiv.org/abs/2601.05242); `scale` has no part in it. @default false
   */
  normalizeThenSum?: boolean;
}

export interface Advantages {
  /** (B) */
  advantages: Float64Array;
  /** (B) Weighted sums of the rewards (of the whitened ones with `normalizeThenSum`); NaN where none applies. */
  rewards: Float64Array;
  /** (B/G) Deviation of the weighted sums within each group; 0 for groups from which nothing is learned. */
  groupDeviations: Float64Array;
}

/** rewards (B·K): the K rewards of each of B completions. */
export function groupAdvantages(rewards: Floats, options: AdvantageOptions): Advantages {
  const { groupSize: G, scale = "group", normalizeThenSum = false } = options;
  const K = options.weights?.length ?? 1;
  const weights = options.weights ?? [1];
  const B = rewards.length / K;
  if (!Number.isInteger(B / G))
    throw new RangeError(`${rewards.length} rewards are not groups of ${G} with ${K} each.`);

  const summed = weightedSums(rewards, weights);
  const deviations = eachGroup(summed, G).map((group) => momentsOf(group).deviation);
  const totals = normalizeThenSum ? weightedSums(whitenColumns(rewards, K, G), weights) : summed;
  const batch = momentsOf(totals);
  const advantages = totals.map((total, i) => {
    if (Number.isNaN(total)) return 0;
    if (normalizeThenSum) return (total - batch.mean) / (batch.deviation + epsilon);
    const group = momentsOf(groupOf(totals, i, G));
    if (scale === "none") return total - group.mean;
    return (total - group.mean) / ((scale === "group" ? group : batch).deviation + epsilon);
  });
  return { advantages, rewards: totals, groupDeviations: Float64Array.from(deviations) };
}

/** (B·K), (K) → (B); NaN where no reward applies, and those that do not are left out of the sum. */
function weightedSums(rewards: Floats, weights: readonly number[]): Float64Array {
  const K = weights.length;
  return Float64Array.from({ length: rewards.length / K }, (_, i) => {
    const row = Array.from(rewards.subarray(i * K, (i + 1) * K));
    if (row.every(Number.isNaN)) return Number.NaN;
    return row.reduce((sum, reward, k) => sum + (Number.isNaN(reward) ? 0 : weights[k] * reward), 0);
  });
}

function whitenColumns(rewards: Floats, K: number, G: number): Float64Array {
  const whitened = Float64Array.from(rewards);
  for (let k = 0; k < K; k++) {
    const column = Float64Array.from({ length: rewards.length / K }, (_, i) => rewards[i * K + k]);
    column.forEach((reward, i) => {
      const { mean, deviation } = momentsOf(groupOf(column, i, G));
      whitened[i * K + k] = (reward - mean) / (deviation + epsilon);
    });
  }
  return whitened;
}

const groupOf = (values: Float64Array, i: number, G: number) => values.subarray(i - (i % G), i - (i % G) + G);
const eachGroup = (values: Float64Array, G: number) =>
  Array.from({ length: values.length / G }, (_, g) => values.subarray(g * G, (g + 1) * G));

/** Of the numbers that are none of them NaN; the deviation of fewer than two is 0. */
function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1)) };
}
