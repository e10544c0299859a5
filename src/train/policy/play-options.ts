/** Options of all that learns from rollouts: what is played, where, for what pay, and how tokens are drawn. */
import { z } from "zod";
import { environmentSchema } from "../../generate/rollout.ts";
import type { Domain, Environment, Level, PromptRow, Task } from "../../gym/index.ts";
import { refusing } from "../training-options.ts";
import { completeShaping, type LengthShaping, lengthShapingSchema, type Shaping } from "./length-shaping.ts";
import { type PaidReward, type Pay, resolvePay } from "./pay.ts";

export interface PlayFields {
  /** Where it acts: a domain of the gym or an environment of your own, or a list of them. Or give `data`. */
  environment?: Environment | readonly Environment[];
  /** What to play. @default the training tasks of the domains */
  tasks?: readonly Task[];
  /** A data set in place of an environment: rows `{ prompt, answer?, … }`, one answer each, paid by `rewards`. */
  data?: readonly PromptRow[];
  /**
   * What is paid, by name: a weight for a part of the environment (`{ accuracy: 0.4, format: 0.2 }`), a function of your own
   * `({ prompt, completion, task, episode }) => number | null`, or both `{ reward, weight }`. @default what the environment pays
   */
  rewards?: Readonly<Record<string, PaidReward>>;
  /** A reward that takes longer is a failure of that rollout. @default 60_000 */
  rewardTimeoutMs?: number;
  /** A further reward part, "length". */
  lengthShaping?: LengthShaping;
  /** Train although there are test tasks among the tasks. @default false */
  force?: boolean;
  /** "balanced": every domain as often as the others; "curriculum": harder tasks as rewards rise. @default "balanced" */
  sampler?: "balanced" | "curriculum";
  /** First level of the curriculum, 1 to 5, and groups that a decision needs. @default { level: 1, window: 20 } */
  curriculum?: { level?: Level; window?: number };

  /** Tokens are drawn, and logits divided in training too, at this temperature. @default 1 */
  temperature?: number;
  /** Draw among the fewest tokens whose probability reaches this. @default 1 */
  topP?: number;
  /** Draw among the k most likely; 0: off. @default 0 */
  topK?: number;
  /** Tokens of a turn; a turn that needs more ends its episode as truncated. @default 256 */
  maxNewTokens?: number;
  /** Tokens of an episode, prompts and all. @default the model's context */
  maxEpisodeTokens?: number;
  /** Episodes at once; changes nothing but speed and memory. @default 64 */
  concurrency?: number;
  /** Further variables of the chat template, e.g. `{ enable_thinking: false }`. */
  template?: Record<string, unknown>;
}

export const playFields = {
  environment: environmentSchema.optional(),
  tasks: z
    .custom<readonly Task[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of at least one task")
    .optional(),
  data: z
    .custom<readonly PromptRow[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of rows { prompt, … }")
    .optional(),
  rewards: z
    .custom<Readonly<Record<string, PaidReward>>>((value) => typeof value === "object" && value !== null)
    .describe("an object of weights, functions, or { reward, weight }")
    .optional(),
  rewardTimeoutMs: z.number().min(1).default(60_000),
  lengthShaping: lengthShapingSchema.optional(),
  force: z.boolean().default(false),
  sampler: z.enum(["balanced", "curriculum"]).default("balanced"),
  curriculum: z
    .strictObject({
      level: z.union([1, 2, 3, 4, 5].map((level) => z.literal(level as Level))).default(1),
      window: z.int().min(1).default(20),
    })
    .optional(),
  temperature: z.number().gt(0).default(1),
  topP: z.number().gt(0).max(1).default(1),
  topK: z.int().min(0).default(0),
  maxNewTokens: z.int().min(1).default(256),
  maxEpisodeTokens: z.int().min(2).optional(),
  concurrency: z.int().min(1).default(64),
  template: z.record(z.string(), z.unknown()).optional(),
} satisfies Record<keyof PlayFields, z.ZodType>;

const playSchema = z.object(playFields);
type CheckedPlay = z.output<typeof playSchema>;

/** What is played, complete. */
export interface Play extends Omit<CheckedPlay, "tasks" | "lengthShaping">, Pay {
  /** "grpo": for errors. */
  verb: string;
  tasks: readonly Task[];
  lengthShaping: Shaping | undefined;
}

/** Combinations that make no sense are refused. Needs no model. */
export function resolvePlay(verb: string, options: CheckedPlay): Play {
  const refuse = refusing(verb);
  const { environment, tasks: given, data, rewards, force, lengthShaping } = options;
  if ((environment === undefined) === (data === undefined)) {
    refuse("environment", "give an environment to act in, or data: rows with a prompt, with rewards; one of them.");
  }
  if (data && given) refuse("tasks", "the tasks of data are its rows: leave tasks out.");
  if (options.curriculum && options.sampler !== "curriculum") refuse("curriculum", 'it needs sampler: "curriculum".');
  const { environments, tasks: own, ...pay } = resolvePay(verb, { environment, data, rewards });
  const tasks = given ?? own ?? environments.flatMap(trainingTasks);
  if (tasks.length === 0) refuse("tasks", "the environment has no tasks of its own: give tasks.");
  const test = tasks.filter(({ split }) => split === "test").length;
  if (test > 0 && !force) {
    refuse(
      "tasks",
      `${test} of ${tasks.length} tasks are of the test split: they would be worth nothing as a test. Set force to go on.`,
    );
  }
  const shaping = lengthShaping && completeShaping(lengthShaping, options.maxNewTokens);
  return { ...options, verb, environments, tasks, ...pay, lengthShaping: shaping };
}

function trainingTasks(environment: Environment): Task[] {
  const own = (environment as Partial<Domain>).tasks;
  return own ? own.call(environment, { split: "train" }) : [];
}

/** Options that change no number: not compared before a resume. Tasks and pay are, by their hashes. */
const withoutNumbers = [
  ...["verb", "model", "environment", "tasks", "data", "rewards", "environments", "weightsOf", "rewardsOf", "payHash"],
  ...["concurrency", "rewardTimeoutMs", "force", "resume", "keepCheckpoints", "saveEvery", "sampleEvery"],
];

/** The options that the numbers depend on: a run can be resumed with equal ones only. Functions count by their source. */
export function numericOptions(options: object, besides: readonly string[] = []): Record<string, unknown> {
  const left = Object.entries(options).filter(([name]) => !withoutNumbers.includes(name) && !besides.includes(name));
  return Object.fromEntries(left.map(([name, value]) => [name, typeof value === "function" ? String(value) : value]));
}
