import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose, expectGradient, fixture, numbers, sequences, trlPairs } from "./math.test-helper.ts";
import { type Divergence, divergenceScores, type PreferenceKind, preferenceKinds } from "./preference-kinds.ts";
import { preferenceLoss } from "./preference-loss.ts";

const dpo = fixture("dpo");

describe("preferenceLoss", () => {
  const { inputs, gradient } = trlPairs(dpo);

  it("has all cases of the fixture", () => void expect(dpo.cases).toHaveLength(20));
  for (const c of dpo.cases) {
    const extras = `β ${c.beta}, ς ${c.label_smoothing}, ${c.f_divergence_type}, tail ${c.ld_alpha ?? 1}`;
    it(`is TRL's: ${c.loss_type}, ${extras}`, () => {
      const { loss, dLogprobs, chosenRewards, rejectedRewards } = preferenceLoss(inputs, {
        kind: c.loss_type as PreferenceKind,
        beta: c.beta,
        labelSmoothing: c.label_smoothing,
        divergence: c.f_divergence_type as Divergence,
        alpha: c.f_alpha_divergence_coef,
        tailWeight: c.ld_alpha ?? undefined,
        discopopTau: c.discopop_tau,
      });
      expectClose([loss], [c.loss]);
      expectClose(dLogprobs, gradient(c.dloss_dlogp), 1e-6);
      const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;
      expectClose(
        [mean(chosenRewards), mean(rejectedRewards)],
        [c.rewards["rewards/chosen"], c.rewards["rewards/rejected"]],
      );
    });
  }

  const pairs = sequences({ min: 2, max: 6 }).filter(({ spans }) => spans.length % 2 === 0);
  for (const kind of Object.keys(preferenceKinds) as PreferenceKind[]) {
    it(`${kind}: the gradient is that of the loss, by differences`, () => {
      const property = fc.property(
        pairs,
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom(...(Object.keys(divergenceScores) as Divergence[])),
        (rows, seed, divergence) => {
          const at = numbers(seed, rows.mask.length, -2, 0);
          const refLogprobs = numbers(seed + 1, rows.mask.length, -2, 0);
          const options = { kind, beta: 0.4, labelSmoothing: 0.1, divergence, tailWeight: 0.5, discopopTau: 0.5 };
          const of = (logprobs: Float64Array) => preferenceLoss({ ...rows, logprobs, refLogprobs }, options, 7).loss;
          expectGradient(at, preferenceLoss({ ...rows, logprobs: at, refLogprobs }, options, 7).dLogprobs, of);
        },
      );
      fc.assert(property, { numRuns: 40, seed: 7 });
    });
  }

  it("far margins stay finite", () => {
    const far = (difference: number) =>
      preferenceLoss(
        {
          spans: [
            [0, 1],
            [1, 2],
          ],
          mask: Uint8Array.of(1, 1),
          logprobs: Float64Array.of(difference, 0),
          refLogprobs: new Float64Array(2),
        },
        { kind: "sigmoid", beta: 1 },
      );
    expect(far(1e4).loss).toBe(0);
    expect(far(-1e4).loss).toBe(1e4);
    expect([...far(-1e4).dLogprobs]).toEqual([-1, 1]);
  });
});
