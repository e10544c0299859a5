import { z } from "zod";
import type { Trajectory } from "../../generate/index.ts";
import { type LoraOptions, loraSchema } from "../../model/lora.ts";
import type { Model } from "../../model/model.ts";
import type { KlEstimator } from "../math/kl.ts";
import type { LossKind } from "../math/loss-kinds.ts";
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

/** What a rollout earned and was expected to earn, token by token in the order of its turns; all (T). */
export interface RolloutValues {
  /** The price of divergence on every token, what a turn earned on its last, the rest on the last of all. */
  rewards: Float32Array;
  /** V as the rollout was drawn: what was still expected before each token. */
  values: Float32Array;
  /** 1 on tokens that the policy drew. */
  mask: Uint8Array;
  /** The turn, from 1, in which a token was drawn; 0 elsewhere. */
  turns: Int32Array;
  trajectory: Trajectory;
}

/** One rollout in, its advantages (T) out, and what the values should have been. */
export type CustomEstimate = (rollout: RolloutValues) => {
  advantages: ArrayLike<number>;
  /** (T) @default advantages + values */
  returns?: ArrayLike<number>;
};

export interface PpoOptions extends TrainingFields, PlayFields {
  /** Model to train, or its path or hub id. An adapter already on it is copied and trained on, and is then the reference. */
  model: Model | string;
  /**
   * What the value function starts from: a reward model, any other model with the same tokenizer, or its path; its own weights are left
   * alone unless `valueLora` is false. @default the model: an adapter of its own over the same base, with a head that starts at 0
   */
  value?: Model | string;
  /** LoRA of the value function, with a head of one number per position; `false` trains every weight of `value`. @default { rank: 16 } */
  valueLora?: LoraOptions | false;
  /** Peak learning rate of the value function. @default learningRate */
  valueLearningRate?: number;
  /** Steps at the beginning in which the value function learns alone. @default 0 */
  valueWarmupSteps?: number;
  /** ε_v: values move no further than this in a step. @default 0.2 */
  valueClipRange?: number;

  /** Rollouts with the updates that follow them. @default 100 */
  steps?: number;
  /** Tasks of a step. @default 32 */
  tasksPerStep?: number;
  /** Rollouts of each task. @default 1 */
  groupSize?: number;
  /** Times that a step's rollouts are learned from. @default 4 */
  iterations?: number;
  /** Optimizer steps in which each of those times is cut. @default 1 */
  minibatches?: number;

  /** Kind of policy loss (docs/formulas.md), or a function of your own. @default "bnpo", PPO's own */
  loss?: LossKind | CustomLoss;
  /** ε: the ratio of policies counts down to 1 − ε. @default 0.2 */
  epsilon?: number;
  /** ε′: and up to 1 + ε′. @default epsilon */
  epsilonHigh?: number;
  /** What a nat of mean entropy is worth. @default 0 */
  entropyCoefficient?: number;
  /**
   * β: what a nat of divergence costs at each token, from the reference, which is the model with its adapter off (or as it was given).
   * @default 0.05
   */
  klCoefficient?: number;
  /** @default "k1" */
  klEstimator?: KlEstimator;
  /** Nats a token: β is adapted after each step so that the divergence comes to this. @default none: β stays */
  klTarget?: number;
  /** Rollouts over which a deviation from `klTarget` is made good. @default 10_000 */
  klHorizon?: number;
  /** Taken off what a rollout earns if a limit of tokens ended it. @default 0 */
  missingEosPenalty?: number;
  /** Pay what a turn earned at its end, where a reward says so; else everything at the end. @default true */
  payTurns?: boolean;
  /** "bi-level": over turns first, then over the tokens of each. @default "token" */
  gae?: "token" | "bi-level";
  /** γ of tokens. @default 1 */
  gamma?: number;
  /** λ of tokens. @default 0.95 */
  gaeLambda?: number;
  /** γ of turns, of "bi-level". @default 1 */
  turnGamma?: number;
  /** λ of turns, of "bi-level". @default 0.95 */
  turnLambda?: number;
  /** In place of `gae`. */
  advantage?: CustomEstimate;
  /** Advantages of a step with mean 0 and deviation 1. @default true */
  whitenAdvantages?: boolean;
  /** Rewards of a step with deviation 1. @default false */
  whitenRewards?: boolean;

  /** Peak learning rate. @default 1e-5 with LoRA, 1e-6 without */
  learningRate?: number;
  /** Steps between checkpoints; 0: only the last. @default a tenth of all, at least 5 */
  saveEvery?: number;
  /** Steps between samples that are kept as transcripts. @default a twentieth of all */
  sampleEvery?: number;
}

