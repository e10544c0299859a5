import { z } from "zod";
import { resolveOptions } from "../core/options.ts";
import { rowsOf } from "./arrow/rows.ts";
import { type Format, formatOf, formats, type Placed } from "./formats/format.ts";
import { readJsonArray, readJsonLines } from "./formats/json.ts";
import { checkAgainst, checkObject, checkRow, type Row } from "./rows.ts";

export interface ReadOptions<T = Row> {
  /** @default by the file's extension: .jsonl or .ndjson, .json, .parquet, .csv, .tsv */
  format?: Format;
  /** What a row must be; "any" takes every object, e.g. for data.toChat. @default a chat, prompt/completion or text row */
  schema?: z.ZodType<T>;
}

/** Rows of any kind. */
export interface ReadAnyOptions {
  format?: Format;
  schema: "any";
}

export type AnyRow = Record<string, unknown>;

/** A row and where it stands, for messages: "train.jsonl, line 3" or "train.parquet, row 3". */
export interface PlacedRow<T = Row> {
  row: T;
  place: string;
}

const readSchema = z.strictObject({
  format: z.enum(formats).optional(),
  schema: z
    .union([
      z.literal("any"),
      z.custom<z.ZodType>((value) => typeof (value as z.ZodType)?.safeParse === "function", "a zod schema"),
    ])
    .describe('a zod schema, or "any"')
    .optional(),
});

/** All rows of a file, checked. Text is UTF-8, with or without byte order mark; empty lines are skipped. */
export async function read(path: string, options: ReadAnyOptions): Promise<AnyRow[]>;
export async function read<T = Row>(path: string, options?: ReadOptions<T>): Promise<T[]>;
export async function read(path: string, options: ReadOptions<unknown> | ReadAnyOptions = {}): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { row } of readRows(path, options as ReadOptions)) rows.push(row);
  return rows;
}

/** The rows of a file one after the other: however long the file is, memory holds one row, of Parquet a row group. */
export function readRows(path: string, options: ReadAnyOptions): AsyncGenerator<PlacedRow<AnyRow>>;
export function readRows<T = Row>(path: string, options?: ReadOptions<T>): AsyncGenerator<PlacedRow<T>>;
export async function* readRows(
  path: string,
  options: ReadOptions<unknown> | ReadAnyOptions = {},
): AsyncGenerator<PlacedRow<unknown>> {
  const { format, schema } = resolveOptions("data.read", options, readSchema);
  const check = (value: unknown, place: string) =>
    schema === "any" ? checkObject(value, place) : schema ? checkAgainst(schema, value, place) : checkRow(value, place);
  for await (const { value, place } of placedRows(path, format ?? formatOf(path))) {
    yield { row: check(value, place), place };
  }
}

async function* placedRows(path: string, format: Format): AsyncGenerator<Placed> {
  if (format === "jsonl") yield* readJsonLines(path);
  else if (format === "json") yield* readJsonArray(path);
  else if (format === "parquet") {
    const { readParquet } = await import("./formats/parquet.ts");
    let number = 0;
    for await (const batch of readParquet(path))
      for (const value of rowsOf(batch)) yield { value, place: `${path}, row ${++number}` };
  } else {
    const { readCsv } = await import("./formats/csv.ts");
    yield* readCsv(path, format === "tsv" ? "\t" : ",");
  }
}
