import type { FileHandle } from "node:fs/promises";
import type { Table } from "apache-arrow";
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { writeStreamAtomic } from "../core/files.ts";
import { resolveOptions } from "../core/options.ts";
import { isTable, rowsOf } from "./arrow/rows.ts";
import { type Format, formatOf, formats } from "./formats/format.ts";
import { eachRow, type Rows } from "./formats/rows.ts";
import { withKnown } from "./formats/spool.ts";

export interface WriteOptions {
  /** @default by the file's extension: .jsonl or .ndjson, .json, .parquet, .csv, .tsv */
  format?: Format;
}

const schema = z.strictObject({ format: z.enum(formats).optional() });

/**
 * Writes rows or an Arrow table. The file is whole or absent, whatever happens. Rows may come in a stream longer than memory; for
 * Parquet and CSV, whose columns depend on all of them, such a stream waits in a temporary file.
 *
 * Parquet columns are typed where all values agree; what does not is JSON text with Arrow's extension type `arrow.json`, and is
 * read back as it was.
 */
export async function write(path: string, rows: Rows | Table, options: WriteOptions = {}): Promise<void> {
  const resolved = resolveOptions("data.write", options, schema);
  const format = resolved.format ?? formatOf(path);
  await writeStreamAtomic(path, async (file) => {
    if (isTable(rows)) {
      if (format === "parquet") return (await import("./formats/parquet.ts")).writeTable(file, rows);
      return writeRows(file, [...rowsOf(rows)], format);
    }
    return writeRows(file, rows, format);
  });
}

async function writeRows(file: FileHandle, rows: Rows, format: Format): Promise<void> {
  if (format === "jsonl" || format === "json") return writeJson(file, rows, format === "json");
  if (format === "parquet") {
    const { writeParquet } = await import("./formats/parquet.ts");
    return withKnown(rows, (known) => writeParquet(file, known));
  }
  const { writeCsv } = await import("./formats/csv.ts");
  return withKnown(rows, (known) => writeCsv(file, known, format === "tsv" ? "\t" : ","));
}

async function writeJson(file: FileHandle, rows: Rows, array: boolean): Promise<void> {
  let text = array ? "[" : "";
  let count = 0;
  for await (const row of eachRow(rows)) {
    const line = JSON.stringify(row);
    if (line?.[0] !== "{") throw new MedgymError("invalid-argument", `data.write: row ${count + 1} is not an object.`);
    text += array ? `${count > 0 ? "," : ""}\n${line}` : `${line}\n`;
    count++;
    if (text.length < 1 << 20) continue;
    await file.write(text);
    text = "";
  }
  await file.write(array ? `${text}\n]\n` : text);
}
