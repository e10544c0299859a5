/** What is kept of a job's events to draw it: curves, and the end of what it printed. */
import type { JobEvent } from "../job.ts";
import { type Curve, Curves } from "./curves.ts";

/** Of the log, characters that are kept. */
const logLimit = 20_000;

export class JobTrace {
  #attempt = 0;
  #curves = new Curves();
  #log = "";

  /** A retry begins anew, where it goes on from a checkpoint with the same curves. */
  add(attempt: number, event: JobEvent): void {
    if (attempt !== this.#attempt) {
      this.#attempt = attempt;
      this.#log = "";
    }
    if (event.type === "metric") this.#curves.add(event);
    if (event.type === "stream") this.#log = (this.#log + event.text).slice(-logLimit);
  }

  get curves(): Curve[] {
    return this.#curves.all;
  }

  get log(): string {
    return this.#log;
  }
}
