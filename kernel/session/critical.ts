/**
 * Stopping JavaScript at any point (`Runtime.terminateExecution`), and the few points where it must not stop: between
 * the two halves of a frame on the pipe, for instance.
 */
import { executionAsyncResource } from "node:async_hooks";
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

/** On a clean stack: what was unwound at its first step never came to its `finally`. */
export function leaveCritical(): void {
  depth = 0;
  wanted = false;
}

/** Unwinds everything on this thread's stack, past every catch and finally; `false` when that must wait a moment. */
export function terminateExecution(): boolean {
  wanted = depth > 0;
  if (wanted) return false;
  keepImmediates();
  unwindAsyncIds();
  if (!own) {
    own = new inspector.Session();
    own.connect(); // stays: a session that goes away takes the termination back
  }
  own.post("Runtime.terminateExecution");
  return true;
}

/** Fields of Node's `Immediate`, a link of the list that one turn of the event loop works off. */
interface Immediate {
  _idleNext: Immediate | null;
  _idlePrev: Immediate | null;
  _destroyed: boolean;
  _onImmediate: ((...args: unknown[]) => void) | null;
  _argv?: unknown[];
}

/**
 * When the code to be stopped is an immediate's, the other immediates of this turn must not be lost with it. Node
 * resumes an interrupted turn at the list's head, which it moves on after each immediate but the first.
 */
function keepImmediates(): void {
  const stopped = executionAsyncResource() as Immediate;
  if (stopped.constructor?.name !== "Immediate") return;
  if (stopped._idlePrev) {
    // The head is this one: resumed, it must be there to be run again, doing nothing.
    stopped._destroyed = false;
    stopped._onImmediate = () => {};
    balanceCount();
    return;
  }
  const rest: Immediate[] = [];
  for (let next = stopped._idleNext; next; next = next._idleNext) if (!next._destroyed) rest.push(next);
  for (const lost of rest) {
    const { _onImmediate: run, _argv: args = [] } = lost;
    clearImmediate(lost as unknown as NodeJS.Immediate);
    if (run) setImmediate(run, ...args);
  }
}

/** Node counts its immediates, and counts down again for one that is run again: one is added that never runs. */
function balanceCount(): void {
  const [before, never, after] = [0, 1, 2].map(() => setImmediate(() => {})) as unknown as Immediate[];
  (never as unknown as NodeJS.Immediate).unref();
  before._idleNext = after;
  after._idlePrev = before;
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
