/** Rows of a training set, from memory or from a file, checked; every complaint says which row, and in a file which line. */
import { checkRow, type PlacedRow, type Row, readRows } from "../data/index.ts";

/** Rows in memory, or the path of a .jsonl, .json, .parquet, .csv or .tsv file. */
export type SftData = Iterable<Row> | AsyncIterable<Row> | string;

export async function* placedRows(data: SftData): AsyncGenerator<PlacedRow> {
  if (typeof data === "string") {
    yield* readRows(data);
    return;
  }
  let number = 0;
  for await (const row of data) {
    const place = `row ${++number}`;
    yield { row: checkRow(row, place), place };
  }
}
