/**
 * What goes out on iopub, in order. Consecutive pieces of one stream become one message; everything else first sends
 * what is pending, so that no message overtakes the text before it.
 */

import type { Content } from "../wire.ts";
import type { Identity, Parent } from "./identity.ts";
import type { Outbox } from "./sockets.ts";

/** Text waits for more of it this long at most. */
const delayMs = 15;
const pendingLimit = 1 << 18;

export class Publisher {
  readonly #outbox: Outbox;
  readonly #identity: Identity;
  #text: string[] = [];
  #length = 0;
  #name = "";
  #parent: Parent = {};
  #timer?: NodeJS.Timeout;
  #lastFlush = 0;

  constructor(outbox: Outbox, identity: Identity) {
    this.#outbox = outbox;
    this.#identity = identity;
  }

  publish(
    type: string,
    content: Content,
    parent: Parent,
    extra: { metadata?: Content; buffers?: Buffer[] } = {},
  ): void {
    this.flush();
    const topic = Buffer.from(`kernel.${this.#identity.session}.${type}`);
    this.#outbox.push(this.#identity.message(type, content, { parent, identities: [topic], ...extra }));
  }

  status(state: "starting" | "busy" | "idle", parent: Parent): void {
    this.publish("status", { execution_state: state }, parent);
  }

  stream(name: "stdout" | "stderr", text: string, parent: Parent): void {
    if (this.#name !== name || this.#parent !== parent) this.flush();
    this.#name = name;
    this.#parent = parent;
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length > pendingLimit) return this.flush();
    // The first piece after a pause goes out at the next turn, a torrent in portions.
    const wait = Math.max(0, delayMs - (performance.now() - this.#lastFlush));
    this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text.length === 0) return;
    const text = this.#text.join("");
    this.#text = [];
    this.#length = 0;
    this.#lastFlush = performance.now();
    this.publish("stream", { name: this.#name, text }, this.#parent);
  }
}
