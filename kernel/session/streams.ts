/** `process.stdout`, `process.stderr` and `console` of the cells: each write is one report, in order. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { currentCell } from "./cells.ts";
import { report } from "./channel.ts";
import { colors } from "./display.ts";

type Callback = (error?: Error | null) => void;

class CellStream extends Writable {
  readonly fd: number;
  readonly columns = 120;
  readonly isTTY = false;
  readonly #name: "stdout" | "stderr";
  readonly #decoder = new StringDecoder("utf8");

  constructor(name: "stdout" | "stderr", fd: number) {
    super({ decodeStrings: false });
    this.#name = name;
    this.fd = fd;
  }

  // Around the state machine of Writable: an interrupt in the middle of it would leave it stuck, and a write that the
  // event loop finishes later would not show while a cell spins.
  override write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const text = typeof chunk === "string" ? chunk : this.#decoder.write(Buffer.from(chunk as Uint8Array));
    if (text) report({ type: "stream", cell: currentCell()?.id ?? "", name: this.#name, text });
    const done = typeof encoding === "function" ? encoding : callback;
    if (done) process.nextTick(done);
    return true;
  }
}

export function installStreams(): void {
  const stdout = new CellStream("stdout", 1);
  const stderr = new CellStream("stderr", 2);
  Object.defineProperty(process, "stdout", { value: stdout, configurable: true, enumerable: true });
  Object.defineProperty(process, "stderr", { value: stderr, configurable: true, enumerable: true });
  const console = new Console({ stdout, stderr, colorMode: colors, ignoreErrors: false });
  Object.defineProperty(globalThis, "console", { value: console, configurable: true, writable: true });
}
