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
 * 0.40·evidence phrases found + 0.35·content words of the assertion found + 0.25·all its words found, shares in [0, 1]; a list
 * that is empty gives its weight to the others.
 */
export function assertionScore({ text, evidence }: Assertion, solution: string): number {
  const has = phraseFinder(solution);
  const parts: [weight: number, wanted: readonly string[]][] = [
    [0.4, evidence],
    [0.35, [...new Set(contentWords(text))]],
    [0.25, [...new Set(terms(text))]],
  ];
  const applying = parts.filter(([, wanted]) => wanted.length > 0);
  const sum = applying.reduce(
    (total, [weight, wanted]) => total + weight * (wanted.filter(has).length / wanted.length),
    0,
  );
  return sum / (applying.reduce((total, [weight]) => total + weight, 0) || 1);
}
