/** What a value looks like, and putting it into a cell's output. */
import { inspect } from "node:util";
import { type Cell, currentCell, outsideCells } from "./cells.ts";
import { report } from "./channel.ts";
import type { MimeBundle } from "./protocol.ts";

/** A value with a method under this symbol draws itself; a function under it on `globalThis` shows a bundle. */
export const displaySymbol = Symbol.for("Jupyter.display");

export interface DisplayHandle {
  readonly id: string;
  update(bundle: MimeBundle): void;
  readonly signal: AbortSignal;
}

/** Off by default: what a notebook saves is read by programs too, and compared line by line. */
export const colors = process.env.MEDGYM_COLOR === "1";

let displays = 0;

/** Shows a bundle in the cell that the caller belongs to. */
export function show(bundle: MimeBundle, id = `${process.pid}-${++displays}`): DisplayHandle {
  const cell = currentCell();
  send("display", cell, bundle, id);
  return {
    id,
    update: (next) => send("update", cell, next, id),
    signal: cell?.interruption.signal ?? new AbortController().signal,
  };
}

export function send(
  type: "display" | "update" | "result",
  cell: Cell | undefined,
  bundle: MimeBundle,
  id?: string,
): void {
  report({ type, cell: cell?.id ?? "", data: encodeBundle(bundle), metadata: {}, id });
}

/** Binary content travels as base64. */
function encodeBundle(bundle: MimeBundle): MimeBundle {
  const entries = Object.entries(bundle).filter(([, content]) => content !== undefined);
  return Object.fromEntries(
    entries.map(([mime, content]) => [
      mime,
      content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content,
    ]),
  );
}

/** How a value is shown; `undefined` when it has shown itself, or is nothing to show. */
export function bundleOf(value: unknown): MimeBundle | undefined | PromiseLike<MimeBundle | undefined> {
  if (value === undefined) return undefined;
  const draw = drawMethod(value);
  if (draw) return draw.call(value) as MimeBundle | undefined | PromiseLike<MimeBundle | undefined>;
  return { "text/plain": inspect(value, { colors, maxArrayLength: 100, maxStringLength: 10_000 }) };
}

function drawMethod(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || value === globalThis)
    return undefined;
  const method = (value as Record<symbol, unknown>)[displaySymbol];
  return typeof method === "function" ? (method as () => unknown) : undefined;
}

/** Global `display(value)`: any value, or several, each as its own output. */
export async function display(...values: unknown[]): Promise<void> {
  for (const value of values) {
    const bundle = value === undefined ? { "text/plain": "undefined" } : bundleOf(value);
    // Without a promise, shown before the call returns.
    const ready = isThenable(bundle) ? await bundle : bundle;
    if (ready) show(ready);
  }
}

/** Empties the cell's output; with `wait`, when the next output comes, which avoids flicker. */
display.clear = (options: { wait?: boolean } = {}): void => {
  report({ type: "clear", cell: currentCell()?.id ?? "", wait: options.wait ?? false });
};

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";

export function installDisplay(): void {
  const value = (bundle: MimeBundle) => show(bundle);
  // Aborted when the cell that the caller belongs to is interrupted: for what waits without showing anything.
  Object.defineProperty(value, "signal", { get: () => currentCell()?.interruption.signal });
  // For what serves many cells: an interrupt of one must not stop it half-way.
  Object.defineProperty(value, "outside", { value: outsideCells });
  Object.defineProperty(globalThis, displaySymbol, { value, configurable: true });
  Object.defineProperty(globalThis, "display", { value: display, writable: true, configurable: true });
}
