import type { ToolCall } from "./tool.ts";

/** What a completion asks for. */
export type Action =
  /** `strict`: `<tool_call>{"name": …, "arguments": {…}}</tool_call>` as the template teaches it; `lenient`: any other known form. */
  | { type: "calls"; form: "strict" | "lenient"; calls: ToolCall[]; thought?: string }
  /** Text without a call: the final answer. */
  | { type: "text"; text: string; thought?: string }
  /** Meant as a call, but unreadable; `name` where at least that could be read. */
  | { type: "broken"; problem: string; name?: string; thought?: string };

/** Never throws. `names` are the environment's tools: bare JSON and ReAct forms count only if they name one. */
export function parseAction(completion: string, names: readonly string[] = []): Action {
  const { thought, rest } = splitThought(completion);
  const bodies = [...rest.matchAll(/<tool_call>\s*([\s\S]*?)\s*<\/tool_call>/g)].map(([, body]) => body);
  const outside = rest.replace(/<tool_call>[\s\S]*?<\/tool_call>/g, "");
  if (bodies.length === 0 && !outside.includes("<tool_call>")) return { type: "text", text: rest.trim(), thought };
  const calls = bodies.map(strictCall);
  if (calls.length > 0 && calls.every((call) => call !== undefined) && !outside.includes("<tool_call>")) {
    return { type: "calls", form: "strict", calls, thought };
  }
  const name = names.find((known) => rest.includes(`"${known}"`));
  return { type: "broken", problem: "the tool call is not valid JSON with name and arguments", name, thought };
}

function strictCall(body: string): ToolCall | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined; // the model's mistake: told apart by the caller
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const { name, arguments: args, ...others } = parsed as Record<string, unknown>;
  if (typeof name !== "string" || Object.keys(others).length > 0) return undefined;
  if (typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  return { name, arguments: args as Record<string, unknown> };
}

/** A leading `<think>…</think>`, and what follows it. */
export function splitThought(completion: string): { thought?: string; rest: string } {
  const match = /^\s*<think>([\s\S]*?)<\/think>/.exec(completion);
  return match ? { thought: match[1].trim(), rest: completion.slice(match[0].length) } : { rest: completion };
}

/** As the strict form has it; what scripted experts write. */
export function renderCalls(calls: readonly ToolCall[], thought?: string): string {
  const think = thought ? `<think>\n${thought}\n</think>\n` : "";
  return think + calls.map((call) => `<tool_call>\n${JSON.stringify(call)}\n</tool_call>`).join("\n");
}
