import type { RewardContext } from "../reward.ts";
import type { Assertion } from "../task.ts";
import { contentWords, phraseFinder, terms } from "./terms.ts";
import { solutionText } from "./written.ts";

export const importanceWeights = { critical: 4, high: 3, medium: 2, low: 1 } as const;

/** What the solution must convey, weighted by importance: Σ w·assertionScore ÷ Σ w. null without assertions. */
export function assertion({ task, episode }: Pick<RewardContext, "task" | "episode">): number | null {
  const { assertions } = task.criteria;
  if (assertions.length === 0) return null;
  const text = solutionText(episode);
  const weights = assertions.map(({ importance }) => importanceWeights[importance]);
  const sum = assertions.reduce((total, one, i) => total + weights[i] * assertionScore(one, text), 0);
  return sum / weights.reduce((total, weight) => total + weight, 0);
}

/**
 * 0.40·evidence phrases found + 0.35·content words of the assertion found + 0.25·all its words found, shares in [0, 1]; the words in
 * the one sentence that has most of them, so that a salad of keywords says nothing. A list that is empty gives its weight to the others.
 */
export function assertionScore({ text, evidence }: Assertion, solution: string): number {
  const sentences = sentencesOf(solution).map((sentence) => new Set(terms(sentence)));
  const inOneSentence = (wanted: readonly string[]) =>
    sentences.reduce((best, words) => Math.max(best, wanted.filter((word) => words.has(word)).length), 0) /
    wanted.length;
  const [concepts, words] = [contentWords(text), terms(text)].map((list) => [...new Set(list)]);
  const parts: [weight: number, size: number, share: () => number][] = [
    [0.4, evidence.length, () => evidence.filter(phraseFinder(solution)).length / evidence.length],
    [0.35, concepts.length, () => inOneSentence(concepts)],
    [0.25, words.length, () => inOneSentence(words)],
  ];
  const applying = parts.filter(([, size]) => size > 0);
  const sum = applying.reduce((total, [weight, , share]) => total + weight * share(), 0);
  return sum / (applying.reduce((total, [weight]) => total + weight, 0) || 1);
}

const longestSentence = 200; // characters

/** By their signs, and cut where they run on. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?;])\s|\n/).flatMap((sentence) => sentence.match(cut) ?? []);
}

const cut = new RegExp(`[^]{1,${longestSentence}}(?:\\s|$)|\\S+`, "g");
