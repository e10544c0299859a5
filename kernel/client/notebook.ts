/** nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { KernelError } from "./errors.ts";

/** MIME type → content: strings, or JSON values for `application/json` and `…+json`. */
export type MimeBundle = Record<string, unknown>;

export interface StreamOutput {
  output_type: "stream";
  name: string;
  text: string;
}

export interface DataOutput {
  output_type: "display_data" | "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count?: number | null;
}

export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

export type Output = StreamOutput | DataOutput | ErrorOutput;

interface CellBase {
  id: string;
  metadata: Record<string, unknown>;
  source: string;
  attachments?: unknown;
}

export interface CodeCell extends CellBase {
  cell_type: "code";
  execution_count: number | null;
  outputs: Output[];
}

export type Cell = CodeCell | (CellBase & { cell_type: "markdown" | "raw" });

/** In memory, multi-line strings are joined; on disk they are lists of lines, as Jupyter writes them. */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
}

export function cellTags(cell: Cell): string[] {
  return Array.isArray(cell.metadata.tags) ? cell.metadata.tags.map(String) : [];
}

/** Eight hex digits, as Jupyter makes them. */
export function newCellId(): string {
  return randomBytes(4).toString("hex");
}

export function readNotebook(file: string): Notebook {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new KernelError("invalid-notebook", `Cannot read ${file}: ${(error as Error).message}`);
  }
  return parseNotebook(text, file);
}

export function parseNotebook(text: string, name = "notebook"): Notebook {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new KernelError("invalid-notebook", `${name} is not JSON: ${(error as Error).message}`);
  }
  if (json?.nbformat !== 4 || !Array.isArray(json.cells)) {
    const version = json?.nbformat === undefined ? "has no nbformat" : `is nbformat ${json.nbformat}`;
    throw new KernelError("invalid-notebook", `${name} ${version}; version 4 is read. Open and save it in JupyterLab.`);
  }
  const ids = new Set<string>();
  const cells = json.cells.map((raw, index) => {
    const cell = raw as Record<string, unknown>;
    const type = cell.cell_type;
    if (type !== "code" && type !== "markdown" && type !== "raw") {
      throw new KernelError(
        "invalid-notebook",
        `${name}, cell ${index + 1}: unknown cell_type ${JSON.stringify(type)}.`,
      );
    }
    // Ids came with 4.5; where they are missing or doubled, new ones are made.
    const id = typeof cell.id === "string" && !ids.has(cell.id) ? cell.id : newCellId();
    ids.add(id);
    const base = { ...cell, id, metadata: (cell.metadata as object) ?? {}, source: joinLines(cell.source) };
    if (type !== "code") return base as Cell;
    const outputs = ((cell.outputs as Record<string, unknown>[]) ?? []).map(joinOutput);
    return { ...base, execution_count: (cell.execution_count as number | null) ?? null, outputs } as CodeCell;
  });
  const minor = Math.max(5, Number(json.nbformat_minor) || 0);
  return { nbformat: 4, nbformat_minor: minor, metadata: (json.metadata as Record<string, unknown>) ?? {}, cells };
}

/** Keys sorted and one space of indent, as Jupyter writes: a diff against a notebook saved there stays small. */
export function serializeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: splitLines(cell.source),
    ...(cell.cell_type === "code" ? { outputs: cell.outputs.map(splitOutput) } : {}),
  }));
  return `${JSON.stringify(sortKeys({ ...notebook, cells }), null, 1)}\n`;
}

/** Writes beside the file, flushes, then renames: a reader sees the old notebook or the new one, never half of one. */
export function writeNotebook(file: string, notebook: Notebook): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    const descriptor = openSync(temporary, "w");
    try {
      writeSync(descriptor, serializeNotebook(notebook));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function joinLines(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value ?? "");
}

/** Each line with its `\n`; no empty last line. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/** Of these, Jupyter keeps lists of lines on disk. */
function isTextual(mime: string): boolean {
  return mime.startsWith("text/") || mime === "application/javascript" || mime === "image/svg+xml";
}

export function isJsonMime(mime: string): boolean {
  return mime === "application/json" || (mime.startsWith("application/") && mime.endsWith("+json"));
}

function joinOutput(output: Record<string, unknown>): Output {
  if (output.output_type === "stream") return { ...output, text: joinLines(output.text) } as StreamOutput;
  if (!output.data) return output as unknown as Output;
  const data = Object.entries(output.data as MimeBundle).map(([mime, value]) => [
    mime,
    Array.isArray(value) && !isJsonMime(mime) ? joinLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) } as unknown as DataOutput;
}

function splitOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    typeof value === "string" && isTextual(mime) ? splitLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
