/** How a short answer is compared: after normalising, or by its tokens. */
import { ngramCounts, overlap, precisionRecall, splitWords } from "./ngrams.ts";

/** ASCII words with a space between them: nothing but the case is to be changed. */
const plain = /^[!-~]+(?: [!-~]+)*$/;

/** Unicode forms, letter case and runs of white space do not count; digits, signs and order do. */
export function normalizeAnswer(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text.normalize("NFKC").trim().replace(/\s+/gu, " ").toLowerCase();
}

export function exactMatch(answer: string, expected: string): boolean {
  return normalizeAnswer(answer) === normalizeAnswer(expected);
}

/** SQuAD's tokens: lower case, without ASCII punctuation and a, an, the. https://aclanthology.org/D16-1264 */
export function squadTokens(text: string): string[] {
  const bare = text.toLowerCase().replace(/[!-/:-@[-`{-~]/g, "");
  return splitWords(bare.replace(/\b(?:a|an|the)\b/g, " "));
}

/** Equal tokens in SQuAD's sense. */
export function squadExactMatch(answer: string, expected: string): boolean {
  return squadTokens(answer).join(" ") === squadTokens(expected).join(" ");
}

/** F₁ of the bags of SQuAD's tokens, 0…1; two empty answers agree. */
export function tokenF1(answer: string, expected: string): number {
  const [ours, theirs] = [squadTokens(answer), squadTokens(expected)];
  if (ours.length === 0 || theirs.length === 0) return Number(ours.length === theirs.length);
  return precisionRecall(overlap(ngramCounts(ours, 1), ngramCounts(theirs, 1)), ours.length, theirs.length).f;
}
