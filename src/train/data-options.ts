/** Options of training over a data set: how often and in what pieces it is gone through, and what is done with held-out rows. */
import { z } from "zod";
import type { Model } from "../model/model.ts";
import type { Overlong } from "./examples.ts";
import type { RowData } from "./rows.ts";
import {
  completeLora,
  isModelLike,
  refuseTwoWarmups,
  refusing,
  type TrainingFields,
  trainingFields,
} from "./training-options.ts";

export interface DataFields extends TrainingFields {
  /** Model to train. With LoRA its base weights stay frozen; an adapter already on it is copied and trained on. */
  model: Model;
  /** Test rows or tasks: the run stops if what they ask is in the data (`gym.contamination`). */
  heldOut?: RowData<object>;
  /** Train although it is. @default false */
  force?: boolean;
  /** Passes over the data; not with `steps`. @default 3 in sft, else 1 */
  epochs?: number;
  /** Optimizer steps; not with `epochs`. */
  steps?: number;
  /** Most tokens of a sequence. @default the model's context, in sft with packing at most 2048 */
  maxLength?: number;
  /** What happens to longer rows. @default "error" */
  overlong?: Overlong;
  /** AdamW's ε. @default 1e-8 */
  epsilon?: number;
  /** Steps between evaluations; there is one before the first step and one after the last too. @default a tenth of all */
  evalEvery?: number;
  /** End with the weights of the lowest evaluation loss in place of the last. @default true with evalData */
  keepBest?: boolean;
  /** Steps between checkpoints; 0: only the last. @default a fifth of all, at least 20 */
  saveEvery?: number;
}

/** `data` and `evalData`. */
export const rowsSchema = <R>() =>
  z
    .custom<RowData<R>>(
      (value) =>
        typeof value === "string" ||
        (typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)),
    )
    .describe("an array of rows, an (async) iterable of rows, or the path of a .jsonl, .json, .parquet or .csv file");

export const dataFields = {
  ...trainingFields,
  model: z.custom<Model>(isModelLike).describe("a model, as loadModel gives it"),
  heldOut: rowsSchema<object>().optional(),
  force: z.boolean().default(false),
  epochs: z.number().gt(0).optional(),
  steps: z.int().min(1).optional(),
  maxLength: z.int().min(2).optional(),
  overlong: z.enum(["error", "truncate", "drop"]).default("error"),
  epsilon: z.number().gt(0).default(1e-8),
  evalEvery: z.int().min(1).optional(),
  keepBest: z.boolean().optional(),
  saveEvery: z.int().min(0).optional(),
} satisfies Record<keyof DataFields, z.ZodType>;

type Checked = z.output<z.ZodObject<typeof dataFields>> & { data: RowData<unknown>; evalData?: RowData<unknown> };

/** Defaults that depend on other options, and combinations that make no sense: what replaces or joins the checked options. */
export function completeData(verb: string, options: Checked, defaults: { epochs: number }) {
  const { model, evalData } = options;
  const context = model.info.maxPositions;
  const refuse = refusing(verb);
  if (options.epochs !== undefined && options.steps !== undefined) refuse("steps", "give epochs or steps, not both.");
  refuseTwoWarmups(verb, options);
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
  return {
    length: options.steps !== undefined ? { steps: options.steps } : { epochs: options.epochs ?? defaults.epochs },
    lora: completeLora(verb, model, options),
    maxLength: options.maxLength ?? context,
    keepBest: options.keepBest ?? evalData !== undefined,
  };
}

export type ResolvedData = Omit<Checked, keyof ReturnType<typeof completeData>> &
  ReturnType<typeof completeData> & { batchSize: number; packing?: boolean; learningRate: number };

/** Generators and streams are their own iterators. */
function isOneShot(data: RowData<unknown>): boolean {
  if (typeof data === "string" || Array.isArray(data)) return false;
  return !(Symbol.iterator in data) || (data[Symbol.iterator]() as unknown) === data;
}

/** Options that change no number: not compared before a resume. `length` stands for epochs and steps. */
const withoutNumbers = [
  ...["model", "data", "evalData", "heldOut", "force", "epochs", "steps"],
  ...["resume", "keepCheckpoints", "saveEvery"],
];

/** The options that the numbers depend on: a run can be resumed with equal ones only. Functions count by their source. */
export function numericOptions(options: object): Record<string, unknown> {
  const left = Object.entries(options).filter(([name]) => !withoutNumbers.includes(name));
  return Object.fromEntries(left.map(([name, value]) => [name, typeof value === "function" ? String(value) : value]));
}
