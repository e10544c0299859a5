/** The job that this process works on, for the code of the job. */
import type { JobProgress } from "./job.ts";

/** What code inside a job may say; outside of one there is none. */
export interface CurrentJob {
  readonly id: number;
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the job is cancelled: end soon. */
  readonly signal: AbortSignal;
  /** Runs of medgym tell theirs without being asked. */
  progress(progress: Partial<JobProgress>): void;
  /** A point of the job's curves. */
  metric(step: number, values: Readonly<Record<string, number>>): void;
  /** Path for a file that the job leaves; the job's record lists it. */
  artefact(name: string): string;
}

const symbol = Symbol.for("medgym.currentJob");
const holder = globalThis as { [symbol]?: CurrentJob };

/** The job that this process works on; undefined outside of jobs. */
export const current = (): CurrentJob | undefined => holder[symbol];

export function enterJob(job: CurrentJob): void {
  holder[symbol] = job;
}
