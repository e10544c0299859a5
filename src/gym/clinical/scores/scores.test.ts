import { describe, expect, test } from "vitest";
import {
  apache2,
  bmi,
  calculators,
  cha2ds2Vasc,
  childPugh,
  cockcroftGault,
  curb65,
  egfr,
  findCalculator,
  gad7,
  glasgow,
  hasBled,
  lace,
  meld,
  meldNa,
  phq9,
  qsofa,
  wellsDvt,
  wellsPe,
} from "./index.ts";

describe("CURB-65", () => {
  const well = { urea: 5, respiratoryRate: 18, systolic: 130, diastolic: 75, age: 40 };
  test("none, each limit just not reached and just reached", () => {
    expect(curb65.compute(well)).toMatchObject({ score: 0, risk: expect.stringMatching(/^low/) });
    expect(curb65.compute({ ...well, urea: 7, respiratoryRate: 29, systolic: 90, diastolic: 61, age: 64 }).score).toBe(
      0,
    );
    expect(
      curb65.compute({ ...well, urea: 7.1, respiratoryRate: 30, systolic: 89, diastolic: 61, age: 65 }).score,
    ).toBe(4);
    // diastolic alone is enough, and systolic and diastolic together count once
    expect(curb65.compute({ ...well, diastolic: 60 }).score).toBe(1);
    expect(curb65.compute({ ...well, systolic: 80, diastolic: 50 }).score).toBe(1);
  });
  test("groups", () => {
    expect(curb65.compute({ ...well, confusion: true, age: 70 })).toMatchObject({
      score: 2,
      risk: expect.stringMatching(/^intermediate/),
    });
    expect(curb65.compute({ ...well, confusion: true, age: 70, urea: 9 })).toMatchObject({
      score: 3,
      risk: expect.stringMatching(/^high/),
    });
  });
});

describe("Wells", () => {
  test("DVT: each item one, an alternative minus two, likely from two", () => {
    expect(wellsDvt.compute({}).score).toBe(0);
    expect(wellsDvt.compute({ calfSwelling: true })).toMatchObject({ score: 1, risk: "DVT unlikely" });
    expect(wellsDvt.compute({ calfSwelling: true, activeCancer: true })).toMatchObject({
      score: 2,
      risk: "DVT likely",
    });
    expect(
      wellsDvt.compute({
        calfSwelling: true,
        pittingOedema: true,
        localisedTenderness: true,
        alternativeAsLikely: true,
      }).score,
    ).toBe(1);
    const all = { activeCancer: true, paralysisOrPlaster: true, bedriddenOrSurgery: true, localisedTenderness: true, entireLegSwollen: true,
      calfSwelling: true, pittingOedema: true, collateralVeins: true, previousDvt: true }; // biome-ignore format: a list
    expect(wellsDvt.compute(all).score).toBe(9);
  });
  test("PE: heart rate counts above 100; four is unlikely, four and a half likely; at most 12.5", () => {
    expect(wellsPe.compute({ heartRate: 100, peMostLikely: true, haemoptysis: true })).toMatchObject({
      score: 4,
      risk: "PE unlikely",
    });
    expect(wellsPe.compute({ heartRate: 101, peMostLikely: true })).toMatchObject({ score: 4.5, risk: "PE likely" });
    const all = {
      signsOfDvt: true,
      peMostLikely: true,
      heartRate: 120,
      immobilisationOrSurgery: true,
      previousDvtOrPe: true,
      haemoptysis: true,
      malignancy: true,
    };
    expect(wellsPe.compute(all).score).toBe(12.5); // 3 + 3 + 1.5·3 + 1 + 1
  });
});

describe("atrial fibrillation", () => {
  test("CHA2DS2-VASc: age counts 0, 1 from 65, 2 from 75; sex alone is no reason to treat", () => {
    const score = (age: number, sex: "female" | "male", more = {}) => cha2ds2Vasc.compute({ age, sex, ...more });
    expect(score(64, "male")).toMatchObject({ score: 0, risk: "low" });
    expect(score(64, "female")).toMatchObject({ score: 1, risk: "low" });
    expect(score(65, "male")).toMatchObject({ score: 1, risk: "intermediate" });
    expect(score(74, "female")).toMatchObject({ score: 2, risk: "intermediate" });
    expect(score(75, "male")).toMatchObject({ score: 2, risk: "high" });
    const all = { heartFailure: true, hypertension: true, diabetes: true, strokeOrTia: true, vascularDisease: true };
    expect(score(80, "female", all).score).toBe(9); // 1+1+2+1+2+1+1
  });
  test("HAS-BLED: pressure above 160, age above 65, high from three", () => {
    expect(hasBled.compute({ systolic: 160, age: 65 }).score).toBe(0);
    expect(hasBled.compute({ systolic: 161, age: 66 })).toMatchObject({ score: 2, risk: "moderate" });
    expect(hasBled.compute({ systolic: 161, age: 66, antiplateletOrNsaid: true })).toMatchObject({
      score: 3,
      risk: "high",
    });
  });
});

