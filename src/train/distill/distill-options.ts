import { z } from "zod";
import type { Row } from "../../data/index.ts";
import type { Model } from "../../model/model.ts";
import { completeData, type DataFields, dataFields, rowsSchema as dataSchema } from "../data-options.ts";
import type { LossOn } from "../examples.ts";
import type { AdvantageScale } from "../math/advantages.ts";
import type { DistillDirection } from "../math/distill-loss.ts";
import { type LossKind, lossKinds } from "../math/loss-kinds.ts";
import { type PlayFields, playFields, resolvePlay } from "../policy/play-options.ts";
import type { SftData } from "../rows.ts";
import {
  completeLora,
  isModelLike,
  modelSchema,
  refuseTwoWarmups,
  refusing,
  type TrainingFields,
  trainingFields,
} from "../training-options.ts";
import { type Hint, outcomeHint } from "./hints.ts";

/** The weight of the divergence: from `start` it halves every `halfLife` steps, down to `floor`, and never rises. */
export interface CoefficientDecay {
  /** @default 1 */
  start?: number;
  /** @default 0.1 */
  floor?: number;
  /** Steps. @default a quarter of all */
  halfLife?: number;
}

/** On the student's own rollouts. */
export interface DistillRolloutOptions extends TrainingFields, PlayFields {
  /** The student, or its path or hub id. An adapter already on it is copied and trained on. */
  model: Model | string;
  /** "average": the student's own adapter, averaged over its steps; or another model with the same tokens. @default "average" */
  teacher?: "average" | Model;
  /** d: how much of itself the average keeps at each step. @default 0.99 */
  averageDecay?: number;
  /**
   * What the teacher is told of a rollout, and the student is not: "outcome" (whether it was right, what it earned, the right answer),
   * a function of your own, or false. @default "outcome" with the average, false with another model
   */
  hint?: "outcome" | false | Hint;
  /** Tokens of each turn, from its first, that are taught; the rest of a longer turn is not. @default 64 */
  turnTokens?: number;
  /** "reverse": the student keeps to what the teacher finds likely; "forward": it covers all that the teacher may say. @default "reverse" */
  direction?: DistillDirection;
  /** K: tokens that the teacher finds likeliest; what is left is one further outcome. @default 16 */
  candidates?: number;
  coefficient?: CoefficientDecay;
  /** Weight of grpo's policy loss beside the divergence; 0: the teacher alone. @default 0 */
  policyWeight?: number;
  /** Its kind. @default "dapo" */
  loss?: LossKind;
  /** Its ε. @default 0.2 */
  epsilon?: number;
  /** Of its advantages. @default "group" */
  scale?: AdvantageScale;

  /** Peak learning rate. @default 1e-5 */
  learningRate?: number;
  /** Steps between checkpoints; 0: only the last. @default a tenth of all, at least 5 */
  saveEvery?: number;
  /** Rollouts with the update that follows them. @default 100 */
  steps?: number;
  /** P: tasks of a step. @default 8 */
  tasksPerStep?: number;
  /** G: rollouts of each task. @default 4 */
  groupSize?: number;
  /** Steps between samples that are kept as transcripts. @default a twentieth of all */
  sampleEvery?: number;
}

/** On given rows. */
export interface DistillRowsOptions extends DataFields {
  /** Another model with the same tokens, or the same base with another adapter. */
  teacher: Model;
  /** Rows as `sft` takes them; the teacher is followed on the tokens that sft would learn. */
  data: SftData;
  /** Held-out rows: the loss on them is measured every `evalEvery` steps. */
  evalData?: SftData;
  /** As in `sft`. @default "assistant" */
  lossOn?: LossOn;
  /** Sequences of an optimizer step. @default 16 */
  batchSize?: number;
  /** Peak learning rate. @default 2e-4 with LoRA, 2e-5 without */
  learningRate?: number;
  /** K: tokens that the teacher finds likeliest; what is left is one further outcome. @default 16 */
  candidates?: number;
  /** @default "forward" */
  direction?: DistillDirection;
  /** Both distributions are taken at this temperature. @default 1 */
  temperature?: number;
  /** Of the rows' own tokens: the weight of their negative log-likelihood beside the divergence. @default 0 */
  labelWeight?: number;
}

const teacherSchema = z.custom<Model>(isModelLike).describe("a model, as loadModel gives it");
const candidates = z.int().min(1).default(16);
const direction = z.enum(["forward", "reverse"]);

