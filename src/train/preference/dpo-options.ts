import { z } from "zod";
import type { PreferenceRow } from "../../data/index.ts";
import { completeData, type DataFields, dataFields, rowsSchema } from "../data-options.ts";
import { type Divergence, divergenceScores, type PreferenceKind, preferenceKinds } from "../math/preference-kinds.ts";
import type { PreferenceInputs } from "../math/preference-loss.ts";
import { mixNames, type PreferenceMix, type PreferenceTotals } from "../math/preference-mix.ts";
import { refusing } from "../training-options.ts";
import type { PreferenceData } from "./pairs.ts";

/** One batch of pairs in, its loss and gradient out; `totals` are those of the whole optimizer step. */
export type CustomPreferenceLoss = (
  inputs: PreferenceInputs,
  totals: PreferenceTotals,
) => { loss: number; dLogprobs: Float32Array };

export interface DpoOptions extends DataFields {
  /**
   * Rows `{ prompt, chosen, rejected, tools? }`, all text or all messages, or `{ chosen, rejected }` as whole conversations; or the path
   * of a .jsonl, .json, .parquet or .csv file of them. `rollout.preferences()` makes them of rollouts.
   */
  data: PreferenceData;
  /** Held-out rows: loss, accuracy and margin are measured every `evalEvery` steps. */
  evalData?: PreferenceData;
  /**
   * Kind of loss (docs/formulas.md); several with their weights, among them "sft", the negative log-likelihood of chosen:
   * `{ sigmoid: 1, sft: 0.2 }`; or a function of your own. @default "sigmoid"
   */
  loss?: PreferenceKind | PreferenceMix | CustomPreferenceLoss;
  /** β: the smaller, the further from the reference, which is the model as it was given. @default 0.1 */
  beta?: number;
  /** ς: share of the preferences taken to be wrong. @default 0; exo_pair 1e-3 */
  labelSmoothing?: number;
  /** Between policy and reference. @default "reverse_kl" */
  divergence?: Divergence;
  /** α of "alpha_divergence". @default 0.5 */
  divergenceAlpha?: number;
  /** Weight of the tokens of a pair's longer completion past the length of the shorter (LD-DPO). @default 1 */
  tailWeight?: number;
  /** τ of "discopop". @default 0.05 */
  discopopTau?: number;
  /** Pairs of an optimizer step. @default 16 */
  batchSize?: number;
  /** Peak learning rate. @default 1e-5 with LoRA, 1e-6 without */
  learningRate?: number;
}

/** What the loss depends on, resolved. */
export interface DpoLossOptions
  extends Required<Pick<DpoOptions, "beta" | "divergence" | "divergenceAlpha" | "tailWeight" | "discopopTau">>,
    Pick<DpoOptions, "labelSmoothing"> {
  loss: PreferenceMix | CustomPreferenceLoss;
}

const isMix = (value: unknown): value is PreferenceMix =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).every(([name, weight]) => mixNames.includes(name) && Number.isFinite(weight)) &&
  Object.keys(value).some((name) => name !== "sft");

const fields = {
  ...dataFields,
  data: rowsSchema<PreferenceRow>(),
  evalData: rowsSchema<PreferenceRow>().optional(),
  loss: z
    .custom<PreferenceKind | PreferenceMix | CustomPreferenceLoss>(
      (value) => typeof value === "function" || Object.hasOwn(preferenceKinds, String(value)) || isMix(value),
    )
    .describe(
      `one of ${Object.keys(preferenceKinds).join(", ")}; an object of such names, and sft beside them, with weights; or a function`,
    )
    .default("sigmoid"),
  beta: z.number().gt(0).default(0.1),
  labelSmoothing: z.number().min(0).lt(0.5).optional(),
  divergence: z.enum(Object.keys(divergenceScores) as [Divergence, ...Divergence[]]).default("reverse_kl"),
  divergenceAlpha: z.number().default(0.5),
  tailWeight: z.number().min(0).max(1).default(1),
  discopopTau: z.number().gt(0).default(0.05),
  batchSize: z.int().min(1).default(16),
  learningRate: z.number().gt(0).optional(),
} satisfies Record<keyof DpoOptions, z.ZodType>;

export const dpoSchema = z.strictObject(fields);

export type ResolvedDpo = ReturnType<typeof completeDpo>;

/** Defaults that depend on other options, and combinations that make no sense. */
export function completeDpo(options: z.output<typeof dpoSchema>) {
  const complete = completeData("dpo", options, { epochs: 1 });
  const loss: PreferenceMix | CustomPreferenceLoss =
    typeof options.loss === "string" ? { [options.loss]: 1 } : options.loss;
  refuseIgnored(options, loss);
  return {
    ...options,
    ...complete,
    loss,
    learningRate: options.learningRate ?? (options.lora === false ? 1e-6 : 1e-5),
  };
}

/** An option that no kind of the loss looks at would be a mistake without a sign. */
function refuseIgnored(options: z.output<typeof dpoSchema>, loss: DpoLossOptions["loss"]): void {
  const refuse = refusing("dpo");
  const { labelSmoothing, divergence } = options;
  if (typeof loss === "function") return;
  const kinds = Object.keys(loss).filter((name): name is PreferenceKind => name !== "sft");
  const having = (test: (kind: PreferenceKind) => boolean) =>
    (Object.keys(preferenceKinds) as PreferenceKind[]).filter(test);
  const smooths = having((kind) => "smooths" in preferenceKinds[kind]);
  const diverges = having((kind) => preferenceKinds[kind].compares.endsWith("scores"));
  const deaf = (list: PreferenceKind[]) => kinds.find((kind) => !list.includes(kind));
  if (labelSmoothing && deaf(smooths))
    refuse("labelSmoothing", `${deaf(smooths)} has none. Kinds that have: ${smooths.join(", ")}.`);
  if (labelSmoothing === 0 && kinds.includes("exo_pair"))
    refuse("labelSmoothing", "exo_pair needs one above 0. Leave it out for 1e-3.");
  if (divergence !== "reverse_kl" && deaf(diverges))
    refuse("divergence", `${deaf(diverges)} compares log-ratios. Kinds that look at it: ${diverges.join(", ")}.`);
}
