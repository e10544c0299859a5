/** What a job is, in JSON: what a client submits, what the daemon keeps, what is told of it. */
import type { MemoryEstimate } from "../core/job-description.ts";

export type { MemoryEstimate };

/** Bytes, seconds and milliseconds since 1970 are named so; a device is named by its place in the daemon's list: 0 … n − 1. */
export interface JobSpec {
  /** e.g. "sft-r16"; need not be unique. */
  name: string;
  /** Who submits: jobs of different notebooks share the devices fairly. */
  notebook: string;
  /** Working folder of the worker, absolute. */
  directory: string;
  /** Added to the worker's environment, e.g. MEDGYM_RUNS. */
  environment: Record<string, string>;
  work: FunctionWork | CellWork;
  /** Arguments of Node that start its worker: that of the medgym that submits it, which may be another than the daemon's. */
  program?: readonly string[];
  /** Devices, all of them at once; 0: needs none. */
  gpus: number;
  /** Bytes on each device; undefined: not known, and then the job has its devices to itself. */
  memoryBytes?: number;
  /** Shares its devices with other jobs as far as memoryBytes of all fit. */
  shared: boolean;
  /** Higher starts first. */
  priority: number;
  /** Jobs that must have succeeded before. */
  after: number[];
  timeoutSeconds?: number;
  /** For the backfill: how long it probably runs, if somebody said so. */
  expectedSeconds?: number;
  /** What its function says of itself before it runs: of an idle machine that may be another. */
  predictedSeconds?: number;
  /** Attempts after the first, and after which ends. */
  retry: { times: number; on: RetryReason[] };
  /** What the memory is made of, if it was estimated. */
  estimate?: MemoryEstimate;
  /** Name of the sweep whose trial it is: called again, the sweep takes up what its trials have done. */
  sweep?: string;
}

/** A function that a module exports, called with options; its result is the job's, as JSON. */
export interface FunctionWork {
  type: "function";
  /** A package ("medgym"), or the absolute path of a file (.ts, .js). */
  module: string;
  /** Dotted where it lies in a namespace, e.g. "data.synthesize". */
  export: string;
  /** JSON. `{ "$job": 17, "path": "model" }` anywhere in it becomes that part of job 17's result, which is then in `after`. */
  options: unknown;
}

/** A notebook cell: the kernel brings the module that runs it. */
export interface CellWork {
  type: "cell";
  /** Absolute path of a module with `runCell: RunCell`; the worker imports it. */
  runner: string;
  /** What the runner needs: code, label, imports and values that the cell uses. */
  cell: unknown;
}

/** What the kernel's module exports. It never throws: what goes wrong in the cell is an outcome. */
export type RunCell = (cell: unknown, context: CellContext) => Promise<CellOutcome>;

export interface CellContext {
  /** The cell's streams and displays; what its runs tell comes from the library inside the cell's process. */
  emit(event: UntimedJobEvent): void;
  /** Aborted to cancel: the cell is interrupted, and the outcome follows soon. */
  signal: AbortSignal;
}

export type CellOutcome =
  /** JSON of the last expression; null where it is none. */
  { status: "succeeded"; value: unknown } | { status: "failed"; error: JobError };

export type RetryReason = "failed" | "lost" | "timeout" | "out-of-memory";

/**
 * - queued: waits for devices, for `after`, or for the queue to go on (`waiting` says which)
 * - starting: has devices; its worker has not said a word
 * - running; stalled: alive, but nothing was done for long
 * - the rest are ends
 */
export type JobState =
  | "queued"
  | "starting"
  | "running"
  | "stalled"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "lost"
  | "out-of-memory";

export const terminalStates = ["succeeded", "failed", "cancelled", "lost", "out-of-memory"] as const;
export const isOver = (state: JobState): boolean => (terminalStates as readonly string[]).includes(state);

export type Phase = "loading" | "generating" | "scoring" | "updating" | "evaluating" | "merging" | "working";

