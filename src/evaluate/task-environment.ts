import { hashJson } from "../core/canonical.ts";
import type { Environment, Episode, Turn } from "../gym/episode.ts";
import type { RewardTable } from "../gym/reward.ts";
import type { Task } from "../gym/task.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { callsMatch, exactMatch } from "./exact-match.ts";
import { type EvaluationTask, parseToolCalls, type ToolCall } from "./task.ts";

/** What an evaluation task pays. `exactMatch` is the score, the others tell where it was lost. */
export const exactWeights = { exactMatch: 1, answerMatch: 0, callsMatch: 0 } as const;

/**
 * An evaluation task as an environment of its own, with which `evaluate` plays it. Calls count only in the strict form and run as the
 * task says; a text without one is the answer. A tool that throws is an error of the environment.
 */
export function taskEnvironment(given: EvaluationTask, maxTurns: number): { environment: Environment; task: Task } {
  const task: Task = {
    id: given.id,
    domain: "tasks",
    split: "test",
    kind: given.kind ?? "all",
    ticket: String(given.prompt.at(-1)?.content ?? ""),
    difficulty: 1,
    ...(given.patientId === undefined ? {} : { patientId: given.patientId }),
    answer: given.answer,
    criteria: { actions: [], assertions: [] },
  };
  const environment: Environment = {
    name: task.domain,
    description: "",
    tools: [],
    toolSchemas: given.tools ?? [],
    maxTurns,
    rewards: exactRewards(given),
    weights: exactWeights,
    start: () => new TaskEpisode(environment, task, given),
  };
  return { environment, task };
}

function exactRewards({ answer, calls }: EvaluationTask): RewardTable {
  const answerMatch = (submission: Episode["submission"]) =>
    typeof submission === "string" && exactMatch(submission, answer);
  const sameCalls = ({ log }: Episode) => {
    return calls
      ? callsMatch(
          log.map(({ name, arguments: args }) => ({ name, arguments: args })),
          calls,
        )
      : null;
  };
  return {
    exactMatch: ({ episode }) => Number(answerMatch(episode.submission) && sameCalls(episode) !== false),
    answerMatch: ({ episode }) => Number(answerMatch(episode.submission)),
    callsMatch: ({ episode }) => {
      const same = sameCalls(episode);
      return same === null ? null : Number(same);
    },
  };
}

class TaskEpisode implements Episode {
  readonly environment: Environment;
  readonly task: Task;
  readonly seed = 0;
  readonly messages: ChatMessage[];
  readonly turns: Turn[] = [];
  readonly log: Episode["log"][number][] = [];
  readonly state = null;
  end: Episode["end"] = null;
  reason?: string;
  submission: string | null = null;
  readonly #execute: EvaluationTask["execute"];

  constructor(environment: Environment, task: Task, given: EvaluationTask) {
    this.environment = environment;
    this.task = task;
    this.messages = [...given.prompt];
    this.#execute = given.execute?.bind(given);
  }

  hash(): string {
    return hashJson(this.log.map(({ milliseconds: _, ...entry }) => entry));
  }

  async step(completion: string, { truncated = false } = {}): Promise<Turn> {
    const calls = !truncated && this.#execute ? parseToolCalls(completion) : [];
    const text = completion.trim();
    const action: Turn["action"] = truncated
      ? { type: "broken", problem: "the completion was cut off" }
      : calls.length > 0
        ? { type: "calls", form: "strict", calls }
        : { type: "text", text };
    const turn: Turn = { completion, action, observation: [], rewards: {} };
    this.turns.push(turn);
    // The model's own text stays as it is; templates render `tool_calls` of other shapes differently.
    this.messages.push({ role: "assistant", content: text });
    for (const call of calls) {
      turn.observation.push(await this.#call(call));
      if (this.end) break;
    }
    this.messages.push(...turn.observation);
    if (truncated) this.end = "truncated";
    else if (calls.length === 0) [this.submission, this.end] = [text, "answered"];
    else if (!this.end && this.turns.length >= this.environment.maxTurns) {
      this.end = "turn-limit";
      this.reason = `no final answer in ${this.environment.maxTurns} turns`;
    }
    return turn;
  }

  async #call(call: ToolCall): Promise<ChatMessage> {
    const started = performance.now();
    const record = (status: "ok" | "tool-error", result: unknown): ChatMessage => {
      this.log.push({ ...call, turn: this.turns.length, status, result, milliseconds: performance.now() - started });
      return { role: "tool", content: typeof result === "string" ? result : JSON.stringify(result) };
    };
    try {
      return record("ok", await this.#execute!(call));
    } catch (error) {
      this.end = "error";
      this.reason = `tool ${call.name}: ${(error as Error)?.message ?? error}`;
      return record("tool-error", { error: "The tool is out of order." });
    }
  }
}