const share = z.number().min(0).max(1);
const fields = {
  ...trainingFields,
  ...playFields,
  model: modelSchema,
  value: modelSchema.optional(),
  valueLora: z
    .union([z.literal(false), loraSchema.extend({ seed: loraSchema.shape.seed.unwrap().optional() })])
    .optional(),
  valueLearningRate: z.number().gt(0).optional(),
  valueWarmupSteps: z.int().min(0).default(0),
  valueClipRange: z.number().gt(0).default(0.2),
  steps: z.int().min(1).default(100),
  tasksPerStep: z.int().min(1).default(32),
  groupSize: z.int().min(1).default(1),
  iterations: z.int().min(1).default(4),
  minibatches: z.int().min(1).default(1),
  loss: lossSchema.default("bnpo"),
  epsilon: z.number().gt(0).default(0.2),
  epsilonHigh: z.number().gt(0).optional(),
  entropyCoefficient: z.number().default(0),
  klCoefficient: z.number().min(0).default(0.05),
  klEstimator: z.enum(["k1", "k2", "k3"]).default("k1"),
  klTarget: z.number().gt(0).optional(),
  klHorizon: z.number().gt(0).optional(),
  missingEosPenalty: z.number().min(0).default(0),
  payTurns: z.boolean().default(true),
  gae: z.enum(["token", "bi-level"]).optional(),
  gamma: share.default(1),
  gaeLambda: share.default(0.95),
  turnGamma: share.optional(),
  turnLambda: share.optional(),
  advantage: z
    .custom<CustomEstimate>((value) => typeof value === "function")
    .describe("a function")
    .optional(),
  whitenAdvantages: z.boolean().default(true),
  whitenRewards: z.boolean().default(false),
  learningRate: z.number().gt(0).optional(),
  saveEvery: z.int().min(0).optional(),
  sampleEvery: z.int().min(1).optional(),
} satisfies Record<keyof PpoOptions, z.ZodType>;

export const ppoSchema = z.strictObject(fields);
export type CheckedPpo = z.output<typeof ppoSchema>;
export type ResolvedPpo = ReturnType<typeof completePpo>;

/** Defaults that depend on other options or on the models. `value`: what the value function starts from, where that is not the model. */
export function completePpo(options: CheckedPpo, model: Model, value: Model | undefined) {
  const { steps, lora } = options;
  const learningRate = options.learningRate ?? (lora === false ? 1e-6 : 1e-5);
  return {
    ...options,
    ...resolvePlay("ppo", options),
    model,
    value,
    lora: completeLora("ppo", model, options),
    valueLora: completeValueLora(options, model, value),
    epsilonOfAdam: 1e-8,
    learningRate,
    valueLearningRate: options.valueLearningRate ?? learningRate,
    klHorizon: options.klHorizon ?? 10_000,
    gae: options.gae ?? ("token" as const),
    turnGamma: options.turnGamma ?? 1,
    turnLambda: options.turnLambda ?? 0.95,
    // The divergence is paid in the rewards, not in the loss; all tokens are learned from; no task is played again.
    topEntropy: 1,
    dynamicSampling: 0,
    saveEvery: options.saveEvery ?? Math.max(5, Math.ceil(steps / 10)),
    sampleEvery: options.sampleEvery ?? Math.ceil(steps / 20),
  };
}

/** Combinations that make no sense, whatever the model. */
export function refuseContradictions(options: CheckedPpo): void {
  const refuse = refusing("ppo");
  refuseTwoWarmups("ppo", options);
  const { lora, gae, advantage, klCoefficient, klTarget, minibatches, tasksPerStep } = options;
  if (lora === false && klCoefficient > 0) {
    refuse(
      "klCoefficient",
      "the reference is the model with its adapter off, and lora: false trains every weight. Use LoRA, or 0.",
    );
  }
  if (klTarget !== undefined && klCoefficient === 0) {
    refuse("klTarget", "it adapts klCoefficient, and 0 stays 0: give a klCoefficient to begin with.");
  }
  if (options.klHorizon !== undefined && klTarget === undefined) refuse("klHorizon", "it needs a klTarget.");
  for (const name of ["turnGamma", "turnLambda"] as const) {
    if (options[name] !== undefined && gae !== "bi-level") refuse(name, 'it needs gae: "bi-level".');
  }
  if (advantage && gae) refuse("advantage", "it stands in place of gae: give one of them.");
  if (minibatches > tasksPerStep) {
    refuse("minibatches", `minibatches ${minibatches} exceeds tasksPerStep ${tasksPerStep}: tasks stay whole.`);
  }
}

/** Undefined only where the value function starts from an adapter. */
function completeValueLora({ valueLora, lora, seed }: CheckedPpo, model: Model, value: Model | undefined) {
  const refuse = refusing("ppo");
  const shares = !value || value.engine === model.engine;
  if (lora === false && shares) {
    refuse(
      "value",
      "lora: false trains every weight of the model, and the value function would lie over them. Give it a model of its own.",
    );
  }
  if (value && value.info.vocabSize !== model.info.vocabSize) {
    refuse(
      "value",
      `${value.name} has ${value.info.vocabSize} tokens, ${model.name} has ${model.info.vocabSize}: the value function reads the policy's tokens.`,
    );
  }
  if (valueLora === false && (shares || !value?.info.scalarHead || value.adapter)) {
    refuse(
      "valueLora",
      "false trains every weight of a value model of its own, without adapter, with a scalar head: give such a model as value.",
    );
  }
  const start = value ?? model;
  if (start.adapter && valueLora) {
    refuse("valueLora", `the value function starts from the adapter "${start.adapter.name}": leave valueLora out.`);
  }
  return valueLora === false || start.adapter
    ? (valueLora as false | undefined)
    : loraSchema.parse({ seed, ...valueLora });
}