describe("liver", () => {
  test("MELD", () => {
    // all at or below 1: only the constant 6.43 → 6
    expect(meld.compute({ bilirubin: 10, inr: 0.9, creatinine: 60 }).score).toBe(6);
    // bilirubin 3 mg/dL, INR 2, creatinine 2 mg/dL: 3.78·1.0986 + 11.2·0.6931 + 9.57·0.6931 + 6.43 = 4.153 + 7.763 + 6.633 + 6.43 = 24.98
    expect(meld.compute({ bilirubin: 51.3, inr: 2, creatinine: 176.84 }).score).toBe(25);
    // creatinine is cut at 4 mg/dL: 9.57·1.3863 = 13.267; + 6.43 = 19.70; dialysis counts the same
    expect(meld.compute({ bilirubin: 17, inr: 1, creatinine: 900 }).score).toBe(20);
    expect(meld.compute({ bilirubin: 17, inr: 1, creatinine: 80, dialysis: true }).score).toBe(20);
    expect(meld.compute({ bilirubin: 600, inr: 8, creatinine: 400 }).score).toBe(40);
  });
  test("MELD-Na", () => {
    const items = { bilirubin: 51.3, inr: 2, creatinine: 176.84 };
    expect(meldNa.compute({ ...items, sodium: 140 }).score).toBe(25);
    // 25 + 1.32·7 − 0.033·25·7 = 25 + 9.24 − 5.775 = 28.465
    expect(meldNa.compute({ ...items, sodium: 130 }).score).toBe(28);
    // sodium is cut at 125: 25 + 15.84 − 9.9 = 30.94
    expect(meldNa.compute({ ...items, sodium: 110 }).score).toBe(31);
    // no correction up to 11
    expect(meldNa.compute({ bilirubin: 10, inr: 1, creatinine: 60, sodium: 120 }).score).toBe(6);
  });
  test("Child-Pugh", () => {
    const best = { bilirubin: 33, albumin: 36, inr: 1.6, ascites: "none", encephalopathy: "none" } as const;
    expect(childPugh.compute(best)).toMatchObject({ score: 5, risk: "class A" });
    expect(childPugh.compute({ ...best, bilirubin: 34, albumin: 35 })).toMatchObject({ score: 7, risk: "class B" });
    expect(childPugh.compute({ ...best, bilirubin: 50, albumin: 28, inr: 2.3, ascites: "mild" })).toMatchObject({
      score: 9,
      risk: "class B",
    });
    expect(
      childPugh.compute({ bilirubin: 51, albumin: 27, inr: 2.4, ascites: "moderate", encephalopathy: "grade 3-4" }),
    ).toMatchObject({ score: 15, risk: "class C" });
  });
});

