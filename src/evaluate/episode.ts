import type { ChatMessage, ToolSchema } from "../text/tokenizer.ts";
import { callsMatch, exactMatch } from "./exact-match.ts";
import { type EvaluationTask, parseToolCalls, type ToolCall } from "./task.ts";

/** One prompt as the model saw it, and what it wrote. */
export interface Turn {
  prompt: string;
  completion: string;
}

export interface Outcome {
  id: string;
  kind: string;
  /** `failed`: something other than the model broke, so nothing was measured; counted beside the score, never inside. */
  status: "scored" | "failed";
  /** Why it failed; for a scored one that ended without an answer, why. */
  reason?: string;
  /** Answer and calls both as expected; null when failed. */
  exactMatch: boolean | null;
  answerMatch: boolean | null;
  /** null also where the task names no calls */
  callsMatch: boolean | null;
  expected: string;
  /** The last assistant turn that called no tool; null if none came. */
  answer: string | null;
  calls: ToolCall[];
  turns: Turn[];
}

export interface Completion extends Turn {
  /** `length`: cut off at the limit of tokens. */
  finish: "stop" | "length";
  tokens: number;
}

/** Completes a batch of chats. */
export type Complete = (
  chats: readonly { messages: readonly ChatMessage[]; tools?: readonly ToolSchema[] }[],
) => Promise<Completion[]>;

/** Plays tasks together: generate, run the tools that were called, generate again, until each has answered. */
export async function playEpisodes(
  tasks: readonly EvaluationTask[],
  complete: Complete,
  maxTurns: number,
): Promise<{ outcomes: Outcome[]; tokens: number }> {
  const episodes = tasks.map((task) => ({ task, messages: [...task.prompt], outcome: blank(task) }));
  let tokens = 0;
  let open = episodes;
  for (let turn = 1; turn <= maxTurns && open.length > 0; turn++) {
    const completions = await complete(open.map(({ task, messages }) => ({ messages, tools: task.tools })));
    open = open.filter((episode, i) => {
      tokens += completions[i].tokens;
      return advance(episode, completions[i]);
    });
  }
  for (const { task, outcome } of open) close(task, outcome, null, `no final answer in ${maxTurns} turns`);
  return { outcomes: episodes.map(({ outcome }) => outcome), tokens };
}

interface Episode {
  task: EvaluationTask;
  messages: ChatMessage[];
  outcome: Outcome;
}

/** True: the episode goes on. */
function advance({ task, messages, outcome }: Episode, { prompt, completion, finish }: Completion): boolean {
  outcome.turns.push({ prompt, completion });
  const calls = finish === "stop" && task.execute ? parseToolCalls(completion) : [];
  if (calls.length === 0) {
    close(task, outcome, completion, finish === "length" ? "cut off at maxNewTokens" : undefined);
    return false;
  }
  // The model's own text stays as it is; templates render `tool_calls` of other shapes differently.
  messages.push({ role: "assistant", content: completion.trim() });
  for (const call of calls) {
    outcome.calls.push(call);
    try {
      const result = task.execute!(call);
      messages.push({ role: "tool", content: typeof result === "string" ? result : JSON.stringify(result) });
    } catch (error) {
      Object.assign(outcome, { status: "failed", reason: `tool ${call.name}: ${(error as Error)?.message ?? error}` });
      return false;
    }
  }
  return true;
}

function close(task: EvaluationTask, outcome: Outcome, answer: string | null, reason?: string): void {
  outcome.answer = answer?.trim() ?? null;
  outcome.answerMatch = answer !== null && exactMatch(answer, task.answer);
  outcome.callsMatch = task.calls ? callsMatch(outcome.calls, task.calls) : null;
  outcome.exactMatch = outcome.answerMatch && outcome.callsMatch !== false;
  if (reason) outcome.reason = reason;
}

function blank({ id, kind = "all", answer }: EvaluationTask): Outcome {
  const unmeasured = { exactMatch: null, answerMatch: null, callsMatch: null, answer: null };
  return { id, kind, status: "scored", ...unmeasured, expected: answer, calls: [], turns: [] };
}
