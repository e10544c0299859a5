export { grpo } from "./grpo.ts";
export type { GrpoDryRun } from "./grpo-dry-run.ts";
export type { GrpoEvent } from "./grpo-events.ts";
export type { CustomAdvantage, CustomLoss, GrpoOptions } from "./grpo-options.ts";
export type { GrpoResult, GrpoSummary } from "./grpo-result.ts";
export { sft } from "./sft.ts";
export type { SftEvent } from "./sft-events.ts";
export type { SftOptions } from "./sft-options.ts";
export type { SftResult, SftSummary } from "./sft-result.ts";
