/** `jobs.prune()`: jobs that are over go, with their folders. */
import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { formatBytes } from "../../core/progress-line.ts";
import { tableBundle } from "../../core/table.ts";
import type { PruneQuery, PruneReport } from "../protocol.ts";
import { client } from "./client.ts";
import { Job } from "./job-handle.ts";
import { duration } from "./magic-line.ts";
import { namedJob } from "./submit.ts";
import { type Waited, waited } from "./submit-options.ts";

export interface PruneOptions {
  /** These, whatever their age: handles, numbers, names; the name of a sweep means all its trials. @default all that are over */
  jobs?: Waited | readonly Waited[];
  /** Only those that ended longer ago: seconds, or e.g. "30d", "12h". @default "30d", where neither this nor `keep` is given */
  olderThan?: number | string;
  /** Never the newest so many of those that are over. @default 100, where neither this nor `olderThan` is given */
  keep?: number;
  /** Tells what would go, and removes nothing. @default false */
  dryRun?: boolean;
}

const defaults = { olderThan: "30d", keep: 100 };

const schema = z.strictObject({
  jobs: z.union([waited, z.array(waited)]).optional(),
  olderThan: z.union([z.number().min(0), z.string()]).optional(),
  keep: z.int().min(0).optional(),
  dryRun: z.boolean().default(false),
} satisfies Record<keyof PruneOptions, z.ZodType>);

/**
 * Removes jobs that are over: from lists and boards, with their folders of results, artefacts and logs. Run folders stay. Without options
 * those go that ended more than 30 days ago and are not among the 100 newest. What a job needs that is not over never goes; of what goes by
 * age or number, trials stay that a sweep takes up again, and jobs in whose folder a part of the result of another lies that stays.
 */
export async function prune(options: PruneOptions = {}): Promise<Pruned> {
  const { jobs, olderThan, keep, dryRun } = resolveOptions("jobs.prune", options, schema);
  if (jobs !== undefined && (olderThan !== undefined || keep !== undefined))
    throw new InvalidOptionError("jobs", "jobs.prune: jobs that are named go whatever their age; give either jobs, or olderThan and keep."); // biome-ignore format: a sentence
  const { connection, requests } = await client();
  const byAge = olderThan === undefined && keep === undefined ? defaults : { olderThan, keep };
  const query: PruneQuery =
    jobs !== undefined
      ? { ids: (await Promise.all([jobs].flat().map((each) => idsOf(each as Waited)))).flat(), dryRun }
      : { olderThanSeconds: secondsOf(byAge.olderThan), keep: byAge.keep, dryRun };
  return new Pruned(await connection.request(requests.prune, query), dryRun);
}

function secondsOf(olderThan: number | string | undefined): number | undefined {
  const seconds = typeof olderThan === "string" && /^\d+$/.test(olderThan) ? Number(olderThan) : duration(olderThan);
  if (seconds === undefined || typeof seconds === "number") return seconds;
  throw new InvalidOptionError("olderThan", `jobs.prune: olderThan is "${olderThan}"; write seconds, or e.g. "90m", "12h", "30d".`); // biome-ignore format: a sentence
}

async function idsOf(which: Waited): Promise<number[]> {
  if (which instanceof Job) return [await which.submitted];
  if (typeof which === "number") return [which];
  const { connection, requests } = await client();
  const all = await connection.request(requests.list, { limit: 100_000 });
  const trials = all.filter(({ spec }) => spec.sweep === which).map(({ id }) => id);
  return trials.length > 0 ? trials : [(await namedJob(which)).id];
}

/** What `jobs.prune` removed, or would remove. */
export class Pruned implements Displayable {
  /** Oldest first; `bytes` of disk that each one's folder took. */
  readonly removed: PruneReport["removed"];
  /** Old enough to go, but something needs them. */
  readonly stay: PruneReport["stay"];
  /** No jobs any more, but their folders could not be removed. */
  readonly failed: PruneReport["failed"];
  /** Of disk, all in all. */
  readonly bytes: number;
  readonly dryRun: boolean;

  constructor({ removed, stay, failed }: PruneReport, dryRun: boolean) {
    this.removed = removed;
    this.stay = stay;
    this.failed = failed;
    this.bytes = removed.reduce((sum, { bytes }) => sum + bytes, 0);
    this.dryRun = dryRun;
  }

  toString(): string {
    return String(this[displaySymbol]()["text/plain"]);
  }

  [displaySymbol](): MimeBundle {
    const rows = this.removed.map(({ id, name, state, endedMs, bytes }) => [
      ...[String(id), name, state],
      ...[endedMs === undefined ? "" : new Date(endedMs).toLocaleDateString("sv"), formatBytes(bytes)],
    ]);
    const count = `${rows.length} job${rows.length === 1 ? "" : "s"}`;
    const size = formatBytes(this.bytes);
    const caption = this.dryRun ? `${count} would go: ${size} of disk` : `${count} removed, ${size} of disk freed`;
    const lines = [
      ...this.failed.map(({ id, name, reason }) => `The folder of job ${id} (${name}) could not be removed: ${reason}`),
      ...this.#reasons(),
    ];
    if (rows.length === 0) return { "text/plain": [caption, ...lines].join("\n") };
    return tableBundle(caption, ["job", "name", "state", "ended", "size"], rows, lines);
  }

  /** A sweep of a hundred trials in one line. */
  #reasons(): string[] {
    const sweeps = new Map<string, number>();
    const others: string[] = [];
    for (const { id, name, sweep, reason } of this.stay) {
      if (sweep !== undefined) sweeps.set(sweep, (sweeps.get(sweep) ?? 0) + 1);
      else others.push(`Job ${id} (${name}) stays: ${reason}.`);
    }
    const trials = [...sweeps].map(([sweep, n]) => `${n} of the sweep "${sweep}" stay, which takes them up when it is called again; name it, and they go.`); // biome-ignore format: a sentence
    return [...others, ...trials];
  }
}
