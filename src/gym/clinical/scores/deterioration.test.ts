import { expect, test } from "vitest";
import { news2 } from "./deterioration.ts";

const well = { respiratoryRate: 16, oxygenSaturation: 97, systolic: 125, heartRate: 70, temperature: 36.8 };
const points = (change: object) => news2.compute({ ...well, ...change }).score;

test("NEWS2: every row of the chart, at its limits", () => {
  const row = (name: string, values: number[]) => values.map((value) => points({ [name]: value }));
  expect(row("respiratoryRate", [8, 9, 11, 12, 20, 21, 24, 25])).toEqual([3, 1, 1, 0, 0, 2, 2, 3]);
  expect(row("oxygenSaturation", [91, 92, 93, 94, 95, 96])).toEqual([3, 2, 2, 1, 1, 0]);
  expect(row("systolic", [90, 91, 100, 101, 110, 111, 219, 220])).toEqual([3, 2, 2, 1, 1, 0, 0, 3]);
  expect(row("heartRate", [40, 41, 50, 51, 90, 91, 110, 111, 130, 131])).toEqual([3, 1, 1, 0, 0, 1, 1, 2, 2, 3]);
  expect(row("temperature", [35, 35.1, 36, 36.1, 38, 38.1, 39, 39.1])).toEqual([3, 1, 1, 0, 0, 1, 1, 2]);
  expect([points({ supplementalOxygen: true }), points({ newConfusionOrLess: true })]).toEqual([2, 3]);
});

test("NEWS2 scale 2: on air all from 88 % up is good, on oxygen too much counts", () => {
  const air = (oxygenSaturation: number) => points({ oxygenSaturation, hypercapnicFailure: true });
  expect([83, 84, 85, 86, 87, 88, 92, 93, 98].map(air)).toEqual([3, 2, 2, 1, 1, 0, 0, 0, 0]);
  const oxygen = (oxygenSaturation: number) =>
    points({ oxygenSaturation, hypercapnicFailure: true, supplementalOxygen: true }) - 2;
  expect([87, 88, 92, 93, 94, 95, 96, 97].map(oxygen)).toEqual([1, 0, 0, 1, 1, 2, 2, 3]);
});

test("NEWS2 groups: 0 to 4 low, but a single 3 is more; 5 and 6 medium; from 7 high", () => {
  const risk = (change: object) => news2.compute({ ...well, ...change }).risk;
  expect(risk({})).toBe("low");
  expect(risk({ respiratoryRate: 22, heartRate: 115 })).toBe("low"); // 2 + 2
  expect(risk({ systolic: 88 })).toBe("low to medium"); // 3 in one
  expect(risk({ respiratoryRate: 22, heartRate: 115, temperature: 38.4 })).toBe("medium"); // 5
  expect(risk({ respiratoryRate: 26, heartRate: 115, temperature: 39.4 })).toBe("high"); // 3 + 2 + 2
});
