import type { RewardContext } from "../reward.ts";
import { distinctRatio } from "./degenerate.ts";
import { contentWords, prose } from "./terms.ts";
import { handedIn, observedText, reasoningText, solutionText } from "./written.ts";

/**
 * d·√(prose·grounded): d the share of different 4-grams; grounded the share of the solution's content words that the ticket,
 * the tools or the reasoning before had. 0 if nothing was handed in.
 */
export function coherence({ task, episode }: Pick<RewardContext, "task" | "episode">): number {
  if (!handedIn(episode)) return 0;
  const thoughts = episode.turns.map(({ action }) => action.thought ?? "").join("\n");
  const options = Object.values(task.options ?? {}).join("\n");
  const context = [task.ticket, options, observedText(episode), thoughts].join("\n");
  return coherenceScore(solutionText(episode), reasoningText(episode), context);
}

/** `context`: what was known before `solution` was written. */
export function coherenceScore(solution: string, reasoning: string, context: string): number {
  const text = `${reasoning}\n${solution}`;
  const known = new Set(contentWords(context));
  const words = [...new Set(contentWords(solution))];
  const grounded = words.length === 0 ? 0 : words.filter((word) => known.has(word)).length / words.length;
  return distinctRatio(text) * Math.sqrt(prose(text) * grounded);
}
