import { expect, it } from "vitest";
import { expectGradient, numbers } from "./math.test-helper.ts";
import { preferenceLoss } from "./preference-loss.ts";
import { mixedPreferenceLoss, preferenceTotals } from "./preference-mix.ts";
import type { Span } from "./sequences.ts";

const spans: Span[] = [
  [0, 2],
  [2, 3],
  [4, 6],
  [6, 9],
];
const rows = { spans, mask: Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 1) };
const logprobs = Float64Array.of(-1, -2, -0.5, 9, -3, -0.25, -1, -1, -2);
const inputs = { ...rows, logprobs, refLogprobs: numbers(3, 9, -2, 0) };

it("is the weighted sum of its kinds, and sft the mean over the chosen completions' tokens", () => {
  const [sigmoid, ipo] = (["sigmoid", "ipo"] as const).map((kind) => preferenceLoss(inputs, { kind, beta: 0.3 }));
  const mixed = mixedPreferenceLoss(inputs, { sigmoid: 0.8, ipo: 0.1, sft: 0.5 }, { beta: 0.3 });
  // Chosen: −1 − 2 and, past the mask's hole, −0.25: three tokens.
  expect(mixed.loss).toBeCloseTo(0.8 * sigmoid.loss + 0.1 * ipo.loss + (0.5 * 3.25) / 3, 6);
  expect([...mixed.chosenRewards]).toEqual([...sigmoid.chosenRewards]);
  expect(preferenceTotals(rows)).toEqual({ pairs: 2, chosenTokens: 3 });
});

it("its gradient is that of the loss, by differences", () => {
  const of = (x: Float64Array) =>
    mixedPreferenceLoss({ ...inputs, logprobs: x }, { hinge: 1, aot: 2, sft: 0.7 }, { beta: 0.3 });
  expectGradient(logprobs, of(logprobs).dLogprobs, (x) => of(x).loss);
});

it("adds up over the batches of a step", () => {
  const mix = { sigmoid: 1, sft: 0.5 };
  const part = (s: number) => {
    const own = { ...inputs, spans: spans.slice(s, s + 2) };
    return mixedPreferenceLoss(own, mix, {}, preferenceTotals(rows)).loss;
  };
  expect(part(0) + part(2)).toBeCloseTo(mixedPreferenceLoss(inputs, mix, {}).loss, 10);
});
