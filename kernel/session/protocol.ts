/**
 * What front and session tell each other. Frames on three pipes:
 *
 * - fd 3, front → session's main thread: `Command`s
 * - fd 4, session → front: `Report`s, written synchronously, so that what a cell printed is out before it crashes, and
 *   so that a full pipe slows the cell down instead of filling memory
 * - fd 5, front → session's watcher thread: `Signal`s, heard while a cell spins; its end means that the front is gone
 *
 * A frame is `[u32 bytes that follow][u32 bytes of JSON][JSON][buffers…]`, little endian; the JSON's `buffers` holds the
 * length of each buffer.
 */

export const commandFd = 3;
export const reportFd = 4;
export const signalFd = 5;

export type MimeBundle = Record<string, unknown>;

export type CheckMode = "error" | "warn" | "off";

/** `%%name line` at the top of a cell. */
export interface MagicLine {
  name: string;
  line: string;
  /** Its line in the cell, from 0. */
  at: number;
}

export interface ExecuteCommand {
  type: "execute";
  /** msg_id of the request: names the cell in every report. */
  cell: string;
  /** Execution count, as in `Cell [n]`. */
  count: number;
  code: string;
  /** Show nothing but streams. */
  silent: boolean;
  allowStdin: boolean;
  userExpressions: Record<string, string>;
  /** Takes the cell, whose code has this line blank. */
  magic?: MagicLine & {
    /** What the type check found: the cell fails with it, unless there is no such magic, which says more. */
    refused?: ErrorReport;
  };
  /** Wait for the last expression, a run for instance, and report its value as JSON. */
  wantsValue?: boolean;
}

export type CommMessage = {
  type: "comm-open" | "comm-message" | "comm-close";
  cell: string;
  comm: string;
  target?: string;
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  buffers?: Buffer[];
};

export type Command =
  | ExecuteCommand
  | CommMessage
  /** End the cell gently: what listens to its interruption (runs do) ends it; without such a listener, it is interrupted. */
  | { type: "cancel"; cell: string }
  /** Answer to a `transpile` report. */
  | { type: "transpiled"; id: number; code?: string; map?: string; error?: string };

export type Signal =
  /** `cell`: the one that runs, or is on its way to the session. */
  { type: "interrupt"; cell?: string } | { type: "input"; value: string };

export interface ErrorReport {
  name: string;
  value: string;
  traceback: string[];
  /** The error's `code`, if it has one. */
  code?: string;
}

export type UserExpression =
  | { status: "ok"; data: MimeBundle; metadata: Record<string, unknown> }
  | { status: "error"; ename: string; evalue: string; traceback: string[] };

export interface ShowReport<Type extends string> {
  type: Type;
  cell: string;
  data: MimeBundle;
  metadata: Record<string, unknown>;
  /** Display id, for updates. */
  id?: string;
  buffers?: Buffer[];
}

export type Report =
  | { type: "ready" }
  | { type: "stream"; cell: string; name: "stdout" | "stderr"; text: string }
  | ShowReport<"display" | "update">
  | ShowReport<"result">
  | { type: "clear"; cell: string; wait: boolean }
  | { type: "input"; cell: string; prompt: string; password: boolean }
  | CommMessage
  /** A cell with syntax that only the TypeScript compiler lowers (standard decorators). */
  | { type: "transpile"; id: number; code: string; file: string }
  /** A comm message, or a `cancel`, has been dealt with. */
  | { type: "handled"; cell: string }
  | { type: "exit"; code: number }
  | {
      type: "done";
      cell: string;
      error?: ErrorReport;
      interrupted?: boolean;
      /** JSON of the last expression, if that was asked for. */
      value?: unknown;
      userExpressions: Record<string, UserExpression>;
    };

/** Anything that travels: JSON, and buffers beside it. */
export type Frame = { type: string; buffers?: Buffer[] };

export function encodeFrame(frame: Frame): Buffer {
  const { buffers, ...rest } = frame as Frame & Record<string, unknown>;
  const lengths = buffers?.length ? { buffers: buffers.map((buffer) => buffer.byteLength) } : {};
  const json = JSON.stringify({ ...rest, ...lengths });
  const jsonBytes = Buffer.byteLength(json);
  const bytes = 4 + jsonBytes + (buffers ?? []).reduce((sum, buffer) => sum + buffer.byteLength, 0);
  const out = Buffer.allocUnsafe(4 + bytes);
  out.writeUInt32LE(bytes, 0);
  out.writeUInt32LE(jsonBytes, 4);
  out.write(json, 8);
  let at = 8 + jsonBytes;
  for (const buffer of buffers ?? []) {
    out.set(buffer, at);
    at += buffer.byteLength;
  }
  return out;
}

/** Cuts a byte stream into frames. */
export class FrameReader<T> {
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #handle: (frame: T) => void;

  constructor(handle: (frame: T) => void) {
    this.#handle = handle;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= 4) {
      const bytes = 4 + this.#peekLength();
      if (this.#bytes < bytes) return;
      this.#handle(decodeFrame(this.#take(bytes)) as T);
    }
  }

  #peekLength(): number {
    if (this.#chunks[0].length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0].readUInt32LE(0);
  }

  #take(bytes: number): Buffer {
    // One concatenation per frame at most: a large frame arrives in many chunks.
    if (this.#chunks[0].length < bytes) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0];
    this.#bytes -= bytes;
    if (first.length === bytes) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(bytes);
    return first.subarray(0, bytes);
  }
}

function decodeFrame(bytes: Buffer): Frame {
  const jsonBytes = bytes.readUInt32LE(4);
  const frame = JSON.parse(bytes.toString("utf8", 8, 8 + jsonBytes));
  if (frame.buffers) {
    let at = 8 + jsonBytes;
    frame.buffers = frame.buffers.map((length: number) => {
      at += length;
      return bytes.subarray(at - length, at);
    });
  }
  return frame;
}
