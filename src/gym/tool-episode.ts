import { hashJson } from "../core/canonical.ts";
import { MedgymError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { within } from "../core/within.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import { type Action, parseAction } from "./action.ts";
import type { End, Environment, Episode, ToolLogEntry, Turn } from "./episode.ts";
import type { Task } from "./task.ts";
import { callKey, type Tool, type ToolCall, ToolError } from "./tool.ts";

/** The third equal call within so many turns is not executed. */
const repeatWindow = 3;

export interface ToolEpisodeFields<State> {
  environment: Environment;
  task: Task;
  seed: number;
  random: Random;
  state: State;
  tools: ReadonlyMap<string, Tool<State>>;
  toolTimeoutMs: number;
  messages: ChatMessage[];
}

/** Completions in, tool results out. */
export class ToolEpisode<State> implements Episode {
  readonly environment: Environment;
  readonly task: Task;
  readonly seed: number;
  readonly messages: ChatMessage[];
  readonly turns: Turn[] = [];
  readonly log: ToolLogEntry[] = [];
  end: End | null = null;
  reason?: string;
  submission: Record<string, unknown> | string | null = null;
  readonly state: State;
  readonly #fields: ToolEpisodeFields<State>;
  /** Turns in which a call was made, by its key. */
  readonly #made = new Map<string, number[]>();
  #stepping = false;

  constructor(fields: ToolEpisodeFields<State>) {
    this.#fields = fields;
    this.environment = fields.environment;
    this.task = fields.task;
    this.seed = fields.seed;
    this.state = fields.state;
    this.messages = fields.messages;
  }

  hash(): string {
    return hashJson(this.state);
  }

  async step(completion: string, { truncated = false } = {}): Promise<Turn> {
    if (this.end || this.#stepping) {
      const why = this.end ? `is over (${this.end})` : "is in the middle of a step";
      throw new MedgymError("invalid-argument", `The episode of task ${this.task.id} ${why}.`);
    }
    this.#stepping = true;
    try {
      return await this.#play(completion, truncated);
    } finally {
      this.#stepping = false;
    }
  }

  async #play(completion: string, truncated: boolean): Promise<Turn> {
    const action: Action = truncated
      ? { type: "broken", problem: "the completion was cut off" }
      : parseAction(completion, this.environment.tools);
    const turn: Turn = { completion, action, observation: [], rewards: {} };
    this.messages.push({ role: "assistant", content: completion.trim() });
    this.turns.push(turn);
    if (truncated) {
      this.end = "truncated";
    } else if (action.type === "text") {
      this.submission = action.text;
      this.end = "answered";
    } else if (action.type === "broken") {
      turn.observation.push(
        toolMessage({ error: `${action.problem}. Write <tool_call>{"name": …, "arguments": {…}}</tool_call>.` }),
      );
    } else {
      for (const call of action.calls) {
        turn.observation.push(await this.#call(call));
        if (this.end) break;
      }
    }
    this.messages.push(...turn.observation);
    if (!this.end && this.turns.length >= this.environment.maxTurns) this.end = "turn-limit";
    return turn;
  }

  async #call(call: ToolCall): Promise<ChatMessage> {
    const turn = this.turns.length;
    const started = performance.now();
    const record = (status: ToolLogEntry["status"], result: unknown) => {
      const message = toolMessage(result); // before it is recorded: what is no JSON is the tool's fault
      this.log.push({ ...call, turn, status, result, milliseconds: performance.now() - started });
      return message;
    };
    const tool = this.#fields.tools.get(call.name);
    if (!tool)
      return record("refused", {
        error: `There is no tool ${call.name}. Tools: ${[...this.#fields.tools.keys()].join(", ")}.`,
      });
    const checked = tool.check(call.arguments);
    if (!checked.ok) return record("refused", { error: checked.problem });
    const earlier = this.#remember(call, turn);
    if (earlier.filter((made) => turn - made < repeatWindow).length >= 2) {
      return record("refused", {
        error: `Not executed: ${call.name} was called with these arguments in turns ${earlier.join(", ")} already.`,
      });
    }
    try {
      const result = await this.#run(tool, checked.args, turn);
      const message = record("ok", result);
      if (tool.kind === "submit") {
        this.submission = checked.args;
        this.end = "submitted";
      }
      if (earlier.length === 0) return message;
      return toolMessage({
        note: `You called ${call.name} with these arguments before, in turn ${earlier.at(-1)}.`,
        result,
      });
    } catch (error) {
      if (error instanceof ToolError) return record("tool-error", { error: error.message });
      this.end = "error";
      this.reason = `tool ${call.name}: ${(error as Error)?.message ?? error}`;
      return record("tool-error", { error: "The tool is out of order." });
    }
  }

  #remember(call: ToolCall, turn: number): number[] {
    const key = callKey(call);
    const earlier = this.#made.get(key) ?? [];
    this.#made.set(key, [...earlier, turn]);
    return earlier;
  }

  #run(tool: Tool<State>, args: Record<string, unknown>, turn: number): unknown {
    const { task, random, toolTimeoutMs } = this.#fields;
    const context = { state: this.state, task, random: random.split("tool", this.log.length), turn };
    const result = tool.run(args, context);
    return result instanceof Promise ? within(toolTimeoutMs, "result", result) : result;
  }
}

function toolMessage(result: unknown): ChatMessage {
  return { role: "tool", content: typeof result === "string" ? result : (JSON.stringify(result) ?? "null") };
}
