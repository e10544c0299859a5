import { describe, expect, test } from "vitest";
import { apgar, biophysicalProfile, bishop, ctg, daysByCrownRump, epds, gestationalAge } from "./obstetrics.ts";

describe("gestational age", () => {
  const of = (items: Parameters<typeof gestationalAge.compute>[0]) => {
    const { breakdown, recommendation } = gestationalAge.compute(items);
    return [`${breakdown.weeks}+${breakdown.days}`, recommendation.slice(-10), breakdown.redated];
  };
  test("280 days from the last period, over a leap day too", () => {
    expect(of({ lastPeriod: "2026-01-01", today: "2026-01-01" })).toEqual(["0+0", "2026-10-08", 0]);
    // Naegele's rule by hand: 1 January + 7 days + 9 months = 8 October
    expect(of({ lastPeriod: "2026-01-01", today: "2026-10-08" })).toEqual(["40+0", "2026-10-08", 0]);
    // February 2028 has 29 days: 31 days of January and 29 make 60 on 1 March
    expect(of({ lastPeriod: "2028-01-01", today: "2028-03-01" })).toEqual(["8+4", "2028-10-07", 0]);
  });
  test("crown-rump length: 45 mm is 11 + 1, 60 mm 12 + 3, 84 mm 14 + 0", () => {
    // 8.052·√(1.037·60) + 23.73 = 8.052·7.888 + 23.73 = 87.2
    expect([45, 60, 84].map(daysByCrownRump)).toEqual([79, 87, 99]);
  });
  test("the scan counts from 8 days of difference on, and from 6 before 9 weeks", () => {
    // 60 mm is 87 days: the last period is taken so many days before the scan of 1 April
    const at = (days: number, crownRumpMm: number) => {
      const lastPeriod = new Date(Date.parse("2026-04-01") - days * 86_400_000).toISOString().slice(0, 10);
      return gestationalAge.compute({ lastPeriod, today: "2026-04-15", scanDate: "2026-04-01", crownRumpMm });
    };
    expect([at(94, 60), at(95, 60)].map(({ score }) => score)).toEqual([108, 101]);
    expect([at(80, 60), at(79, 60)].map(({ score }) => score)).toEqual([94, 101]);
    // 10 mm is 8.052·3.220 + 23.73 = 49.7, 50 days
    expect([at(55, 10), at(56, 10)].map(({ score }) => score)).toEqual([69, 64]);
  });
  test("both or neither of date and length make a scan", () => {
    const last = { lastPeriod: "2026-01-01", today: "2026-06-01" };
    expect(of({ ...last, crownRumpMm: 60 })).toEqual(of(last));
    expect(() => gestationalAge.compute({ lastPeriod: "1.1.2026", today: "2026-06-01" })).toThrow();
  });
});

test("Bishop: each item at its steps, 13 at most; ripe above 6", () => {
  const none = { dilatation: 0, effacement: 30, station: -3, consistency: "firm", position: "posterior" } as const;
  const score = (change: object) => bishop.compute({ ...none, ...change }).score;
  expect(score({})).toBe(0);
  expect([0, 1, 2, 3, 4, 5].map((dilatation) => score({ dilatation }))).toEqual([0, 1, 1, 2, 2, 3]);
  expect([30, 40, 50, 60, 70, 80].map((effacement) => score({ effacement }))).toEqual([0, 1, 1, 2, 2, 3]);
  expect([-3, -2, -1, 0, 1, 2].map((station) => score({ station }))).toEqual([0, 1, 2, 2, 3, 3]);
  const most = { dilatation: 6, effacement: 90, station: 1, consistency: "soft", position: "anterior" } as const;
  expect(bishop.compute(most)).toMatchObject({ score: 13, risk: "ripe" });
  expect(bishop.compute({ ...none, dilatation: 5, effacement: 80 })).toMatchObject({ score: 6, risk: "unripe" });
  expect(bishop.compute({ ...none, dilatation: 5, effacement: 80, consistency: "medium" }).risk).toBe("ripe");
});

