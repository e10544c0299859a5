/** Pairs for `dpo` and `trainRewardModel` from rollouts of the same task: what earned more is preferred. */
import { z } from "zod";
import { resolveOptions } from "../core/options.ts";
import type { PreferenceRow } from "../data/index.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import type { Trajectory } from "./trajectory.ts";

export interface PreferencesOptions {
  /** Least difference of the rewards. @default 0.05 */
  margin?: number;
  /** Most pairs of a group, those of the largest difference first: 1 is the best against the worst. @default 1 */
  pairsPerGroup?: number;
}

/** A preference with what it was made from. */
export type RolloutPreference = PreferenceRow & {
  prompt: ChatMessage[];
  chosen: ChatMessage[];
  rejected: ChatMessage[];
  margin: number;
  metadata: { domain: string; taskId: string; chosenReward: number; rejectedReward: number };
};

const schema = z.strictObject({ margin: z.number().gt(0).default(0.05), pairsPerGroup: z.int().min(1).default(1) });

/**
 * Rollouts without a reward, or in which nothing was written, are left out; one that a limit of tokens cut off is never preferred,
 * since its end is none.
 */
export function preferencesOf(
  groups: readonly (readonly Trajectory[])[],
  toolsOf: (environment: string) => readonly ToolSchema[],
  options: PreferencesOptions,
): RolloutPreference[] {
  const { margin, pairsPerGroup } = resolveOptions("rollout.preferences", options, schema);
  return groups.flatMap((group) => {
    const paid = group.filter(({ reward, messages }) => reward !== null && messages.some(isAssistant));
    const pairs = paid.flatMap((chosen) =>
      chosen.truncated ? [] : paid.map((rejected) => pairOf(chosen, rejected, toolsOf)),
    );
    return pairs
      .filter((pair) => pair.margin >= margin)
      .sort((a, b) => b.margin - a.margin)
      .slice(0, pairsPerGroup);
  });
}

const isAssistant = ({ role }: ChatMessage) => role === "assistant";

function pairOf(
  chosen: Trajectory,
  rejected: Trajectory,
  toolsOf: (environment: string) => readonly ToolSchema[],
): RolloutPreference {
  const [chosenReward, rejectedReward] = [chosen, rejected].map(({ reward }) => reward!.total);
  const start = chosen.messages.findIndex(isAssistant);
  const tools = toolsOf(chosen.environment);
  return {
    prompt: chosen.messages.slice(0, start),
    chosen: written(chosen),
    rejected: written(rejected),
    ...(tools.length > 0 ? { tools } : {}),
    margin: chosenReward - rejectedReward,
    metadata: { domain: chosen.task.domain, taskId: chosen.task.id, chosenReward, rejectedReward },
  };
}

/** From the first completion to the last: what the environment says after it teaches nothing. */
const written = ({ messages }: Trajectory) =>
  messages.slice(messages.findIndex(isAssistant), messages.findLastIndex(isAssistant) + 1);
