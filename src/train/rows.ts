/** Rows of a training set, from memory or from a file, checked; every complaint says which row, and in a file which line. */
import { MedgymError } from "../core/errors.ts";
import { type PlacedRow, type Row, readRows } from "../data/index.ts";

/** Rows in memory, or the path of a .jsonl, .json, .parquet, .csv or .tsv file. */
export type RowData<R> = Iterable<R> | AsyncIterable<R> | string;
export type SftData = RowData<Row>;

/** The row as it is when it is one, else an error that begins with its place. */
export type RowCheck<R> = (row: unknown, place: string) => R;

/** Gives the event loop a turn now and then. `context` begins every complaint: verb and option, "sft: data". */
export async function* placedRows<R>(
  context: string,
  data: RowData<R>,
  check: RowCheck<R>,
  signal: AbortSignal,
): AsyncGenerator<PlacedRow<R>> {
  let lastTurn = performance.now();
  for await (const placed of inContext(context, checkedRows(data, check))) {
    if (performance.now() - lastTurn > 20) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      lastTurn = performance.now();
    }
    yield placed;
  }
}

async function* checkedRows<R>(data: RowData<R>, check: RowCheck<R>): AsyncGenerator<PlacedRow<R>> {
  if (typeof data === "string") {
    for await (const { row, place } of readRows(data, { schema: "any" })) yield { row: check(row, place), place };
    return;
  }
  let number = 0;
  for await (const row of data) {
    const place = `row ${++number}`;
    yield { row: check(row, place), place };
  }
}

async function* inContext<T>(context: string, rows: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw named(context, error);
  }
}

/** The same error with its context before it. */
export function named(context: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = error instanceof MedgymError ? error.code : "invalid-data";
  return new MedgymError(code, `${context}: ${error.message}`, { cause: error });
}

/** What is said of rows that are too long, where nobody said what to do with them. */
export class OverlongRows {
  readonly #context: string;
  readonly #maxLength: number;
  readonly #ways: string;
  readonly #rows: { place: string; length: number }[] = [];

  /** `ways`: of `overlong`, that would let it go on. */
  constructor(context: string, maxLength: number, ways = '"truncate" or "drop"') {
    this.#context = context;
    this.#maxLength = maxLength;
    this.#ways = ways;
  }

  add(place: string, length: number): void {
    this.#rows.push({ place, length });
  }

  /** Throws if there was one. */
  refuse(): void {
    if (this.#rows.length === 0) return;
    const longest = this.#rows.reduce((a, b) => (b.length > a.length ? b : a));
    const count = this.#rows.length === 1 ? "one row is" : `${this.#rows.length} rows are`;
    throw new MedgymError(
      "invalid-data",
      `${this.#context}: ${count} longer than maxLength ${this.#maxLength}; the longest has ${longest.length} tokens (${longest.place}). ` +
        `Set overlong: ${this.#ways}, or a larger maxLength.`,
    );
  }
}
