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
  /**
   * Of each value what it has in common with others, the patient, say: those are drawn together, since values of one patient are not
   * independent (cluster bootstrap, Davison and Hinkley 1997, section 3.8). @default each value by itself
   */
  groups?: readonly string[];
}

/**
 * `null` of no values: nothing measured is not 0. All values equal, or of one group: an interval of width 0, which says little for
 * small n.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const means = resampledMeans(values, "bootstrap", options);
  return { value: mean(values), ...interval(means, options), n };
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
  const means = resampledMeans(differences, "paired bootstrap", options);
  const notBetter = means.reduce((count, each) => count + Number(each <= 0), 0);
  return { value: mean(differences), ...interval(means, options), n, p: (notBetter + 1) / (means.length + 1) };
}

/** Of as many groups as there are, drawn with replacement; sorted. */
function resampledMeans(values: readonly number[], stream: string, options: BootstrapOptions): Float64Array {
  const { seed, resamples = 2000 } = options;
  const { sums, counts } = grouped(values, options.groups);
  const random = new Random(seed).split(stream, sums.length);
  const means = new Float64Array(resamples);
  for (let b = 0; b < resamples; b++) {
    let [total, n] = [0, 0];
    for (let i = 0; i < sums.length; i++) {
      const drawn = random.integer(sums.length);
      total += sums[drawn];
      n += counts[drawn];
    }
    means[b] = total / n;
  }
  return means.sort();
}

function grouped(values: readonly number[], groups?: readonly string[]): { sums: number[]; counts: number[] } {
  if (!groups) return { sums: [...values], counts: values.map(() => 1) };
  const places = new Map<string, number>();
  const [sums, counts]: [number[], number[]] = [[], []];
  for (const [i, value] of values.entries()) {
    const at = places.get(groups[i]) ?? places.size;
    places.set(groups[i], at);
    sums[at] = (sums[at] ?? 0) + value;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { sums, counts };
}

function interval(means: Float64Array, { confidence = 0.95 }: BootstrapOptions): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) };
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
