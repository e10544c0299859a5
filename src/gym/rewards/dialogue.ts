import { rougeL } from "../../text/metrics/index.ts";
import { splitThought } from "../action.ts";
import type { RewardContext } from "../reward.ts";
import { distinctRatio } from "./degenerate.ts";
import { contentWords, prose, terms } from "./terms.ts";

/** Words of a reply that is neither curt nor a lecture. */
const goodLength = [20, 150] as const;

/**
 * Of the last reply: ¼·length + ¼·coherence + ¼·similarity + ¼·language, as the dialogue tutorials score it; without a reference
 * answer the mean of the other three. See `dialogueScore`.
 */
export function dialogueQuality({ task, completion }: Pick<RewardContext, "task" | "completion">): number {
  return dialogueScore(splitThought(completion).rest, task.ticket, task.answer);
}

/**
 * length: 1 from 20 to 150 words, in proportion below and above; coherence: different 4-grams, times whether it takes up a content
 * word of what it replies to; similarity: ROUGE-L F₁ to the reference; language: prose, times the share of sentences that end.
 */
export function dialogueScore(reply: string, said: string, reference?: string): number {
  const words = terms(reply).length;
  if (words === 0) return 0;
  const length = Math.min(1, words / goodLength[0], goodLength[1] / words);
  const topic = new Set(contentWords(said));
  const takesUp = topic.size === 0 || contentWords(reply).some((word) => topic.has(word));
  const coherent = distinctRatio(reply) * (takesUp ? 1 : 0.5);
  const ended = /[.!?…。！？)"'”]\s{0,20}$/.test(reply.slice(-40)) ? 1 : 0.5;
  const parts = [length, coherent, prose(reply) * ended];
  if (reference !== undefined) parts.push(rougeL(reply, reference).f);
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}
