/** What a running job's signs of life say, and what is to be done about them. */
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import type { Beat } from "../job.ts";
import type { DeviceInfo } from "./devices.ts";
import type { Ending, Job } from "./store.ts";

/** A worker that has not taken its attempt by then never will. */
const beginMs = 60_000;
/** A beat older than this is none: the process is stopped, or the machine starves it. */
const beatMs = 15_000;
/** Time to end by itself, for one that is asked to. */
export const defaultGraceSeconds = 10;

export type Finding =
  | { do: "nothing" }
  /** Its time to end by itself is up. */
  | { do: "kill" }
  | { do: "end"; ending: Ending }
  /** Its worker does not begin. */
  | { do: "give up" }
  | { do: "tell"; state: "running" | "stalled"; reason?: string; stack?: string };

export interface Signs {
  nowMs: number;
  /** A worker has taken it. */
  claimed: boolean;
  beat?: Beat;
  /** Silence after which it counts as stalled. */
  stalledSeconds: number;
}

export function findingOf({ record, ending }: Job, { nowMs, claimed, beat, stalledSeconds }: Signs): Finding {
  if (ending) return { do: nowMs > ending.killMs ? "kill" : "nothing" };
  const { state, startedMs = nowMs, lastProgressMs = 0 } = record;
  const { timeoutSeconds } = record.spec;
  if (timeoutSeconds !== undefined && nowMs - startedMs > timeoutSeconds * 1000) {
    const reason = `ran longer than its timeout of ${formatDuration(timeoutSeconds)}`;
    return { do: "end", ending: { why: "timeout", reason, killMs: nowMs + defaultGraceSeconds * 1000 } };
  }
  if (!claimed && nowMs - startedMs > beginMs) return { do: "give up" };
  if (!beat) return { do: "nothing" };
  const activeMs = Math.max(lastProgressMs, beat.progressMs);
  const since = (ms: number) => formatDuration((nowMs - ms) / 1000);
  const stalled = (reason: string): Finding => ({ do: "tell", state: "stalled", reason, stack: beat.stack });
  if (nowMs - beat.time > beatMs) return stalled(`no heartbeat for ${since(beat.time)}: stopped, or the machine is overloaded`); // biome-ignore format: a line
  if (nowMs - activeMs > stalledSeconds * 1000) return stalled(`nothing was done for ${since(activeMs)}`);
  return state === "stalled" || (state === "starting" && claimed)
    ? { do: "tell", state: "running" }
    : { do: "nothing" };
}

export interface Holder {
  job: Job;
  /** Of its processes. */
  residentBytes: number;
}

/** A slot is a part of the machine's memory: when the jobs of one use more than it has, the one furthest over its part must end. */
export function overMemory(device: DeviceInfo, holders: readonly Holder[]): { id: number; ending: Ending } | undefined {
  const uses = holders.map(({ job: { record }, residentBytes }) => {
    const used = residentBytes / record.devices.length;
    const granted = (record.spec.shared ? record.spec.memoryBytes : undefined) ?? device.memoryBytes;
    return { id: record.id, used, granted };
  });
  if (uses.reduce((sum, { used }) => sum + used, 0) <= device.memoryBytes) return undefined;
  const { id, used, granted } = uses.reduce((a, b) => (b.used - b.granted > a.used - a.granted ? b : a));
  const reason = `used ${formatBytes(used)} on ${device.name}, of ${formatBytes(granted)}`;
  return { id, ending: { why: "memory", reason, killMs: 0 } };
}
