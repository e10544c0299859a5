import { callIn, isCall, type KnownTool, namedIn, parseJson, type Readings, readLenient } from "./action-forms.ts";
import type { ToolCall } from "./tool.ts";

/** What a completion asks for. */
export type Action =
  /** `strict`: `<tool_call>{"name": …, "arguments": {…}}</tool_call>` as the template teaches it; `lenient`: any other known form. */
  | { type: "calls"; form: "strict" | "lenient"; calls: ToolCall[]; thought?: string }
  /** Text without a call: the final answer; in a consultation what the doctor says. */
  | { type: "text"; text: string; thought?: string }
  /** Meant as a call, but unreadable; `name` where at least that could be read. */
  | { type: "broken"; problem: string; name?: string; thought?: string }
  /** Of games: what was understood of the answer, in order. */
  | { type: "moves"; moves: string[]; thought?: string };

/** Of completions that are read as text or calls of tools. */
export type ToolAction = Exclude<Action, { type: "moves" }>;

/**
 * Never throws, and takes time in proportion to the text. Strict: thought, prose, then nothing but calls. The lenient forms
 * are those of action-forms.ts; without tags, a call counts only if it names one of `tools` or has arguments.
 */
export function parseAction(completion: string, tools: readonly KnownTool[] = []): ToolAction {
  const { thought, rest, open } = splitThought(completion);
  const strict = open ? undefined : strictCalls(rest);
  if (strict) return { type: "calls", form: "strict", calls: strict, thought };
  const reading = readLenient(rest, tools);
  if (open && reading?.from !== "tags") return { type: "broken", problem: "the thought has no </think>", thought };
  if (!reading) return { type: "text", text: rest.trim(), thought };
  if (reading.from === "answer") return { type: "text", text: reading.text, thought: thought ?? reading.thought };
  return fromReadings(reading, rest, thought, tools);
}

function fromReadings(
  reading: Readings,
  rest: string,
  thought: string | undefined,
  tools: readonly KnownTool[],
): ToolAction {
  const { calls } = reading;
  const own = thought ?? reading.thought;
  if (calls.length > 0 && calls.every(isCall)) return { type: "calls", form: "lenient", calls, thought: own };
  const name = calls.find((call) => call && !isCall(call))?.name;
  if (name !== undefined)
    return { type: "broken", problem: `the call of ${name} has no arguments`, name, thought: own };
  const problem = "the tool call is not valid JSON with name and arguments";
  return { type: "broken", problem, name: namedIn(rest, tools), thought: own };
}

/** Prose, then `<tool_call>` blocks with white space between; undefined if it is anything else. */
function strictCalls(text: string): ToolCall[] | undefined {
  const [, ...blocks] = text.split("<tool_call>");
  const calls: ToolCall[] = [];
  for (const block of blocks) {
    const end = block.indexOf("</tool_call>");
    const call = end < 0 ? undefined : strictCall(block.slice(0, end));
    if (!call || block.slice(end + "</tool_call>".length).trim() !== "") return undefined;
    calls.push(call);
  }
  return calls.length > 0 ? calls : undefined;
}

function strictCall(body: string): ToolCall | undefined {
  const value = parseJson(body);
  const call = callIn(value);
  if (!isCall(call)) return undefined;
  const keys = Object.keys(value as object);
  const exact = keys.length === 2 && keys.includes("name") && keys.includes("arguments");
  return exact && typeof (value as ToolCall).arguments === "object" ? call : undefined;
}

/**
 * A leading `<think>…</think>`, and what follows it. Templates may open the thought in the prompt: then it begins without a
 * tag. `open`: it has a beginning and no end.
 */
export function splitThought(completion: string): { thought?: string; rest: string; open?: boolean } {
  const start = completion.trimStart();
  const opened = start.startsWith("<think>");
  const end = start.indexOf("</think>");
  if (end < 0) return opened ? { rest: start.slice("<think>".length), open: true } : { rest: completion };
  const thought = start.slice(opened ? "<think>".length : 0, end);
  if (!opened && (thought.includes("<tool_call>") || thought.includes("<think>"))) return { rest: completion };
  return { thought: thought.trim(), rest: start.slice(end + "</think>".length) };
}

/** As the strict form has it; what scripted experts write. Tags inside arguments are written with \u003c, so that they end nothing. */
export function renderCalls(calls: readonly ToolCall[], thought?: string): string {
  const think = thought ? `<think>\n${thought}\n</think>\n` : "";
  const bodies = calls.map((call) => JSON.stringify(call).replace(/<(?=\/?(?:tool_call|think)>)/g, "\\u003c"));
  return think + bodies.map((body) => `<tool_call>\n${body}\n</tool_call>`).join("\n");
}
