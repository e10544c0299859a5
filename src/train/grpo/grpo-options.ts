import { z } from "zod";
import type { Trajectory } from "../../generate/index.ts";
import { environmentSchema } from "../../generate/rollout.ts";
import type { Domain, Environment, Level, PromptRow, Task } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import type { AdvantageScale } from "../math/advantages.ts";
import type { KlEstimator } from "../math/kl.ts";
import { type LossKind, lossKinds, type RatioLevel, type Totals } from "../math/loss-kinds.ts";
import type { PolicyInputs, PolicyLoss } from "../math/policy-loss.ts";
import { type PaidReward, resolvePay } from "../policy/pay.ts";
import {
  completeLora,
  isModelLike,
  refuseTwoWarmups,
  refusing,
  type TrainingFields,
  trainingFields,
} from "../training-options.ts";

/** One batch of completions in, its loss and gradients out; `totals` are those of the whole optimizer step. */
export type CustomLoss = (
  inputs: Required<Pick<PolicyInputs, "oldLogprobs" | "entropy">> & PolicyInputs,
  totals: Totals,
) => Pick<PolicyLoss, "loss" | "dLogprobs" | "dEntropy">;

/** Rewards (B; NaN: none) of groups of `groupSize` next to each other in, advantages (B) out. */
export type CustomAdvantage = (
  rewards: Float64Array,
  groupSize: number,
  trajectories: readonly Trajectory[],
) => ArrayLike<number>;

export interface LengthShaping {
  /**
   * "overlong": DAPO's soft punishment, 0 to −1 over the last `buffer` tokens before the limit. "cosine": right answers earn more
   * the shorter they are, wrong ones lose more the longer they are, truncated ones lose 0.5.
   */
  kind: "overlong" | "cosine";
  /** Tokens of a completion at the limit. @default maxNewTokens */
  maxTokens?: number;
  /** Of "overlong". @default a fifth of maxTokens */
  buffer?: number;
  /** @default 1 */
  weight?: number;
}

export interface GrpoOptions extends TrainingFields {
  /** Model to train, or its path or hub id. An adapter already on it is copied and trained on, and is then the reference. */
  model: Model | string;
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
  /** Train although there are test tasks among the tasks. @default false */
  force?: boolean;

  /** Rollouts with the updates that follow them. @default 100 */
  steps?: number;
  /** P: tasks of a step. @default 8 */
  tasksPerStep?: number;
  /** G: rollouts of each task. @default 8 */
  groupSize?: number;
  /** μ: times that a step's rollouts are learned from. @default 1 */
  iterations?: number;
  /** Optimizer steps in which each of those times is cut. @default 1 */
  minibatches?: number;
  /** "balanced": every domain as often as the others; "curriculum": harder tasks as rewards rise. @default "balanced" */
  sampler?: "balanced" | "curriculum";
  /** First level of the curriculum, 1 to 5, and groups that a decision needs. @default { level: 1, window: 20 } */
  curriculum?: { level?: Level; window?: number };
  /** Most times that groups whose rewards are all alike are replaced by new ones, as in DAPO. @default 0 */
  dynamicSampling?: number;

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

  /** Kind of policy loss (docs/formulas.md), or a function of your own. @default "dapo" */
  loss?: LossKind | CustomLoss;
  /** ε: the ratio of policies counts down to 1 − ε. @default 0.2 */
  epsilon?: number;
  /** ε′: and up to 1 + ε′ (cispo: ε′). @default epsilon; cispo 5 */
  epsilonHigh?: number;
  /** δ: upper bound of the ratio where the advantage is negative. @default none */
  delta?: number;
  /** Whose ratio is clipped. @default the loss kind's */
  ratio?: RatioLevel;
  /** β: weight of the divergence from the reference, which is the model with its adapter off (or as it was given). @default 0 */
  klCoefficient?: number;
  /** @default "k3" */
  klEstimator?: KlEstimator;
  /** What a nat of mean entropy is worth. @default 0 */
  entropyCoefficient?: number;
  /** Share of tokens, those of highest entropy, that the policy's loss is over. @default 1 */
  topEntropy?: number;
  /** What the difference from the group's mean is divided by: the deviation of the group or the batch, or nothing. @default "group" */
  scale?: AdvantageScale;
  /** Whiten each reward by itself before the weighted sum. @default false */
  normalizeThenSum?: boolean;
  /** In place of `scale` and `normalizeThenSum`. */
  advantage?: CustomAdvantage;
  /** Learn nothing from rollouts that a limit of tokens ended; they stay in their group's mean. @default false */
  maskTruncated?: boolean;
  /** A further reward part, "length". */
  lengthShaping?: LengthShaping;

