/** The public names of medgym, and nothing else. */

/** Types of a tool's arguments: `parameters: { milligrams: z.number().max(1000) }`. */
export { z } from "zod";
export { isCancelled, MedgymError } from "./core/errors.ts";
export { Random } from "./core/random.ts";
export { Run } from "./core/run.ts";
export type { Batch, EngineModel, ForwardResult } from "./engine/engine.ts";
export {
  type Comparison,
  compare,
  type Evaluation,
  type EvaluationJson,
  type EvaluationTask,
  evaluate,
  exactMatch,
  readEvaluation,
} from "./evaluate/index.ts";
export {
  type Actor,
  type Failure,
  type PreferencesOptions,
  Rollout,
  type RolloutEvent,
  type RolloutOptions,
  type RolloutPreference,
  rollout,
  type Segment,
  type Trajectory,
} from "./generate/index.ts";
export * as gym from "./gym/index.ts";
/** What a kernel completes and explains on a `%%` line. */
export type { CellMagics } from "./jobs/client/cell-magic.ts";
export {
  type HalvingOptions,
  type RankedTrial,
  Ranking,
  type Setting,
  type Space,
  Sweep,
  type SweepOptions,
  sweep,
  type Trial,
} from "./jobs/client/sweep.ts";
export * as jobs from "./jobs/index.ts";
export {
  createModel,
  type Generation,
  type LoadOptions,
  type LoraOptions,
  loadAdapter,
  loadModel,
  Merged,
  type MergeOptions,
  type Model,
  type ModelReference,
  merge,
  type Score,
} from "./model/index.ts";
export * as plot from "./plot/index.ts";
export * as data from "./public-data.ts";
export type { ChatMessage, Tokenizer, ToolSchema } from "./text/tokenizer.ts";
export * as track from "./track/index.ts";
export {
  type CoefficientDecay,
  type CustomAdvantage,
  type CustomEstimate,
  type CustomLoss,
  type CustomPreferenceLoss,
  type DistillEvent,
  type DistillResult,
  type DistillRolloutOptions,
  type DistillRowsEvent,
  type DistillRowsOptions,
  type DistillSummary,
  type DpoEvent,
  type DpoOptions,
  type DpoResult,
  type DpoSummary,
  distill,
  dpo,
  type GrpoEvent,
  type GrpoOptions,
  type GrpoResult,
  type GrpoSummary,
  grpo,
  type Hint,
  type MergeCheck,
  type PickBestOptions,
  type Picked,
  type PipelineOptions,
  type PipelineResult,
  type PolicyDryRun,
  type PpoEvent,
  type PpoOptions,
  type PpoResult,
  type PpoSummary,
  pickBest,
  pipeline,
  ppo,
  type RewardModelEvent,
  type RewardModelResult,
  type RewardModelSummary,
  type RewardModelTrainingOptions,
  type RolloutValues,
  type SftEvent,
  type SftOptions,
  type SftResult,
  type SftSummary,
  type Stage,
  sft,
  trainRewardModel,
  type ValidateOptions,
  type Validation,
  validate,
} from "./train/index.ts";
