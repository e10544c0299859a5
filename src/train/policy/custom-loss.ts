/** The policy's loss as an option: a row of the table of kinds, or a function. */
import { z } from "zod";
import { type LossKind, lossKinds, type Totals } from "../math/loss-kinds.ts";
import type { PolicyInputs, PolicyLoss } from "../math/policy-loss.ts";

/** One batch of completions in, its loss and gradients out; `totals` are those of the whole optimizer step. */
export type CustomLoss = (
  inputs: Required<Pick<PolicyInputs, "oldLogprobs" | "entropy">> & PolicyInputs,
  totals: Totals,
) => Pick<PolicyLoss, "loss" | "dLogprobs" | "dEntropy">;

export const lossSchema = z
  .custom<LossKind | CustomLoss>((value) => typeof value === "function" || Object.hasOwn(lossKinds, String(value)))
  .describe(`one of ${Object.keys(lossKinds).join(", ")}, or a function`);
