/** Reads a file of JSON lines while it grows. */
import { closeSync, openSync, readSync } from "node:fs";
import type { JobEvent } from "../job.ts";

const chunkBytes = 256 * 1024;

export class EventTail {
  readonly #path: string;
  #file: number | undefined;
  /** Begun, its end not yet written. */
  #rest = Buffer.alloc(0);
  #next: number;
  #skip: number;

  /** `from`: number of the first event that is told. */
  constructor(path: string, from = 0) {
    this.#path = path;
    this.#next = 0;
    this.#skip = from;
  }

  /** What came since the last call, at most about 256 kB of it; [] when there is nothing more for now. */
  read(): { index: number; event: JobEvent }[] {
    for (;;) {
      const lines = this.#lines();
      if (!lines) return [];
      const found = lines.flatMap((line) => {
        const index = this.#next++;
        const event = index >= this.#skip ? parse(line) : undefined;
        return event ? [{ index, event }] : [];
      });
      if (found.length > 0) return found;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Whole lines of the next piece of the file; undefined at its end. */
  #lines(): string[] | undefined {
    try {
      this.#file ??= openSync(this.#path, "r");
    } catch {
      return undefined;
    }
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const read = readSync(this.#file, chunk, 0, chunkBytes, null);
    if (read === 0) return undefined;
    const bytes = Buffer.concat([this.#rest, chunk.subarray(0, read)]);
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = Buffer.from(bytes.subarray(end));
    return end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
  }
}

/** A line that is no event, of a worker that was killed in the middle of it, is left out. */
function parse(line: string): JobEvent | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
