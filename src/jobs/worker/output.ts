/** What the job prints and shows, as events. */
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { type DisplayHandle, displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { UntimedJobEvent } from "../job.ts";

type Emit = (event: UntimedJobEvent) => void;

/** Text of both streams that is kept. */
const mostText = 64 << 20;
/** Text waits so long for more: a print a line would be an event a character. */
const gatherMs = 20;
const gatherBytes = 8192;

/** `process.stdout` and `process.stderr` of the job; `flush` before other events, so that order is kept. */
export class Streams {
  readonly #emit: Emit;
  #name: "stdout" | "stderr" = "stdout";
  #text = "";
  #since = 0;
  #total = 0;
  #scheduled = false;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  install(): void {
    for (const [name, fd] of [["stdout", 1] as const, ["stderr", 2] as const]) {
      const stream = new JobStream((text) => this.#add(name, text));
      Object.defineProperty(process, name, {
        value: Object.assign(stream, { fd, isTTY: false, columns: 120 }),
        configurable: true,
        enumerable: true,
      });
    }
  }

  flush(): void {
    if (!this.#text) return;
    const text = this.#text;
    this.#text = "";
    this.#emit({ type: "stream", name: this.#name, text });
  }

  #add(name: "stdout" | "stderr", text: string): void {
    if (this.#total > mostText) return;
    this.#total += text.length;
    if (name !== this.#name) this.flush();
    this.#name = name;
    if (!this.#text) this.#since = performance.now();
    this.#text += this.#total > mostText ? `${text}\n… (output beyond ${mostText >> 20} MiB is left out)\n` : text;
    if (this.#text.length >= gatherBytes || performance.now() - this.#since >= gatherMs) return this.flush();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }
}

class JobStream extends Writable {
  readonly #take: (text: string) => void;
  readonly #decoder = new StringDecoder("utf8");

  constructor(take: (text: string) => void) {
    super({ decodeStrings: false });
    this.#take = take;
  }

  override _write(chunk: string | Buffer, _: string, done: () => void): void {
    this.#take(typeof chunk === "string" ? chunk : this.#decoder.write(chunk));
    done();
  }
}

/** Bytes a second that the redraws of one live view may take in the long run: a training draws 30 kB four times a second, for days. */
const redrawRate = 4096;

/** Takes the kernel's place: what is shown becomes an event, redraws of it are thinned out, the last one is always told. */
export class Displays {
  readonly #emit: Emit;
  readonly #signal: AbortSignal;
  readonly #pending = new Map<string, { bundle: MimeBundle; timer: NodeJS.Timeout }>();
  #count = 0;

  constructor(emit: Emit, signal: AbortSignal) {
    this.#emit = emit;
    this.#signal = signal;
  }

  install(): void {
    Object.defineProperty(globalThis, displaySymbol, {
      value: (bundle: MimeBundle): DisplayHandle => this.#show(bundle),
      configurable: true,
    });
  }

  /** Tells the redraws that still wait. */
  flush(): void {
    for (const id of [...this.#pending.keys()]) this.#update(id);
  }

  #show(bundle: MimeBundle): DisplayHandle {
    const id = `${process.pid}-${++this.#count}`;
    let nextMs = this.#emitBundle("display", bundle, id);
    return {
      signal: this.#signal,
      update: (next) => {
        const waiting = this.#pending.get(id);
        if (waiting) {
          waiting.bundle = next;
          return;
        }
        const timer = setTimeout(
          () => {
            nextMs = this.#update(id);
          },
          Math.max(0, nextMs - performance.now()),
        ).unref();
        this.#pending.set(id, { bundle: next, timer });
      },
    };
  }

  #update(id: string): number {
    const { bundle, timer } = this.#pending.get(id)!;
    clearTimeout(timer);
    this.#pending.delete(id);
    return this.#emitBundle("update", bundle, id);
  }

  /** When the next may follow. */
  #emitBundle(type: "display" | "update", bundle: MimeBundle, id: string): number {
    const data = jsonBundle(bundle);
    this.#emit({ type, data, id });
    return performance.now() + Math.max(500, (JSON.stringify(data).length / redrawRate) * 1000);
  }
}

/** Binary content travels as base64. */
export function jsonBundle(bundle: MimeBundle): MimeBundle {
  const entries = Object.entries(bundle).filter(([, content]) => content !== undefined);
  const textOf = (content: unknown) =>
    content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content;
  return Object.fromEntries(entries.map(([mime, content]) => [mime, textOf(content)]));
}
