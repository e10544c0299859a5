import { z } from "zod";
import type { Model } from "../../model/model.ts";
import type { LossOn, Overlong } from "../examples.ts";
import type { SftData } from "../rows.ts";
import {
  completeLora,
  isModelLike,
  refuseTwoWarmups,
  refusing,
  type TrainingFields,
  trainingFields,
} from "../training-options.ts";

export interface SftOptions extends TrainingFields {
  /** Model to train. With LoRA its base weights stay frozen; an adapter already on it is copied and trained on. */
  model: Model;
  /** Rows `{messages, tools?}`, `{prompt, completion}` or `{text}`; or the path of a .jsonl, .json, .parquet or .csv file of them. */
  data: SftData;
  /** Held-out rows: their loss is measured every `evalEvery` steps. */
  evalData?: SftData;
  /** Test rows or tasks: the run stops if what they ask is in the data (`gym.contamination`). */
  heldOut?: SftData | Iterable<object>;
  /** Train although it is. @default false */
  force?: boolean;
  /**
   * Which tokens are learned: "assistant" (what the assistant says; completions; all of plain text), "completion" (its last
   * turn only) or "all". @default "assistant"
   */
  lossOn?: LossOn;
  /** Passes over the data; not with `steps`. @default 3 */
  epochs?: number;
  /** Optimizer steps; not with `epochs`. */
  steps?: number;
  /** Sequences (with `packing`: packs of up to `maxLength` tokens) of an optimizer step. @default 16, with packing 1 */
  batchSize?: number;
  /** Fill steps by tokens in place of sequences. Either way nothing is padded and attention stays within a sequence. @default false */
  packing?: boolean;
  /** Most tokens of a sequence. @default the model's context, with packing at most 2048 */
  maxLength?: number;
  /** What happens to longer rows. @default "error" */
  overlong?: Overlong;
  /** Peak learning rate. @default 2e-4 with LoRA, 2e-5 without */
  learningRate?: number;
  /** AdamW's ε. @default 1e-8 */
  epsilon?: number;
  /** Steps between evaluations; there is one before the first step and one after the last too. @default a tenth of all */
  evalEvery?: number;
  /** End with the weights of the lowest evaluation loss in place of the last. @default true with evalData */
  keepBest?: boolean;
  /** Steps between checkpoints; 0: only the last. @default a fifth of all, at least 20 */
  saveEvery?: number;
}

const rows = z.custom<SftData>(
  (value) =>
    typeof value === "string" ||
    (typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)),
);
const rowsInWords =
  "an array of rows, an (async) iterable of rows, or the path of a .jsonl, .json, .parquet or .csv file";

const fields = {
  ...trainingFields,
  model: z.custom<Model>(isModelLike).describe("a model, as loadModel gives it"),
  data: rows.describe(rowsInWords),
  evalData: rows.describe(rowsInWords).optional(),
  heldOut: rows.describe(rowsInWords).optional(),
  force: z.boolean().default(false),
  lossOn: z.enum(["assistant", "completion", "all"]).default("assistant"),
  epochs: z.number().gt(0).optional(),
  steps: z.int().min(1).optional(),
  batchSize: z.int().min(1).optional(),
  packing: z.boolean().default(false),
  maxLength: z.int().min(2).optional(),
  overlong: z.enum(["error", "truncate", "drop"]).default("error"),
  learningRate: z.number().gt(0).optional(),
  epsilon: z.number().gt(0).default(1e-8),
  evalEvery: z.int().min(1).optional(),
  keepBest: z.boolean().optional(),
  saveEvery: z.int().min(0).optional(),
} satisfies Record<keyof SftOptions, z.ZodType>;

export const sftSchema = z.strictObject(fields);

export type ResolvedSft = ReturnType<typeof completeSft>;

/** Defaults that depend on other options, and combinations that make no sense. */
export function completeSft(options: z.output<typeof sftSchema>) {
  const { model, lora, packing, evalData } = options;
  const context = model.info.maxPositions;
  const refuse = refusing("sft");
  if (options.epochs !== undefined && options.steps !== undefined) refuse("steps", "give epochs or steps, not both.");
  refuseTwoWarmups("sft", options);
  if (options.maxLength !== undefined && options.maxLength > context) {
    refuse("maxLength", `maxLength ${options.maxLength} exceeds the model's context of ${context} tokens.`);
  }
  if (!evalData && options.keepBest) refuse("keepBest", "keepBest needs evalData to tell which is best.");
  if (!evalData && options.evalEvery) refuse("evalEvery", "evalEvery needs evalData.");
  if (options.heldOut !== undefined && isOneShot(options.data)) {
    refuse(
      "heldOut",
      "data is read twice with heldOut, and this iterable gives its rows once. Give an array or a path.",
    );
  }
  const length = options.steps !== undefined ? { steps: options.steps } : { epochs: options.epochs ?? 3 };
  return {
    ...options,
    length,
    lora: completeLora("sft", model, options),
    maxLength: options.maxLength ?? (packing ? Math.min(context, 2048) : context),
    batchSize: options.batchSize ?? (packing ? 1 : 16),
    learningRate: options.learningRate ?? (lora === false ? 2e-5 : 2e-4),
    keepBest: options.keepBest ?? evalData !== undefined,
  };
}

/** Generators and streams are their own iterators. */
function isOneShot(data: SftData): boolean {
  if (typeof data === "string" || Array.isArray(data)) return false;
  return !(Symbol.iterator in data) || (data[Symbol.iterator]() as unknown) === data;
}

/** The options that the numbers depend on: a run can be resumed with equal ones only. */
export function numericOptions(options: ResolvedSft): Record<string, unknown> {
  const {
    model: _,
    data: __,
    evalData: ___,
    heldOut: ____,
    force: _____,
    resume: ______,
    keepCheckpoints: _______,
    saveEvery: ________,
    epochs,
    steps,
    ...rest
  } = options;
  return { ...rest, length: steps !== undefined ? { steps } : { epochs: epochs ?? 3 } };
}
