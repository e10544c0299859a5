import type { RewardContext } from "../reward.ts";
import { callKey } from "../tool.ts";
import { actionScore, executed } from "./action-score.ts";

/**
 * 0.6·coverage of the expected actions + 0.2·distinct (name, arguments) ÷ calls + 0.2·min(1, distinct tools ÷ 5). Only executed
 * calls are distinct; all that were made are in the denominator. null without expected actions.
 */
export function process(context: Pick<RewardContext, "task" | "episode">): number | null {
  const coverage = actionScore(context);
  if (coverage === null) return null;
  const calls = executed(context.episode);
  const made = context.episode.log.length;
  const distinct = made === 0 ? 0 : new Set(calls.map(callKey)).size / made;
  const variety = Math.min(1, new Set(calls.map(({ name }) => name)).size / 5);
  return 0.6 * coverage + 0.2 * distinct + 0.2 * variety;
}
