export { sft } from "./sft.ts";
export type { SftEvent } from "./sft-events.ts";
export type { SftOptions } from "./sft-options.ts";
export type { SftResult, SftSummary } from "./sft-result.ts";
