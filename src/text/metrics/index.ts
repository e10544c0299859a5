export { exactMatch, normalizeAnswer, squadExactMatch, squadTokens, tokenF1 } from "./answer.ts";
export { type Bleu, type BleuOptions, type BleuTokenizer, bleu, bleuTokens, sentenceBleu } from "./bleu.ts";
export { chrf } from "./chrf.ts";
export { ngramCounts, type PrecisionRecall, splitWords } from "./ngrams.ts";
export { porterStem } from "./porter.ts";
export { type RougeOptions, rougeL, rougeN, rougeTokens } from "./rouge.ts";
