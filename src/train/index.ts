export { grpo } from "./grpo/grpo.ts";
export type { GrpoDryRun } from "./grpo/grpo-dry-run.ts";
export type { GrpoEvent } from "./grpo/grpo-events.ts";
export type { CustomAdvantage, CustomLoss, GrpoOptions } from "./grpo/grpo-options.ts";
export type { GrpoResult, GrpoSummary } from "./grpo/grpo-result.ts";
export { sft } from "./sft/sft.ts";
export type { SftEvent } from "./sft/sft-events.ts";
export type { SftOptions } from "./sft/sft-options.ts";
export type { SftResult, SftSummary } from "./sft/sft-result.ts";
