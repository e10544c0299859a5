import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { parseJson } from "./formats/text.ts";
import { type ChatRow, checkObject, checkRow } from "./rows.ts";

type Fields = Record<string, unknown>;
/** A chat row with what else its source said. */
export type StandardRow = ChatRow & { metadata?: Fields };

export interface ToChatOptions {
  /** Whether `<think>…</think>` stays in the assistant's turns; a reasoning field becomes one. @default true */
  withThinking?: boolean;
  /** First message of rows that have no system message. @default none */
  system?: string;
}

const schema = z.strictObject({ withThinking: z.boolean().default(true), system: z.string().min(1).optional() });

/** A kind of row: by which fields it is known, and what turns it has. */
interface RowKind {
  fields: readonly string[];
  turns(row: Fields, place: string): ChatMessage[];
  /** Conversations of others: roles are made to alternate. */
  alternate?: true;
}

const kinds: readonly RowKind[] = [
  { fields: ["messages"], turns: ({ messages }) => messages as ChatMessage[] },
  {
    fields: ["conversations"],
    turns: ({ conversations, system }, place) => [...systemOf(system), ...said(conversations, place)],
    alternate: true,
  },
  {
    fields: ["instruction", "output"],
    turns: ({ instruction, input, output, system }) => [
      ...systemOf(system),
      user([instruction, input].filter(Boolean).join("\n\n")),
      assistant(output),
    ],
  },
  {
    fields: ["prompt", "reward_model"],
    turns: ({ prompt, reward_model }) => [
      ...asMessages(prompt, "user"),
      assistant((reward_model as Fields).ground_truth),
    ],
  },
  {
    fields: ["prompt", "completion"],
    turns: ({ prompt, completion }) => [...asMessages(prompt, "user"), ...asMessages(completion, "assistant")],
  },
  {
    fields: ["prompt", "response"],
    turns: ({ prompt, response }) => [...asMessages(prompt, "user"), ...asMessages(response, "assistant")],
  },
  {
    fields: ["question", "answer"],
    turns: ({ question, options, answer, reasoning }) => single(question, options, answer, reasoning),
  },
  {
    fields: ["question", "response"],
    turns: ({ question, options, response, reasoning }) => single(question, options, response, reasoning),
  },
  {
    fields: ["dialogue"],
    turns: ({ dialogue, system }, place) => [...systemOf(system), ...said(dialogue, place)],
    alternate: true,
  },
];

/** Other data sets' words for our fields; letter case does not matter. */
const fieldNames: Readonly<Record<string, string>> = {
  complex_cot: "reasoning",
  cot: "reasoning",
  thinking: "reasoning",
  rationale: "reasoning",
  query: "question",
  dialog: "dialogue",
  conversation: "dialogue",
  utterances: "dialogue",
  turns: "dialogue",
};

const roles: Readonly<Record<string, string>> = {
  human: "user",
  patient: "user",
  client: "user",
  gpt: "assistant",
  doctor: "assistant",
  physician: "assistant",
  therapist: "assistant",
  bot: "assistant",
  model: "assistant",
  chatgpt: "assistant",
  observation: "tool",
  function: "tool",
};

/**
 * Rows of the usual kinds as chat rows: chat, ShareGPT (`conversations`), Alpaca (`instruction`, `input`, `output`), prompt with
 * completion or response, verl (its ground truth is the answer), single questions (`question`, `options`, `answer`, `reasoning`) and
 * dialogues (a list of turns, or text in lines "Patient: …", "Doctor: …"). Fields that are no turns go to `metadata`.
 *
 * In dialogues and ShareGPT, turns of one speaker in a row become one; what the assistant says before the first question and what
 * the user says after the last answer is left out, so that user and assistant alternate and the assistant has the last word.
 */
export function toChat(rows: Iterable<object>, options: ToChatOptions = {}): StandardRow[] {
  const { withThinking, system } = resolveOptions("data.toChat", options, schema);
  return Array.from(rows, (row, i) => {
    const place = `row ${i + 1}`;
    const chat = chatOf(checkObject(row, place), place);
    const begun =
      system && chat.messages[0]?.role !== "system" ? [...systemOf(system), ...chat.messages] : chat.messages;
    const messages = withThinking ? begun : begun.map(withoutThinking);
    return checkRow({ ...chat, messages }, place) as StandardRow;
  });
}

function chatOf(row: Fields, place: string): StandardRow {
  const known = renamed(row);
  const kind = kinds.find(({ fields }) => fields.every((name) => known[name] != null));
  if (!kind) {
    const wanted = kinds.map(({ fields }) => `{${fields.join(", ")}}`).join(", ");
    const has = Object.keys(row).join(", ") || "none";
    throw new MedgymError("invalid-data", `${place} is of no known kind: ${wanted}. Its fields: ${has}.`);
  }
  const { tools, metadata, ...rest } = row;
  const own = new Set([...kind.fields, ...(kind.fields[0] === "messages" ? [] : turnFields)]);
  const others = Object.entries(rest).filter(([name]) => !own.has(nameOf(name, rest)));
  const about = { ...(metadata as Fields | undefined), ...Object.fromEntries(others) };
  const turns = kind.turns(known, place);
  return {
    messages: kind.alternate ? alternating(turns, place) : turns,
    ...(tools != null ? { tools: toolsIn(tools, place) } : {}),
    ...(Object.keys(about).length > 0 ? { metadata: about } : {}),
  };
}

