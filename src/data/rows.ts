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

/**
 * Two completions of one prompt, the first preferred: all text, or all messages. Where both are whole conversations, `prompt` may
 * be left out: it is what they have in common.
 */
export interface PreferenceRow {
  prompt?: string | readonly ChatMessage[] | null;
  chosen: string | readonly ChatMessage[];
  rejected: string | readonly ChatMessage[];
  tools?: readonly ToolSchema[] | null;
  /** By how much chosen is better: what a reward model's difference must exceed. @default 0 */
  margin?: number | null;
}

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

const preference = z
  .looseObject({
    prompt: textOrMessages.nullish(),
    chosen: textOrMessages,
    rejected: textOrMessages,
    tools,
    margin: z.number().nullish(),
  })
  .superRefine((row, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const isText = typeof row.chosen === "string";
    if ((typeof row.rejected === "string") !== isText)
      refuse("rejected", "must be text where chosen is text, and messages where chosen is messages");
    else if (row.prompt != null && (typeof row.prompt === "string") !== isText)
      refuse(
        "prompt",
        "must be text where chosen is text, and messages where chosen is messages (whole conversations need no prompt)",
      );
  });

/**
 * The row, when it is a preference, else an error that begins with `place`. Conversations without a prompt are cut where they
 * part: what they have in common becomes the prompt.
 */
export function checkPreference(row: unknown, place: string): PreferenceRow {
  const fields = checkObject(row, place);
  checkAgainst(preference, fields, place);
  const { prompt, chosen, rejected } = fields as unknown as PreferenceRow;
  if (prompt != null || typeof chosen === "string" || typeof rejected === "string")
    return fields as unknown as PreferenceRow;
  let common = 0;
  const most = Math.min(chosen.length, rejected.length) - 1;
  while (common < most && JSON.stringify(chosen[common]) === JSON.stringify(rejected[common])) common++;
  if (common === 0) {
    throw new MedgymError(
      "invalid-data",
      `${place}: prompt is missing, and chosen and rejected have no message in common that could be one.`,
    );
  }
  const cut = (messages: readonly ChatMessage[]) => messages.slice(common);
  return { ...fields, prompt: chosen.slice(0, common), chosen: cut(chosen), rejected: cut(rejected) };
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
