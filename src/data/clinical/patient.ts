import { MedgymError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import * as tables from "./tables.ts";

export type Split = "train" | "validation" | "test";

export interface Lab {
  test: string;
  value: number;
  unit: string;
  range: readonly [low: number, high: number];
  flag: "low" | "normal" | "high";
}

export interface Patient {
  /** "P" and five digits; the split follows from it alone. */
  id: string;
  name: string;
  sex: "female" | "male";
  /** years */
  age: number;
  weightKg: number;
  heightCm: number;
  complaint: string;
  durationDays: number;
  vitals: {
    /** °C */
    temperature: number;
    /** per minute */
    heartRate: number;
    /** mmHg */
    systolic: number;
    diastolic: number;
    /** per minute */
    respiratoryRate: number;
    /** % */
    oxygenSaturation: number;
  };
  labs: Lab[];
  medications: { name: string; dose: string; route: string; frequency: string }[];
  allergies: { substance: string; reaction: string; severity: string }[];
  conditions: { name: string; icd10: string }[];
  /** creatinine in µmol/L; eGFR in mL/min/1.73 m² */
  renal: { creatinine: number; egfr: number };
}

/** Ids are P10000 … P99999. */
export const patientCount = 90_000;

/** The n-th id of a seed: a permutation, so that no two of a seed are equal. */
export function patientId(seed: number, n: number): string {
  const offset = new Random(seed).split("patient ids").integer(patientCount);
  // 54,323 and 90,000 have no common factor, so the steps visit every id once
  return `P${10_000 + ((n * 54_323 + offset) % patientCount)}`;
}

/** 80/10/10 by the id alone: a patient of the test split is one under every seed, whatever it is asked for. */
export function splitOf(id: string): Split {
  return splitOfTenth(new Random(0).split("split", Number(id.slice(1))).integer(10));
}

/** Of ten equal parts, 0…9. */
export function splitOfTenth(tenth: number): Split {
  return tenth < 8 ? "train" : tenth === 8 ? "validation" : "test";
}

/** `count` distinct patients of a split. */
export function patients(options: { split: Split; count: number; seed: number }): Patient[] {
  const out: Patient[] = [];
  for (let n = 0; n < patientCount && out.length < options.count; n++) {
    const id = patientId(options.seed, n);
    if (splitOf(id) === options.split) out.push(patient(id, options.seed));
  }
  if (out.length < options.count) {
    throw new MedgymError(
      "invalid-argument",
      `clinical: ${options.count} patients of split "${options.split}" asked for, ${out.length} distinct ones exist.`,
    );
  }
  return out;
}

/** The patient of an id: the same for the same id and seed, whoever else is made. */
export function patient(id: string, seed: number): Patient {
  const random = new Random(seed).split("patient", Number(id.slice(1)));
  const sex = random.choice(["female", "male"] as const);
  const age = between(random, 18, 94);
  const illnesses = random.sample(tables.conditions, random.choice([1, 2, 2, 3]));
  const creatinine = Math.round(Math.exp(random.normal(Math.log(98), 0.5)));
  const heightCm = Math.round(random.normal(sex === "female" ? 164 : 177, 7));
  const allergies = random.sample(tables.allergens, random.choice([0, 1, 1, 2])).map((substance) => ({
    substance,
    ...random.choice(tables.reactions),
  }));
  return {
    id,
    name: `${random.choice(tables.givenNames[sex])} ${random.choice(tables.familyNames)}`,
    sex,
    age,
    heightCm,
    weightKg: Math.round(Math.max(17, random.normal(26, 4)) * (heightCm / 100) ** 2),
    complaint: random.choice(illnesses[0].complaints),
    durationDays: between(random, 1, 14),
    vitals: vitals(random),
    labs: random.sample(tables.labTests, between(random, 3, 6)).map((test) => lab(random, test)),
    medications: medications(
      random,
      illnesses,
      allergies.map(({ substance }) => substance),
    ),
    allergies,
    conditions: illnesses.map(({ name, icd10 }) => ({ name, icd10 })),
    renal: { creatinine, egfr: egfr(creatinine, age, sex) },
  };
}

function vitals(random: Random): Patient["vitals"] {
  const systolic = clamp(Math.round(random.normal(132, 20)), 78, 214);
  return {
    temperature: clamp(Math.round(random.normal(37.2, 0.8) * 10) / 10, 34.8, 40.9),
    heartRate: clamp(Math.round(random.normal(84, 17)), 42, 158),
    systolic,
    diastolic: clamp(Math.round(systolic * random.normal(0.6, 0.06)), 40, 120),
    respiratoryRate: clamp(Math.round(random.normal(18, 4)), 9, 38),
    oxygenSaturation: clamp(Math.round(random.normal(95, 3)), 80, 100),
  };
}

function lab(random: Random, test: tables.LabTest): Lab {
  const [low, high] = test.range;
  const flag = random.choice(
    test.extremes[0] < low ? (["low", "normal", "high"] as const) : (["normal", "high"] as const),
  );
  const unit = 10 ** -test.decimals;
  const [from, to] =
    flag === "normal" ? [low, high] : flag === "low" ? [test.extremes[0], low - unit] : [high + unit, test.extremes[1]];
  // whole steps of the last decimal, so that the flag always agrees with the value as written
  const value = Math.round(between(random, Math.round(from / unit), Math.round(to / unit))) * unit;
  return { test: test.name, value: Number(value.toFixed(test.decimals)), unit: test.unit, range: test.range, flag };
}

/** One to three drugs for the illnesses, none that the patient is allergic to. */
function medications(
  random: Random,
  illnesses: readonly tables.ConditionEntry[],
  substances: readonly string[],
): Patient["medications"] {
  const candidates = [...new Set(illnesses.flatMap((illness) => illness.drugs))]
    .map((name) => tables.findDrug(name)!)
    .filter((drug) => !substances.some((substance) => tables.isDrugOrClass(drug, substance)));
  return random
    .sample(candidates, Math.min(candidates.length, between(random, 1, 3)))
    .map((drug) => ({ name: drug.name, ...random.choice(drug.regimens), route: drug.route }));
}

/**
 * CKD-EPI 2021, creatinine in µmol/L, result in mL/min/1.73 m² (Inker et al., NEJM 2021, doi:10.1056/NEJMoa2102953):
 * 142 · min(Scr/κ,1)^α · max(Scr/κ,1)^-1.200 · 0.9938^age · 1.012 [female]; Scr in mg/dL; κ 0.7/0.9, α -0.241/-0.302.
 */
export function egfr(creatinine: number, age: number, sex: "female" | "male"): number {
  const [kappa, alpha, factor] = sex === "female" ? [0.7, -0.241, 1.012] : [0.9, -0.302, 1];
  const ratio = creatinine / 88.42 / kappa;
  return Math.round(142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** age * factor);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** A uniform integer, both ends included. */
export function between(random: Random, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}
