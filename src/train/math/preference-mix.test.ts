import { describe, expect, it } from "vitest";
import { expectClose, expectGradient, fixture, numbers, trlPairs } from "./math.test-helper.ts";
import type { Divergence } from "./preference-kinds.ts";
import { preferenceLoss } from "./preference-loss.ts";
import { mixedPreferenceLoss, type PreferenceMix, preferenceTotals } from "./preference-mix.ts";
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

describe("beside TRL", () => {
  const dpo = fixture("dpo_mix");
  it("has all cases of the fixture", () => void expect(dpo.cases).toHaveLength(22));

  for (const c of dpo.cases) {
    const kinds: string[] = c.loss_type;
    const weights: number[] = c.loss_weights ?? kinds.map(() => 1);
    const mix: PreferenceMix = Object.fromEntries(kinds.map((kind, i) => [kind, weights[i]]));
    const settings = { beta: c.beta, divergence: c.f_divergence_type as Divergence, tailWeight: c.ld_alpha ?? 1 };
    const { inputs, gradient } = trlPairs(dpo, c.pairs);
    const expectIt = (mix: PreferenceMix, labelSmoothing: number) => {
      const ours = mixedPreferenceLoss(inputs, mix, { ...settings, labelSmoothing });
      expectClose([ours.loss], [c.loss]);
      expectClose(ours.dLogprobs, gradient(c.dloss_dlogp), 1e-6);
      const means = [ours.chosenRewards, ours.rejectedRewards].map(
        (list) => list.reduce((a, b) => a + b) / list.length,
      );
      expectClose(means, [c.rewards.chosen, c.rewards.rejected]);
    };
    const name = `${kinds.map((kind, i) => `${weights[i]} ${kind}`).join(" + ")}, β ${c.beta}, ς ${c.label_smoothing}, ${c.f_divergence_type}, tail ${c.ld_alpha ?? 1}, pairs ${c.pairs}`;
    // TRL's sigmoid and sigmoid_norm have no label smoothing.
    const without = kinds.length === 1 && kinds[0].startsWith("sigmoid");
    it(name, () => expectIt(mix, without ? 0 : c.label_smoothing));
    // Sorting one pair leaves −(1 − ς) log σ(m) − ς log σ(−m), which is what our sigmoid smooths to.
    if (c.pairs.length === 1) it(`${name}: is sigmoid's`, () => expectIt({ sigmoid: 1 }, c.label_smoothing));
  }
});
