/**
 * How losses and advantages see completions: arrays over T positions of a packed batch, and where in them each completion
 * lies. What is between them (prompts, the heads that `packGroups` repeats) belongs to none and is never looked at.
 */

/** Either: tests and finite differences want the longer. */
export type Floats = Float32Array | Float64Array;

/** Positions [start, end) of a completion. */
export type Span = readonly [start: number, end: number];

export interface Sequences {
  /** (B) */
  spans: readonly Span[];
  /** (T) 1 on tokens that the policy drew and that count; 0 on observations, padding and completions left out. */
  mask: Uint8Array;
}

/** (B) Tokens of each completion that count. */
export function lengthsOf({ spans, mask }: Sequences): Int32Array {
  return Int32Array.from(spans, ([start, end]) => {
    let length = 0;
    for (let t = start; t < end; t++) length += mask[t];
    return length;
  });
}

/** Σ m·x; with `values` all ones, the count. */
export function maskedSum(values: Floats, { spans, mask }: Sequences): number {
  let sum = 0;
  for (const [start, end] of spans) for (let t = start; t < end; t++) if (mask[t]) sum += values[t];
  return sum;
}

/** Σ m·x / Σ m; 0 where nothing counts. */
export function maskedMean(values: Floats, sequences: Sequences): number {
  const count = lengthsOf(sequences).reduce((sum, length) => sum + length, 0);
  return maskedSum(values, sequences) / Math.max(1, count);
}

/** One number for each completion (B) → for each of its positions (T). */
export function spread(values: Floats, { spans, mask }: Sequences): Float32Array {
  const all = new Float32Array(mask.length);
  spans.forEach(([start, end], i) => void all.fill(values[i], start, end));
  return all;
}

/**
 * (x − mean)/√(var + 1e-8) over what counts, var with n − 1; 0 elsewhere. `keepMean` adds the mean again.
 */
export function whiten(values: Floats, sequences: Sequences, { keepMean = false } = {}): Float32Array {
  const { spans, mask } = sequences;
  const count = lengthsOf(sequences).reduce((sum, length) => sum + length, 0);
  const mean = maskedMean(values, sequences);
  const squares = maskedSum(
    Float64Array.from(values, (value) => (value - mean) ** 2),
    sequences,
  );
  const scale = 1 / Math.sqrt(squares / Math.max(1, count - 1) + 1e-8);
  const whitened = new Float32Array(values.length);
  for (const [start, end] of spans) {
    for (let t = start; t < end; t++) if (mask[t]) whitened[t] = (values[t] - mean) * scale + (keepMean ? mean : 0);
  }
  return whitened;
}
