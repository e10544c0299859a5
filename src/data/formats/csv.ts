/**
 * CSV as RFC 4180 has it, with the types of its columns found by reading the file twice. Loads csv-parse: import it lazily.
 *
 * Text is written in quotes, everything else without, so that "007" and 7 come back as they were; lists and objects are JSON in
 * quotes. An empty cell is null: CSV has no word for a field that is left out.
 */
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { type CsvError, type Info, parse } from "csv-parse";
import { MedgymError } from "../../core/errors.ts";
import { isJson, looksJson, type Shape } from "../arrow/shape.ts";
import type { Placed } from "./format.ts";
import { putField } from "./rows.ts";
import type { Known } from "./spool.ts";
import { textOf } from "./text.ts";

/** Before the text of a cell that stood in quotes. */
const quoted = '"';
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const truth: Readonly<Record<string, boolean>> = { true: true, True: true, false: false, False: false };

type Read = (cell: string) => unknown;
const unquote = (cell: string) => (cell[0] === quoted ? cell.slice(1) : cell);
/** A column is the first of these that suits every cell. */
const kinds: readonly { suits(cell: string, all: Cells): boolean; read: Read }[] = [
  { suits: (cell) => cell in truth, read: (cell) => truth[cell] },
  { suits: (cell) => number.test(cell) && exact(cell), read: Number },
  { suits: (cell, all) => all.looksJson && isJson(unquote(cell)), read: (cell) => JSON.parse(unquote(cell)) },
  { suits: () => true, read: unquote },
];

/** Integers that a number cannot hold (identifiers) stay text. */
const exact = (cell: string) => (/^-?\d+$/.test(cell) ? Number.isSafeInteger(Number(cell)) : Number.isFinite(+cell));

interface Cells {
  possible: Set<number>;
  looksJson: boolean;
}

export async function* readCsv(path: string, delimiter: string): AsyncGenerator<Placed> {
  let readers: Read[] | undefined;
  for await (const placed of recordsOf(path, delimiter)) {
    readers ??= await readersOf(path, delimiter, placed.header);
    const row = {};
    placed.header.forEach((name, i) => {
      const cell = placed.cells[i];
      putField(row, name, cell === "" ? null : readers![i](cell));
    });
    yield { value: row, place: placed.place };
  }
}

async function readersOf(path: string, delimiter: string, header: readonly string[]): Promise<Read[]> {
  const columns = header.map((): Cells => ({ possible: new Set(kinds.keys()), looksJson: true }));
  const seen = header.map(() => false);
  for await (const { cells } of recordsOf(path, delimiter)) {
    cells.forEach((cell, i) => {
      if (cell === "") return;
      const column = columns[i];
      for (const kind of column.possible) if (!kinds[kind].suits(cell, column)) column.possible.delete(kind);
      if (looksJson(unquote(cell))) seen[i] = true;
    });
  }
  // Numbers in quotes are text; they are JSON only beside a list, an object or a text in a second pair of quotes.
  return columns.map(({ possible }, i) => kinds[[...possible].find((kind) => kind !== 2 || seen[i])!].read);
}

interface Cut {
  header: readonly string[];
  cells: readonly string[];
  place: string;
}

async function* recordsOf(path: string, delimiter: string): AsyncGenerator<Cut> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    cast: (cell, { quoting }) => (quoting ? quoted + cell : cell),
  });
  const source = Readable.from(textOf(path));
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const place = `${path}, line ${info.lines}`;
      if (!header) {
        header = headerOf(record.map(unquote), path);
        continue;
      }
      if (header.length > 1 && record.length === 1 && record[0] === "") continue;
      if (record.length !== header.length) throw ragged(place, record.length, header.length);
      yield { header, cells: record, place };
    }
  } catch (error) {
    const { code, lines } = error as CsvError & { lines?: number };
    if (typeof code === "string" && code.startsWith("CSV_")) {
      const place = lines === undefined ? path : `${path}, line ${lines}`;
      throw new MedgymError("invalid-data", `${place} is not CSV: ${(error as Error).message}.`, { cause: error });
    }
    throw error;
  } finally {
    source.destroy();
  }
}

function headerOf(names: readonly string[], path: string): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new MedgymError("invalid-data", `${path}: two columns are called "${twice}". Give each its own name.`);
  return names;
}

function ragged(place: string, got: number, expected: number): MedgymError {
  return new MedgymError(
    "invalid-data",
    `${place} has ${got} cells; the header has ${expected}. Text with the delimiter in it must stand in quotes.`,
  );
}

export async function writeCsv(file: FileHandle, known: Known, delimiter: string): Promise<void> {
  const columns = [...known.shape.fields].map(([name, shape]) => ({ name, write: writerOf(shape) }));
  if (columns.length === 0) return;
  let text = `${columns.map(({ name }) => inQuotes(name)).join(delimiter)}\n`;
  for await (const row of known.rows()) {
    text += `${columns.map(({ name, write }) => (Object.hasOwn(row, name) ? write(row[name]) : "")).join(delimiter)}\n`;
    if (text.length < 1 << 20) continue;
    await file.write(text);
    text = "";
  }
  await file.write(text);
}

const inQuotes = (text: string) => `"${text.replaceAll('"', '""')}"`;

function writerOf(shape: Shape): (value: unknown) => string {
  const kind = shape.kind();
  const bare = kind === "boolean" || kind === "integer" || kind === "number";
  const asText = kind === "text" && !shape.textIsJson;
  return (value) => {
    if (value == null) return "";
    // 2^53 and beyond in digits would be an identifier, which stays text
    if (bare)
      return Number.isInteger(value) && !exact(String(value)) ? (value as number).toExponential() : String(value);
    if (asText && typeof value === "string") return inQuotes(value);
    return inQuotes(JSON.stringify(value));
  };
}