test("biophysical profile: 2 an item; 8 normal, 6 equivocal, 4 abnormal; fluid from 2 cm", () => {
  const well = { breathing: true, movements: true, tone: true, reactiveTrace: true, deepestPoolCm: 2 };
  const of = (change: object) => {
    const { score, risk } = biophysicalProfile.compute({ ...well, ...change });
    return [score, risk];
  };
  expect(of({})).toEqual([10, "normal"]);
  expect(of({ deepestPoolCm: 1.9 })).toEqual([8, "normal"]);
  expect(of({ breathing: false, reactiveTrace: false })).toEqual([6, "equivocal"]);
  expect(of({ breathing: false, reactiveTrace: false, tone: false })).toEqual([4, "abnormal"]);
});

test("Apgar: 0 to 10; a heart rate of 100 is two points; steps at 4 and 7", () => {
  const pink = {
    heartRate: 140,
    breathing: "good cry",
    reflex: "cry or cough",
    tone: "active",
    colour: "pink",
  } as const;
  const of = (change: object) => apgar.compute({ ...pink, ...change });
  expect(of({})).toMatchObject({ score: 10, risk: "reassuring" });
  expect([0, 99, 100].map((heartRate) => of({ heartRate }).breakdown.heartRate)).toEqual([0, 1, 2]);
  const blue = { breathing: "absent", reflex: "none", tone: "limp", colour: "blue or pale" };
  expect(of({ ...blue, heartRate: 0 })).toMatchObject({ score: 0, risk: "low" });
  expect(of({ ...blue, tone: "some flexion" })).toMatchObject({ score: 3, risk: "low" });
  expect(of({ ...blue, tone: "active" })).toMatchObject({ score: 4, risk: "moderately abnormal" });
  expect(of({ ...blue, tone: "active", reflex: "cry or cough" }).risk).toBe("moderately abnormal");
  expect(of({ breathing: "absent", tone: "some flexion" })).toMatchObject({ score: 7, risk: "reassuring" });
});

test("EPDS: 10 possible, 13 probable; the tenth answer is named at any sum", () => {
  const sum = (total: number) => Array.from({ length: 10 }, (_, i) => Math.max(0, Math.min(3, total - 3 * i)));
  expect([9, 10, 12, 13].map((total) => epds.compute({ items: sum(total) }).risk)).toEqual([
    "unlikely",
    "possible",
    "possible",
    "probable",
  ]);
  expect(epds.compute({ items: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }).recommendation).toMatch(/self-harm/);
});

test("CTG: the worst feature decides; reduced variability shortens what late decelerations are allowed", () => {
  const calm = { baseline: 130, variability: 12, decelerations: "none" } as const;
  const risk = (change: object) => ctg.compute({ ...calm, ...change }).risk;
  expect([99, 100, 109, 110, 160, 161].map((baseline) => risk({ baseline }))).toEqual(
    ["pathological", "suspicious", "suspicious", "normal", "normal", "suspicious"]); // biome-ignore format: a list
  expect([4, 5, 25, 26].map((variability) => risk({ variability }))).toEqual(
    ["suspicious", "normal", "normal", "suspicious"]); // biome-ignore format: a list
  expect([50, 51].map((variabilityMinutes) => risk({ variability: 3, variabilityMinutes }))).toEqual([
    "suspicious",
    "pathological",
  ]);
  expect(risk({ decelerations: "occasional" })).toBe("normal");
  expect(risk({ decelerations: "repetitive variable", decelerationMinutes: 60 })).toBe("suspicious");
  const late = { decelerations: "repetitive late" };
  expect([30, 31].map((decelerationMinutes) => risk({ ...late, decelerationMinutes }))).toEqual([
    "suspicious",
    "pathological",
  ]);
  expect(risk({ ...late, decelerationMinutes: 21, variability: 4 })).toBe("pathological");
  expect(risk({ longestMinutes: 6 })).toBe("pathological");
  expect(risk({ sinusoidal: true })).toBe("pathological");
});
