/**
 * What clients and the daemon say to each other: JSON-RPC 2.0 (vscode-jsonrpc, its header framing) over a Unix socket.
 *
 * A client says `hello` first. A daemon of another protocol version answers with its own version and nothing else works; a newer client
 * asks it to `retire`, which it does at once: workers go on, and its successor watches them.
 */
import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc/node";
import type { Device, JobEvent, JobRecord, JobSpec, JobState } from "./job.ts";

export const protocolVersion = 2;

export interface Hello {
  version: number;
  pid: number;
  /** Of the package that the daemon runs. */
  medgym: string;
}

export interface ListQuery {
  states?: JobState[];
  notebook?: string;
  /** Newest first; @default 100 */
  limit?: number;
  /** Only jobs with a lower id: the next page. */
  before?: number;
}

export interface Overview {
  devices: Device[];
  /** Jobs of each state. */
  counts: Record<JobState, number>;
  paused: boolean;
  /**
   * Those not over, by place in the queue, at most 200; then the newest ended, at most 50. Options and cells of more than 4 kB are left
   * out (null): `get` has them.
   */
  jobs: JobRecord[];
}

export interface UsagePoint {
  time: number;
  /** 0 to 1. */
  utilisation?: number;
  usedBytes?: number;
}

/** Of the last hour, a point every five seconds in which jobs ran. */
export interface DeviceUsage {
  index: number;
  name: string;
  points: UsagePoint[];
}

/** How long a job will take; four in five are between `low` and `high`. */
export interface Expectation {
  seconds: number;
  low: number;
  high: number;
  /** Earlier ones that this was learned from. */
  jobs: number;
}

/** Which jobs that are over are to be removed. Without `ids`: those that both `olderThanSeconds` and `keep` let go. */
export interface PruneQuery {
  /** These alone, whatever their age. */
  ids?: number[];
  /** Those that ended longer ago. */
  olderThanSeconds?: number;
  /** Not the newest so many. */
  keep?: number;
  /** Tells what would go, and removes nothing. */
  dryRun?: boolean;
}

export interface PruneReport {
  /** Oldest first; `bytes` of disk that its folder takes. */
  removed: { id: number; name: string; state: JobState; endedMs?: number; bytes: number }[];
  /** Old enough to go, but something needs them; `sweep`: the one that takes it up again, where that is the reason. */
  stay: { id: number; name: string; sweep?: string; reason: string }[];
  /** Are jobs no more, but their folders could not be removed: that is tried again whenever a daemon starts. */
  failed: { id: number; name: string; reason: string }[];
}

/** Errors of these requests carry `data: { code: ErrorCode }` of core/errors.ts. */
export const requests = {
  hello: new RequestType<Hello, Hello, void>("hello"),
  /**
   * Jobs of one call are queued together or not at all; `after` and `$job` may name others of the same call by −1 − index.
   * A call that is repeated with its token (after a lost connection) queues nothing twice.
   */
  submit: new RequestType<{ specs: JobSpec[]; token?: string }, { ids: number[] }, void>("submit"),
  get: new RequestType<{ ids: number[] }, JobRecord[], void>("get"),
  list: new RequestType<ListQuery, JobRecord[], void>("list"),
  overview: new RequestType0<Overview, void>("overview"),
  /** Ends a job: asks the worker, and kills it `graceSeconds` later (default 10); 0 kills at once. */
  cancel: new RequestType<{ id: number; graceSeconds?: number }, JobRecord, void>("cancel"),
  /** A paused queue starts nothing; what runs goes on. */
  pause: new RequestType0<void, void>("pause"),
  resume: new RequestType0<void, void>("resume"),
  /** Events of a job from the nth of an attempt (default: the newest) on, at once and as they come (`event`), until `unfollow` or the end. */
  follow: new RequestType<{ id: number; attempt?: number; from?: number }, void, void>("follow"),
  unfollow: new RequestType<{ id: number }, void, void>("unfollow"),
  /** `changed` for each job and device that changes, at most every `everyMs` (default 200). */
  watch: new RequestType<{ everyMs?: number }, Overview, void>("watch"),
  /** Value of `result.json`. */
  result: new RequestType<{ id: number }, unknown, void>("result"),
  /** What the scheduler did with a job, oldest first. */
  history: new RequestType<{ id: number }, { time: number; what: string }[], void>("history"),
  /** Of a job that is not submitted; null where nothing is known. */
  expectation: new RequestType<Pick<JobSpec, "work" | "gpus" | "notebook" | "name" | "predictedSeconds">, Expectation | null, void>("expectation"), // biome-ignore format: a line
  usage: new RequestType0<DeviceUsage[], void>("usage"),
  /** Removes jobs that are over, with their folders; answers when the folders are gone. */
  prune: new RequestType<PruneQuery, PruneReport, void>("prune"),
  retire: new RequestType0<void, void>("retire"),
};

export const notifications = {
  event: new NotificationType<{ id: number; attempt: number; index: number; event: JobEvent }>("event"),
  /** The job that `follow` follows is over, and its last event was sent. */
  ended: new NotificationType<{ id: number; job: JobRecord }>("ended"),
  changed: new NotificationType<Overview>("changed"),
};
