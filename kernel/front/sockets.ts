/**
 * The five Jupyter sockets. Each has one outgoing queue whose sends are awaited one after another: zeromq refuses a
 * send while another is under way ("Socket is busy writing"), and one queue keeps order, so that `idle` never overtakes
 * an output.
 */
import * as zmq from "zeromq";
import { type ConnectionInfo, endpoint, type Message, WireError } from "../wire.ts";
import type { Identity } from "./identity.ts";

interface Sender {
  send(frames: Buffer[]): Promise<void>;
}

export class Outbox {
  readonly #socket: Sender;
  readonly #identity: Identity;
  #queue: Buffer[][] = [];
  #draining?: Promise<void>;

  constructor(socket: Sender, identity: Identity) {
    this.#socket = socket;
    this.#identity = identity;
  }

  push(message: Message): void {
    this.#queue.push(this.#identity.encode(message));
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything pushed so far is with zeromq. */
  async flushed(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue;
        this.#queue = [];
        for (const frames of batch) await this.#socket.send(frames);
      }
    } catch (error) {
      // Only a closed socket gets here (shutdown): what is left has no reader.
      this.#queue = [];
      if ((error as { code?: string }).code !== "EBADF") process.stderr.write(`medgym kernel: ${error}\n`);
    } finally {
      this.#draining = undefined;
      if (this.#queue.length > 0) this.#draining = this.#drain();
    }
  }
}

export interface Handlers {
  shell(message: Message): void;
  control(message: Message): void;
  stdin(message: Message): void;
  /** A front end subscribed to iopub. */
  subscribed(topic: Buffer): void;
}

export class Sockets {
  readonly #shell = new zmq.Router({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  readonly #control = new zmq.Router({ linger: 1000, sendHighWaterMark: 0 });
  readonly #stdin = new zmq.Router({ linger: 1000, sendHighWaterMark: 0 });
  // No high-water mark: past one, a publisher drops messages silently.
  readonly #iopub = new zmq.XPublisher({ linger: 1000, sendHighWaterMark: 0, verbosity: "allSubs" });
  readonly #heartbeat = new zmq.Reply({ linger: 0 });
  readonly #identity: Identity;
  readonly shell: Outbox;
  readonly control: Outbox;
  readonly stdin: Outbox;
  readonly iopub: Outbox;

  constructor(identity: Identity) {
    this.#identity = identity;
    this.shell = new Outbox(this.#shell, identity);
    this.control = new Outbox(this.#control, identity);
    this.stdin = new Outbox(this.#stdin, identity);
    this.iopub = new Outbox(this.#iopub, identity);
  }

  async bind(connection: ConnectionInfo): Promise<void> {
    // Reachable (heartbeat) last: whoever hears it may send at once.
    await this.#iopub.bind(endpoint(connection, "iopub"));
    await this.#stdin.bind(endpoint(connection, "stdin"));
    await this.#control.bind(endpoint(connection, "control"));
    await this.#shell.bind(endpoint(connection, "shell"));
    await this.#heartbeat.bind(endpoint(connection, "hb"));
  }

  listen(handlers: Handlers): void {
    this.#receive(this.#shell, (message) => handlers.shell(message));
    this.#receive(this.#control, (message) => handlers.control(message));
    this.#receive(this.#stdin, (message) => handlers.stdin(message));
    this.#echo();
    this.#subscriptions((topic) => handlers.subscribed(topic));
  }

  async close(): Promise<void> {
    await Promise.all([this.shell.flushed(), this.control.flushed(), this.iopub.flushed(), this.stdin.flushed()]);
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat]) socket.close();
  }

  async #receive(socket: zmq.Router, handle: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      try {
        handle(this.#identity.decode(frames as Buffer[]));
      } catch (error) {
        const what = error instanceof WireError ? `message dropped: ${error.message}` : (error as Error).stack;
        process.stderr.write(`medgym kernel: ${what}\n`);
      }
    }
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }

  async #subscriptions(subscribed: (topic: Buffer) => void): Promise<void> {
    for await (const [frame] of this.#iopub) if (frame[0] === 1) subscribed(frame.subarray(1) as Buffer);
  }
}
