import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Random } from "../core/random.ts";
import type { ChatMessage } from "../text/tokenizer.ts";
import type { Environment } from "./episode.ts";
import type { RewardTable } from "./reward.ts";
import type { Task } from "./task.ts";
import { nameTools, toolsOf, type UnnamedTool } from "./tool.ts";
import { ToolEpisode } from "./tool-episode.ts";

export interface EnvironmentOptions<State> {
  /** Also the `domain` of its tasks. */
  name: string;
  /** One sentence. */
  description?: string;
  /** The database that an episode starts from: JSON values. Called once for each episode. */
  state(task: Task, random: Random): State;
  /** The tools by name; `tool` is given with the state's type: `tools: (tool) => ({ getVitals: tool({…}) })`. */
  tools(tool: ReturnType<typeof toolsOf<State>>): Record<string, UnnamedTool<State>>;
  /** First message. @default says that tools are there and that a submit tool ends the episode */
  system?: string;
  /** Completions of an episode. @default 15 */
  maxTurns?: number;
  /** A tool that takes longer is an error of the environment. Only asynchronous tools can be stopped. @default 10_000 */
  toolTimeoutMs?: number;
  /** What was unsafe in a finished episode: the safety reward looks at it. */
  violations?: Environment["violations"];
  /** What there is to see in a task. */
  pictures?: Environment["pictures"];
  /** Reward parts by name. */
  rewards?: RewardTable;
  /** @default 1 for each reward */
  weights?: Readonly<Record<string, number>>;
}

const schema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(""),
  state: z.custom<EnvironmentOptions<unknown>["state"]>((value) => typeof value === "function"),
  tools: z.custom<EnvironmentOptions<unknown>["tools"]>((value) => typeof value === "function"),
  system: z.string().optional(),
  maxTurns: z.number().int().min(1).default(15),
  toolTimeoutMs: z.number().min(1).default(10_000),
  violations: z
    .custom<Environment["violations"]>((value) => value === undefined || typeof value === "function")
    .optional(),
  pictures: z.custom<Environment["pictures"]>((value) => value === undefined || typeof value === "function").optional(),
  rewards: z.custom<RewardTable>((value) => typeof value === "object" && value !== null).default({}),
  weights: z.record(z.string(), z.number()).optional(),
});

/** An environment whose actions are tool calls. A submit tool, a final text or the turn limit ends an episode. */
export function defineEnvironment<State>(options: EnvironmentOptions<State>): Environment {
  const resolved = resolveOptions("gym.defineEnvironment", options, schema);
  const tools = nameTools(options.tools(toolsOf<State>()));
  if (tools.length === 0)
    throw new MedgymError("invalid-argument", `${resolved.name}: an environment needs at least one tool.`);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const system =
    resolved.system ?? defaultSystem(tools.filter(({ kind }) => kind === "submit").map(({ name }) => name));
  const environment: Environment = {
    name: resolved.name,
    description: resolved.description,
    tools,
    get toolSchemas() {
      return tools.map((tool) => tool.schema);
    },
    maxTurns: resolved.maxTurns,
    rewards: resolved.rewards,
    ...(resolved.violations ? { violations: resolved.violations } : {}),
    ...(resolved.pictures ? { pictures: resolved.pictures } : {}),
    weights: resolved.weights ?? Object.fromEntries(Object.keys(resolved.rewards).map((name) => [name, 1])),
    start(task, { seed = 0 } = {}) {
      const random = new Random(seed).split(`episode ${task.id}`);
      const state = options.state(task, random.split("state"));
      const { toolTimeoutMs } = resolved;
      return new ToolEpisode({
        environment,
        task,
        seed,
        random,
        state,
        tools: byName,
        toolTimeoutMs,
        messages: opening(system, task),
      });
    },
  };
  return environment;
}

function opening(system: string, task: Task): ChatMessage[] {
  const options = Object.entries(task.options ?? {}).map(([letter, text]) => `${letter}. ${text}`);
  return [
    { role: "system", content: system },
    { role: "user", content: [task.ticket, ...options].join("\n") },
  ];
}

function defaultSystem(submits: string[]): string {
  const end = submits.length > 0 ? `When you know the answer, call ${submits.join(" or ")}.` : "Then answer.";
  return `You are a clinical assistant. Use the tools to find what you need; check before you act. ${end}`;
}
