/**
 * Stopping JavaScript at any point (`Runtime.terminateExecution`), and the few points where it must not stop: between
 * the two halves of a frame on the pipe, for instance.
 */
import inspector from "node:inspector";

let depth = 0;
let wanted = false;

/** Runs `body`; an interrupt that arrives meanwhile takes effect right after it. */
export function critical<T>(body: () => T): T {
  depth++;
  try {
    return body();
  } finally {
    depth--;
    if (depth === 0 && wanted) terminateExecution();
  }
}

let own: inspector.Session | undefined;

/** Unwinds everything on this thread's stack, past every catch and finally. */
export function terminateExecution(): void {
  wanted = depth > 0;
  if (wanted) return;
  unwindAsyncIds();
  if (!own) {
    own = new inspector.Session();
    own.connect(); // stays: a session that goes away takes the termination back
  }
  own.post("Runtime.terminateExecution");
}

/**
 * Node keeps a stack of async ids beside the real one and aborts the process when the two disagree, which they would
 * after an unwinding that runs no `finally`. Handling an uncaught exception empties that stack: so one is handled.
 */
function unwindAsyncIds(): void {
  process.setUncaughtExceptionCaptureCallback(null);
  process.setUncaughtExceptionCaptureCallback(() => {});
  try {
    (process as unknown as { _fatalException(error: unknown): void })._fatalException(new Error("unwinding"));
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
}
