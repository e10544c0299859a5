/**
 * A kernel process and a bare client for the tests: real sockets, every message kept in the order of its arrival, so
 * that a test can say what must come before what.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zmq from "zeromq";
import { Identity } from "../front/identity.ts";
import type { Content, Message } from "../wire.ts";
import { compileKernel, root } from "./build.ts";

const entry = join(root, "dist/kernel/run/front.js");

export interface CellResult {
  reply: Content;
  /** iopub messages of the cell from busy to idle. */
  messages: Message[];
  stdout: string;
  stderr: string;
  /** `text/plain` of the result, without colours. */
  result?: string;
}

export interface ExecuteOptions extends Content {
  onMessage?: (message: Message) => void;
}

export class KernelUnderTest {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly startedAt = performance.now();
  /** Everything that came on iopub. */
  readonly iopub: Message[] = [];
  /** stderr of the front process. */
  log = "";
  answer?: (prompt: string) => string;
  readonly #identity: Identity;
  readonly #shell: zmq.Dealer;
  readonly #control = new zmq.Dealer({ linger: 0 });
  readonly #stdin: zmq.Dealer;
  readonly #sub = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #listeners = new Set<(channel: string, message: Message) => void>();

  static async start(options: { env?: Record<string, string>; key?: string; files?: Record<string, string> } = {}) {
    compileKernel();
    const kernel = new KernelUnderTest(options);
    await kernel.#subscribed();
    return kernel;
  }

  constructor(options: { env?: Record<string, string>; key?: string; files?: Record<string, string> }) {
    this.folder = mkdtempSync(join(tmpdir(), "kernel-test-"));
    for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(this.folder, name), text);
    const key = options.key ?? "secret";
    this.#identity = new Identity(key);
    // One name on both: the kernel asks on stdin whoever sent the request.
    this.#shell = new zmq.Dealer({ linger: 0, routingId: this.#identity.session });
    this.#stdin = new zmq.Dealer({ linger: 0, routingId: this.#identity.session });
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    const ip = join(this.folder, "socket");
    const connection = { transport: "ipc", ip, key, signature_scheme: "hmac-sha256", ...ports };
    const file = join(this.folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection));
    this.child = spawn(process.execPath, [entry, file], {
      cwd: this.folder,
      env: { ...process.env, MEDGYM_CHECK: "off", ...options.env },
      stdio: ["ignore", "inherit", "pipe"],
    });
    this.child.stderr!.on("data", (chunk) => {
      this.log += chunk;
    });
    const address = (port: number) => `ipc://${ip}-${port}`;
    this.#shell.connect(address(1));
    this.#sub.subscribe();
    this.#sub.connect(address(2));
    this.#stdin.connect(address(3));
    this.#control.connect(address(4));
    for (const [channel, socket] of [
      ["shell", this.#shell],
      ["control", this.#control],
      ["stdin", this.#stdin],
      ["iopub", this.#sub],
    ] as const) {
      this.#receive(channel, socket);
    }
  }

  async #receive(channel: string, socket: zmq.Dealer | zmq.Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = this.#identity.decode(frames as Buffer[]);
      if (channel === "iopub") this.iopub.push(message);
      if (channel === "stdin" && this.answer) {
        const reply = { value: this.answer(String(message.content.prompt)) };
        await this.#stdin.send(this.#identity.encode(this.#identity.message("input_reply", reply)));
      }
      for (const listener of this.#listeners) listener(channel, message);
    }
  }

  #subscribed(): Promise<Message> {
    return this.until((channel, message) => channel === "iopub" && message.header.msg_type === "iopub_welcome");
  }

  /** The first message for which `test` holds. */
  until(test: (channel: string, message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const listener = (channel: string, message: Message) => {
        if (!test(channel, message)) return;
        this.#listeners.delete(listener);
        resolve(message);
      };
      this.#listeners.add(listener);
    });
  }

  /** Sends raw frames on the shell, to try what a kernel must refuse. */
  async sendRaw(frames: (Buffer | string)[]): Promise<void> {
    await this.#shell.send(frames);
  }

  /** A request's message, sent, and the promise of its reply. */
  send(
    type: string,
    content: Content,
    channel: "shell" | "control" = "shell",
    buffers: Buffer[] = [],
  ): { request: Message; reply: Promise<Message> } {
    const request = this.#identity.message(type, content, { buffers });
    const id = request.header.msg_id;
    const reply = this.until((from, message) => from === channel && message.parentHeader.msg_id === id);
    this.#enqueue(channel, request);
    return { request, reply };
  }

  #sending: Promise<void> = Promise.resolve();
  #enqueue(channel: "shell" | "control", request: Message): void {
    const socket = channel === "shell" ? this.#shell : this.#control;
    this.#sending = this.#sending.then(() => socket.send(this.#identity.encode(request)));
  }

  async request(type: string, content: Content = {}, channel: "shell" | "control" = "shell"): Promise<Content> {
    return (await this.send(type, content, channel).reply).content;
  }

  async execute(code: string, { onMessage, ...options }: ExecuteOptions = {}): Promise<CellResult> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, ...options };
    const { request, reply } = this.send("execute_request", content);
    const id = request.header.msg_id;
    const messages: Message[] = [];
    const idle = this.until((channel, message) => {
      if (channel !== "iopub" || message.parentHeader.msg_id !== id) return false;
      messages.push(message);
      onMessage?.(message);
      return message.content.execution_state === "idle";
    });
    const [{ content: replied }] = await Promise.all([reply, idle]);
    const text = (name: string) =>
      messages
        .filter((m) => m.header.msg_type === "stream" && m.content.name === name)
        .map((m) => m.content.text)
        .join("");
    const shown = messages.find((m) => m.header.msg_type === "execute_result");
    const result = plain((shown?.content.data as Content | undefined)?.["text/plain"]);
    return { reply: replied, messages, stdout: text("stdout"), stderr: text("stderr"), result };
  }

  interrupt(): Promise<Content> {
    return this.request("interrupt_request", {}, "control");
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((resolve) => this.child.once("exit", resolve));
      this.#enqueue("control", this.#identity.message("shutdown_request", { restart: false }));
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 5000);
      await gone;
      clearTimeout(timer);
    }
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#sub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const colours = /\u001b\[[\d;]*m/g;

export function plain(text: unknown): string | undefined {
  return typeof text === "string" ? text.replace(colours, "") : undefined;
}
