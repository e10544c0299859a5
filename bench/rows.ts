import { type Contest, median, type SideFigures } from "./harness.ts";

export interface Figure {
  /** Which side, such as "torch autocast". */
  name: string;
  median: number;
  min: number;
  max: number;
}

/** What a row must reach: so many times better than the peer, at most that share of the peer's, or a figure of its own. */
export type Target = { times: number } | { share: number } | { atMost: number } | { atLeast: number };

/** One claim, measured. */
export interface Row {
  /** Names the row in the table and in `--only`; the same in every run. */
  name: string;
  unit: string;
  better: "more" | "less";
  ours: Figure;
  peer?: Figure;
  target?: Target;
  /** What the conditions were, in words, and what did not go as planned. */
  notes?: string[];
  /** That the row took. */
  seconds?: number;
  /** How the two sides were chosen and what they agree on. */
  details?: unknown;
}

/** A row whose sides did not all answer. */
export interface FailedRow {
  name: string;
  failed: string;
  seconds?: number;
}

export function figure({ name, values }: Pick<SideFigures, "name" | "values">): Figure {
  return { name, median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** How often the peer's figure goes into ours (memory, "share") or how many times better ours is. */
export function ratio({ ours, peer, better, target }: Row): number | undefined {
  if (!peer) return undefined;
  const inverse = better === "less" && !(target && "share" in target);
  return inverse ? peer.median / ours.median : ours.median / peer.median;
}

export function met(row: Row): boolean | undefined {
  const { target, ours } = row;
  if (!target) return undefined;
  if ("atMost" in target) return ours.median <= target.atMost;
  if ("atLeast" in target) return ours.median >= target.atLeast;
  const value = ratio(row);
  if (value === undefined) return false;
  return "times" in target ? value >= target.times : value <= target.share;
}

/** The row of a contest's speed. */
export function speedRow(name: string, unit: string, contest: Contest, target?: Target): Row {
  return {
    name,
    unit,
    better: "more",
    ours: figure(contest.ours),
    peer: contest.peer && figure(contest.peer),
    target,
    details: { probes: contest.probes, facts: contest.facts, failures: contest.failures },
  };
}

/** The row of the highest resident memory of the two processes. */
export function memoryRow(name: string, { ours, peer }: Contest, target?: Target): Row {
  const megabytes = (side: SideFigures) => figure({ name: side.name, values: side.peakBytes.map((b) => b / 1e6) });
  return { name, unit: "MB", better: "less", ours: megabytes(ours), peer: peer && megabytes(peer), target };
}
