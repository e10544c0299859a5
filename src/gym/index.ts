export { type Action, parseAction, renderCalls } from "./action.ts";
/** Drugs, interactions, illnesses, patients and scores that the clinical domains are made of. Simplified: never for care. */
export * as clinical from "./clinical/index.ts";
export * from "./consultation/index.ts";
export {
  type ContaminatedRow,
  type ContaminationOptions,
  ContaminationReport,
  contamination,
  type RowSource,
} from "./contamination/contamination.ts";
export { advance, balanced, type CurriculumState, drawTasks, type Level, startCurriculum } from "./curriculum.ts";
export {
  type Brief,
  type Domain,
  type DomainOptions,
  defineDomain,
  type Expert,
  type Move,
  type TaskOptions,
} from "./domain.ts";
export { allDomains, domain, domains } from "./domains/index.ts";
export { defineEnvironment, type EnvironmentOptions } from "./environment.ts";
export type { End, Environment, Episode, Shown, ToolLogEntry, Turn, Violation } from "./episode.ts";
export * as games from "./games/index.ts";
/** Pictures that are painted from a seed, and what is measured in their pixels. Phantoms: never for care. */
export * as imaging from "./imaging/index.ts";
export { type JudgeOptions, judge } from "./judges/judge.ts";
export { type OnnxJudgeOptions, type OnnxOptions, onnxEmbedder, onnxJudge } from "./judges/onnx.ts";
export { type RewardingModel, type RewardModelOptions, rewardModel } from "./judges/reward-model.ts";
export * as knowledge from "./knowledge/index.ts";
export { type LintIssue, type LintOptions, LintReport, type LintRule, lint } from "./lint/lint.ts";
export { type EpisodeRecord, expertPolicy, type Policy, play, recordOf, replay } from "./play.ts";
export { type Cheat, type ProbeOptions, ProbeReport, type ProbeRow, probe } from "./probe.ts";
export { fromPrompts, type PromptOptions, type PromptRow } from "./prompts.ts";
export { randomPolicy } from "./random-policy.ts";
export {
  type PartScore,
  type Reward,
  type RewardContext,
  type RewardReport,
  type RewardTable,
  scoreEpisode,
} from "./reward.ts";
export * as rewards from "./rewards/index.ts";
export { type Assertion, type ExpectedAction, type Split, splits, type Task, taskSchema } from "./task.ts";
export { type Tool, type ToolCall, type ToolContext, ToolError, type ToolKind } from "./tool.ts";
export { type Transcribable, Transcript, transcript } from "./transcript.ts";
export { withPictures } from "./vision.ts";
