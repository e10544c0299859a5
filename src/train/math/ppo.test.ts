import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { biLevelGae, gae } from "./gae.ts";
import { expectClose, expectGradient, fixture, flat, numbers, rowsOf, sequences, step } from "./math.test-helper.ts";
import { policyLoss } from "./policy-loss.ts";
import { lengthsOf, whiten } from "./sequences.ts";
import { tokenRewards } from "./token-rewards.ts";
import { valueLoss } from "./value-loss.ts";

const ppo = fixture("ppo");
const rows = rowsOf(ppo.mask);
const tokens = lengthsOf(rows).reduce((a, b) => a + b, 0);

describe("PPO", () => {
  it("has all cases of the fixture", () => void expect(ppo.cases).toHaveLength(3));
  for (const c of ppo.cases) {
    it(`is the fixture's: γ ${c.gamma}, λ ${c.lam}, β ${c.kl_coef}, whitened ${c.whiten_advantages}`, () => {
      const [logprobs, oldLogprobs, refLogprobs] = [ppo.logps, ppo.old_logps, ppo.ref_logps].map(flat);
      const [oldValues, values] = [ppo.old_values, ppo.new_values].map(flat);
      const rewards = tokenRewards(
        { ...rows, logprobs: oldLogprobs, refLogprobs, scores: ppo.scores },
        { klCoefficient: c.kl_coef },
      );
      expectClose(rewards, c.rewards.flat());
      const { advantages: raw, returns } = gae(rewards, oldValues, rows, { gamma: c.gamma, gaeLambda: c.lam });
      expectClose(raw, c.advantages_raw.flat());
      expectClose(returns, c.returns.flat());
      const advantages = c.whiten_advantages ? whiten(raw, rows) : raw;
      expectClose(advantages, c.advantages.flat());
      const totals = { sequences: 4, tokens, rolloutTokens: tokens, maxCompletionTokens: 8 };
      const policy = policyLoss(
        { ...rows, logprobs, oldLogprobs, advantages },
        { kind: "bnpo", epsilon: c.cliprange },
        totals,
      );
      const options = { clipRange: c.cliprange_value, coefficient: c.vf_coef };
      const value = valueLoss({ ...rows, values, oldValues, returns }, options, tokens);
      expectClose([policy.loss], [c.policy_loss]);
      expectClose([value.loss], [c.vf_coef * c.value_loss]);
      expectClose([policy.loss + value.loss], [c.total]);
      expectClose(policy.dLogprobs, c.dtotal_dlogp.flat(), 1e-7);
      expectClose(value.dValues, c.dtotal_dvalue.flat(), 1e-7);
    });
  }
});

describe("tokenRewards", () => {
  it("takes the penalty off what did not end, and pays the last token that counts", () => {
    const rewards = tokenRewards(
      {
        spans: [
          [0, 2],
          [2, 4],
        ],
        mask: Uint8Array.of(1, 1, 1, 0),
        logprobs: new Float64Array(4),
        refLogprobs: new Float64Array(4),
        scores: Float64Array.of(1, 1),
        ended: [true, false],
      },
      { missingEosPenalty: 3 },
    );
    expect([...rewards].map((reward) => reward + 0)).toEqual([0, 1, -2, 0]);
  });
});

