import { z } from "zod";
import { Random } from "../core/random.ts";
import type { GenerationRequest } from "../engine/engine.ts";
import type { Model } from "./model.ts";

/** How tokens are drawn. What is left out comes from the model's generation_config.json, then from the defaults here. */
export interface SamplingOptions {
  /** Most tokens of a completion. @default generation_config's max_new_tokens, else 256 */
  maxNewTokens?: number;
  /** 0: always the most likely token. @default generation_config's when it samples, else 0 */
  temperature?: number;
  /** Draw among the k most likely; 0: off. @default generation_config's top_k, else 0 */
  topK?: number;
  /** Draw among the fewest tokens whose probability reaches this; 1: off. @default generation_config's top_p, else 1 */
  topP?: number;
  /** Leave out tokens below this share of the most likely one's probability; 0: off. @default 0 */
  minP?: number;
  /** Divides the logits of tokens already seen (https://arxiv.org/abs/1909.05858); 1: off. @default generation_config's, else 1 */
  repetitionPenalty?: number;
  /** Subtracted from the logits of tokens already generated; 0: off. @default 0 */
  presencePenalty?: number;
  /** The same seed gives the same completions. @default 0 */
  seed?: number;
  /** Token ids that end a completion. @default the end-of-sequence tokens of generation config and tokenizer */
  stopTokens?: readonly number[];
}

export const samplingFields = {
  maxNewTokens: z.number().int().min(1).optional(),
  temperature: z.number().min(0).optional(),
  topK: z.number().int().min(0).optional(),
  topP: z.number().gt(0).max(1).optional(),
  minP: z.number().min(0).max(1).optional(),
  repetitionPenalty: z.number().gt(0).optional(),
  presencePenalty: z.number().optional(),
  seed: z.number().int().min(0).default(0),
  stopTokens: z.array(z.number().int().min(0)).optional(),
};

export type Sampling = Omit<GenerationRequest, "prompt" | "adapter" | "seed">;

/** The options over the model's generation config over the defaults. */
export function resolveSampling(model: Model, options: SamplingOptions): Sampling {
  const config = model.generationConfig;
  const number = (name: string) => (typeof config[name] === "number" ? (config[name] as number) : undefined);
  const samples = config.do_sample === true;
  return {
    maxNewTokens: options.maxNewTokens ?? number("max_new_tokens") ?? 256,
    temperature: options.temperature ?? (samples ? (number("temperature") ?? 1) : 0),
    topK: options.topK ?? number("top_k") ?? 0,
    topP: options.topP ?? number("top_p") ?? 1,
    minP: options.minP ?? number("min_p") ?? 0,
    repetitionPenalty: options.repetitionPenalty ?? number("repetition_penalty") ?? 1,
    presencePenalty: options.presencePenalty ?? 0,
    stopTokens: Int32Array.from(options.stopTokens ?? endOfSequence(model)),
  };
}

/** generation_config.json, config.json and the tokenizer may each name some. */
export function endOfSequence(model: Model): number[] {
  const named = model.generationConfig.eos_token_id ?? model.config.eos_token_id ?? [];
  const fromTokenizer = model.hasTokenizer ? model.tokenizer.eosTokenIds : [];
  return [...new Set([...[named].flat(), ...fromTokenizer])].filter((id): id is number => Number.isInteger(id));
}

/**
 * Seed of the k-th sample of a prompt: it depends on the run's seed and k only, so a prompt gets the same completion
 * whatever else is in the batch, and the same prompt given twice counts as two samples.
 */
export function sampleSeed(seed: number, sample: number): number {
  const stream = new Random(seed).split("sample", sample);
  return stream.uint32() * 0x200000 + (stream.uint32() >>> 11); // 53 bits, exact in a double
}
