/**
 * What a cell puts out, few enough to be kept in a file: pieces of one stream within a moment become one, and of a
 * display that is drawn again and again only what a reader could have seen, and the last.
 */
import type { MimeBundle, ShowReport } from "../session/protocol.ts";

export type CellOutput =
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | { type: "display" | "update" | "result"; data: MimeBundle; metadata?: Record<string, unknown>; id?: string }
  | { type: "clear"; wait: boolean };

const streamMs = 30;
const streamLimit = 1 << 16;
/** Between two updates of a display; a large one waits until it has been this many bytes a second. */
const updateMs = 500;
const updateBytesPerSecond = 100_000;

export class Outputs {
  readonly #emit: (output: CellOutput) => void;
  #stream?: { name: "stdout" | "stderr"; text: string };
  #streamTimer?: NodeJS.Timeout;
  readonly #updates = new Map<string, { held?: CellOutput; timer?: NodeJS.Timeout; freeAt: number }>();

  constructor(emit: (output: CellOutput) => void) {
    this.#emit = emit;
  }

  stream(name: "stdout" | "stderr", text: string): void {
    if (this.#stream?.name !== name) this.#flushStream();
    this.#stream ??= { name, text: "" };
    this.#stream.text += text;
    if (this.#stream.text.length > streamLimit) this.#flushStream();
    else this.#streamTimer ??= setTimeout(() => this.#flushStream(), streamMs);
  }

  show({ type, data, metadata, id }: ShowReport<"display" | "update" | "result">): void {
    this.#flushStream();
    const output: CellOutput = { type, data, metadata, id };
    if (type !== "update" || id === undefined) return this.#emit(output);
    const display = this.#updates.get(id) ?? { freeAt: 0 };
    this.#updates.set(id, display);
    display.held = output;
    display.timer ??= setTimeout(() => this.#release(id), Math.max(0, display.freeAt - performance.now()));
  }

  clear(wait: boolean): void {
    this.#flushStream();
    this.#emit({ type: "clear", wait });
  }

  /** Everything that waits goes out. */
  flush(): void {
    this.#flushStream();
    for (const id of this.#updates.keys()) this.#release(id);
  }

  #release(id: string): void {
    const display = this.#updates.get(id)!;
    clearTimeout(display.timer);
    display.timer = undefined;
    const { held } = display;
    if (!held) return;
    display.held = undefined;
    const seconds = JSON.stringify(held).length / updateBytesPerSecond;
    display.freeAt = performance.now() + Math.max(updateMs, 1000 * seconds);
    this.#emit(held);
  }

  #flushStream(): void {
    clearTimeout(this.#streamTimer);
    this.#streamTimer = undefined;
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream) this.#emit({ type: "stream", ...stream });
  }
}
