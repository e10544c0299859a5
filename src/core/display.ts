/**
 * Where library and kernel meet: the symbol `Jupyter.display`, and nothing else.
 *
 * - An object with a method under the symbol draws itself: the method returns a MIME bundle (or a promise of one), or
 *   `undefined` when it has shown itself already.
 * - A kernel installs a function under the symbol on `globalThis`: it shows a bundle in the output of the cell that the
 *   calling code belongs to, and returns a handle with which that output is updated.
 */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** MIME type → content; `application/json`-like types hold objects, the rest strings (images base64). */
export type MimeBundle = Record<string, unknown>;

export interface Displayable {
  [displaySymbol](): MimeBundle | undefined | Promise<MimeBundle | undefined>;
}

export interface DisplayHandle {
  /** Replaces what is shown. */
  update(bundle: MimeBundle): void;
  /** Aborted when the user interrupts the cell that this output belongs to. */
  readonly signal: AbortSignal;
}

interface Show {
  (bundle: MimeBundle): DisplayHandle;
  /** Of the cell that the calling code belongs to. */
  readonly signal?: AbortSignal;
  /** Runs a function as nobody's: an interrupt of a cell does not stop what it starts. */
  outside?<T>(body: () => T): T;
}

/** Shows a bundle in the current cell; `undefined` outside a kernel. */
export function show(bundle: MimeBundle): DisplayHandle | undefined {
  const kernel = (globalThis as Record<symbol, unknown>)[displaySymbol] as Show | undefined;
  return typeof kernel === "function" ? kernel(bundle) : undefined;
}

/** Aborted when the user interrupts the cell that the calling code belongs to; `undefined` outside a kernel. */
export function cellSignal(): AbortSignal | undefined {
  const kernel = (globalThis as Record<symbol, unknown>)[displaySymbol] as Show | undefined;
  return typeof kernel === "function" ? kernel.signal : undefined;
}

/** Runs `body` outside of the current cell: for what serves many cells, a connection say, and must not be stopped half-way with one. */
export function outsideCells<T>(body: () => T): T {
  const kernel = (globalThis as Record<symbol, unknown>)[displaySymbol] as Show | undefined;
  return typeof kernel === "function" && kernel.outside ? kernel.outside(body) : body();
}

/** Whether a kernel is there to show things. */
export function inKernel(): boolean {
  return typeof (globalThis as Record<symbol, unknown>)[displaySymbol] === "function";
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
