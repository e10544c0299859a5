/**
 * ROUGE, https://aclanthology.org/W04-1013: n-gram overlap (ROUGE-N) and longest common subsequence (ROUGE-L) with precision,
 * recall and F₁. Tokens as rouge_score makes them: lower case, runs of a–z and 0–9; with `stem`, those of more than three letters
 * are stemmed. Texts in Chinese script are taken by characters.
 */
import { ngramCounts, overlap, type PrecisionRecall, precisionRecall, total } from "./ngrams.ts";
import { porterStem } from "./porter.ts";

export interface RougeOptions {
  /** "infections" and "infected" count as equal; rouge_score's `use_stemmer`. @default false */
  stem?: boolean;
}

export function rougeTokens(text: string, { stem = false }: RougeOptions = {}): string[] {
  if (/\p{Script=Han}/u.test(text)) return [...text];
  const tokens = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== "");
  return stem ? tokens.map((token) => (token.length > 3 ? porterStem(token) : token)) : tokens;
}

export function rougeN(candidate: string, reference: string, n: number, options?: RougeOptions): PrecisionRecall {
  const [ours, theirs] = [candidate, reference].map((text) => ngramCounts(rougeTokens(text, options), n));
  return precisionRecall(overlap(ours, theirs), total(ours), total(theirs));
}

export function rougeL(candidate: string, reference: string, options?: RougeOptions): PrecisionRecall {
  const [ours, theirs] = [candidate, reference].map((text) => rougeTokens(text, options));
  return precisionRecall(longestCommon(ours, theirs), ours.length, theirs.length);
}

/** Length of the longest common subsequence; one row of the table at a time. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  let row = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 0; j < b.length; j++) row[j + 1] = token === b[j] ? above[j] + 1 : Math.max(above[j + 1], row[j]);
    [above, row] = [row, above];
  }
  return above[b.length];
}
