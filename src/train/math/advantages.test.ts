import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdvantageScale, groupAdvantages } from "./advantages.ts";
import { expectClose, fixture } from "./math.test-helper.ts";

describe("groupAdvantages", () => {
  it("worked by hand: two groups of two, one of them alike", () => {
    // group 1: mean 0.5, deviation √(0.25 + 0.25) = 0.7071; group 2: nothing to learn
    const { advantages, groupDeviations } = groupAdvantages(Float64Array.of(0, 1, 3, 3), { groupSize: 2 });
    const one = 0.5 / (Math.SQRT1_2 + 1e-4);
    expectClose(advantages, [-one, one, 0, 0], 1e-12);
    expectClose(groupDeviations, [Math.SQRT1_2, 0], 1e-12);
  });

  const cases = fixture("grpo").advantages;
  it("has all cases of the fixture", () => void expect(cases).toHaveLength(20));
  for (const c of cases) {
    it(`is TRL's: ${c.name}, scale ${c.scale_rewards}, ${c.aggregation}`, () => {
      const rewards = Float64Array.from(c.rewards_per_func.flat(), (r: number | null) => r ?? Number.NaN);
      const { advantages } = groupAdvantages(rewards, {
        groupSize: c.num_generations,
        weights: c.reward_weights,
        scale: c.scale_rewards === "n/a" ? undefined : (c.scale_rewards as AdvantageScale),
        normalizeThenSum: c.aggregation === "normalize_then_sum",
      });
      expectClose(advantages, c.advantages);
    });
  }

  it("leaves out what no reward applies to; a group with one reward left learns nothing", () => {
    const { advantages, rewards } = groupAdvantages(Float64Array.of(5, Number.NaN, 1, 2), { groupSize: 2 });
    expect([...advantages.subarray(0, 2)]).toEqual([0, 0]);
    expect([...rewards]).toEqual([5, Number.NaN, 1, 2]);
    expect(advantages[3]).toBeGreaterThan(0.7);
  });

  it("adds up to 0 in each group, and does not change when a group's rewards all rise", () => {
    const reward = fc.double({ min: -5, max: 5, noNaN: true });
    const property = fc.property(
      fc.array(reward, { minLength: 8, maxLength: 8 }),
      fc.constantFrom<AdvantageScale>("group", "batch", "none"),
      reward,
      (values, scale, rise) => {
        const { advantages } = groupAdvantages(Float64Array.from(values), { groupSize: 4, scale });
        expect(Math.abs(advantages.subarray(0, 4).reduce((a, b) => a + b))).toBeLessThan(1e-6);
        const risen = Float64Array.from(values, (value, i) => (i < 4 ? value + rise : value));
        if (scale === "batch") return; // the batch's deviation does change
        expectClose(groupAdvantages(risen, { groupSize: 4, scale }).advantages, advantages, 1e-6);
      },
    );
    fc.assert(property);
  });

  it("refuses rewards that are not whole groups", () => {
    expect(() => groupAdvantages(Float64Array.of(1, 2, 3), { groupSize: 2 })).toThrow("3 rewards are not groups of 2");
  });
});