export const rolloutSchema = z.strictObject({
  ...trainingFields,
  ...playFields,
  model: modelSchema,
  candidates,
  learningRate: z.number().gt(0).optional(),
  saveEvery: z.int().min(0).optional(),
  teacher: z
    .union([z.literal("average"), teacherSchema])
    .describe('"average" or a model')
    .default("average"),
  averageDecay: z.number().min(0).max(1).default(0.99),
  hint: z
    .custom<"outcome" | false | Hint>((value) => value === "outcome" || value === false || typeof value === "function")
    .describe('"outcome", a function, or false')
    .optional(),
  turnTokens: z.int().min(1).default(64),
  direction: direction.default("reverse"),
  coefficient: z
    .strictObject({
      start: z.number().gt(0).default(1),
      floor: z.number().min(0).default(0.1),
      halfLife: z.number().gt(0).optional(),
    })
    .optional(),
  policyWeight: z.number().min(0).default(0),
  loss: z.enum(Object.keys(lossKinds) as [LossKind, ...LossKind[]]).default("dapo"),
  epsilon: z.number().gt(0).default(0.2),
  scale: z.enum(["group", "batch", "none"]).default("group"),
  steps: z.int().min(1).default(100),
  tasksPerStep: z.int().min(1).default(8),
  groupSize: z.int().min(1).default(4),
  sampleEvery: z.int().min(1).optional(),
} satisfies Record<keyof DistillRolloutOptions, z.ZodType>);

export const rowsSchema = z.strictObject({
  ...dataFields,
  teacher: teacherSchema,
  data: dataSchema<Row>(),
  evalData: dataSchema<Row>().optional(),
  lossOn: z.enum(["assistant", "completion", "all"]).default("assistant"),
  batchSize: z.int().min(1).default(16),
  learningRate: z.number().gt(0).optional(),
  candidates,
  direction: direction.default("forward"),
  temperature: z.number().gt(0).default(1),
  labelWeight: z.number().min(0).default(0),
} satisfies Record<keyof DistillRowsOptions, z.ZodType>);

/** Rollouts need a place to act in, or rewards for prompts. */
export const isOnRollouts = (options: object): options is DistillRolloutOptions =>
  ["environment", "tasks", "rewards"].some((name) => (options as Record<string, unknown>)[name] !== undefined);

export type ResolvedRollouts = ReturnType<typeof completeRollouts>;
export type ResolvedRows = ReturnType<typeof completeRows>;

export function completeRollouts(options: z.output<typeof rolloutSchema>, model: Model) {
  const refuse = refusing("distill");
  refuseTwoWarmups("distill", options);
  const { steps, lora, teacher, policyWeight, groupSize } = options;
  const { start = 1, floor = 0.1, halfLife = Math.ceil(steps / 4) } = options.coefficient ?? {};
  if (floor > start)
    refuse("coefficient.floor", `coefficient.floor ${floor} exceeds its start ${start}: it only decays.`);
  if (teacher === "average" && lora === false)
    refuse(
      "lora",
      "the average is of an adapter, and lora: false trains every weight. Use LoRA, or give another model as teacher.",
    );
  if (policyWeight > 0 && groupSize < 2)
    refuse("groupSize", "policyWeight compares rollouts of a group: it needs at least 2.");
  refuseMovingTeacher(teacher, model, lora);
  const hint = options.hint ?? (teacher === "average" ? "outcome" : false);
  return {
    ...options,
    ...resolvePlay("distill", options),
    ...{ model, lora: completeLora("distill", model, options), epsilonOfAdam: 1e-8 },
    hint: hint === "outcome" ? outcomeHint : hint,
    coefficient: { start, floor, halfLife },
    dynamicSampling: 0,
    learningRate: options.learningRate ?? 1e-5,
    sampleEvery: options.sampleEvery ?? Math.ceil(steps / 20),
    saveEvery: options.saveEvery ?? Math.max(5, Math.ceil(steps / 10)),
  };
}

export function completeRows(options: z.output<typeof rowsSchema>) {
  const { model, teacher, lora } = options;
  const complete = completeData("distill", options, { epochs: 3 });
  refuseMovingTeacher(teacher, model, lora);
  if (complete.maxLength > teacher.info.maxPositions && options.maxLength !== undefined)
    refusing("distill")(
      "maxLength",
      `maxLength ${options.maxLength} exceeds the teacher's context of ${teacher.info.maxPositions} tokens.`,
    );
  return {
    ...options,
    ...complete,
    maxLength: Math.min(complete.maxLength, teacher.info.maxPositions),
    learningRate: options.learningRate ?? (lora === false ? 2e-5 : 2e-4),
  };
}

function refuseMovingTeacher(teacher: "average" | Model, { engine }: Model, lora: unknown): void {
  if (lora === false && teacher !== "average" && teacher.engine === engine)
    refusing("distill")(
      "teacher",
      "it shares the weights that lora: false trains. Use LoRA, or load the teacher by itself.",
    );
}
