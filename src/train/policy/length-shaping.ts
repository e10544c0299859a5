/** A reward part for the length of what was written. */
import { z } from "zod";
import type { Trajectory } from "../../generate/index.ts";
import { rewards as gymRewards } from "../../gym/index.ts";

export interface LengthShaping {
  /**
   * "overlong": DAPO's soft punishment, 0 to −1 over the last `buffer` tokens before the limit. "cosine": right answers earn more
   * the shorter they are, wrong ones lose more the longer they are, truncated ones lose 0.5.
   */
  kind: "overlong" | "cosine";
  /** Tokens of a completion at the limit. @default maxNewTokens */
  maxTokens?: number;
  /** Of "overlong". @default a fifth of maxTokens */
  buffer?: number;
  /** @default 1 */
  weight?: number;
}

export const lengthShapingSchema = z.strictObject({
  kind: z.enum(["overlong", "cosine"]),
  maxTokens: z.int().min(1).optional(),
  buffer: z.int().min(1).optional(),
  weight: z.number().default(1),
});

export function completeShaping(given: z.output<typeof lengthShapingSchema>, maxNewTokens: number): Shaping {
  const maxTokens = given.maxTokens ?? maxNewTokens;
  return { ...given, maxTokens, buffer: given.buffer ?? Math.ceil(maxTokens / 5) };
}

export type Shaping = Required<LengthShaping>;

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
