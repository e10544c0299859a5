import { Random } from "../core/random.ts";

/** A mean with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13). */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** Number of values behind it. */
  n: number;
}

export interface BootstrapOptions {
  seed: number;
  /** @default 2000 */
  resamples?: number;
  /** @default 0.95 */
  confidence?: number;
}

/** `null` of no values: nothing measured is not 0. All values equal: an interval of width 0, which says little for small n. */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const { seed, resamples = 2000, confidence = 0.95 } = options;
  const random = new Random(seed).split("bootstrap", n);
  const means = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += values[random.integer(n)];
    means[b] = total / n;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return { value: mean(values), low: quantile(means, tail), high: quantile(means, 1 - tail), n };
}

export interface PairedDifference extends Estimate {
  /** Share of resamples in which the second is not better; one-sided, never below 1/(resamples + 1). */
  p: number;
}

/** after − before over the same tasks, resampling tasks: what both find easy or hard cancels. */
export function pairedBootstrap(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions,
): PairedDifference | null {
  if (before.length !== after.length) {
    throw new RangeError(`paired bootstrap of ${before.length} and ${after.length} values`);
  }
  const n = before.length;
  if (n === 0) return null;
  const differences = after.map((value, i) => value - before[i]);
  const { seed, resamples = 2000, confidence = 0.95 } = options;
  const random = new Random(seed).split("paired bootstrap", n);
  const means = new Float64Array(resamples);
  let notBetter = 0;
  for (let b = 0; b < resamples; b++) {
    let total = 0;
    for (let i = 0; i < n; i++) total += differences[random.integer(n)];
    means[b] = total / n;
    if (total <= 0) notBetter++;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return {
    value: mean(differences),
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
    n,
    p: (notBetter + 1) / (resamples + 1),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Of sorted values, linear between neighbours. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
