export { bootstrapMean, type Estimate, type PairedDifference, pairedBootstrap } from "./bootstrap.ts";
export { type CompareOptions, type Comparison, type ComparisonRow, compare } from "./compare.ts";
export { type EvaluateEvent, type EvaluateOptions, evaluate, type MeasureOptions, measureFields } from "./evaluate.ts";
export { Evaluation, type EvaluationJson, type Outcome, readEvaluation } from "./evaluation.ts";
export { callsMatch, exactMatch, normalizeAnswer } from "./exact-match.ts";
export { type EvaluationTask, parseToolCalls, type ToolCall } from "./task.ts";
