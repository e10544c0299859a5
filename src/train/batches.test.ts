import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { microBatches, pack, planEpoch, StepPlan, toBatch } from "./batches.ts";

const settings = { batchSize: 3, packing: false, packLength: 10, seed: 1 };

describe("planEpoch", () => {
  it("takes every sequence once an epoch, in another order each", () => {
    const lengths = Array.from({ length: 10 }, () => 1);
    const [first, second] = [0, 1].map((epoch) => planEpoch(lengths, epoch, settings));
    expect(first.map((step) => step.length)).toEqual([3, 3, 3, 1]);
    expect(first.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second).not.toEqual(first);
    expect(planEpoch(lengths, 0, settings)).toEqual(first);
    expect(planEpoch(lengths, 0, { ...settings, seed: 2 })).not.toEqual(first);
  });
});

describe("pack", () => {
  it("is first-fit", () => {
    // 6 opens a pack; 5 does not fit, opens another; 4 fits the first; 5 the second
    expect(pack([0, 1, 2, 3], [6, 5, 4, 5], 10)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it("never overfills, loses or repeats, and only what is too long alone exceeds", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 400 }), (lengths) => {
        const packs = pack(
          lengths.map((_, i) => i),
          lengths,
          20,
        );
        expect(packs.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
        for (const items of packs) {
          const total = items.reduce((sum, i) => sum + lengths[i], 0);
          expect(total <= 20 || items.length === 1).toBe(true);
        }
      }),
    );
  });
});

describe("StepPlan", () => {
  const lengths = [1, 1, 1, 1, 1, 1, 1];

  it("counts steps of whole and part epochs", () => {
    // 7 sequences, 3 a step: 3 steps an epoch
    expect(new StepPlan(lengths, settings, { epochs: 2 }).steps).toBe(6);
    expect(new StepPlan(lengths, settings, { epochs: 0.5 }).steps).toBe(2);
    expect(new StepPlan(lengths, settings, { epochs: 1.5 }).steps).toBe(5);
    expect(new StepPlan(lengths, settings, { steps: 100 }).steps).toBe(100);
  });

  it("finds any step without those before it, as a resumed run must", () => {
    for (const packing of [false, true]) {
      const choose = { ...settings, packing, packLength: 2 };
      const whole = new StepPlan(lengths, choose, { steps: 20 });
      const inOrder = Array.from({ length: 20 }, (_, i) => whole.at(i + 1));
      for (const step of [20, 1, 7, 13]) {
        expect(new StepPlan(lengths, choose, { steps: 20 }).at(step)).toEqual(inOrder[step - 1]);
      }
    }
    expect(new StepPlan(lengths, settings, { steps: 4 }).at(3)).toMatchObject({ epoch: 1 });
    expect(new StepPlan(lengths, settings, { steps: 4 }).at(4).epoch).toBeCloseTo(4 / 3, 12);
  });

  it("with packing fills steps by tokens", () => {
    const plan = new StepPlan([9, 1, 5, 5, 8, 2], { ...settings, batchSize: 1, packing: true }, { epochs: 1 });
    const totals = Array.from({ length: plan.steps }, (_, i) =>
      plan.at(i + 1).indices.reduce((n, j) => n + [9, 1, 5, 5, 8, 2][j], 0),
    );
    expect(totals.reduce((a, b) => a + b)).toBe(30);
    expect(Math.max(...totals)).toBeLessThanOrEqual(10);
  });
});

describe("microBatches", () => {
  it("cuts a step to the token budget, the same way each time", () => {
    expect(microBatches([4, 2, 0], [3, 0, 5, 0, 4], 8)).toEqual([[2, 0], [4]]);
    expect(microBatches([0, 1], [50, 50], 8)).toEqual([[0], [1]]);
  });
});

describe("toBatch", () => {
  it("predicts the next learned token within each sequence", () => {
    const { batch, targets, scored } = toBatch([
      { ids: Int32Array.of(10, 11, 12), mask: Uint8Array.of(0, 1, 1) },
      { ids: Int32Array.of(20, 21), mask: Uint8Array.of(0, 1) },
      { ids: Int32Array.of(30, 31), mask: Uint8Array.of(0, 0) },
    ]);
    expect([...batch.tokens]).toEqual([10, 11, 12, 20, 21, 30, 31]);
    expect([...batch.cuSeqlens]).toEqual([0, 3, 5, 7]);
    expect([...targets]).toEqual([11, 12, -1, 21, -1, -1, -1]);
    expect(scored).toBe(3);
  });
});
