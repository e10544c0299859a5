/** Which tasks come next: harder ones as scores rise, every domain as often as the others. Plain functions of plain state. */
import { MedgymError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { Task } from "./task.ts";

export type Level = Task["difficulty"];

/** Mean score at a level from which on the next one begins; the fifth is the last. */
export const promoteAt: Readonly<Record<1 | 2 | 3 | 4, number>> = { 1: 0.5, 2: 0.55, 3: 0.6, 4: 0.65 };
/** Mean score below which one goes back. */
export const demoteBelow = 0.3;
/** Shares of the level itself, of those below, and of the next. */
export const levelMix = { current: 0.6, below: 0.25, above: 0.15 } as const;

/** JSON: it goes into checkpoints. */
export interface CurriculumState {
  level: Level;
  /** Of tasks of this level, since it was reached; the last `window`. */
  scores: number[];
  /** Scores that a decision needs. */
  window: number;
}

export function startCurriculum({ level = 1, window = 20 }: { level?: Level; window?: number } = {}): CurriculumState {
  return { level, scores: [], window };
}

/**
 * After the score of a task, in [0, 1]; a score of null (not scored) changes nothing. Only tasks of the current level count. Once
 * `window` scores are there, their mean promotes, demotes or leaves things as they are.
 */
export function advance(state: CurriculumState, difficulty: Level, score: number | null): CurriculumState {
  if (score === null || difficulty !== state.level) return state;
  const scores = [...state.scores, score].slice(-state.window);
  if (scores.length < state.window) return { ...state, scores };
  const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const { level } = state;
  if (level < 5 && mean >= promoteAt[level as 1 | 2 | 3 | 4])
    return { ...state, level: (level + 1) as Level, scores: [] };
  if (level > 1 && mean < demoteBelow) return { ...state, level: (level - 1) as Level, scores: [] };
  return { ...state, scores };
}

/** Probability of each level, given those that have tasks: 60 % current, 25 % spread over those below, 15 % next; what is missing goes to the current. */
export function levelShares(level: Level, available: ReadonlySet<Level>): Map<Level, number> {
  const below = [...available].filter((each) => each < level);
  const above = [...available].filter((each) => each === level + 1);
  const shares = new Map<Level, number>();
  for (const each of below) shares.set(each, levelMix.below / below.length);
  for (const each of above) shares.set(each, levelMix.above);
  const rest = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0);
  if (available.has(level)) shares.set(level, rest);
  else for (const [each, share] of shares) shares.set(each, share / (1 - rest));
  return shares;
}

/** `count` tasks for the state's level, with replacement, domains balanced inside each level. */
export function drawTasks(
  state: Pick<CurriculumState, "level">,
  tasks: readonly Task[],
  count: number,
  random: Random,
): Task[] {
  const available = new Set(tasks.map(({ difficulty }) => difficulty));
  const shares = levelShares(state.level, available);
  if (shares.size === 0) {
    const levels = [...available].sort().join(", ") || "none";
    throw new MedgymError(
      "invalid-argument",
      `curriculum: no tasks at or around level ${state.level}; levels: ${levels}.`,
    );
  }
  const streams = new Map<Level, Iterator<Task>>();
  for (const level of shares.keys()) {
    const own = tasks.filter(({ difficulty }) => difficulty === level);
    streams.set(level, balanced(own, random.split("level", level)));
  }
  return Array.from({ length: count }, () => streams.get(pick(shares, random.uniform()))!.next().value as Task);
}

function pick(shares: ReadonlyMap<Level, number>, at: number): Level {
  let end = 0;
  let last: Level = 1;
  for (const [level, share] of shares) {
    last = level;
    end += share;
    if (at < end) break;
  }
  return last;
}

/**
 * Tasks without end: in every round each domain comes once, in random order; within a domain each task comes once before any comes
 * again. A small domain so weighs as much as a large one.
 */
export function* balanced(tasks: readonly Task[], random: Random): Generator<Task, never> {
  const byDomain = new Map<string, Task[]>();
  for (const task of tasks) byDomain.set(task.domain, [...(byDomain.get(task.domain) ?? []), task]);
  if (byDomain.size === 0) throw new MedgymError("invalid-argument", "balanced: there are no tasks.");
  const waiting = new Map<string, Task[]>();
  for (;;) {
    for (const domain of random.shuffle([...byDomain.keys()])) {
      if (!waiting.get(domain)?.length) waiting.set(domain, random.shuffle([...byDomain.get(domain)!]));
      yield waiting.get(domain)!.pop()!;
    }
  }
}
