/** The events of a job, followed once and read by many: each reader gets those of the newest attempt from its first on. */
import { outsideCells } from "../../core/display.ts";
import type { JobRecord } from "../job.ts";
import type { FollowedEvent, JobsConnection } from "./connection.ts";

const feeds = new WeakMap<JobsConnection, Map<number, JobFeed>>();

export function feedOf(connection: JobsConnection, id: number): JobFeed {
  let own = feeds.get(connection);
  if (!own) {
    own = new Map();
    feeds.set(connection, own);
  }
  let feed = own.get(id);
  if (!feed) {
    feed = outsideCells(() => new JobFeed(connection, id, () => own.delete(id)));
    own.set(id, feed);
  }
  return feed;
}

export class JobFeed {
  /** Of the newest attempt. */
  readonly events: FollowedEvent[] = [];
  /** The job at its end. */
  readonly ended: Promise<JobRecord>;
  #over = false;
  #error?: unknown;
  #wakeReaders: (() => void)[] = [];

  /** `failed`: it broke, and is not to be used again. */
  constructor(connection: JobsConnection, id: number, failed: () => void) {
    this.ended = this.#follow(connection, id);
    this.ended.catch((error) => {
      this.#error = error;
      failed();
    });
    const over = () => {
      this.#over = true;
      this.#wake();
    };
    this.ended.then(over, over);
  }

  /** A retry begins anew: its first event has index 0 of a higher attempt. */
  async *read(): AsyncGenerator<FollowedEvent, JobRecord> {
    let attempt = 0;
    for (let next = 0; ; ) {
      const newest = this.events[0]?.attempt ?? 0;
      if (newest !== attempt) [attempt, next] = [newest, 0];
      if (next < this.events.length) yield this.events[next++];
      else if (this.#over) break;
      else await new Promise<void>((resolve) => this.#wakeReaders.push(resolve));
    }
    if (this.#error !== undefined) throw this.#error;
    return this.ended;
  }

  async #follow(connection: JobsConnection, id: number): Promise<JobRecord> {
    const following = connection.follow(id);
    for (;;) {
      const { done, value } = await following.next();
      if (done) return value;
      if (value.attempt !== this.events[0]?.attempt) this.events.length = 0;
      this.events.push(value);
      this.#wake();
    }
  }

  #wake(): void {
    const readers = this.#wakeReaders;
    this.#wakeReaders = [];
    for (const wake of readers) wake();
  }
}