export interface JobProgress {
  phase: Phase;
  done?: number;
  total?: number;
  /** Plural: "steps". */
  unit?: string;
  etaSeconds?: number;
  /** e.g. "loss 1.234" */
  detail?: string;
}

export interface JobRecord {
  id: number;
  spec: JobSpec;
  state: JobState;
  /** Why it waits, or why it ended so: one sentence, for people. */
  reason?: string;
  /** From 1; 0 before the first. */
  attempt: number;
  devices: number[];
  submittedMs: number;
  startedMs?: number;
  /** When its function was called, everything that it takes being loaded. */
  loadedMs?: number;
  endedMs?: number;
  progress?: JobProgress;
  /** When it last said that something was done. */
  lastProgressMs?: number;
  /** Of a stalled job: where its main thread stands. */
  stack?: string;
  /** Highest resident set of the worker and its children so far. */
  peakBytes?: number;
  pid?: number;
  /** Of a failed job. */
  error?: JobError;
  /** Options that would have fitted, of a job that ran out of memory. */
  downshift?: unknown;
  /** Run folders that it wrote. */
  runs: string[];
  /** When what it printed and showed was removed, long after its end. */
  logsRemovedMs?: number;
}

export interface JobError {
  name: string;
  message: string;
  code?: string;
  /** Lines, mapped to the user's sources. */
  traceback: string[];
}

/** What a worker tells, one line of `events.jsonl` each; `time` in milliseconds since 1970. */
export type JobEvent = { time: number } & UntimedJobEvent;

export type UntimedJobEvent =
  | { type: "started"; pid: number }
  | ({ type: "progress" } & JobProgress)
  /** Figures of a step, for curves. */
  | { type: "metric"; run: string; step: number; values: Record<string, number> }
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | {
      type: "display" | "update" | "result";
      data: Record<string, unknown>;
      metadata?: Record<string, unknown>;
      id?: string;
    }
  | { type: "clear"; wait: boolean }
  | { type: "run"; path: string }
  | { type: "artefact"; name: string; path: string }
  | { type: "error"; error: JobError };

/** `result.json` of an attempt; there once, whole, and then the attempt is over. */
export type JobResult = (
  | { status: "succeeded"; value: unknown }
  | { status: "failed" | "out-of-memory"; error: JobError; downshift?: unknown }
  | { status: "cancelled"; reason: string }
) & {
  /** Highest resident set of the worker itself: a short job is over between two looks of the daemon. */
  peakBytes?: number;
};

/** `work.json`: all that a worker needs to know of its attempt. */
export interface Assignment {
  id: number;
  /** From 1. */
  attempt: number;
  /** `$job` references in its options are replaced; a retry after out-of-memory has the downshift as its options. */
  spec: JobSpec;
  devices: number[];
  /** Set these before anything else: spec.environment, the devices (CUDA_VISIBLE_DEVICES or MEDGYM_SLOTS and MEDGYM_THREADS), the attempt's folder. */
  environment: Record<string, string>;
  /** Silence after which the worker adds its stack to the beat, and the job counts as stalled. */
  stalledSeconds: number;
  /** Folder of the attempt before, to go on from. */
  previous?: string;
}

/** `beat.json`; times in milliseconds since 1970. */
export interface Beat {
  time: number;
  /** When the main thread last answered. */
  mainAliveMs: number;
  /** When something was last done: an event, output. */
  progressMs: number;
  /** Where the main thread stands, once it is silent for long. */
  stack?: string;
}

export interface Device {
  index: number;
  /** "cpu:0", or what the driver calls it. */
  name: string;
  kind: "slot" | "gpu";
  memoryBytes: number;
  /** Of the whole device, 0 to 1, and its memory in use by anybody; undefined where nobody measures. */
  utilisation?: number;
  usedBytes?: number;
  /** Jobs that hold it. */
  jobs: number[];
  /** Why it is idle while jobs wait. */
  idleReason?: string;
}
