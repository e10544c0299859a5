import { z } from "zod";
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import type { AdvantageScale } from "../math/advantages.ts";
import type { KlEstimator } from "../math/kl.ts";
import type { LossKind, RatioLevel } from "../math/loss-kinds.ts";
import { type CustomLoss, lossSchema } from "../policy/custom-loss.ts";
import { type PlayFields, playFields, resolvePlay } from "../policy/play-options.ts";
import {
  completeLora,
  modelSchema,
  refuseTwoWarmups,
  refusing,
  type TrainingFields,
  trainingFields,
} from "../training-options.ts";

/** Rewards (B; NaN: none) of groups of `groupSize` next to each other in, advantages (B) out. */
export type CustomAdvantage = (
  rewards: Float64Array,
  groupSize: number,
  trajectories: readonly Trajectory[],
) => ArrayLike<number>;

export interface GrpoOptions extends TrainingFields, PlayFields {
  /** Model to train, or its path or hub id. An adapter already on it is copied and trained on, and is then the reference. */
  model: Model | string;
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
  /** Most times that groups whose rewards are all alike are replaced by new ones, as in DAPO. @default 0 */
  dynamicSampling?: number;

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

  /** Peak learning rate. @default 1e-5 with LoRA, 1e-6 without */
  learningRate?: number;
  /** Steps between checkpoints; 0: only the last. @default a tenth of all, at least 5 */
  saveEvery?: number;
  /** Steps between samples that are kept as transcripts. @default a twentieth of all */
  sampleEvery?: number;
}

const fields = {
  ...trainingFields,
  ...playFields,
  model: modelSchema,
  steps: z.int().min(1).default(100),
  tasksPerStep: z.int().min(1).default(8),
  groupSize: z.int().min(2).default(8),
  iterations: z.int().min(1).default(1),
  minibatches: z.int().min(1).default(1),
  dynamicSampling: z.int().min(0).default(0),
  loss: lossSchema.default("dapo"),
  epsilon: z.number().gt(0).default(0.2),
  epsilonHigh: z.number().gt(0).optional(),
  delta: z.number().gt(1).optional(),
  ratio: z.enum(["token", "sequence"]).optional(),
  klCoefficient: z.number().min(0).default(0),
  klEstimator: z.enum(["k1", "k2", "k3"]).default("k3"),
  entropyCoefficient: z.number().default(0),
  topEntropy: z.number().gt(0).max(1).default(1),
  scale: z.enum(["group", "batch", "none"]).default("group"),
  normalizeThenSum: z.boolean().default(false),
  advantage: z
    .custom<CustomAdvantage>((value) => typeof value === "function")
    .describe("a function")
    .optional(),
  maskTruncated: z.boolean().default(false),
  learningRate: z.number().gt(0).optional(),
  saveEvery: z.int().min(0).optional(),
  sampleEvery: z.int().min(1).optional(),
} satisfies Record<keyof GrpoOptions, z.ZodType>;

export const grpoSchema = z.strictObject(fields);
export type CheckedGrpo = z.output<typeof grpoSchema>;
export type ResolvedGrpo = ReturnType<typeof completeGrpo>;

/** Defaults that depend on other options or on the model. */
export function completeGrpo(options: CheckedGrpo, model: Model) {
  const refuse = refusing("grpo");
  refuseTwoWarmups("grpo", options);
  const { steps, lora, loss } = options;
  if (lora === false && options.klCoefficient > 0) {
    refuse(
      "klCoefficient",
      "the reference is the model with its adapter off, and lora: false trains every weight. Use LoRA, or 0.",
    );
  }
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
  return {
    ...options,
    ...resolvePlay("grpo", options),
    model,
    lora: completeLora("grpo", model, options),
    epsilonOfAdam: 1e-8,
    learningRate: options.learningRate ?? (lora === false ? 1e-6 : 1e-5),
    saveEvery: options.saveEvery ?? Math.max(5, Math.ceil(steps / 10)),
    sampleEvery: options.sampleEvery ?? Math.ceil(steps / 20),
  };
}
