import { randomUUID } from "node:crypto";
import { type Content, type Message, newHeader } from "../wire.ts";
import { Channels, type ClientChannel } from "./channels.ts";
import { type Connection, createConnection } from "./connection.ts";
import { KernelError } from "./errors.ts";
import { KernelProcess } from "./kernel-process.ts";
import type { Kernelspec } from "./kernelspec.ts";

export interface StartOptions {
  /** Working directory of the kernel. @default ours */
  cwd?: string;
  /** Added to our environment. */
  env?: Record<string, string>;
  /** @default "ipc" where Unix sockets exist */
  transport?: "tcp" | "ipc";
  /** Until it answers `kernel_info_request`. @default 60_000 */
  startTimeoutMs?: number;
}

export interface ExecuteReply {
  status: "ok" | "error" | "aborted";
  executionCount: number | null;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

export interface Execution {
  /** `msg_id` of the request: outputs carry it as their parent, also those that come after the end. */
  readonly id: string;
  /** Settles when both the reply and the idle status have come, so that no output is missed. */
  readonly done: Promise<ExecuteReply>;
}

interface Pending {
  type: string;
  channel: "shell" | "control";
  reply?: Message;
  /** Whether `status: idle` for it has been seen. */
  idle: boolean;
  needsIdle: boolean;
  idleTimer?: NodeJS.Timeout;
  resolve(reply: Message): void;
  reject(error: Error): void;
}

/** After a reply, and since the last output, this long may pass until the idle status. */
const idleTimeoutMs = 10_000;

/** A kernel started from a kernelspec, and our connection to it. */
export class Kernel {
  readonly spec: Kernelspec;
  /** Content of the kernel's `kernel_info_reply`. */
  info: Content = {};
  readonly #options: StartOptions;
  readonly #connection: Connection;
  #channels: Channels;
  readonly #session = randomUUID();
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Set<(message: Message) => void>();
  #process!: KernelProcess;
  #stopping = false;

  private constructor(spec: Kernelspec, options: StartOptions, connection: Connection) {
    this.spec = spec;
    this.#options = options;
    this.#connection = connection;
    this.#channels = this.#connect();
  }

  #connect(): Channels {
    return new Channels(this.#connection.info, (channel, message) => this.#receive(channel, message));
  }

