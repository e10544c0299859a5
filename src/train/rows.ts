/** Rows of a training set, from memory or from a file; every complaint says which row, and in a file which line. */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { MedgymError } from "../core/errors.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";

/** A conversation; the assistant's turns are learned. */
export interface ChatRow {
  messages: readonly ChatMessage[];
  tools?: readonly ToolSchema[] | null;
}

/** A prompt and what should follow, both text or both messages. */
export interface PromptRow {
  prompt: string | readonly ChatMessage[];
  completion: string | readonly ChatMessage[];
  tools?: readonly ToolSchema[] | null;
}

/** Plain text, all of it learned. */
export interface TextRow {
  text: string;
}

export type SftRow = ChatRow | PromptRow | TextRow;

/** Rows in memory, or the path of a .jsonl file (one row a line) or .json file (an array of rows). */
export type SftData = Iterable<SftRow> | AsyncIterable<SftRow> | string;

export interface NumberedRow {
  row: SftRow;
  /** e.g. "row 3" or "train.jsonl, line 3" */
  place: string;
}

/** Checked rows in order. `name` is the option they came by, for messages. */
export async function* readRows(name: string, data: SftData): AsyncGenerator<NumberedRow> {
  if (typeof data === "string") {
    yield* extname(data) === ".json" ? readJson(name, data) : readJsonLines(name, data);
    return;
  }
  let number = 0;
  for await (const row of data) {
    const place = `row ${++number}`;
    yield { row: checkRow(name, place, row), place };
  }
}

async function* readJsonLines(name: string, path: string): AsyncGenerator<NumberedRow> {
  if (extname(path) !== ".jsonl" && extname(path) !== ".ndjson") {
    throw new MedgymError(
      "unsupported",
      `sft: ${name} is ${path}. Give a .jsonl or .json file, or the rows themselves.`,
    );
  }
  const input = createReadStream(path);
  const failure = new Promise<never>((_, reject) => input.once("error", (error) => reject(missing(name, path, error))));
  failure.catch(() => {});
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (let number = 1; ; number++) {
    const next = await Promise.race([lines.next(), failure]);
    if (next.done) return;
    if (next.value.trim() === "") continue;
    const place = `${path}, line ${number}`;
    yield { row: checkRow(name, place, parse(name, place, next.value)), place };
  }
}

async function* readJson(name: string, path: string): AsyncGenerator<NumberedRow> {
  const text = await readFile(path, "utf8").catch((error) => {
    throw missing(name, path, error);
  });
  const rows = parse(name, path, text);
  if (!Array.isArray(rows)) throw new MedgymError("invalid-data", `sft: ${name}: ${path} holds no array of rows.`);
  for (const [i, row] of rows.entries()) {
    const place = `${path}, row ${i + 1}`;
    yield { row: checkRow(name, place, row), place };
  }
}

function missing(name: string, path: string, error: NodeJS.ErrnoException): unknown {
  if (error.code !== "ENOENT") return error;
  return new MedgymError("not-found", `sft: ${name}: there is no file ${path}.`, { cause: error });
}

function parse(name: string, place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const begin = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    throw new MedgymError(
      "invalid-data",
      `sft: ${name}: ${place} is not JSON (${(error as Error).message}): ${begin}`,
      {
        cause: error,
      },
    );
  }
}

/** A row of one of the three shapes, or an error that says which field is wrong. */
function checkRow(name: string, place: string, row: unknown): SftRow {
  const fail = (what: string): never => {
    throw new MedgymError("invalid-data", `sft: ${name}: ${place}: ${what}`);
  };
  const shapes = "{messages}, {prompt, completion} or {text}";
  if (typeof row !== "object" || row === null || Array.isArray(row))
    return fail(`a row is an object of the shape ${shapes}.`);
  const fields = row as Record<string, unknown>;
  if ("messages" in fields) {
    checkMessages("messages", fields.messages, fail);
  } else if ("prompt" in fields || "completion" in fields) {
    for (const key of ["prompt", "completion"]) {
      if (!(key in fields)) fail(`${key} is missing; a row is ${shapes}.`);
      if (typeof fields[key] !== "string") checkMessages(key, fields[key], fail);
    }
    if ((typeof fields.prompt === "string") !== (typeof fields.completion === "string")) {
      fail("prompt and completion must both be text, or both be messages.");
    }
  } else if ("text" in fields) {
    if (typeof fields.text !== "string") fail("text must be a string.");
  } else {
    fail(`it has the fields ${Object.keys(fields).join(", ") || "(none)"}; a row is ${shapes}.`);
  }
  return row as SftRow;
}

function checkMessages(key: string, messages: unknown, fail: (what: string) => never): void {
  if (!Array.isArray(messages) || messages.length === 0) fail(`${key} must be a list of messages that is not empty.`);
  for (const [i, message] of (messages as unknown[]).entries()) {
    if (typeof message !== "object" || message === null) fail(`${key}[${i}] must be an object {role, content}.`);
    const { role, content, tool_calls } = message as Record<string, unknown>;
    if (typeof role !== "string") fail(`${key}[${i}].role is missing; use "system", "user", "assistant" or "tool".`);
    const hasContent = typeof content === "string" || Array.isArray(content);
    if (!hasContent && !Array.isArray(tool_calls))
      fail(`${key}[${i}].content is missing (the ${role} turn says nothing).`);
  }
}
