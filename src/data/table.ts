import type { Table } from "apache-arrow";
import { z } from "zod";
import { resolveOptions } from "../core/options.ts";
import { isTable, rowsOf } from "./arrow/rows.ts";
import { Shape } from "./arrow/shape.ts";
import { type Format, formatOf, formats } from "./formats/format.ts";
import { eachRow, type Rows } from "./formats/rows.ts";
import { readRows } from "./read.ts";

export interface ReadTableOptions {
  /** @default by the file's extension: .jsonl or .ndjson, .json, .parquet, .csv, .tsv */
  format?: Format;
  /** Of Parquet: only these columns are read. @default all */
  columns?: readonly string[];
}

const schema = z.strictObject({ format: z.enum(formats).optional(), columns: z.array(z.string()).optional() });

/** Rows of a batch. */
const batchRows = 8192;

/** A file as an Arrow table, which draws itself in a cell; rows of any kind. */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const { format = formatOf(path), columns } = resolveOptions("data.readTable", options, schema);
  if (format !== "parquet") {
    const table = await toTable(valuesOf(path, format));
    return columns ? table.select([...columns]) : table;
  }
  const { Table: ArrowTable } = await import("./arrow/drawn.ts");
  const { parquetSchema, readParquet } = await import("./formats/parquet.ts");
  const batches = [];
  for await (const part of readParquet(path, columns)) batches.push(...part.batches);
  return batches.length > 0 ? new ArrowTable(batches) : new ArrowTable(await parquetSchema(path));
}

async function* valuesOf(path: string, format: Format): AsyncGenerator<object> {
  for await (const { row } of readRows(path, { format, schema: "any" })) yield row;
}

/** Rows as an Arrow table. Columns are typed where all values agree; what does not is JSON text (`arrow.json`). */
export async function toTable(rows: Rows): Promise<Table> {
  const { Table: ArrowTable } = await import("./arrow/drawn.ts");
  const { batchOf, schemaOf } = await import("./arrow/build.ts");
  const all: Record<string, unknown>[] = [];
  const shape = new Shape();
  for await (const row of eachRow(rows)) {
    all.push(row);
    shape.addFields(row);
  }
  const arrow = schemaOf(shape);
  const batches = [];
  for (let start = 0; start < all.length; start += batchRows)
    batches.push(batchOf(all.slice(start, start + batchRows), arrow));
  return new ArrowTable(arrow, batches);
}

/**
 * The rows of an Arrow table as plain objects. Integers are numbers where a number holds them, else bigint; dates and timestamps
 * ISO text, decimals text, binary Uint8Array, maps objects.
 */
export function toRows<T extends object = Record<string, unknown>>(table: Table): T[] {
  if (!isTable(table)) throw new TypeError("data.toRows takes an Arrow table");
  return [...rowsOf(table)] as T[];
}
