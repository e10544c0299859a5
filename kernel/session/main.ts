/** Entry point of the session process: the front starts it, with the pipes that `protocol.ts` describes. */
import { Socket } from "node:net";
import { MessageChannel } from "node:worker_threads";
import { report } from "./channel.ts";
import { installComms, onCommMessage } from "./comms.ts";
import { installDisplay } from "./display.ts";
import { describeError, installStackTraces } from "./errors.ts";
import { installInput } from "./input.ts";
import { installInterrupt } from "./interrupt.ts";
import { onTranspiled } from "./lowering.ts";
import { installMagics } from "./magics.ts";
import { type Command, commandFd, FrameReader } from "./protocol.ts";
import { cancelCell, executeCell, installCellRuntime, settleInterrupted } from "./run.ts";
import { installStreams } from "./streams.ts";

installStackTraces();
installStreams();
installDisplay();
installCellRuntime();
installInput();
installComms();
installMagics();
installInterrupt(settleInterrupted);

process.on("SIGINT", () => {}); // a terminal sends it to the whole group; the front decides what it means
const complain = (what: string) => (error: unknown) =>
  process.stderr.write(`${what}\n${describeError(error).traceback.join("\n")}\n`);
process.on("unhandledRejection", complain("Unhandled promise rejection:"));
process.on("uncaughtException", complain("Uncaught exception:"));
process.on("exit", (code) => report({ type: "exit", code }));

const commands: Command[] = [];
const turns = new MessageChannel();
turns.port2.on("message", runNext);

function runNext(): void {
  const command = commands.shift();
  switch (command?.type) {
    case "execute":
      return executeCell(command);
    case "transpiled":
      return onTranspiled(command);
    case "cancel":
      report({ type: "handled", cell: command.cell });
      return cancelCell(command.cell);
    case "comm-open":
    case "comm-message":
    case "comm-close":
      try {
        onCommMessage(command);
      } finally {
        report({ type: "handled", cell: command.cell });
      }
  }
}

const reader = new FrameReader<Command>((command) => {
  commands.push(command);
  // On a stack of its own: an interrupt unwinds the whole stack, and this one is in the middle of reading.
  turns.port1.postMessage(null);
});
const socket = new Socket({ fd: commandFd, readable: true, writable: false });
socket.on("data", (chunk) => reader.push(chunk));
socket.on("close", () => process.reallyExit(0));
report({ type: "ready" });
