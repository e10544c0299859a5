import type { RewardContext } from "../reward.ts";
import { contentWords, prose, terms } from "./terms.ts";
import { observedText, reasoningText } from "./written.ts";

/** What sound clinical reasoning goes through; one word of each is enough to count, so they count for little. */
const stages = [
  /\b(?:history|exam|labs?|vitals?|results?|presents?|findings?)\b/,
  /\b(?:because|suggests?|consistent|indicates?|due to|explains?)\b/,
  /\b(?:differential|alternatives?|versus|rule out|unlikely|however)\b/,
  /\b(?:therefore|recommend|plan|start|avoid|monitor|diagnosis)\b/,
];

/**
 * 0.3·stages·prose + 0.35·min(1, observed words cited ÷ 4) + 0.35·min(1, observed values cited ÷ 3). Cited counts only what tools
 * had shown and the ticket had not said; so words alone stay at or below 0.3.
 */
export function reasoning({ task, episode }: Pick<RewardContext, "task" | "episode">): number {
  return reasoningScore(reasoningText(episode), observedText(episode), task.ticket);
}

export function reasoningScore(text: string, observed: string, ticket: string): number {
  const lower = text.toLowerCase();
  const passed = stages.filter((stage) => stage.test(lower)).length / stages.length;
  const cited = common(contentWords(text), contentWords(observed), contentWords(ticket));
  const values = common(numbers(text), numbers(observed), numbers(ticket));
  return 0.3 * passed * prose(text) + 0.35 * Math.min(1, cited / 4) + 0.35 * Math.min(1, values / 3);
}

function numbers(text: string): string[] {
  return terms(text).filter((term) => /^-?\p{N}/u.test(term) && term.length > 1); // one digit is in every text
}

/** How many different items of `ours` are in `theirs` and not in `known`. */
function common(ours: readonly string[], theirs: readonly string[], known: readonly string[]): number {
  const [shown, said] = [new Set(theirs), new Set(known)];
  return [...new Set(ours)].filter((item) => shown.has(item) && !said.has(item)).length;
}
