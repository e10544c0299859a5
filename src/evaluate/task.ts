import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** What `evaluate` measures on; `data.clinical(…).tasks` are such. */
export interface EvaluationTask {
  /** Unique in its set. */
  id: string;
  /** Scores are also given for each kind. */
  kind?: string;
  /** Intervals draw the tasks of one patient together. */
  patientId?: string;
  prompt: readonly ChatMessage[];
  tools?: readonly ToolSchema[];
  /** The exact final answer. */
  answer: string;
  /** Tool calls of the reference solution; without, calls do not count. */
  calls?: readonly ToolCall[];
  /** Runs a tool call of the model. A call that the model got wrong returns an object that says so; it throws only when broken. */
  execute?(call: ToolCall): unknown;
}

/** The calls of one assistant turn, `<tool_call>{"name": …, "arguments": {…}}</tool_call>` each; [] if it holds none or a broken one. */
export function parseToolCalls(completion: string): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const [, body] of completion.matchAll(/<tool_call>\s*([\s\S]*?)\s*<\/tool_call>/g)) {
    const call = parseCall(body);
    if (!call) return [];
    calls.push(call);
  }
  return calls;
}

function parseCall(body: string): ToolCall | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined; // not JSON: the model's mistake, shown in the transcript
  }
  const { name, arguments: args } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof name !== "string" || typeof args !== "object" || args === null || Array.isArray(args)) return undefined;
  return { name, arguments: args as Record<string, unknown> };
}
