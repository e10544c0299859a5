import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { resolveOptions } from "../core/options.ts";
import { checkAgainst, checkRow, type Row } from "./rows.ts";

/** `jsonl`: one JSON object a line; `json`: one array of objects. */
export type Format = "jsonl" | "json";

export interface ReadOptions<T = Row> {
  /** @default by the file's extension: .jsonl and .ndjson, or .json */
  format?: Format;
  /** What a row must be. @default a chat, prompt/completion or text row */
  schema?: z.ZodType<T>;
}

/** A row and where it stands, for messages: "train.jsonl, line 3" or "train.json, row 3". */
export interface PlacedRow<T = Row> {
  row: T;
  place: string;
}

const readSchema = z.strictObject({
  format: z.enum(["jsonl", "json"]).optional(),
  schema: z.custom<z.ZodType>((value) => typeof (value as z.ZodType)?.safeParse === "function").optional(),
});

/** All rows of a file, checked. UTF-8, with or without byte order mark; empty lines are skipped. */
export async function read<T = Row>(path: string, options: ReadOptions<T> = {}): Promise<T[]> {
  const rows: T[] = [];
  for await (const { row } of readRows<T>(path, options)) rows.push(row);
  return rows;
}

/** The rows of a file one after the other: of JSONL, only one line is in memory. */
export async function* readRows<T = Row>(path: string, options: ReadOptions<T> = {}): AsyncGenerator<PlacedRow<T>> {
  const { format, schema } = resolveOptions("data.read", options, readSchema);
  const check = (row: unknown, place: string) =>
    (schema ? checkAgainst(schema, row, place) : checkRow(row, place)) as T;
  if ((format ?? formatOf(path)) === "json") {
    const rows = parse(decode(await readFile(path).catch((error) => fail(path, error)), path), path);
    if (!Array.isArray(rows)) {
      throw new MedgymError("invalid-data", `${path} holds no JSON array of rows. For one object a line, use .jsonl.`);
    }
    for (const [i, row] of rows.entries()) {
      const place = `${path}, row ${i + 1}`;
      yield { row: check(row, place), place };
    }
    return;
  }
  let number = 0;
  for await (const bytes of linesOf(path)) {
    const place = `${path}, line ${++number}`;
    const line = decode(bytes, place);
    if (line.trim() !== "") yield { row: check(parse(line, place), place), place };
  }
}

/** Writes rows as JSONL or as a JSON array; the file is whole or absent, whatever happens. */
export async function write(path: string, rows: Iterable<object>, options: { format?: Format } = {}): Promise<void> {
  const { format } = resolveOptions("data.write", options, readSchema.pick({ format: true }));
  const json = (format ?? formatOf(path)) === "json";
  const chunks: Buffer[] = [];
  let text = json ? "[" : "";
  let count = 0;
  for (const row of rows) {
    const line = JSON.stringify(row);
    if (line?.[0] !== "{") throw new MedgymError("invalid-argument", `data.write: row ${count + 1} is not an object.`);
    text += json ? `${count > 0 ? "," : ""}\n${line}` : `${line}\n`;
    count++;
    if (text.length < 1 << 20) continue;
    chunks.push(Buffer.from(text)); // the file may be longer than a string can be
    text = "";
  }
  chunks.push(Buffer.from(json ? `${text}\n]\n` : text));
  await writeFileAtomic(path, Buffer.concat(chunks));
}

function formatOf(path: string): Format {
  const extension = extname(path).toLowerCase();
  if (extension === ".jsonl" || extension === ".ndjson") return "jsonl";
  if (extension === ".json") return "json";
  throw new MedgymError(
    "unsupported",
    `${basename(path)}: rows are read from and written to .jsonl (or .ndjson) and .json. Give format: "jsonl" or "json" if it is one of these.`,
  );
}

/**
 * Lines by "\n" alone, as JSON Lines has it: node:readline would also cut at U+2028, which may stand in a JSON string.
 * A "\r" at the end is white space to JSON.
 */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const newline = 10;
  let parts: Buffer[] = [];
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const line = chunk.subarray(start, end);
        yield parts.length > 0 ? Buffer.concat([...parts, line]) : line;
        parts = [];
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
    }
  } catch (error) {
    fail(path, error);
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array, place: string): string {
  try {
    return utf8.decode(bytes); // drops a byte order mark
  } catch (error) {
    throw new MedgymError("invalid-data", `${place} is not UTF-8. Convert the file (iconv -t utf-8).`, {
      cause: error,
    });
  }
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const begin = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    throw new MedgymError("invalid-data", `${place} is not JSON (${(error as Error).message}): ${begin}`, {
      cause: error,
    });
  }
}

function fail(path: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") throw new MedgymError("not-found", `there is no file ${path}.`, { cause: error });
  if (code === "EISDIR") throw new MedgymError("not-found", `${path} is a folder. Name a file.`, { cause: error });
  throw error;
}