  static async start(spec: Kernelspec, options: StartOptions = {}): Promise<Kernel> {
    const connection = await createConnection(options.transport, spec.name);
    const kernel = new Kernel(spec, options, connection);
    try {
      await kernel.#launch();
    } catch (error) {
      await kernel.shutdown({ graceMs: 0 });
      throw error;
    }
    return kernel;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Every iopub message, whatever it belongs to. Returns a function that ends the subscription. */
  onIopub(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  execute(code: string, options: { silent?: boolean; storeHistory?: boolean } = {}): Execution {
    const silent = options.silent ?? false;
    const content = {
      code,
      silent,
      store_history: options.storeHistory ?? !silent,
      user_expressions: {},
      allow_stdin: false, // nobody sits at a headless run
      stop_on_error: true,
    };
    const { id, reply } = this.#request("shell", "execute_request", content, true);
    const done = reply.then(({ content }) => executeReply(content));
    done.catch(() => {}); // an execution may be watched through its outputs alone
    return { id, done };
  }

  /** Any other request, e.g. `complete_request`; resolves with the reply's content. */
  async request(type: string, content: object = {}, channel: "shell" | "control" = "shell"): Promise<Content> {
    return (await this.#request(channel, type, content, false).reply).content;
  }

  /** Stops the running cell; the state is kept if the kernel can. */
  async interrupt(): Promise<void> {
    if (this.spec.interruptMode === "message") await this.request("interrupt_request", {}, "control");
    else this.#process.signal("SIGINT");
  }

  /** A fresh process at the same addresses; requests in flight fail. */
  async restart(): Promise<void> {
    await this.#stop({ restart: true, graceMs: 5000 });
    this.#channels.close(); // with whatever was queued for the old process
    this.#channels = this.#connect();
    this.#stopping = false;
    await this.#launch();
  }

  /** Asks the kernel to stop, waits `graceMs`, then kills it; removes sockets and connection file. */
  async shutdown(options: { graceMs?: number } = {}): Promise<void> {
    await this.#stop({ restart: false, graceMs: options.graceMs ?? 5000 });
    this.#channels.close();
    this.#connection.dispose();
  }

  async #stop({ restart, graceMs }: { restart: boolean; graceMs: number }): Promise<void> {
    this.#stopping = true;
    if (this.#process.running && graceMs > 0) {
      this.request("shutdown_request", { restart }, "control").catch(() => {});
      await this.#process.waitForExit(graceMs);
    }
    this.#process.signal("SIGKILL"); // also what the kernel left behind in its group
    await this.#process.waitForExit(5000);
    this.#failPending(new KernelError("died", restart ? "The kernel was restarted." : "The kernel was shut down."));
  }

  async #launch(): Promise<void> {
    const child = new KernelProcess(this.spec, this.#connection.file, this.#options);
    this.#process = child;
    let answered = false;
    void child.exited.then((reason) => {
      const doing = answered ? this.#whatItDid() : "before it was ready";
      if (!this.#stopping) this.#failPending(child.deathMessage(reason, doing));
    });
    const limit = this.#options.startTimeoutMs ?? 60_000;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const words = child.lastWords && ` It printed:\n${child.lastWords}`;
        reject(
          new KernelError("start-failed", `Kernel ${this.spec.name} did not answer in ${limit / 1000} s.${words}`),
        );
      }, limit);
    });
    try {
      this.info = await Promise.race([this.#handshake(), timeout]);
      answered = true;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ready means: it answers, and its iopub reaches us. A subscription takes a moment; what is published before is lost. */
  async #handshake(): Promise<Content> {
    for (;;) {
      const { id, reply } = this.#request("shell", "kernel_info_request", {}, false);
      let stopListening = () => {};
      const arrived = new Promise<boolean>((resolve) => {
        stopListening = this.onIopub((message) => {
          if ((message.parentHeader as { msg_id?: string }).msg_id === id) resolve(true);
        });
      });
      try {
        const { content } = await reply;
        const late = new Promise<boolean>((resolve) => setTimeout(resolve, 100, false));
        if (await Promise.race([arrived, late])) return content;
      } finally {
        stopListening();
      }
    }
  }

  #request(
    channel: "shell" | "control",
    type: string,
    content: object,
    needsIdle: boolean,
  ): { id: string; reply: Promise<Message> } {
    const header = newHeader(type, this.#session);
    if (!this.#process.running) {
      const reply = Promise.reject(new KernelError("died", `The kernel is not running: ${type} was not sent.`));
      reply.catch(() => {});
      return { id: header.msg_id, reply };
    }
    const reply = new Promise<Message>((resolve, reject) => {
      this.#pending.set(header.msg_id, { type, channel, idle: false, needsIdle, resolve, reject });
    });
    reply.catch(() => {}); // rejected before anyone waits, when the kernel dies: that is no unhandled rejection
    const message = { identities: [], header, parentHeader: {}, metadata: {}, content, buffers: [] };
    this.#channels.send(channel, message).catch((error: Error) => this.#take(header.msg_id)?.reject(error));
    return { id: header.msg_id, reply };
  }

  #receive(channel: ClientChannel, message: Message): void {
    if (channel === "stdin") {
      this.#refuseInput(message);
      return;
    }
    const parentId = (message.parentHeader as { msg_id?: string }).msg_id ?? "";
    const pending = this.#pending.get(parentId);
    if (channel === "iopub") {
      // Listeners first: the output must be in place when `done` settles.
      for (const listener of [...this.#listeners]) listener(message);
      if (!pending) return;
      if (message.header.msg_type === "status" && message.content.execution_state === "idle") pending.idle = true;
    } else if (pending?.channel === channel && message.header.msg_type.endsWith("_reply")) pending.reply = message;
    else return;
    this.#settle(parentId, pending);
  }

  #settle(id: string, pending: Pending): void {
    clearTimeout(pending.idleTimer);
    if (!pending.reply) return;
    if (pending.idle || !pending.needsIdle) {
      this.#take(id)?.resolve(pending.reply);
      return;
    }
    pending.idleTimer = setTimeout(() => {
      const seconds = idleTimeoutMs / 1000;
      const text = `The kernel answered ${pending.type} but sent no idle status in ${seconds} s: outputs may be missing.`;
      this.#take(id)?.reject(new KernelError("protocol", text));
    }, idleTimeoutMs);
  }

  #refuseInput(message: Message): void {
    if (message.header.msg_type !== "input_request") return;
    const parentId = (message.parentHeader as { msg_id?: string }).msg_id ?? "";
    const prompt = JSON.stringify(message.content.prompt ?? "");
    const text = `The cell asks for input (${prompt}); a headless run has none to give. Use parameters instead.`;
    this.#take(parentId)?.reject(new KernelError("input-refused", text));
    void this.interrupt();
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.idleTimer);
    this.#pending.delete(id);
    return pending;
  }

  #whatItDid(): string {
    const types = [...this.#pending.values()].map((pending) => pending.type);
    return types.includes("execute_request") ? "while it ran the cell" : "while it was idle";
  }

  #failPending(error: Error): void {
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error);
  }
}

function executeReply(content: Content): ExecuteReply {
  const status = content.status === "ok" || content.status === "aborted" ? content.status : "error";
  const executionCount = typeof content.execution_count === "number" ? content.execution_count : null;
  if (status !== "error") return { status, executionCount };
  return {
    status,
    executionCount,
    ename: String(content.ename ?? "Error"),
    evalue: String(content.evalue ?? ""),
    traceback: Array.isArray(content.traceback) ? content.traceback.map(String) : [],
  };
}
