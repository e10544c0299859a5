/** What is to be learned from groups of rollouts: which differ, and whether in more than form. */
import { mean } from "../../core/mean.ts";
import type { Failure, Trajectory } from "../../generate/index.ts";

/**
 * Parts that say how something was said, not whether it was right: a group that differs in them alone teaches form alone. `safety` and
 * `assertion` look at words too, and differ between two answers that are both nonsense.
 */
const formParts = new Set([
  ...["format", "coherence", "reasoning", "dialogue", "degenerate", "length"],
  ...["safety", "assertion"],
]);
const same = 1e-8;

/** Rewards of the group are not all alike. */
export function differs(group: readonly Trajectory[]): boolean {
  return spreadOf(group.map(({ reward }) => reward?.total ?? null)) > same;
}

/** The group differs in accuracy, actions, the goal of a game: in anything but form. */
export function differsInSubstance(group: readonly Trajectory[]): boolean {
  const names = new Set(group.flatMap(({ reward }) => Object.keys(reward?.parts ?? {})));
  return [...names].some(
    (name) => !formParts.has(name) && spreadOf(group.map(({ reward }) => reward?.parts[name] ?? null)) > same,
  );
}

function spreadOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.length < 2 ? 0 : Math.max(...known) - Math.min(...known);
}

export interface Moments {
  mean: number;
  /** With n − 1; 0 of one. */
  std: number;
}

/** null of none. */
export function momentsOf(values: readonly (number | null)[]): Moments | null {
  const known = values.filter((value) => value !== null);
  const center = mean(known);
  if (center === null) return null;
  const squares = known.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { mean: center, std: known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1)) };
}

/** Of each part, over the rollouts that it applies to. */
export function partMoments(trajectories: readonly Trajectory[]): Record<string, Moments | null> {
  const names = new Set(trajectories.flatMap(({ reward }) => Object.keys(reward?.parts ?? {})));
  return Object.fromEntries(
    [...names].map((name) => [name, momentsOf(trajectories.map(({ reward }) => reward?.parts[name] ?? null))]),
  );
}

export interface CountedFailure extends Failure {
  count: number;
}

/** The most frequent first, at most five. */
export function countFailures(trajectories: readonly Trajectory[]): CountedFailure[] {
  const counted = new Map<string, CountedFailure>();
  for (const { failure } of trajectories) {
    if (!failure) continue;
    const key = `${failure.boundary} ${failure.message}`;
    const known = counted.get(key) ?? { ...failure, count: 0 };
    counted.set(key, known);
    known.count++;
  }
  return [...counted.values()].sort((a, b) => b.count - a.count).slice(0, 5);
}

/** Tokens that the policy drew. */
export const drawnTokens = ({ turns }: Trajectory): number =>
  turns.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);

export const shareOf = <T>(list: readonly T[], test: (item: T) => boolean): number =>
  list.length === 0 ? 0 : list.filter(test).length / list.length;
