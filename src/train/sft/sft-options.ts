import { z } from "zod";
import type { Row } from "../../data/index.ts";
import { completeData, type DataFields, dataFields, rowsSchema } from "../data-options.ts";
import type { LossOn } from "../examples.ts";
import type { SftData } from "../rows.ts";

export interface SftOptions extends DataFields {
  /** Rows `{messages, tools?}`, `{prompt, completion}` or `{text}`; or the path of a .jsonl, .json, .parquet or .csv file of them. */
  data: SftData;
  /** Held-out rows: their loss is measured every `evalEvery` steps. */
  evalData?: SftData;
  /**
   * Which tokens are learned: "assistant" (what the assistant says; completions; all of plain text), "completion" (its last
   * turn only) or "all". @default "assistant"
   */
  lossOn?: LossOn;
  /** Sequences (with `packing`: packs of up to `maxLength` tokens) of an optimizer step. @default 16, with packing 1 */
  batchSize?: number;
  /** Fill steps by tokens in place of sequences. Either way nothing is padded and attention stays within a sequence. @default false */
  packing?: boolean;
  /** Peak learning rate. @default 2e-4 with LoRA, 2e-5 without */
  learningRate?: number;
}

const fields = {
  ...dataFields,
  data: rowsSchema<Row>(),
  evalData: rowsSchema<Row>().optional(),
  lossOn: z.enum(["assistant", "completion", "all"]).default("assistant"),
  batchSize: z.int().min(1).optional(),
  packing: z.boolean().default(false),
  learningRate: z.number().gt(0).optional(),
} satisfies Record<keyof SftOptions, z.ZodType>;

export const sftSchema = z.strictObject(fields);

export type ResolvedSft = ReturnType<typeof completeSft>;

/** Defaults that depend on other options, and combinations that make no sense. */
export function completeSft(options: z.output<typeof sftSchema>) {
  const { model, lora, packing } = options;
  const complete = completeData("sft", options, { epochs: 3 });
  return {
    ...options,
    ...complete,
    maxLength: options.maxLength ?? (packing ? Math.min(model.info.maxPositions, 2048) : complete.maxLength),
    batchSize: options.batchSize ?? (packing ? 1 : 16),
    learningRate: options.learningRate ?? (lora === false ? 2e-5 : 2e-4),
  };
}
