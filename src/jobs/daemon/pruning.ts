/**
 * Which jobs that are over go, and which stay all the same: a decision on what is known of them, nothing is removed here.
 *
 * What a job that is not over needs never goes. Of what goes by age or number, two kinds stay: trials of sweeps, which a sweep that is
 * called again takes up, and jobs in whose folder a part of the result of another lies that stays.
 */
import { MedgymError } from "../../core/errors.ts";
import type { JobState } from "../job.ts";
import type { PruneQuery } from "../protocol.ts";

export interface EndedJob {
  id: number;
  name: string;
  state: JobState;
  endedMs: number;
  /** Whose trial it is. */
  sweep?: string;
}

export interface OpenJob {
  id: number;
  name: string;
  state: JobState;
  /** Jobs that it waits for, whose results are its options, or in whose folders something of its options lies. */
  needs: readonly number[];
}

export interface Situation {
  nowMs: number;
  /** All that are over. */
  ended: readonly EndedJob[];
  /** All that are not. */
  open: readonly OpenJob[];
  /** Jobs in whose folders the result of this one lies in part, e.g. the merged model that an adapter is for. */
  leansOn(id: number): readonly number[];
  /** Whether there ever was a job of this number. */
  wasThere(id: number): boolean;
}

export interface Choice {
  go: EndedJob[];
  stay: Map<number, Reason>;
}

export interface Reason {
  reason: string;
  /** The sweep that takes it up again, where that is the reason. */
  sweep?: string;
}

/** Throws where a job that was named may not go. */
export function choose(query: PruneQuery, situation: Situation): Choice {
  const needed = neededJobs(situation);
  return query.ids ? named(query.ids, situation, needed) : outdated(query, situation, needed);
}

function named(ids: readonly number[], { ended, open, wasThere }: Situation, needed: Map<number, string>): Choice {
  const known = new Map(ended.map((job) => [job.id, job]));
  const go = [...new Set(ids)].flatMap((id) => {
    const running = open.find((job) => job.id === id);
    if (running) throw new MedgymError("invalid-argument", `${nameOf(running)} is ${running.state}. Cancel it first, or leave it out.`); // biome-ignore format: a sentence
    const job = known.get(id);
    if (!job && !wasThere(id)) throw new MedgymError("not-found", `there is no job ${id}. \`medgym jobs list\` shows those there are.`); // biome-ignore format: a sentence
    const reason = needed.get(id);
    if (job && reason) throw new MedgymError("invalid-argument", `${nameOf(job)} cannot go: ${reason}.`);
    return job ?? []; // one that was pruned before: so be it
  });
  return { go, stay: new Map() };
}

function outdated(
  { olderThanSeconds, keep = 0 }: PruneQuery,
  situation: Situation,
  needed: Map<number, string>,
): Choice {
  // biome-ignore format: a line
  const { nowMs, ended, leansOn } = situation;
  const before = nowMs - (olderThanSeconds ?? 0) * 1000;
  const newestFirst = [...ended].sort((a, b) => b.id - a.id);
  const outdated = newestFirst.slice(keep).filter(({ endedMs }) => endedMs <= before);
  const go = new Map(outdated.reverse().map((job) => [job.id, job]));
  const stay = new Map<number, Reason>();
  const keepIt = (id: number, why: Reason) => go.delete(id) && stay.set(id, why);
  for (const [id, reason] of needed) keepIt(id, { reason });
  for (const { id, state, sweep } of [...go.values()])
    if (sweep !== undefined && (state === "succeeded" || state === "cancelled"))
      keepIt(id, { reason: `the sweep "${sweep}" takes it up when it is called again`, sweep });
  const staying = ended.filter(({ id }) => !go.has(id));
  for (const job of staying)
    for (const other of leansOn(job.id)) {
      const found = go.get(other);
      if (!found) continue;
      keepIt(other, { reason: `a part of the result of ${nameOf(job)} lies in its folder` });
      staying.push(found);
    }
  return { go: [...go.values()], stay };
}

/** What those that are not over need, and what that needs in turn; with the reason. */
function neededJobs({ ended, open, leansOn }: Situation): Map<number, string> {
  const known = new Map(ended.map((job) => [job.id, job]));
  const needed = new Map<number, string>();
  const found: EndedJob[] = [];
  const need = (id: number, reason: string) => {
    const job = known.get(id);
    if (!job || needed.has(id)) return;
    needed.set(id, reason);
    found.push(job);
  };
  for (const job of open) for (const id of job.needs) need(id, `${nameOf(job)}, which is ${job.state}, needs it`);
  for (const job of found)
    for (const id of leansOn(job.id)) need(id, `a part of the result of ${nameOf(job)} lies in its folder, and ${needed.get(job.id)}`); // biome-ignore format: a line
  return needed;
}

const nameOf = ({ id, name }: { id: number; name: string }) => `job ${id} (${name})`;
