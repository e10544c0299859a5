/** Long-standing conditions: code, usual drugs, and what they do to results. WHO ICD-10; drugs as in the guidelines named. */
import { conditions as baseConditions } from "../../data/clinical/tables.ts";
import type { VitalSign } from "./labs.ts";

export type Ranges<Name extends string = string> = Partial<Record<Name, readonly [low: number, high: number]>>;

export interface Condition {
  name: string;
  /** WHO ICD-10 */
  icd10: string;
  complaints: readonly string[];
  /** Drugs that a patient with it is likely to take. */
  drugs: readonly string[];
  /** From this age on. */
  fromAge: number;
  sex?: "female" | "male";
  /** Results under it, where they leave the normal: by test. */
  labs?: Ranges;
  vitals?: Ranges<VitalSign["name"]>;
}

type Extra = Pick<Condition, "fromAge" | "labs" | "vitals" | "sex">;

// biome-ignore format: a table
/** The long-standing ones of `data/clinical`; its acute ones are presentations here. */
const extras: Readonly<Record<string, Extra>> = {
  hypertension: { fromAge: 35, vitals: { systolic: [132, 164], diastolic: [78, 98] } },
  "type 2 diabetes": { fromAge: 35, labs: { glucose: [7.9, 14.5], HbA1c: [49, 82] } },
  "atrial fibrillation": { fromAge: 55, vitals: { heartRate: [68, 108] } },
  "heart failure": { fromAge: 55, labs: { BNP: [180, 1400] } },
  angina: { fromAge: 50 }, stroke: { fromAge: 55 }, "high cholesterol": { fromAge: 35 }, asthma: { fromAge: 18 },
  COPD: { fromAge: 50, vitals: { oxygenSaturation: [90, 94] } },
  hypothyroidism: { fromAge: 25, labs: { TSH: [0.8, 6.5] } },
  gout: { fromAge: 40, labs: { urate: [440, 620] } },
  osteoarthritis: { fromAge: 50 }, "rheumatoid arthritis": { fromAge: 35, labs: { CRP: [6, 28], ESR: [22, 48] } }, "low back pain": { fromAge: 25 },
  epilepsy: { fromAge: 18 }, migraine: { fromAge: 18 }, polyneuropathy: { fromAge: 45 }, depression: { fromAge: 18 }, "bipolar disorder": { fromAge: 20 },
  "reflux disease": { fromAge: 25 }, "erectile dysfunction": { fromAge: 45, sex: "male" },
  "iron deficiency anaemia": { fromAge: 18, labs: { haemoglobin: [84, 112], haematocrit: [26, 34], MCV: [66, 78], ferritin: [3, 14] } },
};

const c = (name: string, icd10: string, fromAge: number, complaints: readonly string[], drugs: readonly string[], more: Partial<Condition> = {}): Condition =>
  ({ name, icd10, fromAge, complaints, drugs, ...more }); // biome-ignore format: a row

// biome-ignore format: a table
export const conditions: readonly Condition[] = [
  ...baseConditions.filter(({ name }) => name in extras).map((base) => ({ ...base, ...extras[base.name] })),
  c("chronic kidney disease", "N18.9", 45, ["tiredness", "swollen legs"], ["furosemide", "losartan", "amlodipine", "atorvastatin"], { labs: { haemoglobin: [98, 124], haematocrit: [30, 37] } }),
  c("cirrhosis", "K74.6", 40, ["swollen belly", "tiredness"], ["spironolactone", "furosemide"], { labs: { platelets: [58, 140], ALT: [38, 92], AST: [45, 120] } }),
  c("peptic ulcer disease", "K27.9", 30, ["stomach pain"], ["omeprazole", "pantoprazole"]),
  c("Parkinson disease", "G20", 60, ["tremor", "falls"], []),
  c("osteoporosis", "M81.9", 60, ["back pain", "check-up"], []),
  c("schizophrenia", "F20.9", 20, ["voices", "check-up"], ["olanzapine", "quetiapine", "haloperidol"]),
  c("anxiety disorder", "F41.9", 18, ["worry", "poor sleep"], ["sertraline", "venlafaxine", "lorazepam"]),
  c("type 1 diabetes", "E10.9", 18, ["thirst", "check-up"], ["insulin glargine"], { labs: { glucose: [6.2, 15], HbA1c: [50, 78] } }),
  c("kidney transplant", "Z94.0", 25, ["check-up"], ["tacrolimus", "ciclosporin", "azathioprine", "prednisolone"]),
  c("ulcerative colitis", "K51.9", 20, ["loose stools", "check-up"], ["azathioprine", "prednisolone"]),
  c("psoriasis", "L40.9", 20, ["rash"], ["methotrexate"]),
  c("myasthenia gravis", "G70.0", 25, ["double vision", "weakness"], ["prednisolone", "azathioprine"]),
  c("G6PD deficiency", "D55.0", 18, ["check-up"], []),
  c("long QT syndrome", "I45.8", 18, ["palpitations"], ["bisoprolol"]),
  c("old myocardial infarction", "I25.2", 50, ["check-up"], ["aspirin", "bisoprolol", "atorvastatin", "ramipril"]),
  c("peripheral artery disease", "I73.9", 55, ["leg pain on walking"], ["clopidogrel", "atorvastatin"]),
  c("mechanical heart valve", "Z95.2", 40, ["check-up"], ["warfarin"]),
];

const byName = new Map(conditions.map((condition) => [condition.name.toLowerCase(), condition]));

export function findCondition(name: string): Condition | undefined {
  return byName.get(name.trim().toLowerCase());
}
