import { MedgymError } from "../core/errors.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import type { Episode } from "./episode.ts";
import type { Task } from "./task.ts";

export interface RewardContext {
  /** The conversation before the last completion. */
  prompt: readonly ChatMessage[];
  /** The last completion. */
  completion: string;
  task: Task;
  episode: Episode;
}

/** A part with more to say than its number. */
export interface PartScore {
  /** null: the part does not apply to this episode. */
  value: number | null;
  /** The whole reward is at most this. */
  cap?: number;
  /** Why, for the transcript. */
  notes?: string[];
  /** What each turn had of it, for the transcript and for whoever wants to pay turns. */
  turns?: readonly number[];
}

/** A reward part: a number, in [0, 1] unless it says otherwise, or null where it does not apply. */
export type Reward = (context: RewardContext) => number | null | PartScore | Promise<number | null | PartScore>;

export type RewardTable = Readonly<Record<string, Reward>>;

/** What an episode earned. `sum` = Σ weights·parts over the parts that apply; `total` = `sum`, or the lowest cap if that is less. */
export interface RewardReport {
  total: number;
  sum: number;
  /** Every part that was asked for; null where it does not apply. */
  parts: Record<string, number | null>;
  /** Weights in effect: of the parts that apply, scaled so that they add up to what was given for all. */
  weights: Record<string, number>;
  cap?: number;
  notes: string[];
  /** Of parts that say so, what each turn had of them: what it earned by itself, or what it brought in. */
  turns: Record<string, readonly number[]>;
}

/**
 * Scores a finished episode. Parts that its turns earned are summed; the others are computed by `rewards`. A part that throws or
 * gives NaN is a MedgymError naming it: callers decide what becomes of the episode.
 */
export async function scoreEpisode(
  episode: Episode,
  weights: Readonly<Record<string, number>> = episode.environment.weights,
  rewards: RewardTable = episode.environment.rewards,
): Promise<RewardReport> {
  const earned = sumTurns(episode);
  const parts: Record<string, number | null> = {};
  const notes: string[] = [];
  const turns: RewardReport["turns"] = {};
  let cap: number | undefined;
  for (const name of Object.keys(weights)) {
    if (name in earned) {
      parts[name] = earned[name];
      turns[name] = episode.turns.map(({ rewards: own }) => own[name] ?? 0);
      continue;
    }
    const reward = rewards[name];
    if (!reward) throw unknownPart(name, [...Object.keys(rewards), ...Object.keys(earned)]);
    const score = asScore(await reward(contextOf(episode)));
    if (score.value !== null && !Number.isFinite(score.value)) {
      throw new MedgymError(
        "non-finite",
        `reward ${name} is ${score.value} for task ${episode.task.id}; it must be a number or null.`,
      );
    }
    parts[name] = score.value;
    if (score.turns) turns[name] = score.turns;
    notes.push(...(score.notes ?? []).map((note) => `${name}: ${note}`));
    if (score.cap !== undefined) cap = Math.min(cap ?? score.cap, score.cap);
  }
  return { parts, notes, turns, ...weightedSum(parts, weights, cap) };
}

/** Parts that do not apply (null) give their weight to the others, in proportion. */
export function weightedSum(
  parts: Readonly<Record<string, number | null>>,
  given: Readonly<Record<string, number>>,
  cap?: number,
): Pick<RewardReport, "total" | "sum" | "weights" | "cap"> {
  const names = Object.keys(given).filter((name) => parts[name] != null);
  const whole = Object.values(given).reduce((sum, weight) => sum + weight, 0);
  const applying = names.reduce((sum, name) => sum + given[name], 0);
  const scale = applying === 0 ? 1 : whole / applying;
  const weights = Object.fromEntries(names.map((name) => [name, given[name] * scale]));
  const sum = names.reduce((total, name) => total + weights[name] * parts[name]!, 0);
  return { total: cap === undefined ? sum : Math.min(sum, cap), sum, weights, ...(cap === undefined ? {} : { cap }) };
}

function sumTurns(episode: Episode): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { rewards } of episode.turns) {
    for (const [name, value] of Object.entries(rewards)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

function contextOf(episode: Episode): RewardContext {
  const last = episode.turns.at(-1);
  const after = last ? last.observation.length + 1 : 0;
  const prompt = episode.messages.slice(0, episode.messages.length - after);
  return { prompt, completion: last?.completion ?? "", task: episode.task, episode };
}

function asScore(score: number | null | PartScore): PartScore {
  return typeof score === "number" || score === null ? { value: score } : score;
}

function unknownPart(name: string, known: string[]): MedgymError {
  return new MedgymError(
    "invalid-argument",
    `There is no reward "${name}". Rewards: ${[...new Set(known)].join(", ")}.`,
  );
}
