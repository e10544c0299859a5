import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { countCorrect, nllLoss } from "./nll.ts";
import { scheduleFactor, warmupStepsOf } from "./schedule.ts";

describe("scheduleFactor", () => {
  const factors = (schedule: "linear" | "cosine" | "constant", warmup: number, steps: number) =>
    Array.from({ length: steps }, (_, step) => scheduleFactor(schedule, step, warmup, steps));

  it("linear: up over the warm-up from 0, down to one step short of 0", () => {
    // W 2, T 6: 0/2, 1/2, then (6−s)/4 = 4/4, 3/4, 2/4, 1/4
    expect(factors("linear", 2, 6)).toEqual([0, 0.5, 1, 0.75, 0.5, 0.25]);
    expect(scheduleFactor("linear", 6, 2, 6)).toBe(0);
    expect(scheduleFactor("linear", 9, 2, 6)).toBe(0); // past the end
  });

  it("cosine: half a period after the warm-up", () => {
    // W 1, T 5: 0, then ½(1+cos(πk/4)), k = 0 … 3
    const half = Math.SQRT1_2;
    const expected = [0, 1, (1 + half) / 2, 0.5, (1 - half) / 2];
    factors("cosine", 1, 5).forEach((factor, i) => {
      expect(factor).toBeCloseTo(expected[i], 12);
    });
  });

  it("constant: 1 after the warm-up; no warm-up starts at the peak", () => {
    expect(factors("constant", 2, 4)).toEqual([0, 0.5, 1, 1]);
    expect([factors("constant", 0, 1), factors("linear", 0, 1), factors("cosine", 0, 1)]).toEqual([[1], [1], [1]]);
  });

  it("gives the learning rates that transformers gave for the LoRA fixtures", () => {
    const path = join(import.meta.dirname, "../../../test/fixtures/lora/qkvo/expected.json");
    const { steps } = JSON.parse(readFileSync(path, "utf8")) as { steps: { step: number; lr: number }[] };
    expect(steps).toHaveLength(5);
    for (const { step, lr } of steps) expect(1e-2 * scheduleFactor("cosine", step, 2, 5)).toBeCloseTo(lr, 9);
  });

  it("takes warm-up as steps or as a share, rounded up", () => {
    expect(warmupStepsOf(100, { warmupRatio: 0.031 })).toBe(4);
    expect(warmupStepsOf(100, { warmupSteps: 7 })).toBe(7);
    expect(warmupStepsOf(100, {})).toBe(0);
  });
});

describe("nllLoss", () => {
  const logprobs = Float32Array.of(-1, -2, -4, -8);

  it("sums over scored positions and weighs each by the step's token count", () => {
    // scored: −1 and −4 → sum 5; N = 2 → gradient −½ on each
    const { sum, gradients } = nllLoss(logprobs, Int32Array.of(7, -1, 9, -1), 2);
    expect(sum).toBe(5);
    expect([...gradients]).toEqual([-0.5, 0, -0.5, 0]);
  });

  it("in parts is the whole: same sum, same gradients", () => {
    const targets = Int32Array.of(1, 2, -1, 3);
    const whole = nllLoss(logprobs, targets, 3);
    const parts = [0, 1, 2, 3].map((t) => nllLoss(logprobs.subarray(t, t + 1), targets.subarray(t, t + 1), 3));
    expect(parts.reduce((sum, part) => sum + part.sum, 0)).toBe(whole.sum);
    expect(parts.flatMap((part) => [...part.gradients])).toEqual([...whole.gradients]);
  });

  it("its gradient is that of the mean, by finite differences", () => {
    const targets = Int32Array.of(1, -1, 2, 3);
    const loss = (values: Float32Array) => nllLoss(values, targets, 3).sum / 3;
    const { gradients } = nllLoss(logprobs, targets, 3);
    logprobs.forEach((_, t) => {
      const [up, down] = [logprobs.slice(), logprobs.slice()];
      up[t] += 0.5;
      down[t] -= 0.5;
      expect(gradients[t]).toBeCloseTo(loss(up) - loss(down), 6); // linear: the difference quotient is exact
    });
  });
});

describe("countCorrect", () => {
  it("counts scored positions only", () => {
    expect(countCorrect(Int32Array.of(5, 6, -1, 8), Int32Array.of(5, 7, -1, 8))).toBe(2);
    expect(countCorrect(Int32Array.of(-1), Int32Array.of(-1))).toBe(0);
  });
});
