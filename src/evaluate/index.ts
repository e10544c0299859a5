export { bootstrapMean, type Estimate, type PairedDifference, pairedBootstrap } from "./bootstrap.ts";
export { type CompareOptions, type Comparison, type ComparisonRow, compare } from "./compare.ts";
export type { Outcome, Turn } from "./episode.ts";
export { type EvaluateEvent, type EvaluateOptions, Evaluation, evaluate } from "./evaluate.ts";
export { callsMatch, exactMatch, normalizeAnswer } from "./exact-match.ts";
export { type EvaluationTask, parseToolCalls, type ToolCall } from "./task.ts";
