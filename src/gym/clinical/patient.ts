import { Random } from "../../core/random.ts";
import {
  between,
  egfr,
  patientCount,
  patientId,
  type Split,
  splitOf,
  splitOfTenth,
} from "../../data/clinical/patient.ts";
import { familyNames, givenNames } from "../../data/clinical/tables.ts";
import { type Allergy, allergens, allergyConflict, reactions } from "./allergies.ts";
import { type Condition, conditions, findCondition, type Ranges } from "./conditions.ts";
import { type Drug, drugNamed, findDrug, hepaticAdvice, renalAdvice } from "./drugs.ts";
import { findInteraction, rank } from "./interactions.ts";
import { findLabTest, type LabFlag, type LabTest, labFlag, labTests, type VitalSign, vitalSigns } from "./labs.ts";
import { type ChildPughClass, childPugh, childPughClass, cockcroftGault } from "./scores/index.ts";

export { between, patientCount, patientId, type Split, splitOf, splitOfTenth };

/** Dates are ISO days. */
export interface Medication {
  name: string;
  dose: string;
  frequency: string;
  route: string;
  start: string;
  /** Only if it was stopped. */
  end?: string;
}

export interface Diagnosis {
  name: string;
  icd10: string;
  status: "active" | "resolved";
  since: string;
}

/** temperature °C, rates per minute, pressures mmHg, saturation % */
export type Vitals = { date: string } & Record<VitalSign["name"], number>;

export interface LabResult {
  test: string;
  value: number;
  unit: string;
  range: readonly [low: number, high: number];
  flag: LabFlag;
  date: string;
}

export interface Note {
  date: string;
  author: string;
  type: string;
  text: string;
}

/** An invented patient whose parts agree with each other. */
export interface Patient {
  /** "P" and five digits; the split follows from it alone. */
  id: string;
  name: string;
  sex: "female" | "male";
  age: number;
  weightKg: number;
  heightCm: number;
  chiefComplaint: string;
  allergies: Allergy[];
  medications: Medication[];
  conditions: Diagnosis[];
  /** Oldest first; the last is today's. */
  vitals: Vitals[];
  /** Oldest first. */
  labs: LabResult[];
  notes: Note[];
  immunizations: { vaccine: string; date: string }[];
  social: { smoking: "never" | "former" | "current"; alcohol: "none" | "moderate" | "heavy" };
  /** creatinine µmol/L, eGFR mL/min/1.73 m², clearance by Cockcroft-Gault mL/min */
  renal: { creatinine: number; egfr: number; creatinineClearance: number };
  /** Only with cirrhosis. */
  hepatic?: { childPugh: ChildPughClass; score: number; ascites: "none" | "mild" | "moderate" };
  pregnancy?: { weeks: number };
  /** The day of the encounter. */
  today: string;
}

export interface PatientOptions {
  id: string;
  seed: number;
  /** Long-standing ones by name. @default one to three that fit age and sex */
  conditions?: readonly string[];
  /** @default none to two, drawn */
  allergies?: readonly Allergy[];
  /** Drugs by name, at their usual first regimen. @default drawn from the conditions, fitting the patient */
  medications?: readonly string[];
  sex?: "female" | "male";
  /** Both ends included. @default [18, 92], raised to what the conditions need */
  age?: readonly [number, number];
  /** Gestational age; makes her a woman of 18 to 44. */
  pregnantWeeks?: number;
  /** mL/min/1.73 m². @default 62-112, or 12-55 with chronic kidney disease */
  egfr?: readonly [number, number];
  childPugh?: ChildPughClass;
  /** Today's, where they leave the usual: by name. */
  vitals?: Ranges<VitalSign["name"]>;
  /** Today's, where they leave the usual: by test. Tests that are named here are always there. */
  labs?: Ranges;
  chiefComplaint?: string;
}

