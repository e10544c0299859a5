/**
 * Worker thread of the session: hears the front while the main thread spins or blocks, and ends the process when the
 * front is gone.
 */
import inspector from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { interruptExpression, type WatcherData } from "./interrupt.ts";
import { FrameReader, type Signal, signalFd } from "./protocol.ts";

const { woken, inputs } = workerData as WatcherData;

/** Releases the main thread from a blocking wait for input. */
function wake(): void {
  Atomics.store(woken, 0, 1);
  Atomics.notify(woken, 0);
}

let interrupting = false;

function interrupt(): void {
  if (interrupting) return;
  interrupting = true;
  const session = new inspector.Session();
  session.connectToMainThread();
  // Runs inside whatever the main thread is executing, or at once when it is idle.
  session.post("Runtime.evaluate", { expression: interruptExpression, returnByValue: true }, () => {
    session.disconnect();
    interrupting = false;
    parentPort!.postMessage("interrupted");
  });
  wake();
}

const reader = new FrameReader<Signal>((signal) => {
  if (signal.type === "interrupt") return interrupt();
  inputs.postMessage(signal.value);
  wake();
});
const socket = new Socket({ fd: signalFd, readable: true, writable: false });
socket.on("data", (chunk) => reader.push(chunk));
socket.on("error", () => {});
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
