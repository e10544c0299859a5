import { expect, test } from "vitest";
import { audit, cage, cSsrs, dast10, mmse, pcl5, scoff } from "./psychiatry.ts";

test("C-SSRS: the highest answer is the score; method or old behaviour moderate, intent or recent behaviour high", () => {
  const of = (items: Parameters<typeof cSsrs.compute>[0]) => {
    const { score, risk } = cSsrs.compute(items);
    return [score, risk];
  };
  expect(of({})).toEqual([0, "none"]);
  expect(of({ wishToBeDead: true })).toEqual([1, "low"]);
  expect(of({ wishToBeDead: true, suicidalThoughts: true })).toEqual([2, "low"]);
  expect(of({ suicidalThoughts: true, thoughtsWithMethod: true })).toEqual([3, "moderate"]);
  expect(of({ behaviourEver: true })).toEqual([0, "moderate"]);
  expect(of({ suicidalThoughts: true, intent: true })).toEqual([4, "high"]);
  expect(of({ intentWithPlan: true })).toEqual([5, "high"]);
  expect(of({ behaviourLast3Months: true })).toEqual([0, "high"]);
});

test("AUDIT: zones at 8, 16 and 20, at most 40", () => {
  const sum = (total: number) => Array.from({ length: 8 }, (_, i) => Math.max(0, Math.min(4, total - 4 * i)));
  const risk = (total: number) => audit.compute({ items: sum(total), lateItems: [0, 0] }).risk;
  expect([7, 8, 15, 16, 19, 20].map(risk)).toEqual([
    "low",
    "hazardous",
    "hazardous",
    "harmful",
    "harmful",
    "possible dependence",
  ]);
  expect(audit.compute({ items: sum(32), lateItems: [4, 4] }).score).toBe(40);
  expect(() => audit.compute({ items: sum(3), lateItems: [1 as 0, 0] })).toThrow();
});

test("DAST-10: the third question counts when it is denied; steps at 1, 3, 6 and 9", () => {
  const yes = (count: number) =>
    Array.from({ length: 10 }, (_, i) => (i === 2 ? true : i < (count > 2 ? count + 1 : count)));
  expect([0, 1, 2, 3, 5, 6, 8, 9].map((count) => dast10.compute({ answers: yes(count) }).risk)).toEqual(
    ["none", "low", "low", "moderate", "moderate", "substantial", "substantial", "severe"]); // biome-ignore format: a list
  expect(dast10.compute({ answers: yes(0).with(2, false) }).score).toBe(1);
});

test("MMSE: 30 points; 21 to 26 mild, 10 to 20 moderate", () => {
  const full = { orientation: 10, registration: 3, attention: 5, recall: 3, language: 8, copying: 1 };
  expect(mmse.compute(full)).toMatchObject({ score: 30, risk: "no impairment" });
  const at = (orientation: number, language: number) => mmse.compute({ ...full, orientation, language });
  expect(at(7, 8)).toMatchObject({ score: 27, risk: "no impairment" });
  expect(at(6, 8)).toMatchObject({ score: 26, risk: "mild impairment" });
  expect(at(1, 8)).toMatchObject({ score: 21, risk: "mild impairment" });
  expect(at(0, 8)).toMatchObject({ score: 20, risk: "moderate impairment" });
  const low = { ...full, orientation: 0, attention: 0, recall: 0 };
  expect(mmse.compute({ ...low, language: 6 })).toMatchObject({ score: 10, risk: "moderate impairment" });
  expect(mmse.compute({ ...low, language: 5 })).toMatchObject({ score: 9, risk: "severe impairment" });
});

test("PCL-5: limit 33; the clusters are looked at beside the sum", () => {
  const items = (...marks: number[]) => Array.from({ length: 20 }, (_, i) => (marks.includes(i + 1) ? 2 : 0));
  expect(pcl5.compute({ items: items(1, 6, 8, 9, 15, 16) })).toMatchObject({
    score: 12,
    risk: "below the limit",
    recommendation: expect.stringMatching(/^clusters met/),
  });
  expect(pcl5.compute({ items: items(1, 6, 8, 15, 16) }).recommendation).toBe("watch and repeat");
  expect(
    [32, 33].map(
      (total) => pcl5.compute({ items: Array.from({ length: 20 }, (_, i) => (i < total - 20 ? 2 : 1)) }).risk,
    ),
  ).toEqual(["below the limit", "probable PTSD"]);
});

test("CAGE and SCOFF: two are enough", () => {
  expect(
    [cage.compute({ guilty: true }), cage.compute({ guilty: true, eyeOpener: true })].map(({ risk }) => risk),
  ).toEqual(["negative", "positive"]);
  expect(
    [scoff.compute({ food: true }), scoff.compute({ food: true, oneStone: true })].map(({ risk }) => risk),
  ).toEqual(["negative", "positive"]);
});
