import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { show } from "../core/options.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";

/** A conversation; the assistant's turns are what is learned. */
export interface ChatRow {
  messages: readonly ChatMessage[];
  tools?: readonly ToolSchema[] | null;
}

/** A prompt and what should follow it: both text, or both messages. */
export interface CompletionRow {
  prompt: string | readonly ChatMessage[];
  completion: string | readonly ChatMessage[];
  tools?: readonly ToolSchema[] | null;
}

/** Plain text, all of it learned. */
export interface TextRow {
  text: string;
}

export type Row = ChatRow | CompletionRow | TextRow;

const shapes = "{messages, tools?}, {prompt, completion, tools?} or {text}";

const message = z
  .looseObject({
    role: z.string().min(1),
    content: z.union([z.string(), z.array(z.looseObject({}))]).nullish(),
    tool_calls: z.array(z.looseObject({})).nullish(),
    name: z.string().nullish(),
  })
  .refine(({ content, tool_calls }) => content != null || tool_calls != null, {
    path: ["content"],
    message: "is missing, and there are no tool_calls: the turn says nothing",
  });
const messages = z.array(message).min(1);
const tools = z.array(z.looseObject({})).nullish();
const textOrMessages = z.union([z.string(), messages]);

const chat = z.looseObject({ messages, tools });
const completion = z
  .looseObject({ prompt: textOrMessages, completion: textOrMessages, tools })
  .refine((row) => (typeof row.prompt === "string") === (typeof row.completion === "string"), {
    path: ["completion"],
    message: "must be text where prompt is text, and messages where prompt is messages",
  });
const text = z.looseObject({ text: z.string() });

/** The row as it is, when it is an object; else an error that begins with `place`. */
export function checkObject(row: unknown, place: string): Record<string, unknown> {
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  throw new MedgymError("invalid-data", `${place}: a row is an object; this is ${show(row)}.`);
}

/** The row as it is, when it has one of the three shapes; else an error that begins with `place`. */
export function checkRow(row: unknown, place: string): Row {
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    throw new MedgymError("invalid-data", `${place}: a row is an object ${shapes}; this is ${show(row)}.`);
  }
  const schema =
    "messages" in row ? chat : "prompt" in row || "completion" in row ? completion : "text" in row ? text : null;
  if (!schema) {
    const fields = Object.keys(row).join(", ") || "none";
    throw new MedgymError("invalid-data", `${place}: a row is an object ${shapes}; this one's fields: ${fields}.`);
  }
  checkAgainst(schema, row, place);
  return row as Row;
}

/** What the schema makes of the row, or an error that names place and field. */
export function checkAgainst<S extends z.ZodType>(schema: S, row: unknown, place: string): z.output<S> {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [field, what] = explain(parsed.error.issues[0], row);
  throw new MedgymError("invalid-data", `${place}: ${field}${field && " "}${what}.`);
}

function explain(issue: z.core.$ZodIssue, row: unknown): [field: string, what: string] {
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], row);
  if (issue.code === "invalid_union") {
    // The alternative that got furthest says what is really wrong.
    const deep = issue.errors.flat().find((inner) => inner.path.length > 0);
    if (deep) return explain({ ...deep, path: [...issue.path, ...deep.path] }, row);
  }
  const field = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return [field.replace(/^\./, ""), wordsOf(issue, value)];
}

function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "custom") return issue.message;
  if (value === undefined) return "is missing";
  if (issue.code === "too_small") return "is empty";
  if (issue.code === "invalid_type") return `is ${show(value)}; it must be ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_union") return `is ${show(value)}; it must be text or a list`;
  return `is ${show(value)}: ${issue.message}`;
}

const kinds: Record<string, string> = { string: "text", array: "a list", object: "an object", record: "an object" };
