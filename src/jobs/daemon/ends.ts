/** How an attempt ended, from what it left. */
import type { JobError, JobResult, RetryReason } from "../job.ts";
import type { Ending } from "./store.ts";

export interface Remains {
  result?: JobResult;
  /** Why somebody ended it. */
  ending?: Ending;
  /** Of the process; both undefined if it was not our child. */
  code?: number | null;
  signal?: NodeJS.Signals | null;
  /** The last of output.log. */
  output: string;
  /** `downshift.json`. */
  downshift?: unknown;
}

export interface Verdict {
  state: "succeeded" | "failed" | "cancelled" | "lost" | "out-of-memory";
  reason?: string;
  error?: JobError;
  downshift?: unknown;
  /** What a retry must allow. */
  retry?: RetryReason;
}

const crashes = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP"];
/** V8, C++ and the engine, as they write it before they end. */
const memoryWords = /heap out of memory|std::bad_alloc|Cannot allocate memory|out of memory/i;

export function verdict(remains: Remains): Verdict {
  const { result, ending, code, signal, output } = remains;
  if (result) return ofResult(result, remains);
  if (ending) return ofEnding(ending, remains);
  const last = output.trim();
  if (memoryWords.test(last)) return outOfMemory(`its process ran out of memory: ${lastLine(last)}`, remains);
  const traceback = last === "" ? [] : last.split("\n");
  const failed = (name: string, reason: string): Verdict => ({
    state: "failed",
    reason,
    error: { name, message: reason, traceback },
    retry: "failed",
  });
  if (signal && crashes.includes(signal)) return failed("Crash", `its process crashed (${signal})`);
  if (typeof code === "number") {
    const said = last === "" ? "" : `: ${lastLine(last)}`;
    return failed("Exit", `its process ended with code ${code} and left no result${said}`);
  }
  const how = signal ? `was killed (${signal}), by the system for want of memory or by hand` : "is gone and left no result"; // biome-ignore format: a sentence
  return { state: "lost", reason: `its process ${how}`, retry: "lost" };
}

function ofResult(result: JobResult, { ending, downshift }: Remains): Verdict {
  if (result.status === "succeeded") return { state: "succeeded" };
  // A worker that was asked to end tells it in its own words; the reason is ours.
  if (ending?.why === "timeout") return ofEnding(ending, { output: "" });
  if (result.status === "cancelled") return { state: "cancelled", reason: ending?.reason ?? result.reason };
  const { status, error } = result;
  const reason = error.message.split("\n")[0];
  if (status === "failed") return { state: "failed", reason, error, retry: "failed" };
  return { ...outOfMemory(reason, { output: "", downshift: result.downshift ?? downshift }), error };
}

function ofEnding({ why, reason }: Ending, remains: Remains): Verdict {
  if (why === "cancel") return { state: "cancelled", reason };
  if (why === "memory") return outOfMemory(reason, remains);
  return { state: "failed", reason, error: { name: "Timeout", message: reason, traceback: [] }, retry: "timeout" };
}

function outOfMemory(reason: string, { downshift }: Remains): Verdict {
  const error: JobError = { name: "OutOfMemory", message: reason, code: "out-of-memory", traceback: [] };
  return { state: "out-of-memory", reason, error, downshift, retry: "out-of-memory" };
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1).slice(0, 200);
