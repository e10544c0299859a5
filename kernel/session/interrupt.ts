/** The main thread's side of an interrupt, and of waiting for input. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { terminateExecution } from "./critical.ts";

const hook = "medgym.kernel.interrupt";
/** Evaluated on the main thread by the watcher. */
export const interruptExpression = `globalThis[Symbol.for(${JSON.stringify(hook)})]()`;

export interface WatcherData {
  /** 1 when there is something to wake up for. */
  woken: Int32Array;
  /** Where answers of the user go: readable by a thread that blocks. */
  inputs: MessagePort;
}

const kernelFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const woken = new Int32Array(new SharedArrayBuffer(4));
const inputs = new MessageChannel();
const waiting: ((value: string) => void)[] = [];

/** Whether the stack that was interrupted holds code of a cell or of a module that a cell uses. */
function userCodeIsRunning(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, frames) => frames;
  Error.stackTraceLimit = 500;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return frames.some((frame) => {
    const file = frame.getFileName();
    const isKernel = !file || file.startsWith("node:") || file.replace(/^file:\/\//, "").startsWith(kernelFolder);
    return !isKernel && !(frame as { isAsync?: () => boolean }).isAsync?.();
  });
}

/**
 * Starts the watcher.
 * @param settle called on a clean stack once the running code has been stopped (or none was running)
 */
export function installInterrupt(settle: () => void): void {
  Object.defineProperty(globalThis, Symbol.for(hook), {
    value: () => {
      if (userCodeIsRunning()) terminateExecution();
    },
  });
  const workerData: WatcherData = { woken, inputs: inputs.port2 };
  const transferList = [inputs.port2];
  const worker = new Worker(new URL("./watcher.js", import.meta.url), { workerData, transferList, execArgv: [] });
  worker.on("message", settle);
  worker.unref();
  inputs.port1.on("message", (value: string) => waiting.shift()?.(value));
  inputs.port1.unref();
}

/** The next answer of the user. */
export const nextInput = (): Promise<string> => new Promise((resolve) => waiting.push(resolve));

/** The same, blocking this thread; `undefined` when the user interrupts instead. */
export function nextInputSync(ask: () => void): string | undefined {
  Atomics.store(woken, 0, 0);
  ask();
  Atomics.wait(woken, 0, 0);
  return receiveMessageOnPort(inputs.port1)?.message;
}
