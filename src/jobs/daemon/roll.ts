/** The jobs that are not over, by number; who waits for whom; how many there are of each state. */
import { MedgymError } from "../../core/errors.ts";
import type { JobRecord, JobState } from "../job.ts";
import type { AttemptWatch } from "./attempt.ts";
import type { RunningJob, WaitingJob } from "./schedule.ts";
import type { Job, Store } from "./store.ts";
import { needsOf } from "./submission.ts";
import type { TypicalTimes } from "./typical-times.ts";

export interface Active {
  job: Job;
  /** Jobs of `after` that are not over. */
  unmet: Set<number>;
  watch?: AttemptWatch;
  /** The worker said its first word. */
  begun: boolean;
}

export class Roll {
  readonly #store: Store;
  readonly #active = new Map<number, Active>();
  readonly #dependents = new Map<number, Set<number>>();
  readonly counts: Map<JobState, number>;
  /** Grows whenever jobs end, and whenever some that are over are removed. */
  endings = 0;

  constructor(store: Store) {
    this.#store = store;
    this.counts = store.counts();
  }

  get size(): number {
    return this.#active.size;
  }

  /** Also of jobs that are over. */
  job(id: number): Job {
    const job = this.#active.get(id)?.job ?? this.#store.get(id);
    if (job) return job;
    const why = this.wasThere(id)
      ? `there is no job ${id} any more: it was pruned, or the store was begun anew.`
      : `there is no job ${id}.`;
    throw new MedgymError("not-found", `${why} \`medgym jobs list\` shows those there are.`);
  }

  /** Numbers are given once. */
  wasThere(id: number): boolean {
    return id > 0 && id < this.#store.nextId();
  }

  nameOf(id: number): string {
    return `job ${id} (${this.job(id).record.spec.name})`;
  }

  /** One that is not over. */
  get(id: number): Active | undefined {
    return this.#active.get(id);
  }

  all(): Active[] {
    return [...this.#active.values()];
  }

  jobs(): Job[] {
    return this.all().map(({ job }) => job);
  }

  watched(): (Active & { watch: AttemptWatch })[] {
    return this.all().filter((active): active is Active & { watch: AttemptWatch } => active.watch !== undefined);
  }

  add(job: Job): void {
    const { id, spec, state } = job.record;
    // One that has begun needs nothing more, also when it is queued again.
    const unmet = new Set(state === "queued" ? needsOf(spec) : []);
    this.#active.set(id, { job, unmet, begun: false });
    for (const need of unmet) {
      const dependents = this.#dependents.get(need) ?? new Set();
      this.#dependents.set(need, dependents.add(id));
    }
  }

  replace(job: Job): void {
    const active = this.#active.get(job.record.id)!;
    this.count(active.job.record.state, job.record.state);
    active.job = job;
  }

  /** Takes out one that is over; the ids of those that waited for it. */
  remove(id: number): number[] {
    this.#active.delete(id);
    this.endings++;
    const dependents = [...(this.#dependents.get(id) ?? [])];
    this.#dependents.delete(id);
    return dependents;
  }

  /** Jobs that are over are no more. */
  forget(states: readonly JobState[]): void {
    for (const state of states) this.counts.set(state, (this.counts.get(state) ?? 0) - 1);
    this.endings++;
  }

  count(from: JobState | undefined, to: JobState): void {
    if (from) this.counts.set(from, (this.counts.get(from) ?? 0) - 1);
    this.counts.set(to, (this.counts.get(to) ?? 0) + 1);
  }

  /** Those that wait for nothing but devices. */
  waiting(typical: TypicalTimes): WaitingJob[] {
    const waiting: WaitingJob[] = [];
    for (const { job, unmet } of this.#active.values()) {
      const { id, state, spec, submittedMs } = job.record;
      if (state !== "queued" || unmet.size > 0) continue;
      const { notebook, gpus, memoryBytes: bytes, shared, priority } = spec;
      const seconds = typical.expectedSeconds(spec);
      const expectedMs = seconds === undefined ? undefined : seconds * 1000;
      waiting.push({ id, notebook, gpus, bytes, shared, priority, submittedMs, expectedMs });
    }
    return waiting;
  }

  running(typical: TypicalTimes): RunningJob[] {
    const running: RunningJob[] = [];
    for (const { job } of this.#active.values()) {
      const { id, state, spec, devices } = job.record;
      if (state === "queued") continue;
      const sharedBytes = spec.shared ? spec.memoryBytes : undefined;
      const expectedEndMs = expectedEnd(job.record, typical.expectedSeconds(spec));
      running.push({ id, notebook: spec.notebook, devices, sharedBytes, expectedEndMs });
    }
    return running;
  }
}

function expectedEnd({ startedMs, progress, lastProgressMs }: JobRecord, seconds: number | undefined): number {
  const now = Date.now();
  if (progress?.etaSeconds !== undefined && lastProgressMs !== undefined)
    return Math.max(lastProgressMs + progress.etaSeconds * 1000, now + 1000);
  if (seconds === undefined || startedMs === undefined) return Number.POSITIVE_INFINITY;
  // Overdue: as much again as a tenth of what it has taken.
  return Math.max(startedMs + seconds * 1000, now + (now - startedMs) / 10);
}
