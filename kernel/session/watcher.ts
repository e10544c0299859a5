/**
 * Worker thread of the session: hears the front while the main thread spins or blocks, and ends the process when the
 * front is gone.
 */
import inspector from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { type Interruption, interruptExpression, type Stopped, slot, type WatcherData } from "./interrupt.ts";
import { FrameReader, type Signal, signalFd } from "./protocol.ts";

const { shared, inputs } = workerData as WatcherData;

/** Releases the main thread from a blocking wait for input. */
function wake(): void {
  Atomics.store(shared, slot.woken, 1);
  Atomics.notify(shared, slot.woken);
}

let interrupting = false;
let wantedAgain: Interrupt | undefined;
/** Numbers the interrupts: the main thread says which it has dealt with. */
let ticket = 0;

type Interrupt = Extract<Signal, { type: "interrupt" }>;

/** How long the main thread may take to notice that it was stopped before it is pressed again. */
const patienceMs = 15;
const answerMs = 250;
/** So many attempts follow each other at once; then this long lies between two. */
const hastyAttempts = 50;
const pauseMs = 2;
const lastAttempt = 5000;

function interrupt(signal: Interrupt): void {
  wantedAgain = interrupting ? signal : undefined;
  if (interrupting) return;
  interrupting = true;
  ticket++;
  press(signal, 1, process.cpuUsage());
  wake();
}

function press(signal: Interrupt, attempt: number, began: NodeJS.CpuUsage): void {
  const session = new inspector.Session();
  session.connectToMainThread();
  const again = () => {
    clearTimeout(unanswered);
    session.disconnect();
    if (Atomics.load(shared, slot.settled) !== ticket && attempt < lastAttempt)
      return press(signal, attempt + 1, began);
    interrupting = false;
    if (wantedAgain) interrupt(wantedAgain);
  };
  // The answer may be lost with what was stopped; and native code lets nobody in until it returns.
  const unanswered = setTimeout(again, answerMs);
  // Runs inside whatever the main thread is executing, or at once when it is idle.
  const { user, system } = process.cpuUsage(began); // microseconds
  const expression = interruptExpression(attempt > 1 ? (user + system) / 1000 : 0, signal.cell, ticket);
  session.post("Runtime.evaluate", { expression, returnByValue: true }, (_, answer) => {
    clearTimeout(unanswered);
    if ((answer?.result?.value as Interruption | undefined) === "retry") {
      return void (attempt < hastyAttempts ? setImmediate(again) : setTimeout(again, pauseMs));
    }
    const stopped: Stopped = { ticket, cell: signal.cell };
    parentPort!.postMessage(stopped);
    setTimeout(again, patienceMs);
  });
}

const reader = new FrameReader<Signal>((signal) => {
  if (signal.type === "interrupt") return interrupt(signal);
  inputs.postMessage(signal.value);
  wake();
});
const socket = new Socket({ fd: signalFd, readable: true, writable: false });
socket.on("data", (chunk) => reader.push(chunk));
socket.on("error", () => {});
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