describe("gae", () => {
  it("worked by hand, over an observation", () => {
    // γ ½, λ ½, tokens 0, 1, 3; r (0, 0, 1), V (1, 2, 4)
    // A₃ = 1 − 4 = −3; A₁ = 0 + ½·4 − 2 + ¼·(−3) = −0.75; A₀ = ½·2 − 1 + ¼·(−0.75) = −0.1875
    const sequences = { spans: [[0, 4]] as const, mask: Uint8Array.of(1, 1, 0, 1) };
    const rewards = Float64Array.of(0, 0, 9, 1);
    const values = Float64Array.of(1, 2, 9, 4);
    const { advantages, returns } = gae(rewards, values, sequences, { gamma: 0.5, gaeLambda: 0.5 });
    expect([...advantages]).toEqual([-0.1875, -0.75, 0, -3]);
    expect([...returns]).toEqual([0.8125, 1.25, 0, 1]);
  });

  it("with λ 1 and γ 1 is what is still to come, less the value", () => {
    const property = fc.property(sequences(), fc.integer({ min: 0, max: 1e6 }), (rows, seed) => {
      const T = rows.mask.length;
      const [rewards, values] = [numbers(seed, T, -1, 1), numbers(seed + 1, T, -1, 1)];
      const { returns } = gae(rewards, values, rows, { gaeLambda: 1 });
      for (const [start, end] of rows.spans) {
        let toCome = 0;
        for (let t = end - 1; t >= start; t--) {
          if (!rows.mask[t]) continue;
          toCome += rewards[t];
          expect(returns[t]).toBeCloseTo(toCome, 5);
        }
      }
    });
    fc.assert(property);
  });

  it("on two levels: worked by hand", () => {
    // Turns of tokens (0, 1) and (3, 4), an observation between. Turn level γ ½, λ 1 over tokens 1 and 4:
    //   A₄ = 2 − 1 = 1; A₁ = 1 + ½·1 − 3 + ½·1 = −1
    // Within turns γ 1, λ ½: A₃ = 0 + 1·1 − 2 + ½·1 = −0.5; A₀ = 0 + 3 − 4 + ½·(−1) = −1.5
    const sequences = { spans: [[0, 5]] as const, mask: Uint8Array.of(1, 1, 0, 1, 1) };
    const { advantages, returns } = biLevelGae(
      Float64Array.of(0, 1, 0, 0, 2),
      Float64Array.of(4, 3, 0, 2, 1),
      Int32Array.of(1, 1, 0, 2, 2),
      sequences,
      { turn: { gamma: 0.5, gaeLambda: 1 }, token: { gamma: 1, gaeLambda: 0.5 } },
    );
    expect([...advantages]).toEqual([-1.5, -1, 0, -0.5, 1]);
    expect([...returns]).toEqual([2.5, 2, 0, 1.5, 2]);
  });

  it("on two levels, with a single turn, is that of tokens", () => {
    const property = fc.property(sequences(), fc.integer({ min: 0, max: 1e6 }), (rows, seed) => {
      const T = rows.mask.length;
      const [rewards, values] = [numbers(seed, T, -1, 1), numbers(seed + 1, T, -1, 1)];
      const token = { gamma: 0.9, gaeLambda: 0.8 };
      const turns = new Int32Array(T).fill(1);
      expect(biLevelGae(rewards, values, turns, rows, { token })).toEqual(gae(rewards, values, rows, token));
    });
    fc.assert(property);
  });
});

describe("valueLoss", () => {
  it("its gradient is that of the loss, by differences", () => {
    const property = fc.property(sequences(), fc.integer({ min: 0, max: 1e6 }), (rows, seed) => {
      const T = rows.mask.length;
      const given = { ...rows, oldValues: numbers(seed, T, -1, 1), returns: numbers(seed + 1, T, -1, 1) };
      const at = numbers(seed + 2, T, -1, 1);
      const options = { clipRange: 0.3, coefficient: 0.7 };
      const { dValues } = valueLoss({ ...given, values: at }, options, 5);
      const isCorner = (t: number) => Math.abs(Math.abs(at[t] - given.oldValues[t]) - 0.3) < 2 * step;
      expectGradient(at, dValues, (values) => valueLoss({ ...given, values }, options, 5).loss, isCorner);
    });
    fc.assert(property, { seed: 7 });
  });
});

describe("whiten", () => {
  it("makes mean 0 and deviation 1 of what counts, and can keep the mean", () => {
    const sequences = { spans: [[0, 4]] as const, mask: Uint8Array.of(1, 1, 0, 1) };
    const values = Float64Array.of(1, 2, 100, 3); // mean 2, variance 1
    expectClose(whiten(values, sequences), [-1, 0, 0, 1], 1e-7);
    expectClose(whiten(values, sequences, { keepMean: true }), [1, 2, 0, 3], 1e-7);
  });
});
