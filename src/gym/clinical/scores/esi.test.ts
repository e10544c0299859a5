import { expect, test } from "vitest";
import { esi } from "./esi.ts";

const well = { resources: 0, ageYears: 40, heartRate: 80, respiratoryRate: 16, oxygenSaturation: 98 };
const level = (change: object) => esi.compute({ ...well, ...change }).score;

test("ESI: A before B before C, and D only where many resources are needed", () => {
  expect([0, 1, 2, 5].map((resources) => level({ resources }))).toEqual([5, 4, 3, 3]);
  expect(level({ lifesavingIntervention: true, highRiskSituation: true })).toBe(1);
  expect(level({ highRiskSituation: true })).toBe(2);
  expect(level({ newConfusion: true })).toBe(2);
  expect(level({ severePainOrDistress: true, resources: 1 })).toBe(2);
  expect(level({ heartRate: 130, resources: 1 })).toBe(4);
});

test("ESI: the danger zone goes by age", () => {
  const zone = (ageYears: number, change: object) => level({ resources: 2, ageYears, ...change });
  expect([100, 101].map((heartRate) => zone(8, { heartRate }))).toEqual([3, 2]);
  expect([140, 141].map((heartRate) => zone(5, { heartRate }))).toEqual([3, 2]);
  expect([160, 161].map((heartRate) => zone(1, { heartRate }))).toEqual([3, 2]);
  expect([180, 181].map((heartRate) => zone(0.1, { heartRate, respiratoryRate: 50 }))).toEqual([3, 2]);
  expect([20, 21].map((respiratoryRate) => zone(30, { respiratoryRate }))).toEqual([3, 2]);
  expect([92, 91].map((oxygenSaturation) => zone(30, { oxygenSaturation }))).toEqual([3, 2]);
});