  /** Peak learning rate. @default 1e-5 with LoRA, 1e-6 without */
  learningRate?: number;
  /** Steps between checkpoints; 0: only the last. @default a tenth of all, at least 5 */
  saveEvery?: number;
  /** Steps between samples that are kept as transcripts. @default a twentieth of all */
  sampleEvery?: number;
}

const share = z.number().gt(0).max(1);
const fields = {
  ...trainingFields,
  model: z
    .custom<Model | string>((value) => typeof value === "string" || isModelLike(value))
    .describe("a model, as loadModel gives it, or its path or hub id"),
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
  force: z.boolean().default(false),
  steps: z.int().min(1).default(100),
  tasksPerStep: z.int().min(1).default(8),
  groupSize: z.int().min(2).default(8),
  iterations: z.int().min(1).default(1),
  minibatches: z.int().min(1).default(1),
  sampler: z.enum(["balanced", "curriculum"]).default("balanced"),
  curriculum: z
    .strictObject({
      level: z.union([1, 2, 3, 4, 5].map((level) => z.literal(level as Level))).default(1),
      window: z.int().min(1).default(20),
    })
    .optional(),
  dynamicSampling: z.int().min(0).default(0),
  temperature: z.number().gt(0).default(1),
  topP: share.default(1),
  topK: z.int().min(0).default(0),
  maxNewTokens: z.int().min(1).default(256),
  maxEpisodeTokens: z.int().min(2).optional(),
  concurrency: z.int().min(1).default(64),
  template: z.record(z.string(), z.unknown()).optional(),
  loss: z
    .custom<LossKind | CustomLoss>((value) => typeof value === "function" || Object.hasOwn(lossKinds, String(value)))
    .describe(`one of ${Object.keys(lossKinds).join(", ")}, or a function`)
    .default("dapo"),
  epsilon: z.number().gt(0).default(0.2),
  epsilonHigh: z.number().gt(0).optional(),
  delta: z.number().gt(1).optional(),
  ratio: z.enum(["token", "sequence"]).optional(),
  klCoefficient: z.number().min(0).default(0),
  klEstimator: z.enum(["k1", "k2", "k3"]).default("k3"),
  entropyCoefficient: z.number().default(0),
  topEntropy: share.default(1),
  scale: z.enum(["group", "batch", "none"]).default("group"),
  normalizeThenSum: z.boolean().default(false),
  advantage: z
    .custom<CustomAdvantage>((value) => typeof value === "function")
    .describe("a function")
    .optional(),
  maskTruncated: z.boolean().default(false),
  lengthShaping: z
    .strictObject({
      kind: z.enum(["overlong", "cosine"]),
      maxTokens: z.int().min(1).optional(),
      buffer: z.int().min(1).optional(),
      weight: z.number().default(1),
    })
    .optional(),
  learningRate: z.number().gt(0).optional(),
  saveEvery: z.int().min(0).optional(),
  sampleEvery: z.int().min(1).optional(),
} satisfies Record<keyof GrpoOptions, z.ZodType>;

export const grpoSchema = z.strictObject(fields);
export type CheckedGrpo = z.output<typeof grpoSchema>;
export type ResolvedGrpo = ReturnType<typeof completeGrpo>;

