import { randomUUID } from "node:crypto";
import { Dealer, Subscriber } from "zeromq";
import { type ConnectionInfo, decode, encode, endpoint, type Message } from "../wire.ts";

export type ClientChannel = "shell" | "control" | "stdin" | "iopub";

/** The client's sockets. What cannot be decoded (foreign or damaged) is dropped and counted. */
export class Channels {
  readonly #connection: ConnectionInfo;
  readonly #dealers: Record<"shell" | "control" | "stdin", Dealer>;
  readonly #iopub: Subscriber;
  /** The last send of each socket: zeromq.js refuses a send while another is under way. */
  readonly #lastSend = new Map<Dealer, Promise<void>>();
  #dropped = 0;

  constructor(connection: ConnectionInfo, onMessage: (channel: ClientChannel, message: Message) => void) {
    this.#connection = connection;
    const identity = randomUUID(); // the kernel finds our stdin by the identity our shell requests carry
    const dealer = () => new Dealer({ routingId: identity, linger: 0, reconnectInterval: 20, receiveHighWaterMark: 0 });
    this.#dealers = { shell: dealer(), control: dealer(), stdin: dealer() };
    this.#iopub = new Subscriber({ linger: 0, reconnectInterval: 20, receiveHighWaterMark: 0 });
    this.#iopub.subscribe();
    for (const [channel, socket] of [...Object.entries(this.#dealers), ["iopub", this.#iopub] as const]) {
      socket.connect(endpoint(connection, channel as ClientChannel));
      void this.#receive(socket, (message) => onMessage(channel as ClientChannel, message));
    }
  }

  /** Messages with a wrong signature or broken JSON. */
  get dropped(): number {
    return this.#dropped;
  }

  async #receive(socket: Dealer | Subscriber, deliver: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = decode(frames, this.#connection.key);
      } catch {
        this.#dropped++;
        continue;
      }
      deliver(message);
    }
  }

  send(channel: "shell" | "control" | "stdin", message: Message<object>): Promise<void> {
    const socket = this.#dealers[channel];
    const frames = encode(message, this.#connection.key);
    const sent = (this.#lastSend.get(socket) ?? Promise.resolve()).then(() => socket.send(frames));
    this.#lastSend.set(
      socket,
      sent.catch(() => {}), // the caller sees the failure; the next send goes on
    );
    return sent;
  }

  close(): void {
    for (const socket of [...Object.values(this.#dealers), this.#iopub]) if (!socket.closed) socket.close();
  }
}
