/** Which cell the running code belongs to: its output goes there, however much later it comes. */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Cell {
  /** msg_id of the request. */
  readonly id: string;
  readonly count: number;
  readonly silent: boolean;
  readonly allowStdin: boolean;
  /** Aborted when the user interrupts the cell. */
  readonly interruption: AbortController;
}

const storage = new AsyncLocalStorage<Cell>();
let latest: Cell | undefined;

/** Runs `body`, and all that it starts, as the cell's. */
export const inCell = <T>(cell: Cell, body: () => T): T => storage.run(cell, body);

/** A new cell begins. */
export function setLatest(cell: Cell): void {
  latest = cell;
}

/** Runs `body` as nobody's: what it starts is spared when a cell is interrupted. */
export const outsideCells = <T>(body: () => T): T => storage.exit(body);

/** Id of the cell that the running code belongs to; undefined for code that lost its context, or never had one. */
export const contextCell = (): string | undefined => storage.getStore()?.id;

/** The cell whose code is running; for code that lost its context (native callbacks), the latest. */
export const currentCell = (): Cell | undefined => storage.getStore() ?? latest;
