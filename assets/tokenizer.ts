import { readFileSync } from "node:fs";
import { Random } from "../src/core/random.ts";
import { specialTokens, tokenizerFiles, trainMerges } from "./bpe.ts";
import { drawDocument } from "./corpus.ts";
import { textOf } from "./documents.ts";

export const vocabSize = 1024;
export const contextLength = 8192;

/**
 * Trains the tokenizer on pre-training text alone: a token that the model never meets in pre-training stays untrained, and
 * LoRA, which leaves embeddings as they are, cannot teach it.
 */
export function makeTokenizer(seed: number, templateFile: string): Record<string, string> {
  const random = new Random(seed).split("tokenizer");
  const markup = new RegExp(specialTokens.map((token) => token.replace(/[|/]/g, "\\$&")).join("|"));
  function* sample(): Generator<string> {
    for (let i = 0; i < 8_000; i++) {
      yield* textOf(drawDocument(random, i % 4 === 0 ? "short" : "full")).split(markup);
    }
  }
  const { vocab, merges } = trainMerges(sample(), vocabSize);
  return tokenizerFiles(vocab, merges, readFileSync(templateFile, "utf8"), contextLength);
}