describe("critical care", () => {
  const normal = { temperature: 37, meanArterialPressure: 90, heartRate: 80, respiratoryRate: 16, fio2: 0.21, pao2: 95, arterialPh: 7.4,
    sodium: 140, potassium: 4, creatinine: 80, haematocrit: 42, whiteCells: 8, glasgow: 15, age: 40 }; // biome-ignore format: a list
  test("APACHE II: 0 for the normal, each item at its limits", () => {
    const score = (more: object) => apache2.compute({ ...normal, ...more }).score;
    expect(score({})).toBe(0);
    expect([41, 40.9, 38.9, 38.4, 35.9, 33.9, 31.9, 29.9].map((temperature) => score({ temperature }))).toEqual([
      4, 3, 1, 0, 1, 2, 3, 4,
    ]);
    expect([160, 159, 129, 109, 69, 49].map((meanArterialPressure) => score({ meanArterialPressure }))).toEqual([
      4, 3, 2, 0, 2, 4,
    ]);
    expect([180, 179, 139, 109, 69, 54, 39].map((heartRate) => score({ heartRate }))).toEqual([4, 3, 2, 0, 2, 3, 4]);
    expect([50, 49, 34, 24, 11, 9, 5].map((respiratoryRate) => score({ respiratoryRate }))).toEqual([
      4, 3, 1, 0, 1, 2, 4,
    ]);
    expect([71, 70, 60, 54].map((pao2) => score({ pao2 }))).toEqual([0, 1, 3, 4]);
    // fio2 0.6, paCO2 40: alveolar 427.8 − 50 = 377.8; gradient 297.8 with paO2 80, 177.8 with 200
    expect([80, 200].map((pao2) => score({ fio2: 0.6, pao2 }))).toEqual([2, 0]);
    expect([7.7, 7.69, 7.59, 7.49, 7.32, 7.24, 7.14].map((arterialPh) => score({ arterialPh }))).toEqual([
      4, 3, 1, 0, 2, 3, 4,
    ]);
    expect([180, 179, 159, 154, 149, 129, 119, 110].map((sodium) => score({ sodium }))).toEqual([
      4, 3, 2, 1, 0, 2, 3, 4,
    ]);
    expect([7, 6.9, 5.9, 5.4, 3.4, 2.9, 2.4].map((potassium) => score({ potassium }))).toEqual([4, 3, 1, 0, 1, 2, 4]);
    // 3.5, 2.0, 1.5, 0.6, 0.5 mg/dL
    expect([309.5, 176.8, 132.6, 53.1, 44.2].map((creatinine) => score({ creatinine }))).toEqual([4, 3, 2, 0, 2]);
    expect(score({ creatinine: 309.5, acuteRenalFailure: true })).toBe(8);
    expect([60, 59.9, 49.9, 45.9, 29.9, 19.9].map((haematocrit) => score({ haematocrit }))).toEqual([4, 2, 1, 0, 2, 4]);
    expect([40, 39.9, 19.9, 14.9, 2.9, 0.9].map((whiteCells) => score({ whiteCells }))).toEqual([4, 2, 1, 0, 2, 4]);
    expect([44, 45, 54, 55, 64, 65, 74, 75].map((age) => score({ age }))).toEqual([0, 2, 2, 3, 3, 5, 5, 6]);
    expect(score({ glasgow: 3 })).toBe(12);
    expect(score({ chronicDisease: "elective surgery" })).toBe(2);
    expect(score({ chronicDisease: "no surgery or emergency surgery" })).toBe(5);
  });
  test("APACHE II of a septic patient of 70, summed by hand", () => {
    // T 39.2: 3, MAP 62: 2, HR 128: 2, RR 32: 1, paO2 58 on 40 %: 3, pH 7.27: 2, Na 132: 0, K 5.6: 1, creatinine 3.0 mg/dL acute: 3·2, Hct 28: 2,
    // WBC 22: 2, GCS 13: 2, age 70: 5 = 31
    const sick = { ...normal, temperature: 39.2, meanArterialPressure: 62, heartRate: 128, respiratoryRate: 32, fio2: 0.4, pao2: 58, arterialPh: 7.27,
      sodium: 132, potassium: 5.6, creatinine: 265, acuteRenalFailure: true, haematocrit: 28, whiteCells: 22, glasgow: 13, age: 70 }; // biome-ignore format: a list
    expect(apache2.compute(sick)).toMatchObject({ score: 31, risk: expect.stringMatching(/75 %/) });
  });
  test("qSOFA and Glasgow", () => {
    expect(qsofa.compute({ respiratoryRate: 21, systolic: 101 }).score).toBe(0);
    expect(qsofa.compute({ respiratoryRate: 22, systolic: 100 })).toMatchObject({ score: 2, risk: "high" });
    expect(qsofa.compute({ respiratoryRate: 30, systolic: 80, alteredMentation: true }).score).toBe(3);
    expect(glasgow.compute({ eyes: 4, verbal: 5, motor: 6 })).toMatchObject({ score: 15, risk: "none" });
    expect(glasgow.compute({ eyes: 3, verbal: 4, motor: 6 })).toMatchObject({ score: 13, risk: "mild impairment" });
    expect(glasgow.compute({ eyes: 2, verbal: 4, motor: 6 })).toMatchObject({ score: 12, risk: "moderate impairment" });
    expect(glasgow.compute({ eyes: 1, verbal: 1, motor: 6 })).toMatchObject({ score: 8, risk: "severe impairment" });
  });
});

