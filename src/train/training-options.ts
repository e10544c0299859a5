/** Options that every way of training has: how the optimizer steps, what is kept, where to go on. */
import { z } from "zod";
import { InvalidOptionError } from "../core/errors.ts";
import { type LoraOptions, loraSchema } from "../model/lora.ts";
import { Model } from "../model/model.ts";
import type { Schedule } from "./math/schedule.ts";

export interface TrainingFields {
  /** LoRA adapter, https://arxiv.org/abs/2106.09685; `false` trains every weight. @default { rank: 16, targets: "all-linear" } */
  lora?: LoraOptions | false;
  /** Most tokens in one forward pass; larger steps accumulate gradients over several. @default 4096 */
  microBatchTokens?: number;
  /** Of the learning rate, after the warm-up. @default "linear" */
  schedule?: Schedule;
  /** Steps over which the learning rate rises from 0. @default 0 */
  warmupSteps?: number;
  /** The same as a share of all steps. */
  warmupRatio?: number;
  /** AdamW, https://arxiv.org/abs/1711.05101; norms and biases do not decay. @default 0 */
  weightDecay?: number;
  /** AdamW's β₁ and β₂. @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** Gradients are scaled down to this L2 norm; 0: never. @default 1 */
  maxGradNorm?: number;
  /** Keep each layer's input only and recompute the rest: less memory, about a third more time. @default false */
  gradientCheckpointing?: boolean;
  /** Newest checkpoints that are kept, besides the best. @default 2 */
  keepCheckpoints?: number;
  /** Go on from the newest checkpoint of a run: its id or folder; `true`: the newest unfinished one with these options, if any. */
  resume?: string | boolean;
  /** Of everything that is drawn. @default 0 */
  seed?: number;
}

export const trainingFields = {
  lora: z.union([z.literal(false), loraSchema.extend({ seed: loraSchema.shape.seed.unwrap().optional() })]).optional(),
  microBatchTokens: z.int().min(1).default(4096),
  schedule: z.enum(["linear", "cosine", "constant"]).default("linear"),
  warmupSteps: z.int().min(0).optional(),
  warmupRatio: z.number().min(0).max(1).optional(),
  weightDecay: z.number().min(0).default(0),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .describe("two numbers, each at least 0 and below 1")
    .default([0.9, 0.999]),
  maxGradNorm: z.number().min(0).default(1),
  gradientCheckpointing: z.boolean().default(false),
  keepCheckpoints: z.int().min(1).default(2),
  resume: z.union([z.string(), z.boolean()]).describe("a run's id or folder, or true or false").optional(),
  seed: z.int().min(0).default(0),
} satisfies Record<keyof TrainingFields, z.ZodType>;

/** A module imported twice breaks `instanceof`. */
export const isModelLike = (value: unknown): value is Model => {
  if (value instanceof Model) return true;
  const model = value as Partial<Model> | null;
  return (
    typeof model === "object" && typeof model?.engine?.forward === "function" && typeof model.withAdapter === "function"
  );
};

export const modelSchema = z
  .custom<Model | string>((value) => typeof value === "string" || isModelLike(value))
  .describe("a model, as loadModel gives it, or its path or hub id");

/** `refuse("lora", "…")` throws for the verb. */
export function refusing(verb: string) {
  return (option: string, message: string): never => {
    throw new InvalidOptionError(option, `${verb}: ${message}`);
  };
}

/** Undefined only where the model brings an adapter; its own seed first, then the run's. */
export function completeLora(
  verb: string,
  model: Model,
  { lora, seed }: { lora?: z.output<typeof trainingFields.lora>; seed: number },
) {
  if (model.adapter && lora !== undefined) {
    refusing(verb)(
      "lora",
      `the model already has the adapter "${model.adapter.name}". Leave lora out to train it on, or give model.base.`,
    );
  }
  return lora === false || model.adapter ? (lora as false | undefined) : loraSchema.parse({ seed, ...lora });
}

export function refuseTwoWarmups(verb: string, options: Pick<TrainingFields, "warmupSteps" | "warmupRatio">): void {
  if (options.warmupSteps === undefined || options.warmupRatio === undefined) return;
  refusing(verb)("warmupRatio", "give warmupSteps or warmupRatio, not both.");
}