/** The same patient for the same options, whoever else is made. */
export function generatePatient(options: PatientOptions): Patient {
  const { id, seed } = options;
  const random = new Random(seed).split("gym patient", Number(id.slice(1)));
  const named = options.conditions?.map(conditionNamed);
  const pregnant = options.pregnantWeeks !== undefined;
  const sex = pregnant
    ? "female"
    : (options.sex ?? named?.find(({ sex: only }) => only)?.sex ?? random.choice(["female", "male"] as const));
  const [youngest, oldest] = options.age ?? (pregnant ? [18, 44] : [18, 92]);
  const age = Math.max(between(random, youngest, oldest), ...(named ?? []).map(({ fromAge }) => fromAge));
  const illnesses = named ?? drawConditions(random, sex, age);
  const heightCm = Math.round(random.normal(sex === "female" ? 164 : 177, 7));
  const weightKg = Math.round(Math.max(18, random.normal(26.5, 4)) * (heightCm / 100) ** 2);
  const today = day(2026, between(random, 0, 364));
  const has = (name: string) => illnesses.some((illness) => illness.name === name);

  const target =
    options.egfr ?? (has("chronic kidney disease") ? [12, 55] : [62, Math.max(64, Math.min(112, 140 - age))]);
  const creatinine = creatinineFor(random.uniform() * (target[1] - target[0]) + target[0], age, sex);
  const renal = {
    creatinine,
    egfr: egfr(creatinine, age, sex),
    creatinineClearance: cockcroftGault.compute({ creatinine, age, sex, weightKg }).score,
  };
  const liver = has("cirrhosis") ? drawLiver(random, options.childPugh) : undefined;
  const allergies = [...(options.allergies ?? drawAllergies(random))];
  const fit = { renal, allergies, illnesses, pregnant, childPugh: liver?.hepatic.childPugh };
  const medications = (options.medications ?? drawDrugs(random, fit)).map((name) =>
    prescribed(random, drugNamed(name), renal.egfr, today),
  );
  const labRanges: Ranges = {
    ...Object.assign({}, ...illnesses.map(({ labs }) => labs)),
    ...liver?.labs,
    creatinine: [creatinine, creatinine],
    ...options.labs,
  };
  const vitalRanges = { ...Object.assign({}, ...illnesses.map((illness) => illness.vitals)), ...options.vitals };
  return {
    id,
    name: `${random.choice(givenNames[sex])} ${random.choice(familyNames)}`,
    sex,
    age,
    weightKg,
    heightCm,
    chiefComplaint: options.chiefComplaint ?? random.choice(illnesses[0]?.complaints ?? ["check-up"]),
    allergies,
    medications,
    conditions: illnesses.map(({ name, icd10 }) => ({
      name,
      icd10,
      status: "active" as const,
      since: before(today, between(random, 200, 4000)),
    })),
    vitals: vitalSeries(random, today, vitalRanges, Object.assign({}, ...illnesses.map((illness) => illness.vitals))),
    labs: drawLabs(random, today, labRanges, Object.keys(options.labs ?? {})),
    notes: [],
    immunizations: drawImmunizations(random, age, today),
    social: {
      smoking: has("COPD")
        ? random.choice(["former", "current"] as const)
        : random.choice(["never", "never", "former", "current"] as const),
      alcohol: has("cirrhosis")
        ? random.choice(["none", "heavy"] as const)
        : random.choice(["none", "moderate", "moderate"] as const),
    },
    renal,
    ...(liver ? { hepatic: liver.hepatic } : {}),
    ...(pregnant ? { pregnancy: { weeks: options.pregnantWeeks! } } : {}),
    today,
  };
}

/** Why a drug must not be given to the patient, or undefined: allergy, contraindication, kidney, liver, pregnancy. Interactions are apart. */
export function unfit(
  drug: Drug,
  patient: Pick<Patient, "allergies" | "conditions" | "renal" | "hepatic" | "pregnancy">,
): string | undefined {
  const allergy = allergyConflict(drug, patient.allergies);
  if (allergy) return `allergy to ${allergy.allergy.allergen}`;
  const condition = patient.conditions.find(
    ({ name, status }) => status === "active" && drug.contraindications.includes(name),
  );
  if (condition) return `contraindicated in ${condition.name}`;
  if (patient.pregnancy && drug.pregnancy.safety === "avoid") return "pregnancy";
  if (renalAdvice(drug, patient.renal.egfr).advice === "avoid") return `eGFR ${patient.renal.egfr}`;
  if (patient.hepatic && hepaticAdvice(drug, patient.hepatic.childPugh) === "avoid")
    return `Child-Pugh ${patient.hepatic.childPugh}`;
  return undefined;
}

/** A result of a test: a value within the range, in whole steps of its last decimal, with its flag. */
export function labResult(
  random: Random,
  test: LabTest,
  [low, high]: readonly [number, number],
  date: string,
): LabResult {
  const unit = 10 ** -test.decimals;
  const steps = between(random, Math.round(low / unit), Math.max(Math.round(low / unit), Math.round(high / unit)));
  return labValue(test, steps * unit, date);
}