test("LACE: stay 0 1 2 3 4 5 7, acute 3, comorbidity at most 5, visits at most 4; high from ten", () => {
  const stay = (lengthOfStayDays: number) => lace.compute({ lengthOfStayDays, emergencyVisits: 0 }).score;
  expect([0, 1, 2, 3, 4, 6, 7, 13, 14].map(stay)).toEqual([0, 1, 2, 3, 4, 4, 5, 5, 7]);
  expect(
    lace.compute({
      lengthOfStayDays: 5,
      acuteAdmission: true,
      comorbidities: ["congestive heart failure"],
      emergencyVisits: 0,
    }),
  ).toMatchObject({ score: 9, risk: "moderate" });
  expect(
    lace.compute({
      lengthOfStayDays: 5,
      acuteAdmission: true,
      comorbidities: ["congestive heart failure"],
      emergencyVisits: 1,
    }),
  ).toMatchObject({ score: 10, risk: "high" });
  // 3 and 1 make 4, which counts 5
  expect(
    lace.compute({ lengthOfStayDays: 0, comorbidities: ["dementia", "cerebrovascular disease"], emergencyVisits: 9 })
      .score,
  ).toBe(9);
  expect(
    lace.compute({
      lengthOfStayDays: 20,
      acuteAdmission: true,
      comorbidities: ["metastatic solid tumour"],
      emergencyVisits: 4,
    }).score,
  ).toBe(19);
});

describe("body", () => {
  test("BMI", () => {
    expect(bmi.compute({ weightKg: 70, heightCm: 175 })).toMatchObject({ score: 22.9, risk: "normal weight" }); // 70 / 3.0625 = 22.857
    expect(bmi.compute({ weightKg: 53.2, heightCm: 170 })).toMatchObject({ score: 18.4, risk: "underweight" }); // 53.2 / 2.89
    expect(bmi.compute({ weightKg: 100, heightCm: 200 })).toMatchObject({ score: 25, risk: "overweight" });
    expect(bmi.compute({ weightKg: 160, heightCm: 200 })).toMatchObject({ score: 40, risk: "obesity class III" });
  });
  test("eGFR: 1 mg/dL at 50", () => {
    // man: 142 · (1/0.9)^-1.2 · 0.9938^50 = 142 · 0.8812 · 0.7328 = 91.7; woman: 142 · (1/0.7)^-1.2 · 0.7328 · 1.012 = 142 · 0.6518 · 0.7416 = 68.6
    expect(egfr.compute({ creatinine: 88.42, age: 50, sex: "male" })).toMatchObject({ score: 92, risk: "stage G1" });
    expect(egfr.compute({ creatinine: 88.42, age: 50, sex: "female" })).toMatchObject({ score: 69, risk: "stage G2" });
    // 4 mg/dL, man of 60: 142 · (4.444)^-1.2 · 0.9938^60 = 142 · 0.16695 · 0.6886 = 16.3
    expect(egfr.compute({ creatinine: 353.68, age: 60, sex: "male" })).toMatchObject({ score: 16, risk: "stage G4" });
  });
  test("Cockcroft-Gault: (140 − 60) · 72 / (72 · 1) = 80, women 0.85 of it", () => {
    expect(cockcroftGault.compute({ creatinine: 88.42, age: 60, sex: "male", weightKg: 72 }).score).toBe(80);
    expect(cockcroftGault.compute({ creatinine: 88.42, age: 60, sex: "female", weightKg: 72 }).score).toBe(68);
    expect(cockcroftGault.compute({ creatinine: 265.26, age: 80, sex: "male", weightKg: 60 })).toMatchObject({
      score: 17,
      risk: "severely reduced",
    }); // 3600 / 216
  });
});

test("PHQ-9 and GAD-7: limits, and item 9", () => {
  const nine = (total: number) => Array.from({ length: 9 }, (_, i) => Math.max(0, Math.min(3, total - 3 * i)));
  expect([4, 5, 9, 10, 14, 15, 19, 20].map((n) => phq9.compute({ items: nine(n) }).risk)).toEqual(
    ["minimal", "mild", "mild", "moderate", "moderate", "moderately severe", "moderately severe", "severe"]); // biome-ignore format: a list
  expect(phq9.compute({ items: [0, 0, 0, 0, 0, 0, 0, 0, 1] }).recommendation).toMatch(/suicide/);
  expect([4, 5, 10, 14, 15].map((n) => gad7.compute({ items: nine(n).slice(0, 7) }).risk)).toEqual([
    "minimal",
    "mild",
    "moderate",
    "moderate",
    "severe",
  ]);
  expect(() => phq9.compute({ items: [0, 0, 4, 0, 0, 0, 0, 0, 0] })).toThrow();
  expect(() => gad7.compute({ items: [1] })).toThrow();
});

test("found by name however it is written; every one names its paper", () => {
  expect(findCalculator("curb65")?.name).toBe("CURB-65");
  expect(findCalculator("cha2ds2 vasc")?.name).toBe("CHA2DS2-VASc");
  expect(findCalculator("oracle")).toBeUndefined();
  for (const { source } of calculators) expect(source).toMatch(/(19|20)\d\d/);
});
