/**
 * BLEU, https://aclanthology.org/P02-1040: geometric mean of the n-gram precisions p₁…p_N times the brevity penalty
 * min(1, exp(1 − |reference|/|candidate|)). `bleu` is sacrebleu 2.6's (0…100, tokenizers 13a and zh, exponential smoothing);
 * `sentenceBleu` is nltk's with smoothing method 1 (0…1, over tokens).
 */
import { ngramCounts, overlap, splitWords, total } from "./ngrams.ts";

const maxOrder = 4;

export interface Bleu {
  /** 0…100 */
  score: number;
  /** In per cent, of orders 1…4. */
  precisions: number[];
  brevityPenalty: number;
}

export type BleuTokenizer = "13a" | "zh";

export interface BleuOptions {
  /** `zh` takes Chinese characters one by one. @default "13a" */
  tokenizer?: BleuTokenizer;
  /** Orders beyond the candidate's length do not count. @default true for one sentence */
  effectiveOrder?: boolean;
}

/** Of a corpus, or of one sentence given alone. References: one a candidate. */
export function bleu(
  candidates: string | readonly string[],
  references: string | readonly string[],
  { tokenizer = "13a", effectiveOrder = typeof candidates === "string" }: BleuOptions = {},
): Bleu {
  const ours = [candidates].flat();
  const theirs = [references].flat();
  const counts = Array<number>(maxOrder).fill(0);
  const totals = Array<number>(maxOrder).fill(0);
  let [length, referenceLength] = [0, 0];
  ours.forEach((text, i) => {
    const [candidate, reference] = [bleuTokens(text, tokenizer), bleuTokens(theirs[i], tokenizer)];
    length += candidate.length;
    referenceLength += reference.length;
    for (let n = 1; n <= maxOrder; n++) {
      const grams = ngramCounts(candidate, n);
      counts[n - 1] += overlap(grams, ngramCounts(reference, n));
      totals[n - 1] += total(grams);
    }
  });
  const brevityPenalty = penalty(length, referenceLength);
  const precisions = Array<number>(maxOrder).fill(0);
  if (counts.every((count) => count === 0)) return { score: 0, precisions, brevityPenalty };
  let orders = maxOrder;
  let smooth = 1;
  for (let n = 0; n < maxOrder && totals[n] > 0; n++) {
    if (effectiveOrder) orders = n + 1;
    if (counts[n] === 0) smooth *= 2;
    precisions[n] = counts[n] > 0 ? (100 * counts[n]) / totals[n] : 100 / (smooth * totals[n]);
  }
  return { score: brevityPenalty * geometricMean(precisions.slice(0, orders)), precisions, brevityPenalty };
}

/** Of orders 1…`order`, 0…1; a precision of 0 counts as 0.1 matches, but without a common token the score is 0. */
export function sentenceBleu(candidate: readonly string[], reference: readonly string[], order = maxOrder): number {
  const precisions: number[] = [];
  for (let n = 1; n <= order; n++) {
    const grams = ngramCounts(candidate, n);
    const matches = overlap(grams, ngramCounts(reference, n));
    if (n === 1 && matches === 0) return 0;
    precisions.push((matches || 0.1) / Math.max(1, total(grams)));
  }
  return penalty(candidate.length, reference.length) * geometricMean(precisions);
}

function penalty(length: number, referenceLength: number): number {
  if (length >= referenceLength) return 1;
  return length > 0 ? Math.exp(1 - referenceLength / length) : 0;
}

function geometricMean(values: readonly number[]): number {
  if (values.some((value) => value === 0)) return 0;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** mteval-v13a's rules, as sacrebleu has them; `zh` sets Chinese characters and full-width signs apart first. */
export function bleuTokens(text: string, tokenizer: BleuTokenizer): string[] {
  if (tokenizer === "zh") return splitWords(western(text.trim().replace(han, " $& ")));
  const line = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  const plain = line.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return splitWords(western(` ${plain} `));
}

/** Signs stand alone; full stop and comma too, but not inside a number. */
function western(text: string): string {
  return text
    .replace(/([{-~[-` -&(-+:-@/])/g, " $1 ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
}

const han =
  /[\u3400-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\uff00-\uffef\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u33ff\ufe10-\ufe1f\ufe30-\ufe4f\u2600-\u27bf\u{20000}-\u{2a6d6}\u{2f800}-\u{2fa1d}]/gu;
