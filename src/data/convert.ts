/** Chat rows to the rows that other tools train on. `toChat` is the way back. */
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import { type StandardRow, toChat, withoutThinking } from "./standardize.ts";

type Fields = Record<string, unknown>;

/** What comes before an assistant's turn, and the turn. */
export interface PromptResponseRow {
  prompt: ChatMessage[];
  response: string;
  tools?: readonly ToolSchema[];
  metadata?: Fields;
}

export interface PromptResponseOptions {
  /** Whether `<think>…</think>` stays in the assistant's turns, in the prompt too. @default true */
  withThinking?: boolean;
  /** A row for each of the assistant's turns, or for the last one only. @default "all" */
  turns?: "all" | "last";
}

const promptSchema = z.strictObject({
  withThinking: z.boolean().default(true),
  turns: z.enum(["all", "last"]).default("all"),
});

export function toPromptResponse(rows: Iterable<object>, options: PromptResponseOptions = {}): PromptResponseRow[] {
  const { withThinking, turns } = resolveOptions("data.toPromptResponse", options, promptSchema);
  return toChat(rows, { withThinking }).flatMap(({ messages, tools, metadata }, i) => {
    const places = [...messages.keys()].filter((at) => messages[at].role === "assistant");
    if (places.length === 0) throw noAnswer(i);
    return (turns === "last" ? places.slice(-1) : places).map((at) => ({
      prompt: messages.slice(0, at),
      response: responseOf(messages[at]),
      ...(tools ? { tools } : {}),
      ...(metadata ? { metadata } : {}),
    }));
  });
}

/** Native calls as the text that templates make of them. */
function responseOf({ content, tool_calls }: ChatMessage): string {
  const calls = (tool_calls ?? []).map((call) => {
    const { name, arguments: given } = ((call as { function?: unknown }).function ?? call) as Fields;
    const args = typeof given === "string" ? JSON.parse(given) : given;
    return `<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>`;
  });
  return [...(content ? [textIn(content)] : []), ...calls].join("\n");
}

const textIn = (content: unknown) => (typeof content === "string" ? content : JSON.stringify(content));

/** As verl's RLHF datasets have them. */
export interface VerlRow {
  data_source: string;
  prompt: ChatMessage[];
  ability: string;
  reward_model: { style: string; ground_truth: string };
  extra_info: Fields;
  /** Not verl's own, which takes tools from its configuration: for the way back. */
  tools?: readonly ToolSchema[];
}

export interface VerlOptions {
  /** @default the metadata's domain, or "medgym" */
  dataSource?: string;
  /** @default "medical" */
  ability?: string;
  /** @default "rule" */
  style?: string;
  /** The right answer of a row. @default the metadata's answer, else the assistant's last turn without its thought */
  answer?: (row: StandardRow) => string;
}

const verlSchema = z.strictObject({
  dataSource: z.string().min(1).optional(),
  ability: z.string().min(1).default("medical"),
  style: z.string().min(1).default("rule"),
  answer: z.custom<(row: StandardRow) => string>((value) => typeof value === "function").optional(),
});

/** A prompt is what comes before the assistant's first turn. */
export function toVerl(rows: Iterable<object>, options: VerlOptions = {}): VerlRow[] {
  const { dataSource, ability, style, answer } = resolveOptions("data.toVerl", options, verlSchema);
  return toChat(rows).map((row, index) => {
    const first = row.messages.findIndex(({ role }) => role === "assistant");
    if (first < 0) throw noAnswer(index);
    const given = row.metadata?.answer;
    const last = row.messages.findLast(({ role }) => role === "assistant")!;
    const truth = answer?.(row) ?? (typeof given === "string" ? given : responseOf(withoutThinking(last)));
    const domain = row.metadata?.domain;
    return {
      data_source: dataSource ?? (typeof domain === "string" ? domain : "medgym"),
      prompt: row.messages.slice(0, first),
      ability,
      reward_model: { style, ground_truth: truth },
      extra_info: { index, ...row.metadata },
      ...(row.tools ? { tools: row.tools } : {}),
    };
  });
}

export interface AlpacaRow {
  instruction: string;
  input: string;
  output: string;
  system?: string;
}

/** Single questions with their answers; a row with more turns is an error. */
export function toAlpaca(rows: Iterable<object>): AlpacaRow[] {
  return toChat(rows).map(({ messages }, i) => {
    const system = messages[0].role === "system" ? messages[0] : undefined;
    const [question, answer, ...more] = system ? messages.slice(1) : messages;
    if (question?.role !== "user" || answer?.role !== "assistant" || more.length > 0)
      throw new MedgymError(
        "invalid-data",
        `row ${i + 1} is no single question with its answer; Alpaca has only these.`,
      );
    const about = system ? { system: textIn(system.content) } : {};
    return { instruction: textIn(question.content), input: "", output: responseOf(answer), ...about };
  });
}

export interface ShareGptRow {
  conversations: { from: string; value: string }[];
  system?: string;
  /** JSON text, as LLaMA-Factory takes it. */
  tools?: string;
}

const speakers: Readonly<Record<string, string>> = { user: "human", assistant: "gpt", tool: "observation" };

export function toShareGpt(rows: Iterable<object>): ShareGptRow[] {
  return toChat(rows).map(({ messages, tools }) => {
    const system = messages[0].role === "system" ? messages[0] : undefined;
    const turns = system ? messages.slice(1) : messages;
    return {
      conversations: turns.map((turn) => ({ from: speakers[turn.role] ?? turn.role, value: responseOf(turn) })),
      ...(system ? { system: textIn(system.content) } : {}),
      ...(tools ? { tools: JSON.stringify(tools) } : {}),
    };
  });
}

function noAnswer(index: number): MedgymError {
  return new MedgymError("invalid-data", `row ${index + 1} has no turn of the assistant.`);
}
