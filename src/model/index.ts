export type { Adapter } from "./adapter.ts";
export type { Completion, GenerateEvent, GenerateOptions, Generation } from "./generate.ts";
export { type CreateOptions, createModel, type LoadEvent, type LoadOptions, loadAdapter, loadModel } from "./load.ts";
export { type LoraConfig, type LoraOptions, loraSchema } from "./lora.ts";
export { type CreateLoraOptions, Model, type ModelSource, type SaveOptions } from "./model.ts";
export type { Prompt } from "./prompts.ts";
export type { RewardEvent, RewardOptions } from "./reward.ts";
export type { SamplingOptions } from "./sampling.ts";
export type { Score, ScoreEvent, ScoreInput, ScoreOptions, TokenAlternative } from "./score.ts";
