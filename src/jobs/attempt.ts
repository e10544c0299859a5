/** The files of one attempt that daemon and worker both touch, and what they hold; home.ts says where they lie. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatBytes } from "../core/progress-line.ts";
import type { JobError, JobSpec } from "./job.ts";

/** `work.json`: what to do. */
export interface AttemptWork {
  id: number;
  attempt: number;
  devices: number[];
  /** What the daemon adds to the environment of this attempt (devices, threads); set by the worker after the spec's own. */
  environment: Record<string, string>;
  /** With results of other jobs put in. */
  spec: JobSpec;
}

/** A process, told from a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Of /proc/<pid>/stat, in ticks since boot; null where there is none. */
  startTime: string | null;
}

/** `beat.json`, once a second. Milliseconds since 1970. */
export interface Beat {
  time: number;
  /** When the main thread last had a turn. */
  mainAliveMs: number;
  /** When the job last said something. */
  progressMs: number;
  /** Where the main thread stands, once nothing was said for `stalledAfterSeconds`. */
  stack?: string;
}

/** Silence after which a job counts as stalled: MEDGYM_JOBS_STALLED_SECONDS. @default 120 */
export function stalledAfterSeconds(environment: NodeJS.ProcessEnv = process.env): number {
  const given = Number(environment.MEDGYM_JOBS_STALLED_SECONDS);
  return given > 0 ? given : 120;
}

export const attemptFiles = {
  work: "work.json",
  claim: "claim",
  events: "events.jsonl",
  beat: "beat.json",
  cancel: "cancel",
  result: "result.json",
  output: "output.log",
  /** Options that would need less memory, for an attempt that dies of it without a word. */
  downshift: "downshift.json",
  artefacts: "artefacts",
} as const;

/** Makes the attempt the caller's; false: it is somebody's already. The claim appears with its content or not at all. */
export function claimAttempt(folder: string, owner: ProcessIdentity = identity(process.pid)): boolean {
  const temporary = join(folder, `.tmp-claim-${process.pid}`);
  writeFileSync(temporary, JSON.stringify(owner));
  try {
    linkSync(temporary, join(folder, attemptFiles.claim));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Whose the attempt is; undefined: nobody's yet. */
export function readClaim(folder: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, attemptFiles.claim), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export const identity = (pid: number): ProcessIdentity => ({ pid, startTime: processStart(pid) ?? null });

/** Whether that very process lives; a zombie does not. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const fields = statFields(pid);
  if (fields) return fields[0] !== "Z" && (startTime === null || fields[19] === startTime);
  if (startTime !== null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ticks since boot at which a process began; undefined: there is none, or no /proc. */
export const processStart = (pid: number): string | undefined => statFields(pid)?.[19];

/** From "state" (field 3 of proc(5)) on: the name before it, in parentheses, may hold anything. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Why a worker ended without a result. */
export interface Death {
  state: "out-of-memory" | "failed" | "lost";
  reason: string;
  error?: JobError;
}

export interface DeathFacts {
  /** Where they are known: of a worker that was started by an earlier daemon they are not. */
  code?: number | null;
  signal?: NodeJS.Signals | null;
  /** The daemon killed it for holding more than it was granted. */
  overMemory?: { bytes: number; granted: number };
}

const outOfMemory = /JavaScript heap out of memory|std::bad_alloc|Array buffer allocation failed|CUDA out of memory/;

/** Tells what a worker died of from how it ended and the end of what it printed past us (output.log). */
export async function deathOf(folder: string, { code, signal, overMemory }: DeathFacts): Promise<Death> {
  const tail = await tailOf(join(folder, attemptFiles.output));
  const lines = tail.split("\n").filter((line) => line.trim() !== "");
  const isUnknown = !signal && (code === undefined || code === null);
  const how = signal ? `by ${signal}` : isUnknown ? "without a word" : `with exit code ${code}`;
  if (overMemory) {
    const { bytes, granted } = overMemory;
    const reason = `It held ${formatBytes(bytes)} of memory; ${formatBytes(granted)} were granted.`;
    return { state: "out-of-memory", reason, error: errorOf(reason, [], "out-of-memory") };
  }
  const exhausted = lines.find((line) => outOfMemory.test(line));
  if (exhausted) {
    const reason = `Its process ran out of memory: ${exhausted.trim()}`;
    return { state: "out-of-memory", reason, error: errorOf(reason, lines, "out-of-memory") };
  }
  if (signal === "SIGKILL" || signal === "SIGTERM" || isUnknown) {
    const hint = signal === "SIGKILL" ? " Somebody killed it, or the system did for want of memory." : "";
    return { state: "lost", reason: `Its worker ended ${how}, without a result.${hint}` };
  }
  const reason = `Its worker crashed ${how}.`;
  return { state: "failed", reason, error: errorOf(reason, lines) };
}

const errorOf = (message: string, lines: string[], code?: string): JobError => ({
  name: "WorkerDeath",
  message,
  ...(code && { code }),
  traceback: lines.slice(-20),
});

const tailBytes = 16_384;

async function tailOf(path: string): Promise<string> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size === 0) return "";
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, tailBytes)),
      position: Math.max(0, size - tailBytes),
    });
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
