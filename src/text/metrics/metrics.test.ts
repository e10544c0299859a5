import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  bleu,
  chrf,
  exactMatch,
  rougeL,
  rougeN,
  rougeTokens,
  sentenceBleu,
  splitWords,
  squadExactMatch,
  tokenF1,
} from "./index.ts";

type Prf = { p: number; r: number; f: number };
interface Pair {
  hyp: string;
  ref: string;
  lang: "en" | "zh";
  sacrebleu_sentence: number;
  sacrebleu_precisions: number[];
  sacrebleu_bp: number;
  chrf: number;
  chrfpp: number;
  nltk_bleu4_smoothing1: number;
  rouge1: Prf;
  rouge2: Prf;
  rougeL: Prf;
  /** Of the English ones. */
  rouge1_stem?: Prf;
  rougeL_stem?: Prf;
  squad_em: number;
  squad_f1: number;
}
type Corpus = { bleu: number; precisions: number[]; bp: number; chrf: number; chrfpp: number };

const file = join(import.meta.dirname, "../../../test/fixtures/metrics/metrics.json");
const { pairs, corpus } = JSON.parse(readFileSync(file, "utf8")) as { pairs: Pair[]; corpus: Record<string, Corpus> };
const digits = 6; // the file has nine significant digits, scores go to 100
const expectClose = (ours: number[], theirs: number[]) => {
  for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(theirs[i], digits);
};

describe("60 pairs as sacrebleu, nltk and SQuAD score them", () => {
  test("there are 60, ten of them Chinese", () => {
    expect([pairs.length, pairs.filter(({ lang }) => lang === "zh").length]).toEqual([60, 10]);
  });

  test.each(pairs.map((pair, i) => [i, pair] as const))("pair %i", (_, pair) => {
    const { hyp, ref, lang } = pair;
    const tokenizer = lang === "zh" ? "zh" : "13a";
    const scored = bleu(hyp, ref, { tokenizer });
    expect(scored.score).toBeCloseTo(pair.sacrebleu_sentence, digits);
    expect(scored.brevityPenalty).toBeCloseTo(pair.sacrebleu_bp, digits);
    expectClose(scored.precisions, pair.sacrebleu_precisions);
    expect(chrf(hyp, ref)).toBeCloseTo(pair.chrf, digits);
    expect(chrf(hyp, ref, { wordOrder: 2 })).toBeCloseTo(pair.chrfpp, digits);
    const tokens = (text: string) => (lang === "zh" ? [...text] : splitWords(text));
    expect(sentenceBleu(tokens(hyp), tokens(ref))).toBeCloseTo(pair.nltk_bleu4_smoothing1, digits);
    const rouges = [rougeN(hyp, ref, 1), rougeN(hyp, ref, 2), rougeL(hyp, ref)];
    expectClose(
      rouges.flatMap(({ precision, recall, f }) => [precision, recall, f]),
      [pair.rouge1, pair.rouge2, pair.rougeL].flatMap(({ p, r, f }) => [p, r, f]),
    );
    const [stemmed1, stemmedL] = [rougeN(hyp, ref, 1, { stem: true }), rougeL(hyp, ref, { stem: true })];
    const { rouge1_stem: theirs1 = pair.rouge1, rougeL_stem: theirsL = pair.rougeL } = pair; // of Chinese: the same
    expectClose([stemmed1.precision, stemmed1.recall, stemmed1.f], [theirs1.p, theirs1.r, theirs1.f]);
    expectClose([stemmedL.precision, stemmedL.recall, stemmedL.f], [theirsL.p, theirsL.r, theirsL.f]);
    expect(Number(squadExactMatch(hyp, ref))).toBe(pair.squad_em);
    expect(tokenF1(hyp, ref)).toBeCloseTo(pair.squad_f1, digits);
  });

  test.each(["en", "zh"] as const)("the corpus in %s", (lang) => {
    const of = pairs.filter((pair) => pair.lang === lang);
    const [candidates, references] = [of.map(({ hyp }) => hyp), of.map(({ ref }) => ref)];
    const scored = bleu(candidates, references, { tokenizer: lang === "zh" ? "zh" : "13a" });
    expect(scored.score).toBeCloseTo(corpus[lang].bleu, digits);
    expectClose(scored.precisions, corpus[lang].precisions);
    expect(scored.brevityPenalty).toBeCloseTo(corpus[lang].bp, digits);
    expect(chrf(candidates, references)).toBeCloseTo(corpus[lang].chrf, digits);
    expect(chrf(candidates, references, { wordOrder: 2 })).toBeCloseTo(corpus[lang].chrfpp, digits);
  });
});

test("ROUGE-2 with stems, by hand: 2 of 3 pairs of words; words of three letters stay", () => {
  // infect spread rapidli was | infect spread rapidli has: "infect spread", "spread rapidli" match
  const [ours, theirs] = ["Infections spreading rapidly was", "infected spreads rapidly has"];
  expect(rougeN(ours, theirs, 2, { stem: true }).f).toBeCloseTo(2 / 3, 12);
  expect(rougeN(ours, theirs, 2).f).toBe(0);
  expect(rougeTokens("has the ties TIES", { stem: true })).toEqual(["has", "the", "tie", "tie"]);
});

test("exact match: letter case, width and white space do not count; digits and signs do", () => {
  expect(exactMatch("  Ｐneumonia\n of ", "pneumonia of")).toBe(true);
  expect(exactMatch("-5", "5")).toBe(false);
});

test("BLEU of one order, by hand: 2 of 3 tokens match, candidate 3, reference 4", () => {
  // 2/3 · exp(1 − 4/3)
  expect(sentenceBleu(["a", "b", "x"], ["a", "b", "c", "d"], 1)).toBeCloseTo((2 / 3) * Math.exp(-1 / 3), 12);
});
