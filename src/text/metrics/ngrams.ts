/** How often each run of n tokens occurs; keys join the tokens with a character that no token has. */
export function ngramCounts(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const key = n === 1 ? tokens[i] : tokens.slice(i, i + n).join("\u0000");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Σ min(a, b) over all n-grams. */
export function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [key, count] of a) sum += Math.min(count, b.get(key) ?? 0);
  return sum;
}

export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** Of a precision p = matches/ours and a recall r = matches/theirs. */
export interface PrecisionRecall {
  precision: number;
  recall: number;
  /** 2pr/(p + r) */
  f: number;
}

export function precisionRecall(matches: number, ours: number, theirs: number): PrecisionRecall {
  const precision = ours > 0 ? matches / ours : 0;
  const recall = theirs > 0 ? matches / theirs : 0;
  return { precision, recall, f: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

/** Runs of what is not white space. */
export function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
