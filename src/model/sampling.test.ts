import { describe, expect, it } from "vitest";
import type { Model } from "./model.ts";
import { endOfSequence, resolveSampling, sampleSeed } from "./sampling.ts";

const model = (generationConfig: object, eosTokenIds: number[] | null = [7], config: object = {}) =>
  ({ generationConfig, config, hasTokenizer: eosTokenIds !== null, tokenizer: { eosTokenIds } }) as unknown as Model;

describe("sampling options", () => {
  it("come from the call, then generation_config.json, then the defaults", () => {
    const file = {
      do_sample: true,
      temperature: 0.7,
      top_k: 20,
      top_p: 0.8,
      repetition_penalty: 1.05,
      max_new_tokens: 99,
    };
    expect(resolveSampling(model(file), {})).toEqual({
      ...{
        maxNewTokens: 99,
        temperature: 0.7,
        topK: 20,
        topP: 0.8,
        minP: 0,
        repetitionPenalty: 1.05,
        presencePenalty: 0,
      },
      stopTokens: Int32Array.of(7),
    });
    expect(resolveSampling(model(file), { temperature: 0, topK: 0, maxNewTokens: 5 })).toMatchObject({
      temperature: 0,
      topK: 0,
      maxNewTokens: 5,
    });
    expect(resolveSampling(model({}), {})).toMatchObject({ maxNewTokens: 256, temperature: 0, topK: 0, topP: 1 });
    // A temperature in a file that does not sample is not used, as in transformers.
    expect(resolveSampling(model({ temperature: 0.7 }), {}).temperature).toBe(0);
    expect(resolveSampling(model({ do_sample: true }), {}).temperature).toBe(1);
  });

  it("stop tokens are those of generation config (else config) and tokenizer together", () => {
    expect(endOfSequence(model({ eos_token_id: [3, 7] }))).toEqual([3, 7]);
    expect(endOfSequence(model({ eos_token_id: 3 }))).toEqual([3, 7]);
    expect(endOfSequence(model({}, null, { eos_token_id: 5 }))).toEqual([5]);
    expect(endOfSequence(model({ eos_token_id: null }, null))).toEqual([]);
  });

  it("seeds of samples are different safe integers that depend on seed and sample only", () => {
    const seeds = [0, 1, 2].flatMap((seed) => [0, 1, 2].map((sample) => sampleSeed(seed, sample)));
    expect(new Set(seeds).size).toBe(9);
    expect(seeds.every(Number.isSafeInteger)).toBe(true);
    expect(sampleSeed(1, 2)).toBe(sampleSeed(1, 2));
  });
});
