/**
 * chrF, https://aclanthology.org/W15-3049: F_β of character n-grams (n ≤ 6, β 2, white space left out); chrF++ adds word
 * n-grams (n ≤ 2). As sacrebleu 2.6 has it: precisions and recalls are averaged over the orders that both texts have. 0…100.
 */
import { ngramCounts, overlap, splitWords, total } from "./ngrams.ts";

const characterOrder = 6;
const beta = 2;

/** Of a corpus, or of one sentence given alone. `wordOrder` 2: chrF++. */
export function chrf(
  candidates: string | readonly string[],
  references: string | readonly string[],
  { wordOrder = 0 }: { wordOrder?: 0 | 1 | 2 } = {},
): number {
  const theirs = [references].flat();
  const orders = characterOrder + wordOrder;
  const [ours, reference, matches] = [0, 0, 0].map(() => Array<number>(orders).fill(0));
  [candidates].flat().forEach((text, i) => {
    const a = allCounts(text, wordOrder);
    const b = allCounts(theirs[i], wordOrder);
    for (let order = 0; order < orders; order++) {
      const size = total(b[order]);
      ours[order] += size > 0 ? total(a[order]) : 0;
      reference[order] += size;
      matches[order] += overlap(a[order], b[order]);
    }
  });
  const used = ours.map((_, order) => order).filter((order) => ours[order] > 0 && reference[order] > 0);
  if (used.length === 0) return 0;
  const mean = (of: readonly number[]) => used.reduce((sum, i) => sum + matches[i] / of[i], 0) / used.length;
  const [precision, recall] = [mean(ours), mean(reference)];
  if (precision + recall === 0) return 0;
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}

function allCounts(text: string, wordOrder: number): Map<string, number>[] {
  const characters = [...splitWords(text).join("")];
  const words = splitWords(text).flatMap(splitPunctuation);
  const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  return [
    ...range(characterOrder).map((n) => ngramCounts(characters, n)),
    ...range(wordOrder).map((n) => ngramCounts(words, n)),
  ];
}

const punctuation = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

function splitPunctuation(word: string): string[] {
  const characters = [...word];
  if (characters.length === 1) return [word];
  if (punctuation.has(characters.at(-1)!)) return [characters.slice(0, -1).join(""), characters.at(-1)!];
  if (punctuation.has(characters[0])) return [characters[0], characters.slice(1).join("")];
  return [word];
}
