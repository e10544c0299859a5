/** The main thread's side of an interrupt, and of waiting for input. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promiseHooks } from "node:v8";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { contextCell } from "./cells.ts";
import { leaveCritical, terminateExecution } from "./critical.ts";

const hook = "medgym.kernel.interrupt";
/**
 * Evaluated on the main thread by the watcher: stops what may be stopped and says what it found.
 * @param usedMs processor time since the interrupt was asked for, which a busy machine gives slowly; 0 for the first press
 */
export const interruptExpression = (usedMs: number, cell: string | undefined, ticket: number): string =>
  `globalThis[Symbol.for(${JSON.stringify(hook)})](${usedMs}, ${JSON.stringify(cell)}, ${ticket})`;

/** `retry`: something was running that cannot be stopped at this point. */
export type Interruption = "done" | "retry";

/** From the watcher: an interrupt has done what it could to the running code. */
export interface Stopped {
  ticket: number;
  /** The cell that is meant. */
  cell?: string;
}

/** What both threads see: slots of `shared`. */
export const slot = { woken: 0, settled: 1 };

export interface WatcherData {
  /** [woken, settled]: 1 when a blocked main thread has something to wake up for; the last interrupt dealt with. */
  shared: Int32Array;
  /** Where answers of the user go: readable by a thread that blocks. */
  inputs: MessagePort;
}

const kernelFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const shared = new Int32Array(new SharedArrayBuffer(8));
const inputs = new MessageChannel();
const waiting: ((value: string) => void)[] = [];

/** Parts of Node that keep a stack of async contexts: stopped half-way through, they would abort the process. */
const bookkeeping = /^node:(timers|async_hooks|internal\/(timers|async_hooks|process\/(task_queues|promises)))/;

/**
 * What does not belong to the cell may be a library at work on something else, a connection that is read for instance, which would be
 * left half-way: it is stopped only if it keeps the main thread for so long.
 */
const sparedMs = 1000;

/** Cells that were interrupted: what is left of them is not spared. */
const interrupted = new Set<string>();

/** Microtasks that go on for so long starve the event loop. */
const starvedMs = 30;

const isSpared = (usedMs: number, cell: string | undefined): boolean => {
  if (usedMs >= sparedMs || cell === undefined) return false;
  const running = contextCell();
  return running !== cell && !(running !== undefined && interrupted.has(running));
};

/** @param usedMs the main thread has not come back to its event loop in so much processor time */
function interruptHere(usedMs: number, cell: string | undefined, ticket: number): Interruption {
  // Pressed once more than needed: what runs now, the end of a run perhaps, is to run, and a trap would never be removed.
  if (Atomics.load(shared, slot.settled) === ticket) return "done";
  const files = runningFiles();
  if (files.length === 0) {
    // Idle, or between two microtasks.
    if (usedMs > starvedMs) setTrap(usedMs, cell);
    return "done";
  }
  const isKernel = (file: string) => file.startsWith(kernelFolder);
  if (isSpared(usedMs, cell)) {
    // Node's own code, about to run somebody's: the trap tells whose.
    if (contextCell() === undefined && !files.some(isKernel)) setTrap(usedMs, cell);
    return "retry";
  }
  const user = files.findIndex((file) => !file.startsWith("node:") && !isKernel(file));
  if (user >= 0 && !files.slice(0, user).some((file) => bookkeeping.test(file))) {
    terminateExecution();
    return "done";
  }
  if (!files.some(isKernel)) setTrap(usedMs, cell);
  return "retry";
}

let removeTrap: (() => void) | undefined;

/**
 * Stops a chain of microtasks that starves the event loop: not between two of them, where Node keeps its books, but at
 * the beginning of the next.
 */
function setTrap(usedMs: number, cell: string | undefined): void {
  removeTrap?.();
  removeTrap = promiseHooks.onBefore(() => {
    if (isSpared(usedMs, cell)) return;
    if (terminateExecution()) for (;;); // nothing may happen in between
  }) as unknown as () => void;
}

/** Files of the frames that were interrupted, innermost first. */
function runningFiles(): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, frames) => frames;
  Error.stackTraceLimit = 500;
  const frames = new Error().stack as unknown as (NodeJS.CallSite & { isAsync?(): boolean })[];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return frames
    .slice(2) // this function and its caller, which is the hook
    .filter((frame) => !frame.isAsync?.())
    .map((frame) => frame.getFileName()?.replace(/^file:\/\//, "") ?? "")
    .filter((file) => file !== "");
}

/**
 * Starts the watcher.
 * @param settle called on a clean stack once the running code has been stopped (or none was running)
 */
export function installInterrupt(settle: (cell?: string) => void): void {
  Object.defineProperty(globalThis, Symbol.for(hook), {
    value: interruptHere,
  });
  const workerData: WatcherData = { shared, inputs: inputs.port2 };
  const transferList = [inputs.port2];
  const worker = new Worker(new URL("./watcher.js", import.meta.url), { workerData, transferList, execArgv: [] });
  worker.on("message", ({ ticket, cell }: Stopped) => {
    leaveCritical();
    removeTrap?.();
    removeTrap = undefined;
    Atomics.store(shared, slot.settled, ticket);
    if (cell !== undefined) interrupted.add(cell);
    settle(cell);
  });
  worker.unref();
  inputs.port1.on("message", (value: string) => waiting.shift()?.(value));
  inputs.port1.unref();
}

/** The next answer of the user. */
export const nextInput = (): Promise<string> => new Promise((resolve) => waiting.push(resolve));

/** The same, blocking this thread; `undefined` when the user interrupts instead. */
export function nextInputSync(ask: () => void): string | undefined {
  Atomics.store(shared, slot.woken, 0);
  ask();
  Atomics.wait(shared, slot.woken, 0);
  return receiveMessageOnPort(inputs.port1)?.message;
}
