import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { klEstimators, nextKlCoefficient } from "./kl.ts";
import { type LossKind, lossKinds } from "./loss-kinds.ts";
import { expectClose, expectGradient, fixture, flat, numbers, rowsOf, sequences } from "./math.test-helper.ts";
import { type PolicyInputs, type PolicyLossOptions, policyLoss } from "./policy-loss.ts";
import { lengthsOf, maskedMean, spread } from "./sequences.ts";
import { highEntropyWeights, offPolicyWeights } from "./token-weights.ts";

const grpo = fixture("grpo");
const rows = rowsOf(grpo.mask);
const inputs = {
  ...rows,
  logprobs: flat(grpo.policy_logps),
  oldLogprobs: flat(grpo.old_logps),
  refLogprobs: flat(grpo.ref_logps),
  entropy: flat(grpo.entropies),
  advantages: Float64Array.from(spread(grpo.loss_advantages, rows)),
};
const tokens = grpo.mask.flat().reduce((sum: number, m: number) => sum + m, 0);

describe("policyLoss", () => {
  it("has all cases of the fixture", () => void expect(grpo.losses).toHaveLength(39));
  for (const c of grpo.losses) {
    const extras = [
      c.epsilon_high === null ? "" : `, ε' ${c.epsilon_high}`,
      c.delta === null ? "" : `, δ ${c.delta}`,
      c.old_logps === "given" ? "" : ", ratio 1",
      c.grad_accum === 1 ? "" : `, one of ${c.grad_accum} parts`,
      c.use_bias_correction_kl ? ", KL weighed by the ratio" : "",
      c.top_entropy_quantile === 1 ? "" : `, top ${c.top_entropy_quantile} of entropy`,
      c.off_policy_mask_threshold === null ? "" : `, off-policy limit ${c.off_policy_mask_threshold}`,
    ];
    it(`is TRL's: ${c.loss_type}, ${c.importance_sampling_level}, β ${c.beta}${extras.join("")}`, () => {
      const oldLogprobs = c.old_logps === "given" ? inputs.oldLogprobs : undefined;
      let weights: Float32Array | undefined;
      if (c.top_entropy_quantile < 1) weights = highEntropyWeights(inputs.entropy, rows, c.top_entropy_quantile);
      if (c.off_policy_mask_threshold !== null) {
        weights = offPolicyWeights(
          { ...inputs, samplerLogprobs: inputs.oldLogprobs },
          rows,
          c.off_policy_mask_threshold,
        );
      }
      const options: PolicyLossOptions = {
        kind: c.loss_type as LossKind,
        ratio: c.importance_sampling_level,
        klCoefficient: c.beta,
        epsilon: c.epsilon,
        epsilonHigh: c.epsilon_high ?? undefined,
        delta: c.delta ?? undefined,
        klRatio: c.use_bias_correction_kl,
      };
      const parts = c.grad_accum;
      const totals = {
        sequences: parts * grpo.mask.length,
        tokens: parts * tokens,
        rolloutTokens: parts * tokens,
        maxCompletionTokens: grpo.max_completion_length,
      };
      const refLogprobs = c.beta === 0 ? undefined : inputs.refLogprobs;
      const { loss, dLogprobs, sums } = policyLoss({ ...inputs, oldLogprobs, refLogprobs, weights }, options, totals);
      expectClose([loss], [c.loss]);
      expectClose(dLogprobs, c.dloss_dlogp.flat(), 1e-7);
      expect(sums.tokens).toBe(tokens);
      expectClose([sums.entropy / tokens], c.metrics.entropy);
      if (c.metrics.kl) expectClose([sums.kl / tokens], c.metrics.kl);
      if (c.importance_sampling_level === "token" && c.metrics["clip_ratio/low_mean"]) {
        expectClose([sums.clippedLow / tokens], c.metrics["clip_ratio/low_mean"]);
        expectClose([sums.clippedHigh / tokens], c.metrics["clip_ratio/high_mean"]);
      }
      if (c.metrics.cispo_clip_ratio) expectClose([sums.clippedHigh / tokens], c.metrics.cispo_clip_ratio);
    });
  }

  it("gspo is grpo with the completion's ratio", () => {
    const totals = { sequences: 8, tokens, rolloutTokens: tokens, maxCompletionTokens: 16 };
    const gspo = policyLoss(inputs, { kind: "gspo", klCoefficient: 0.04 }, totals);
    expect(gspo).toEqual(policyLoss(inputs, { kind: "grpo", ratio: "sequence", klCoefficient: 0.04 }, totals));
    const c = grpo.losses.find(
      (one: { loss_type: string; importance_sampling_level: string; beta: number }) =>
        one.loss_type === "grpo" && one.importance_sampling_level === "sequence" && one.beta === 0.04,
    );
    expectClose([gspo.loss], [c.loss]);
  });

  const kinds = Object.keys(lossKinds) as LossKind[];
  for (const kind of kinds) {
    it(`${kind}: the gradient is that of the loss, by differences; parts add up to the whole`, () => {
      const property = fc.property(
        sequences(),
        fc.integer({ min: 0, max: 1e6 }),
        fc.constantFrom("k1" as const, "k2" as const, "k3" as const),
        fc.boolean(),
        fc.constantFrom(undefined, 2),
        (rows, seed, klEstimator, klRatio, delta) => {
          const T = rows.mask.length;
          const given = {
            ...rows,
            oldLogprobs: numbers(seed, T, -3, 0),
            refLogprobs: numbers(seed + 1, T, -3, 0),
            advantages: numbers(seed + 2, T, -2, 2),
            entropy: numbers(seed + 3, T, 0, 2),
            weights: numbers(seed + 4, T, 0, 1),
          };
          const at = numbers(seed + 5, T, -3, 0);
          const options = { kind, klCoefficient: 0.3, klEstimator, klRatio, entropyCoefficient: 0.2, delta };
          const counted = lengthsOf(rows).reduce((a, b) => a + b, 0);
          const totals = {
            sequences: rows.spans.length,
            tokens: counted,
            rolloutTokens: counted,
            maxCompletionTokens: 8,
          };
          const loss = policyLoss({ ...given, logprobs: at }, options, totals);
          // A weight that is not learned through has no gradient: hold the policy that it is taken from.
          const held = kind === "cispo" || kind === "vespo";
          if (!held) {
            const of = (logprobs: Float64Array) => policyLoss({ ...given, logprobs }, options, totals).loss;
            expectGradient(at, loss.dLogprobs, of);
          }
          const ofEntropy = (entropy: Float64Array) =>
            policyLoss({ ...given, logprobs: at, entropy }, options, totals).loss;
          expectGradient(given.entropy, loss.dEntropy!, ofEntropy);
          const parts = rows.spans.map((span) =>
            policyLoss({ ...given, logprobs: at, spans: [span] }, options, totals),
          );
          expectClose([parts.reduce((sum, part) => sum + part.loss, 0)], [loss.loss], 1e-9);
          const together = new Float32Array(T);
          for (const part of parts) {
            part.dLogprobs.forEach((value, t) => {
              together[t] += value;
            });
          }
          expectClose(together, loss.dLogprobs, 1e-12);
        },
      );
      fc.assert(property, { numRuns: 40, seed: 7 });
    });
  }

  it("cispo and vespo weigh log π by what they do not learn through", () => {
    const one = (kind: "cispo" | "vespo", options: Partial<PolicyInputs> = {}) =>
      policyLoss(
        {
          spans: [[0, 2]],
          mask: Uint8Array.of(1, 1),
          logprobs: Float64Array.of(-1, -2),
          oldLogprobs: Float64Array.of(-1 - Math.log(8), -2),
          advantages: Float64Array.of(2, 2),
          ...options,
        },
        { kind },
        { sequences: 1, tokens: 2, rolloutTokens: 2, maxCompletionTokens: 2 },
      ).dLogprobs;
    // cispo: ratios 8 and 1, capped at 5: −½·2·(5, 1)
    expectClose(one("cispo"), [-5, -1], 1e-6);
    // vespo: W = 8: φ = e³·8²·e^(−24)
    expectClose(one("vespo"), [-64 * Math.exp(-21), -64 * Math.exp(-21)], 1e-6);
  });

  it("a masked completion keeps its place in the mean but has no gradient", () => {
    const masked = { ...inputs, mask: Uint8Array.from(rows.mask, (m, t) => (t < 10 ? 0 : m)) };
    const totals = { sequences: 8, tokens: tokens - 10, rolloutTokens: tokens - 10, maxCompletionTokens: 16 };
    const { dLogprobs } = policyLoss(masked, { kind: "grpo" }, totals);
    expect([...dLogprobs.subarray(0, 10)]).toEqual(new Array(10).fill(0));
    const whole = policyLoss(inputs, { kind: "grpo" }, totals).dLogprobs;
    expect([...dLogprobs.subarray(10)]).toEqual([...whole.subarray(10)]);
  });
});

