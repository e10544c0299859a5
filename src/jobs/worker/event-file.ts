/** `events.jsonl` of an attempt, appended to. A full disk stops no job: what does not fit waits, and follows when there is room. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { JobEvent, UntimedJobEvent } from "../job.ts";

/** Waiting bytes beyond which streams and displays are forgotten. */
const mostWaiting = 32 << 20;

export class EventFile {
  readonly #file: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** A line was cut off in the middle by a full disk. */
  #torn = false;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  /** One write a line: other processes of the job append to the same file. */
  append(event: UntimedJobEvent): void {
    const line = Buffer.from(`${JSON.stringify({ time: Date.now(), ...event } satisfies JobEvent)}\n`);
    if (this.#waitingBytes > mostWaiting && ["stream", "display", "update"].includes(event.type)) return;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.flush();
  }

  /** Whether all is in the file. */
  flush(): boolean {
    try {
      while (this.#waiting.length > 0) {
        const line = this.#waiting[0];
        // After a cut the whole line once more, on a line of its own: readers leave out what is no JSON.
        const bytes = this.#torn ? Buffer.concat([Buffer.from("\n"), line]) : line;
        const written = writeSync(this.#file, bytes);
        this.#torn = written < bytes.length;
        if (this.#torn) return false;
        this.#waiting.shift();
        this.#waitingBytes -= line.length;
      }
      return true;
    } catch (error) {
      if (["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
      throw error;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}
