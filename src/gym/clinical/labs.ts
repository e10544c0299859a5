/** Lab tests and vital signs with their limits; SI units. Usual adult reference intervals; women's where they differ. */
import { type LabTest as BaseTest, labTests as baseTests } from "../../data/clinical/tables.ts";

export type LabCategory = (typeof labCategories)[number];
export const labCategories = ["chemistry", "haematology", "liver", "cardiac", "inflammation", "coagulation", "endocrine", "gas", "urine", "fluid"] as const; // biome-ignore format: a list

export interface LabTest extends BaseTest {
  category: LabCategory;
  /** Below or above these a result is phoned through. */
  critical?: readonly [low: number, high: number];
}

// biome-ignore format: a table
const known: Readonly<Record<string, Pick<LabTest, "category" | "critical">>> = {
  sodium: { category: "chemistry", critical: [120, 160] }, potassium: { category: "chemistry", critical: [2.5, 6.5] }, chloride: { category: "chemistry" },
  bicarbonate: { category: "chemistry", critical: [10, 40] }, urea: { category: "chemistry", critical: [0, 36] }, calcium: { category: "chemistry", critical: [1.6, 3.5] },
  magnesium: { category: "chemistry", critical: [0.4, 2] }, glucose: { category: "chemistry", critical: [2.5, 25] }, HbA1c: { category: "endocrine" },
  haemoglobin: { category: "haematology", critical: [70, 200] }, platelets: { category: "haematology", critical: [20, 1000] }, "white cells": { category: "haematology", critical: [1, 50] },
  CRP: { category: "inflammation" }, albumin: { category: "liver" }, bilirubin: { category: "liver" }, ALT: { category: "liver" }, TSH: { category: "endocrine" },
  INR: { category: "coagulation", critical: [0, 5] }, troponin: { category: "cardiac", critical: [0, 52] }, lactate: { category: "gas", critical: [0, 4] },
};

const t = (name: string, unit: string, range: readonly [number, number], extremes: readonly [number, number], decimals: number, category: LabCategory, critical?: readonly [number, number]): LabTest =>
  ({ name, unit, range, extremes, decimals, category, ...(critical ? { critical } : {}) }); // biome-ignore format: a row

// biome-ignore format: a table
export const labTests: readonly LabTest[] = [
  ...baseTests.map((test) => ({ ...test, ...known[test.name] })),
  t("creatinine", "umol/L", [45, 104], [30, 900], 0, "chemistry", [0, 500]),
  t("haematocrit", "%", [37, 50], [15, 62], 0, "haematology"),
  t("AST", "U/L", [8, 40], [5, 2500], 0, "liver"),
  t("ALP", "U/L", [30, 130], [20, 900], 0, "liver"),
  t("lipase", "U/L", [10, 60], [5, 4000], 0, "liver"),
  t("amylase", "U/L", [28, 100], [10, 3000], 0, "liver"),
  t("BNP", "ng/L", [0, 100], [0, 4500], 0, "cardiac"),
  t("D-dimer", "ng/mL FEU", [0, 500], [50, 12000], 0, "coagulation"),
  t("ESR", "mm/h", [1, 20], [1, 120], 0, "inflammation"),
  t("procalcitonin", "ng/mL", [0, 0.25], [0, 60], 2, "inflammation"),
  t("free T4", "pmol/L", [10, 22], [2, 75], 1, "endocrine"),
  t("cortisol", "nmol/L", [140, 690], [10, 1500], 0, "endocrine"),
  t("ketones", "mmol/L", [0, 0.6], [0, 9], 1, "chemistry", [0, 3]),
  t("ferritin", "ug/L", [20, 300], [2, 2500], 0, "haematology"),
  t("MCV", "fL", [80, 100], [58, 125], 0, "haematology"),
  t("urate", "umol/L", [200, 430], [90, 800], 0, "chemistry"),
  t("creatine kinase", "U/L", [30, 200], [10, 60000], 0, "chemistry"),
  t("pH", "", [7.35, 7.45], [6.8, 7.7], 2, "gas", [7.2, 7.6]),
  t("pO2", "mmHg", [75, 100], [35, 120], 0, "gas", [50, 500]),
  t("pCO2", "mmHg", [35, 45], [12, 110], 0, "gas", [20, 70]),
  t("hCG", "IU/L", [0, 5], [0, 200000], 0, "endocrine"),
  t("urine leucocytes", "/uL", [0, 10], [0, 500], 0, "urine"),
  t("urine nitrite", "0 or 1", [0, 0], [0, 1], 0, "urine"),
  t("CSF white cells", "/uL", [0, 5], [0, 10000], 0, "fluid"),
  t("CSF glucose", "mmol/L", [2.5, 4.4], [0.2, 5], 1, "fluid"),
  t("CSF protein", "g/L", [0.15, 0.45], [0.1, 8], 2, "fluid"),
];

const byName = new Map(labTests.map((test) => [test.name.toLowerCase(), test]));

export function findLabTest(name: string): LabTest | undefined {
  return byName.get(name.trim().toLowerCase());
}

export type LabFlag = "low" | "normal" | "high" | "critical low" | "critical high";

/** The reference interval counts as normal, both ends. */
export function labFlag({ range: [low, high], critical }: LabTest, value: number): LabFlag {
  if (critical && value < critical[0]) return "critical low";
  if (critical && value > critical[1]) return "critical high";
  return value < low ? "low" : value > high ? "high" : "normal";
}

export interface VitalSign {
  name: "temperature" | "heartRate" | "systolic" | "diastolic" | "respiratoryRate" | "oxygenSaturation";
  unit: string;
  range: readonly [number, number];
}

/** Adults at rest. */
export const vitalSigns: readonly VitalSign[] = [
  { name: "temperature", unit: "degrees C", range: [36, 38] },
  { name: "heartRate", unit: "per minute", range: [51, 100] },
  { name: "systolic", unit: "mmHg", range: [100, 160] },
  { name: "diastolic", unit: "mmHg", range: [50, 95] },
  { name: "respiratoryRate", unit: "per minute", range: [12, 20] },
  { name: "oxygenSaturation", unit: "%", range: [94, 100] },
];
