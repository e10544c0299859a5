/** The machine's state as it changes, for many readers: a connection has one watch. */
import { outsideCells } from "../../core/display.ts";
import type { JobsConnection } from "../client/connection.ts";
import type { Overview } from "../protocol.ts";

type Listener = (overview: Overview) => void;

const everyMs = 300;

class Watch {
  readonly #listeners = new Set<Listener>();
  #latest?: Overview;
  #stop?: AbortController;
  readonly #connection: JobsConnection;

  constructor(connection: JobsConnection) {
    this.#connection = connection;
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#latest) listener(this.#latest);
    if (!this.#stop) outsideCells(() => this.#run());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.abort();
      this.#stop = undefined;
      this.#latest = undefined;
    };
  }

  async #run(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      for await (const overview of this.#connection.watch({ everyMs, signal: stop.signal })) {
        if (stop.signal.aborted) return;
        this.#latest = overview;
        for (const listener of [...this.#listeners]) listener(overview);
      }
    } catch {
      // The daemon cannot be had: what is shown stays as it is, and the next view asks again.
      if (this.#stop === stop) this.#stop = undefined;
    }
  }
}

const watches = new WeakMap<JobsConnection, Watch>();

/** Calls `listener` now and at each change, until the returned function is called. */
export function onOverview(connection: JobsConnection, listener: Listener): () => void {
  const watch = watches.get(connection) ?? new Watch(connection);
  watches.set(connection, watch);
  return watch.add(listener);
}
