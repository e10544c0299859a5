import { z } from "zod";
import type { PreferenceRow } from "../../data/index.ts";
import { completeData, type DataFields, dataFields, rowsSchema } from "../data-options.ts";
import { refusing } from "../training-options.ts";
import type { PreferenceData } from "./pairs.ts";

export interface RewardModelTrainingOptions extends Omit<DataFields, "overlong"> {
  /**
   * Rows `{ prompt?, chosen, rejected, tools?, margin? }`, all text or all messages; or the path of a .jsonl, .json, .parquet or .csv
   * file of them. `rollout.preferences()` makes them of rollouts.
   */
  data: PreferenceData;
  /** Held-out rows: loss, accuracy and margin are measured every `evalEvery` steps. */
  evalData?: PreferenceData;
  /** The difference of rewards must exceed the rows' `margin`. @default false */
  useMargins?: boolean;
  /** What the square of the two rewards' sum costs, which keeps rewards around 0. @default 0 */
  centerCoefficient?: number;
  /** What happens to longer rows; a text whose end is missing cannot be judged. @default "error" */
  overlong?: "error" | "drop";
  /** Pairs of an optimizer step. @default 16 */
  batchSize?: number;
  /** Peak learning rate. @default 1e-4 with LoRA, 1e-5 without */
  learningRate?: number;
}

const fields = {
  ...dataFields,
  data: rowsSchema<PreferenceRow>(),
  evalData: rowsSchema<PreferenceRow>().optional(),
  useMargins: z.boolean().default(false),
  centerCoefficient: z.number().min(0).default(0),
  overlong: z.enum(["error", "drop"]).default("error"),
  batchSize: z.int().min(1).default(16),
  learningRate: z.number().gt(0).optional(),
} satisfies Record<keyof RewardModelTrainingOptions, z.ZodType>;

export const rewardModelSchema = z.strictObject(fields);

export type ResolvedRewardModel = ReturnType<typeof completeRewardModel>;

/** Defaults that depend on other options, and combinations that make no sense. */
export function completeRewardModel(options: z.output<typeof rewardModelSchema>) {
  const { model, lora } = options;
  const complete = completeData("trainRewardModel", options, { epochs: 1 });
  if (lora === false && !model.info.scalarHead) {
    refusing("trainRewardModel")(
      "lora",
      `${model.info.architecture} has no scalar head whose weights could be trained. Use LoRA: its adapter has one.`,
    );
  }
  return { ...options, ...complete, learningRate: options.learningRate ?? (lora === false ? 1e-5 : 1e-4) };
}
