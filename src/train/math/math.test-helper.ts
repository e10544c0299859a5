/** Fixtures of the peers, and gradients by differences. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import type { PreferenceInputs } from "./preference-loss.ts";
import type { Sequences, Span } from "./sequences.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape is the file's
export const fixture = (name: string): any =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../test/fixtures/rl", `${name}.json`), "utf8"));

export const flat = (rows: number[][]) => Float64Array.from(rows.flat());

/** Padded rows as sequences. */
export function rowsOf(mask: number[][]): Sequences {
  const T = mask[0].length;
  return {
    spans: mask.map((_, i): Span => [i * T, (i + 1) * T]),
    mask: Uint8Array.from(mask.flat()),
  };
}

/** Pairs of a fixture of DPO, which has the chosen of all pairs and then the rejected; here those of a pair are next to each other. */
export function trlPairs(
  dpo: { policy_logps: number[][]; ref_logps: number[][]; completion_mask: number[][] },
  pairs = [0, 1, 2],
) {
  const all = dpo.policy_logps.length / 2;
  const of = (list: number[][]) => pairs.flatMap((pair) => [list[pair], list[all + pair]]);
  const inputs: PreferenceInputs = {
    ...rowsOf(of(dpo.completion_mask).map((mask) => mask.slice(1))),
    logprobs: flat(of(dpo.policy_logps)),
    refLogprobs: flat(of(dpo.ref_logps)),
  };
  /** dLoss/dLogprobs of a case, whose rows are of these pairs alone. */
  const gradient = (rows: number[][]) => pairs.flatMap((_, i) => [...rows[i], ...rows[pairs.length + i]]);
  return { inputs, gradient };
}

/** The peers compute in f32: equal to 2e-6 of the size of the numbers, or of 1 if they are smaller. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-6): void {
  expect(actual.length).toBe(expected.length);
  const size = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i]), `at ${i}: ${actual[i]}, not ${expected[i]}`).toBeLessThan(
      tolerance * size,
    );
  }
}

/**
 * The gradient by central differences is `gradient`, to 1e-4 of its largest part (it is kept in f32); `skip` tells places
 * where the function has a corner within the step.
 */
export function expectGradient(
  at: Float64Array,
  gradient: ArrayLike<number>,
  loss: (x: Float64Array) => number,
  skip: (i: number) => boolean = () => false,
): void {
  const size = Math.max(1e-6, ...Array.from(gradient, Math.abs));
  for (let i = 0; i < at.length; i++) {
    if (skip(i)) continue;
    const moved = (by: number) => loss(Float64Array.from(at, (value, j) => (i === j ? value + by : value)));
    const slope = (moved(step) - moved(-step)) / (2 * step);
    expect(Math.abs(slope - gradient[i]), `at ${i}: ${gradient[i]}, by differences ${slope}`).toBeLessThan(
      1e-4 * size + 1e-9,
    );
  }
}
export const step = 1e-5;

/** Sequences with gaps between them and holes in their masks. */
export const sequences = (count: { min: number; max: number } = { min: 1, max: 4 }): fc.Arbitrary<Sequences> =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 2 }),
        mask: fc.array(fc.constantFrom(0, 1, 1), { minLength: 1, maxLength: 6 }),
      }),
      { minLength: count.min, maxLength: count.max },
    )
    .map((parts) => {
      const spans: Span[] = [];
      const mask: number[] = [];
      for (const part of parts) {
        for (let i = 0; i < part.gap; i++) mask.push(1); // outside of every span: must not count
        spans.push([mask.length, mask.length + part.mask.length]);
        mask.push(...part.mask);
      }
      return { spans, mask: Uint8Array.from(mask) };
    });

/** One of `count` numbers of a seed, in [low, high). */
export function numbers(seed: number, count: number, low: number, high: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453;
    return low + (high - low) * (x - Math.floor(x));
  });
}