/** Where it plays, what, and for what pay; combinations that make no sense are refused. Needs no model. */
export function resolvePlay(options: Pick<CheckedGrpo, "environment" | "tasks" | "data" | "rewards" | "force">) {
  const refuse = refusing("grpo");
  const { environment, tasks: given, data, rewards, force } = options;
  if ((environment === undefined) === (data === undefined)) {
    refuse("environment", "give an environment to act in, or data: rows with a prompt, with rewards; one of them.");
  }
  if (data && given) refuse("tasks", "the tasks of data are its rows: leave tasks out.");
  const { environments, tasks: own, ...pay } = resolvePay({ environment, data, rewards });
  const tasks = given ?? own ?? environments.flatMap(trainingTasks);
  if (tasks.length === 0) refuse("tasks", "the environment has no tasks of its own: give tasks.");
  const test = tasks.filter(({ split }) => split === "test").length;
  if (test > 0 && !force) {
    refuse(
      "tasks",
      `${test} of ${tasks.length} tasks are of the test split: they would be worth nothing as a test. Set force to go on.`,
    );
  }
  return { environments, tasks, ...pay };
}

function trainingTasks(environment: Environment): Task[] {
  const own = (environment as Partial<Domain>).tasks;
  return own ? own.call(environment, { split: "train" }) : [];
}

/** Defaults that depend on other options or on the model. */
export function completeGrpo(options: CheckedGrpo, model: Model) {
  const refuse = refusing("grpo");
  refuseTwoWarmups("grpo", options);
  const { steps, lora, lengthShaping, loss } = options;
  if (lora === false && options.klCoefficient > 0) {
    refuse(
      "klCoefficient",
      "the reference is the model with its adapter off, and lora: false trains every weight. Use LoRA, or 0.",
    );
  }
  if (options.curriculum && options.sampler !== "curriculum") refuse("curriculum", 'it needs sampler: "curriculum".');
  if (options.advantage && options.normalizeThenSum) {
    refuse("advantage", "it stands in place of normalizeThenSum: give one of them.");
  }
  if (typeof loss === "function" && options.topEntropy < 1)
    refuse("topEntropy", "a loss of your own weighs its tokens itself.");
  if (options.minibatches > options.tasksPerStep) {
    refuse(
      "minibatches",
      `minibatches ${options.minibatches} exceeds tasksPerStep ${options.tasksPerStep}: groups stay whole.`,
    );
  }
  const maxTokens = lengthShaping?.maxTokens ?? options.maxNewTokens;
  return {
    ...options,
    model,
    ...resolvePlay(options),
    lora: completeLora("grpo", model, options),
    epsilonOfAdam: 1e-8,
    learningRate: options.learningRate ?? (lora === false ? 1e-6 : 1e-5),
    saveEvery: options.saveEvery ?? Math.max(5, Math.ceil(steps / 10)),
    sampleEvery: options.sampleEvery ?? Math.ceil(steps / 20),
    lengthShaping: lengthShaping && {
      ...lengthShaping,
      maxTokens,
      buffer: lengthShaping.buffer ?? Math.ceil(maxTokens / 5),
    },
  };
}

/** Options that change no number: not compared before a resume. */
const withoutNumbers = [
  ...["model", "environment", "tasks", "data", "rewards", "environments", "weightsOf", "rewardsOf", "payHash"],
  ...["concurrency", "rewardTimeoutMs", "force", "resume", "keepCheckpoints", "saveEvery", "sampleEvery"],
] as const;

/** The options that the numbers depend on: a run can be resumed with equal ones only. Functions count by their source. */
export function numericOptions(options: ResolvedGrpo): Record<string, unknown> {
  const left = Object.entries(options).filter(([name]) => !(withoutNumbers as readonly string[]).includes(name));
  return Object.fromEntries(left.map(([name, value]) => [name, typeof value === "function" ? String(value) : value]));
}