/** A list, or JSON text of one. */
function toolsIn(tools: unknown, place: string): StandardRow["tools"] {
  return (typeof tools === "string" ? parseJson(tools, `${place}: tools`) : tools) as StandardRow["tools"];
}

const turnFields = ["system", "input", "options", "reasoning"];

function nameOf(name: string, row: Fields): string {
  const lower = name.toLowerCase();
  const own = fieldNames[lower] ?? lower;
  return own !== name && own in row ? name : own; // a field that has our name already is the one that is meant
}

function renamed(row: Fields): Fields {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [nameOf(name, row), value]));
}

const user = (content: unknown): ChatMessage => ({ role: "user", content: textOf(content) });
const assistant = (content: unknown): ChatMessage => ({ role: "assistant", content: textOf(content) });
const systemOf = (content: unknown): ChatMessage[] => (content ? [{ role: "system", content: textOf(content) }] : []);
const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function asMessages(value: unknown, role: string): ChatMessage[] {
  return Array.isArray(value) ? (value as ChatMessage[]) : [{ role, content: textOf(value) }];
}

function single(question: unknown, options: unknown, answer: unknown, reasoning: unknown): ChatMessage[] {
  const choices = Array.isArray(options)
    ? options.map((text, i) => [String.fromCharCode(65 + i), text])
    : Object.entries((options ?? {}) as Fields);
  const asked = [textOf(question), ...choices.map(([letter, text]) => `${letter}. ${text}`)].join("\n");
  const thought =
    typeof reasoning === "string" && reasoning.trim() !== "" ? `<think>\n${reasoning.trim()}\n</think>\n` : "";
  return [user(asked), assistant(thought + textOf(answer))];
}

/** Turns in any of the usual forms. */
function said(turns: unknown, place: string): ChatMessage[] {
  if (typeof turns === "string") return spoken(turns, place);
  if (!Array.isArray(turns)) throw new MedgymError("invalid-data", `${place}: a dialogue is a list of turns, or text.`);
  return turns.flatMap((turn: unknown, i): ChatMessage[] => {
    if (typeof turn === "string") {
      const named = spokenLine.exec(turn);
      return named && role(named[1])
        ? spoken(turn, place)
        : [{ role: i % 2 === 0 ? "user" : "assistant", content: turn }];
    }
    const { from, role: own, speaker, value, content, text, utterance, ...rest } = (turn ?? {}) as Fields;
    const name = String(own ?? from ?? speaker ?? "");
    const known = role(name);
    if (!known)
      throw new MedgymError("invalid-data", `${place}: turn ${i + 1} is by "${name}", which is no known role.`);
    const body = content ?? value ?? text ?? utterance;
    return [{ ...rest, role: known, content: body == null ? null : textOf(body) } as ChatMessage];
  });
}

const spokenLine = /^\s*([A-Za-z][A-Za-z ]{0,20}?)\s*[::]\s*/;

function spoken(text: string, place: string): ChatMessage[] {
  const turns: { role: string; content: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const named = spokenLine.exec(line);
    const known = named && role(named[1]);
    if (known) turns.push({ role: known, content: line.slice(named[0].length) });
    else if (turns.length > 0) turns[turns.length - 1].content += `\n${line}`;
    else if (line.trim())
      throw new MedgymError("invalid-data", `${place}: the dialogue begins without a speaker: ${line}`);
  }
  return turns.map(({ role: by, content }) => ({ role: by, content: content.trim() }));
}

function role(name: string): string | undefined {
  const lower = name.trim().toLowerCase();
  return ["user", "assistant", "system", "tool"].includes(lower) ? lower : roles[lower];
}

function alternating(turns: readonly ChatMessage[], place: string): ChatMessage[] {
  const out: ChatMessage[] = [];
  for (const turn of turns) {
    const last = out.at(-1);
    const texts = typeof turn.content === "string" && typeof last?.content === "string";
    if (turn.role === "assistant" && !out.some((each) => each.role === "user")) continue;
    if (texts && last.role === turn.role && turn.role !== "tool" && !turn.tool_calls && !last.tool_calls)
      out[out.length - 1] = { ...last, content: `${last.content}\n\n${turn.content}` };
    else out.push(turn);
  }
  while (out.length > 0 && out.at(-1)!.role !== "assistant") out.pop();
  if (out.length > 0) return out;
  throw new MedgymError("invalid-data", `${place}: no question of the user is followed by an answer of the assistant.`);
}

const thought = /^\s*<think>[\s\S]*?<\/think>\s*/;

/** An assistant's turn without its thought. */
export function withoutThinking(message: ChatMessage): ChatMessage {
  const { role: by, content } = message;
  if (by !== "assistant" || typeof content !== "string") return message;
  return { ...message, content: content.replace(thought, "") };
}
