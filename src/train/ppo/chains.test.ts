import { describe, expect, it } from "vitest";
import type { Trajectory } from "../../generate/index.ts";
import { chainsOf, type EstimateOptions, estimate, type Judged, type JudgedRollout, rewardsOf } from "./chains.ts";

const options: EstimateOptions = {
  ...{ klEstimator: "k1", missingEosPenalty: 0, payTurns: true, gae: "token", gamma: 1, gaeLambda: 1 },
  ...{ turnGamma: 1, turnLambda: 1, advantage: undefined, whitenAdvantages: false, whitenRewards: false },
};

/** A segment of tokens drawn in turns (0: observed) with their values and how far the reference is away. */
function segment(turns: number[], values: number[], away: number[] = turns.map(() => 0)): Judged {
  const T = turns.length;
  return {
    ...{ prompt: Int32Array.of(1), tokens: new Int32Array(T), samplerLogprobs: new Float32Array(T) },
    ...{ mask: Uint8Array.from(turns, (turn) => Number(turn > 0)), turns: Int32Array.from(turns) },
    ...{ oldLogprobs: Float32Array.from(away), refLogprobs: new Float32Array(T), oldValues: Float32Array.from(values) },
    ...{ returns: new Float32Array(T), advantage: new Float32Array(T) },
  };
}

function rolloutOf(completions: Judged[], reward: object, truncated = false): JudgedRollout {
  const turns = Array.from({ length: Math.max(...completions.flatMap((each) => [...each.turns])) }, () => ({}));
  return { trajectory: { reward, turns, truncated } as unknown as Trajectory, completions };
}

describe("rewards of tokens", () => {
  // Turns of tokens 0, 1 and 3; "action" brought in 0.5 in the first turn and 1 in the second, of weight 0.4; in all 0.7.
  const reward = { total: 0.7, weights: { action: 0.4, accuracy: 0.6 }, turns: { action: [0.5, 1] } };
  const one = rolloutOf([segment([1, 1, 0, 2], [0, 0, 9, 0], [0.25, 0, 9, 0.5])], reward);

  it("pay a turn at its end and the rest at the end of all; each nat away from the reference costs β", () => {
    const rewards = rewardsOf([one], chainsOf([one]), options, 0.2);
    // −0.2·0.25; 0.4·0.5; –; −0.2·0.5 + 0.4·1 + (0.7 − 0.2 − 0.4)
    [-0.05, 0.2, 0, 0.4].forEach((expected, t) => void expect(rewards[t]).toBeCloseTo(expected, 6));
  });

  it("or everything at the end", () => {
    const rewards = rewardsOf([one], chainsOf([one]), { ...options, payTurns: false, missingEosPenalty: 9 }, 0);
    [0, 0, 0, 0.7].forEach((expected, t) => void expect(rewards[t]).toBeCloseTo(expected, 6));
  });

  it("less the penalty where a limit of tokens ended it", () => {
    const cut = rolloutOf([segment([1, 1], [0, 0])], { total: 1, weights: {}, turns: {} }, true);
    const rewards = rewardsOf([cut], chainsOf([cut]), { ...options, missingEosPenalty: 0.25 }, 0);
    expect([...rewards]).toEqual([0, 0.75]);
  });
});

describe("estimate", () => {
  const all = (of: (completion: Judged) => Float32Array, rollouts: JudgedRollout[]) =>
    rollouts.flatMap(({ completions }) => completions.map((each) => [...of(each)]));

  it("goes through a rollout's segments as one chain", () => {
    // Two segments: the reward of the second reaches the first. γ = λ = 1: R = what is still to come, A = R − V.
    const rollout = rolloutOf([segment([1, 1], [0.5, 0.25]), segment([2], [0.75])], {
      total: 1,
      weights: {},
      turns: {},
    });
    const facts = estimate([rollout], options, 0);
    expect(all(({ returns }) => returns, [rollout])).toEqual([[1, 1], [1]]);
    expect(all(({ advantage }) => advantage, [rollout])).toEqual([[0.5, 0.75], [0.25]]);
    expect(facts).toMatchObject({ kl: 0, value: 0.5, return: 1, returnStd: 0, explainedVariance: null });
  });

  it("tells how much of the returns the values knew", () => {
    // R: 1, 1 | 0, 0; V: 1, 0.5 | 0, 0.5; R − V: 0, 0.5, 0, −0.5: variance 0.125 of 0.25
    const rollouts = [
      rolloutOf([segment([1, 1], [1, 0.5])], { total: 1, weights: {}, turns: {} }),
      rolloutOf([segment([1, 1], [0, 0.5])], { total: 0, weights: {}, turns: {} }),
    ];
    expect(estimate(rollouts, options, 0).explainedVariance).toBeCloseTo(0.5, 6);
  });

  it("whitens over all tokens that count", () => {
    const rollouts = [
      rolloutOf([segment([1, 0, 1], [0, 7, 0])], { total: 1, weights: {}, turns: {} }),
      rolloutOf([segment([1], [0])], { total: -2, weights: {}, turns: {} }),
    ];
    estimate(rollouts, { ...options, whitenAdvantages: true }, 0);
    // A: 1, –, 1 | −2: mean 0, variance 3
    const [a, b] = all(({ advantage }) => advantage, rollouts);
    [...a, ...b].forEach((x, i) => void expect(x).toBeCloseTo([1, 0, 1, -2][i] / Math.sqrt(3), 6));
  });

  it("over turns, then within them; or by a function of one's own", () => {
    const make = () => rolloutOf([segment([1, 1, 0, 2], [0, 0, 0, 0])], { total: 1, weights: {}, turns: {} });
    const [bi, own] = [make(), make()];
    estimate([bi], { ...options, gae: "bi-level", turnGamma: 0.5, gaeLambda: 0 }, 0);
    // Turn ends: A = 1, ½. Within turns λ 0: the first token has r + V(next) − V = 0.
    expect(all(({ advantage }) => advantage, [bi])).toEqual([[0, 0.5, 0, 1]]);
    estimate(
      [own],
      { ...options, advantage: ({ rewards, turns }) => ({ advantages: rewards.map((r, t) => r + turns[t]) }) },
      0,
    );
    expect(all(({ advantage }) => advantage, [own])).toEqual([[1, 1, 0, 3]]);
    const short = () => estimate([make()], { ...options, advantage: () => ({ advantages: [1] }) }, 0);
    expect(short).toThrow("ppo: advantage gave 1 advantages for 4 tokens");
  });
});
