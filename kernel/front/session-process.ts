/** The session process as the front sees it: started, spoken to, interrupted, started again when it dies. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  type Command,
  commandFd,
  encodeFrame,
  type Frame,
  FrameReader,
  type Report,
  reportFd,
  type Signal,
  signalFd,
} from "../session/protocol.ts";

export interface Death {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether it ever came up. */
  wasReady: boolean;
}

export interface SessionEvents {
  report(report: Report): void;
  /** Bytes that native code or a child process wrote to the real stdout or stderr. */
  raw(name: "stdout" | "stderr", text: string): void;
  /** The process is gone, and not because it was told to go. */
  died(how: Death): void;
}

const entry = fileURLToPath(new URL("../run/session.js", import.meta.url));
const nodeOptions = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];

/** What Node says when it ends with an inspector session, which interrupts use. */
const debuggerNotice = /Waiting for the debugger to disconnect\.\.\.\n/g;

export class SessionProcess {
  #events?: SessionEvents;
  #child!: ChildProcess;
  #stopping = false;

  /** Starts at once: the process comes up while the sockets are still being made. */
  constructor() {
    this.start();
  }

  listen(events: SessionEvents): void {
    this.#events = events;
  }

  start(): void {
    const child = spawn(process.execPath, [...nodeOptions, entry], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    this.#stopping = false;
    let wasReady = false;
    const reader = new FrameReader<Report>((report) => {
      wasReady ||= report.type === "ready";
      this.#events?.report(report);
    });
    (child.stdio[reportFd] as Readable).on("data", (chunk: Buffer) => reader.push(chunk));
    for (const name of ["stdout", "stderr"] as const) {
      child[name]!.setEncoding("utf8").on("data", (text: string) => {
        const own = text.replace(debuggerNotice, "");
        if (own) this.#events?.raw(name, own);
      });
    }
    for (const pipe of child.stdio) pipe?.on("error", () => {}); // writes to a dead session; `died` tells
    // "close" comes after the last byte of every pipe: what a crashing cell printed is shown before the crash is.
    child.on("close", (code, signal) => {
      if (!this.#stopping && child === this.#child) this.#events?.died({ code, signal, wasReady });
    });
    child.on("error", (error) => process.stderr.write(`medgym kernel: ${error.message}\n`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(command: Command): void {
    this.#write(commandFd, command);
  }

  signal(signal: Signal): void {
    this.#write(signalFd, signal);
  }

  /** Ends the process; resolves when it is gone. */
  async stop(graceMs = 500): Promise<void> {
    const child = this.#child;
    this.#stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    (child.stdio[commandFd] as Duplex).end(); // the session exits at the end of its commands
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    await gone;
    clearTimeout(timer);
  }

  #write(fd: number, frame: Frame): void {
    const pipe = this.#child.stdio[fd] as Duplex;
    if (pipe.writable) pipe.write(encodeFrame(frame));
  }
}
