import type { Socket } from "node:net";
import type { JobEvent, JobRecord } from "../job.ts";

export type Told = { attempt: number; index: number; event: JobEvent } | { job: JobRecord };

/** What came of a job that is followed, in order. */
export class FollowSink {
  items: Told[] = [];
  ended = false;
  broken = false;
  #socket?: Socket;
  #wake: () => void = () => {};

  /** What an earlier connection had not told is asked for again. */
  reset({ socket, lost }: { socket: Socket; lost: Promise<void> }): void {
    this.items = [];
    this.broken = false;
    this.#socket = socket;
    lost.then(() => {
      if (this.#socket !== socket) return;
      this.broken = true;
      this.wake();
    });
  }

  take(socket: Socket, told: Told): void {
    if (socket !== this.#socket) return;
    this.items.push(told);
    if ("job" in told) this.ended = true;
    this.wake();
  }

  waiting(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }
}