export function labValue(test: LabTest, value: number, date: string): LabResult {
  const rounded = Number(value.toFixed(test.decimals));
  return { test: test.name, value: rounded, unit: test.unit, range: test.range, flag: labFlag(test, rounded), date };
}

/** `count` days earlier. */
export function before(date: string, count: number): string {
  let at = dayNumbers.get(date);
  if (at === undefined) {
    at = Date.parse(`${date}T00:00:00Z`) / 86_400_000;
    dayNumbers.set(date, at);
  }
  let found = dates.get(at - count);
  if (found === undefined) {
    found = new Date((at - count) * 86_400_000).toISOString().slice(0, 10);
    dates.set(at - count, found);
  }
  return found;
}
/** Days since 1970 by date, and back: records name the same few thousand days again and again. */
const dayNumbers = new Map<string, number>();
const dates = new Map<number, string>();

function day(year: number, ofYear: number): string {
  return new Date(Date.UTC(year, 0, 1 + ofYear)).toISOString().slice(0, 10);
}

function conditionNamed(name: string): Condition {
  const found = findCondition(name);
  if (!found) throw new RangeError(`no condition ${name} in the tables`);
  return found;
}

const exclusive: readonly (readonly [string, string])[] = [["type 1 diabetes", "type 2 diabetes"], ["asthma", "COPD"]]; // biome-ignore format: pairs

function drawConditions(random: Random, sex: Patient["sex"], age: number): Condition[] {
  const possible = conditions.filter((condition) => condition.fromAge <= age && (condition.sex ?? sex) === sex);
  const drawn = random.sample(possible, random.choice([1, 2, 2, 3]));
  return drawn.filter(
    (one, i) =>
      !exclusive.some(
        (pair) =>
          pair.includes(one.name) && drawn.slice(0, i).some(({ name }) => name !== one.name && pair.includes(name)),
      ),
  );
}

function drawAllergies(random: Random): Allergy[] {
  return random
    .sample(allergens, random.choice([0, 1, 1, 2]))
    .map((allergen) => ({ allergen, ...random.choice(reactions) }));
}

/** The inverse of CKD-EPI 2021, to whole µmol/L. */
export function creatinineFor(target: number, age: number, sex: Patient["sex"]): number {
  const [kappa, alpha, factor] = sex === "female" ? [0.7, -0.241, 1.012] : [0.9, -0.302, 1];
  const relative = target / (142 * 0.9938 ** age * factor);
  const ratio = relative <= 1 ? relative ** (-1 / 1.2) : relative ** (1 / alpha);
  return Math.max(20, Math.round(ratio * kappa * 88.42));
}

/** Items of Child-Pugh for a class, and the results that go with them. */
// biome-ignore format: a table
const liverItems = {
  A: { bilirubin: [14, 30], albumin: [36, 42], INR: [1.0, 1.4], ascites: "none" },
  B: { bilirubin: [34, 48], albumin: [29, 34], INR: [1.4, 1.6], ascites: "mild" },
  C: { bilirubin: [60, 160], albumin: [19, 27], INR: [1.8, 2.2], ascites: "moderate" },
} as const;

function drawLiver(random: Random, wanted?: ChildPughClass) {
  const { ascites, ...ranges } = liverItems[wanted ?? random.choice(["A", "B", "C"] as const)];
  const bilirubin = between(random, ranges.bilirubin[0], ranges.bilirubin[1]);
  const albumin = between(random, ranges.albumin[0], ranges.albumin[1]);
  const inr = between(random, ranges.INR[0] * 10, ranges.INR[1] * 10) / 10;
  const { score } = childPugh.compute({ bilirubin, albumin, inr, ascites, encephalopathy: "none" });
  const labs: Ranges = { bilirubin: [bilirubin, bilirubin], albumin: [albumin, albumin], INR: [inr, inr] };
  return { hepatic: { childPugh: childPughClass(score), score, ascites }, labs };
}

interface Fit {
  renal: Patient["renal"];
  allergies: Allergy[];
  illnesses: readonly Condition[];
  pregnant: boolean;
  childPugh?: ChildPughClass;
}

