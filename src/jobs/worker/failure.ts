/** An error of a job's code, as the job's record keeps it. */
import type { JobError } from "../job.ts";

export function jobError(thrown: unknown): JobError {
  if (!(thrown instanceof Error) && typeof (thrown as Error | null)?.message !== "string") {
    return { name: "Error", message: String(thrown), traceback: [] };
  }
  const error = thrown as Error & { code?: unknown };
  return {
    name: error.name,
    message: error.message,
    ...(typeof error.code === "string" && { code: isOutOfMemory(error) ? "out-of-memory" : error.code }),
    ...(typeof error.code !== "string" && isOutOfMemory(error) && { code: "out-of-memory" }),
    traceback: tracebackOf(error),
  };
}

/** The error itself or anything that caused it. */
export function isOutOfMemory(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error && depth < 10; error = (error as Error).cause, depth++) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (code === "out-of-memory" || code === "ERR_WORKER_OUT_OF_MEMORY") return true;
    if (error instanceof RangeError && /allocation failed/i.test(String(message))) return true;
  }
  return false;
}

/** Without the worker's own frames below the job's code. */
function tracebackOf(error: Error): string[] {
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const stack = (at.stack || `${at.name}: ${at.message}`).split("\n");
    const own = stack.findIndex((line) => /[/\\]jobs[/\\]worker[/\\]/.test(line));
    const kept = own > 0 ? stack.slice(0, own) : stack;
    lines.push(...(depth > 0 ? [`caused by ${kept[0]}`, ...kept.slice(1)] : kept));
  }
  return lines;
}
