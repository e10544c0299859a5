/** Jobs in a cell: `jobs.submit(sft, options)` runs a function in a process and on devices of its own. */
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { formatBytes, formatDuration } from "../core/progress-line.ts";
import { tableBundle } from "../core/table.ts";
import { type BoardOptions, drawBoard, showBoard } from "./board/show-board.ts";
import { registerCellMagics } from "./client/cell-magic.ts";
import { client } from "./client/client.ts";
import { Job, lineOf } from "./client/job-handle.ts";
import { namedJob, notebookName } from "./client/submit.ts";
import { type Device, isOver, type JobRecord } from "./job.ts";
import type { ListQuery, Overview } from "./protocol.ts";
import { reportRuns } from "./worker/report-runs.ts";

export type { CellJobOptions, CellMagics } from "./client/cell-magic.ts";
export { DryRun, Estimate } from "./client/dry-run.ts";
export { Job, JobFailure, JobOutput, type LogOptions } from "./client/job-handle.ts";
export { Pruned, type PruneOptions, prune } from "./client/prune.ts";
export {
  dryRun,
  estimate,
  type JobInput,
  type JobOutputOf,
  type Reference,
  submit,
  submitWork,
} from "./client/submit.ts";
export type { SubmitOptions, Waited } from "./client/submit-options.ts";
export { type CurrentJob, current } from "./current.ts";
export type {
  Device,
  JobError,
  JobEvent,
  JobProgress,
  JobRecord,
  JobSpec,
  JobState,
  MemoryEstimate,
  Phase,
  RetryReason,
} from "./job.ts";

reportRuns();
registerCellMagics();

/** An array that a cell shows as a table. */
export type Listed<T> = T[] & Displayable;

function listed<T>(items: T[], draw: () => MimeBundle | undefined): Listed<T> {
  Object.defineProperty(items, displaySymbol, { value: draw, enumerable: false });
  return items as Listed<T>;
}

/** A job by number, or the newest of a name; at once, like `submit`: awaiting it awaits the job. */
export function attach(which: number | string): Job;
/** The jobs of this notebook that are not over, and those of the last day: after a restart of its kernel. */
export function attach(): Promise<Listed<Job>>;
export function attach(which?: number | string): Job | Promise<Listed<Job>> {
  if (which === undefined) return ownJobs();
  return new Job(typeof which === "string" ? which : `job ${which}`, () => find(which));
}

async function find(which: number | string): Promise<JobRecord> {
  if (typeof which === "string") return namedJob(which);
  const { connection, requests } = await client();
  const [record] = await connection.request(requests.get, { ids: [which] });
  if (!record) throw new MedgymError("not-found", `there is no job ${which}.`);
  return record;
}

async function ownJobs(): Promise<Listed<Job>> {
  const { connection, requests } = await client();
  const own = await connection.request(requests.list, { notebook: notebookName(), limit: 1000 });
  const recent = own.filter(({ state, endedMs = 0 }) => !isOver(state) || Date.now() - endedMs < 24 * 3600 * 1000);
  const handles = recent.reverse().map((record) => new Job(record.spec.name, async () => record));
  await Promise.all(handles.map(({ submitted }) => submitted));
  const ids = recent.map(({ id }) => id);
  const text = handles.map(String).join("\n") || "this notebook has no jobs";
  return listed(handles, () =>
    ids.length > 0 && showBoard({ title: "jobs of this notebook", ids }) ? undefined : { "text/plain": text },
  );
}

/**
 * The machine at one glance: devices over time, who waits and why, curves over each other, results. As a cell's last line it is live:
 * until the jobs it was given are over, or, of all, until the cell is interrupted.
 */
export function board({
  title,
  jobs,
}: {
  title?: string;
  jobs?: readonly (Job<unknown> | number)[];
} = {}): Displayable {
  const numbers = async () => Promise.all(jobs!.map((job) => (job instanceof Job ? job.submitted : job)));
  return {
    async [displaySymbol]() {
      const options: BoardOptions = { title, ids: jobs && (await numbers()) };
      return showBoard(options) ? undefined : drawBoard(options);
    },
  };
}

/** Jobs of the machine, newest first. */
export async function list(query: ListQuery = {}): Promise<Listed<JobRecord>> {
  const { connection, requests } = await client();
  const records = await connection.request(requests.list, query);
  const rows = records.map((record) => {
    const { id, spec, state, devices, startedMs, endedMs, reason = "" } = record;
    const seconds = startedMs === undefined ? undefined : ((endedMs ?? Date.now()) - startedMs) / 1000;
    return [
      ...[String(id), spec.name, state, devices.join(", ")],
      ...[
        seconds === undefined ? "" : formatDuration(seconds),
        isOver(state) ? reason : lineOf(record).replace(/^[^:]*: /, ""),
      ],
    ];
  });
  return listed(records, () =>
    tableBundle(`${records.length} jobs`, ["job", "name", "state", "devices", "ran", ""], rows),
  );
}

/** Devices of the machine, who holds them, and why one is idle while jobs wait. */
export async function devices(): Promise<Listed<Device>> {
  const { connection, requests } = await client();
  const { devices: found }: Overview = await connection.request(requests.overview);
  const percent = (share: number | undefined) => (share === undefined ? "" : `${Math.round(share * 100)} %`);
  const rows = found.map(({ name, memoryBytes, usedBytes, utilisation, jobs, idleReason = "" }) => [
    ...[name, formatBytes(memoryBytes), usedBytes === undefined ? "" : formatBytes(usedBytes), percent(utilisation)],
    ...[jobs.join(", "), idleReason],
  ]);
  const header = ["device", "memory", "in use", "busy", "jobs", ""];
  return listed(found, () => tableBundle(`${found.length} devices`, header, rows));
}

/** Ends a job: asks it, and kills it `graceSeconds` later. @default 10 */
export async function cancel(
  which: Job<unknown> | number | string,
  { graceSeconds }: { graceSeconds?: number } = {},
): Promise<void> {
  await (which instanceof Job ? which : attach(which)).cancel({ graceSeconds });
}

/** The queue starts nothing more; what runs goes on. */
export async function pause(): Promise<void> {
  const { connection, requests } = await client();
  await connection.request(requests.pause);
}

/** The queue goes on. */
export async function resume(): Promise<void> {
  const { connection, requests } = await client();
  await connection.request(requests.resume);
}