describe("estimators of the divergence", () => {
  const kl = fixture("kl");
  for (const name of ["k1", "k2", "k3"] as const) {
    it(`${name} is the fixture's, and its slope its derivative`, () => {
      const [p, q] = [flat(kl.policy_logps), flat(kl.ref_logps)];
      const values = p.map((logprob, t) => klEstimators[name].value(logprob - q[t]));
      expectClose(values, flat(kl[name]));
      expectClose([maskedMean(values, rowsOf(kl.mask))], [kl.masked_mean[name]]);
      for (const d of [-1, -0.1, 0, 0.1, 1]) {
        const [up, down] = [d + 1e-6, d - 1e-6].map(klEstimators[name].value);
        expect(klEstimators[name].slope(d)).toBeCloseTo((up - down) / 2e-6, 6);
      }
    });
  }

  it("the coefficient follows a target: by at most 20 % over a horizon", () => {
    const control = { target: 6, horizon: 100 };
    expect(nextKlCoefficient(0.2, 6, 50, control)).toBe(0.2);
    expect(nextKlCoefficient(0.2, 60, 50, control)).toBeCloseTo(0.2 * 1.1, 12);
    expect(nextKlCoefficient(0.2, 0, 100, control)).toBeCloseTo(0.2 * 0.8, 12);
    expect(nextKlCoefficient(0.2, 6.6, 100, control)).toBeCloseTo(0.2 * 1.1, 12);
  });
});
