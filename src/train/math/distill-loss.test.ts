import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distillCoefficient, distillLoss } from "./distill-loss.ts";
import { expectClose, expectGradient, numbers, sequences } from "./math.test-helper.ts";

/** (T·K) log-probabilities of K of K + 2 outcomes. */
function candidates(seed: number, T: number, K: number): Float64Array {
  const all = numbers(seed, T * (K + 2), -2, 2);
  return Float64Array.from({ length: T * K }, (_, i) => {
    const row = all.subarray(Math.floor(i / K) * (K + 2)).subarray(0, K + 2);
    return row[i % K] - Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
  });
}

describe("distillLoss", () => {
  const one = (student: number[], teacher: number[], direction: "forward" | "reverse") =>
    distillLoss(
      {
        spans: [[0, 1]],
        mask: Uint8Array.of(1),
        logprobs: Float64Array.from(student, Math.log),
        teacherLogprobs: Float64Array.from(teacher, Math.log),
      },
      { direction },
      1,
    );

  it("worked by hand: two candidates and the rest", () => {
    // student (½, ¼, rest ¼), teacher (¼, ½, rest ¼): both ways ¼·log 2
    for (const direction of ["forward", "reverse"] as const) {
      expect(one([0.5, 0.25], [0.25, 0.5], direction).loss).toBeCloseTo(Math.LN2 / 4, 12);
    }
    // forward gradient: (q_rest/p_rest)·p − q = (½ − ¼, ¼ − ½)
    expectClose(one([0.5, 0.25], [0.25, 0.5], "forward").dLogprobs, [0.25, -0.25], 1e-7);
  });

  it("mass outside of the candidates counts", () => {
    // equal among the candidates, but the student gives the rest ½, the teacher 0.1
    for (const direction of ["forward", "reverse"] as const) {
      expect(one([0.25, 0.25], [0.45, 0.45], direction).loss).toBeGreaterThan(0.3);
    }
  });

  it("a candidate that there is not leaves its mass to the rest", () => {
    for (const direction of ["forward", "reverse"] as const) {
      const less = one([0.5, 0], [0.25, 0], direction);
      expect(less.loss).toBeCloseTo(one([0.5], [0.25], direction).loss, 12);
      expect(less.dLogprobs[1]).toBe(0);
    }
  });

  it("is not negative, 0 where both agree, and its gradient is its own, by differences", () => {
    const property = fc.property(
      sequences(),
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("forward" as const, "reverse" as const),
      (rows, seed, K, direction) => {
        const T = rows.mask.length;
        const teacherLogprobs = candidates(seed, T, K);
        const at = candidates(seed + 1, T, K);
        const of = (logprobs: Float64Array) =>
          distillLoss({ ...rows, logprobs, teacherLogprobs }, { direction, coefficient: 0.5 }, 3);
        expect(of(at).loss).toBeGreaterThanOrEqual(0);
        expect(of(teacherLogprobs).loss).toBeCloseTo(0, 12);
        expectGradient(at, of(at).dLogprobs, (logprobs) => of(logprobs).loss);
      },
    );
    fc.assert(property, { seed: 7 });
  });
});

describe("distillCoefficient", () => {
  it("halves, never rises, and stops at the floor", () => {
    const options = { start: 0.8, floor: 0.1, halfLife: 10 };
    expect([0, 10, 20, 30, 1000].map((step) => distillCoefficient(step, options))).toEqual([0.8, 0.4, 0.2, 0.1, 0.1]);
    expect(distillCoefficient(5, { start: 0.05, floor: 0.1 })).toBe(0.05);
  });
});