/** Up to two drugs for each illness, that suit the patient and each other: no major interaction, no class twice. */
function drawDrugs(random: Random, { renal, allergies, illnesses, pregnant, childPugh: liverClass }: Fit): string[] {
  const patient = {
    allergies,
    renal,
    conditions: illnesses.map(({ name, icd10 }) => ({ name, icd10, status: "active" as const, since: "" })),
    ...(pregnant ? { pregnancy: { weeks: 20 } } : {}),
    ...(liverClass ? { hepatic: { childPugh: liverClass, score: 0, ascites: "none" as const } } : {}),
  };
  const taken: Drug[] = [];
  for (const illness of illnesses) {
    const wanted = random.choice([1, 1, 2]);
    let added = 0;
    for (const i of random.permutation(illness.drugs.length)) {
      const drug = findDrug(illness.drugs[i]);
      if (added === wanted || !drug || unfit(drug, patient)) continue;
      const clash = taken.some((other) => {
        const interaction = findInteraction(drug, other);
        return other.class === drug.class || (interaction && rank(interaction.severity) >= 2);
      });
      if (clash) continue;
      taken.push(drug);
      added++;
    }
  }
  return taken.map(({ name }) => name);
}

function prescribed(random: Random, drug: Drug, gfr: number, today: string): Medication {
  const advice = renalAdvice(drug, gfr);
  const regimen = advice.advice === "give" ? advice : random.choice(drug.regimens);
  const start = before(today, between(random, 30, 1500));
  return { name: drug.name, dose: regimen.dose, frequency: regimen.frequency, route: drug.route, start };
}

/** Healthy adults at rest, as drawn. */
// biome-ignore format: a table
const calm: Record<VitalSign["name"], readonly [number, number]> = {
  temperature: [36.3, 37.2], heartRate: [58, 88], systolic: [108, 134], diastolic: [62, 82], respiratoryRate: [12, 18], oxygenSaturation: [96, 99],
};

/** Three to five earlier readings under the chronic ranges, then today's. */
function vitalSeries(random: Random, today: string, now: Ranges, usual: Ranges): Vitals[] {
  const readings = between(random, 3, 5);
  const dates = Array.from({ length: readings }, (_, i) => before(today, (readings - i) * between(random, 25, 60)));
  return [...dates.sort().map((date) => reading(random, date, usual)), reading(random, today, now)];
}

function reading(random: Random, date: string, ranges: Ranges): Vitals {
  const values = vitalSigns.map(({ name }) => {
    const [low, high] = ranges[name] ?? calm[name];
    const decimals = name === "temperature" ? 10 : 1;
    return [name, between(random, Math.round(low * decimals), Math.round(high * decimals)) / decimals];
  });
  const { systolic, diastolic, ...rest } = Object.fromEntries(values) as Omit<Vitals, "date">;
  return { date, ...rest, systolic, diastolic: Math.min(diastolic, systolic - 20) };
}

const routine = [
  "sodium",
  "potassium",
  "urea",
  "creatinine",
  "glucose",
  "haemoglobin",
  "white cells",
  "platelets",
  "CRP",
  "ALT",
];

/** One earlier routine panel, and today's: routine, what the conditions change, and what was asked for. */
function drawLabs(random: Random, today: string, ranges: Ranges, asked: readonly string[]): LabResult[] {
  const tests = labTests.filter(({ name }) => routine.includes(name) || name in ranges || asked.includes(name));
  const earlier = before(today, between(random, 60, 200));
  const panel = (date: string, names: readonly LabTest[], usual: boolean) =>
    names.map((test) =>
      labResult(
        random,
        test,
        (usual && !asked.includes(test.name) ? ranges[test.name] : usual ? undefined : ranges[test.name]) ??
          inner(test),
        date,
      ),
    );
  const past = tests.filter(({ name }) => routine.includes(name) || !asked.includes(name));
  return [...panel(earlier, past, true), ...panel(today, tests, false)];
}

/** Well inside the reference interval. */
function inner({ range: [low, high], name }: LabTest): readonly [number, number] {
  if (name === "creatinine") return [60, 95];
  const margin = (high - low) * 0.15;
  return [low + margin, high - margin];
}

function drawImmunizations(random: Random, age: number, today: string): Patient["immunizations"] {
  const tetanus = { vaccine: "tetanus, diphtheria", date: before(today, between(random, 300, 3400)) };
  const influenza = random.boolean(age >= 60 ? 0.7 : 0.25)
    ? [{ vaccine: "influenza", date: before(today, between(random, 40, 300)) }]
    : [];
  const pneumococcus =
    age >= 60 && random.boolean(0.5)
      ? [{ vaccine: "pneumococcal", date: before(today, between(random, 200, 1800)) }]
      : [];
  return [tetanus, ...influenza, ...pneumococcus];
}

/** The latest result of a test. */
export function latestLab(patient: Pick<Patient, "labs">, test: string): LabResult | undefined {
  const name = findLabTest(test)?.name;
  return patient.labs.findLast((lab) => lab.test === name);
}
