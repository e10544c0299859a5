/** One patient's admissions as a hospital's record has them: invented, seeded, its parts agree. */
import type { Random } from "../../../core/random.ts";
import {
  before, between, drugNamed, findLabTest, generatePatient, type LabResult, labValue, lace, type laceComorbidities, latestLab,
  type Medication, objections, type Patient, type PatientOptions, type Presentation, presentations, type Vitals,
} from "../../clinical/index.ts"; // biome-ignore format: a list
import { type Indicator, icuUnits, indicators, laceNames, procedures, wards } from "./tables.ts";

export interface Order {
  orderId: string;
  drug: string;
  dose: string;
  frequency: string;
  route: string;
  start: string;
  status: "active" | "stopped";
}

export interface DischargeSummary {
  date: string;
  destination: string;
  diagnosis: string;
  medications: { name: string; dose: string; frequency: string }[];
  followUp: string;
}

export interface Admission {
  admissionId: string;
  admitted: string;
  type: "emergency" | "elective";
  ward: string;
  /** Principal. */
  diagnosis: string;
  /** Oldest first. */
  labs: LabResult[];
  /** Absent while the patient is in hospital. */
  discharge?: DischargeSummary;
}

export interface Reading extends Vitals {
  supplementalOxygen: boolean;
  confused: boolean;
}

export interface Current extends Admission {
  icuStays: { unit: string; from: string; days: number }[];
  /** Oldest first. */
  vitals: Reading[];
  orders: Order[];
  procedures: { name: string; date: string; outcome: string }[];
  quality: (Pick<Indicator, "name" | "from" | "limitHours"> & { afterHours: number })[];
}

/** What the record says of the person. */
export type Person = Pick<
  Patient,
  "id" | "name" | "age" | "sex" | "weightKg" | "conditions" | "allergies" | "renal" | "hepatic" | "medications"
>;

export interface HospitalRecord {
  /** `medications`: what is taken now: the active orders. */
  patient: Person;
  today: string;
  admission: Current;
  /** Oldest first. */
  previous: Admission[];
  /** In the six months before the admission. */
  emergencyVisits: number;
}

export interface RecordOptions extends Partial<Omit<PatientOptions, "id" | "seed">> {
  /** Principal diagnosis. @default any */
  presentation?: Presentation;
  /** Days since admission. @default 2–12 */
  days?: number;
  /** @default false: still in hospital */
  discharged?: boolean;
}

/** undefined: this draw does not work out, another is made. */
export function makeRecord(
  random: Random,
  { id, seed }: Pick<PatientOptions, "id" | "seed">,
  {
    presentation = random.choice(presentations),
    days = between(random, 2, 12),
    discharged = false,
    ...more
  }: RecordOptions = {},
): HospitalRecord | undefined {
  const drawn = generatePatient({
    id,
    // each draw another patient
    seed: seed * 4096 + random.integer(4096),
    age: presentation.age,
    ...(presentation.sex ? { sex: presentation.sex } : {}),
    labs: Object.fromEntries(Object.entries(presentation.labs ?? {}).filter(([test]) => test !== "hCG")),
    egfr: presentation.egfr,
    chiefComplaint: presentation.complaint,
    ...(presentation.needs ? { conditions: presentation.needs } : {}),
    ...more,
  });
  const has = (name: string) => drawn.conditions.some((condition) => condition.name === name);
  if (presentation.without?.some(has) || has(presentation.name)) return undefined;
  const { today } = drawn;
  const admitted = before(today, days + (discharged ? 1 : 0));
  const stays = between(random, 2, 3);
  const previous = previousStays(random, drawn, admitted, stays);
  const orders = ordersOf(random, drawn, presentation, admitted);
  const diagnosis = presentation.name;
  const admissionId = admissionIdOf(id, stays + 1);
  const { name, age, sex, weightKg, conditions, allergies, renal, hepatic } = drawn;
  const patient: Person = {
    id, name, age, sex, weightKg, conditions, allergies, renal, ...(hepatic ? { hepatic } : {}), medications: takenNow(orders),
  }; // biome-ignore format: a record
  const admission: Current = {
    admissionId,
    admitted,
    type: random.boolean(0.75) ? "emergency" : "elective",
    ward: random.choice(wards),
    diagnosis,
    labs: labSeries(random, drawn, admitted, days),
    vitals: drawn.vitals.slice(-4).map((reading, i, all) => ({
      ...reading, date: before(today, all.length - 1 - i), supplementalOxygen: false, confused: false,
    })),
    icuStays: icuStays(random, admitted, days),
    orders,
    procedures: random.sample(procedures, 3).map((done, i) => ({
      name: done.name, date: before(today, Math.max(0, days - i)), outcome: "no complication",
    })),
    quality: indicators
      .filter(({ from }) => from === "admission" || discharged)
      .map(({ name: what, from, limitHours }) => ({ name: what, from, limitHours, afterHours: between(random, 1, limitHours - 1) })),
    ...(discharged ? { discharge: dischargeOf(random, before(today, 1), diagnosis, takenNow(orders)) } : {}),
  }; // biome-ignore format: a record
  return { patient, today, admission, previous, emergencyVisits: between(random, 0, 5) };
}

export const admissionIdOf = (id: string, n: number) => `A${id.slice(1)}-${n}`;

export function takenNow(orders: readonly Order[]): Medication[] {
  return orders
    .filter(({ status }) => status === "active")
    .map(({ drug, dose, frequency, route, start }) => ({ name: drug, dose, frequency, route, start }));
}

export function newOrder(
  orders: readonly Order[],
  name: string,
  start: string,
  regimen = drugNamed(name).regimens[0],
): Order {
  const { dose, frequency } = regimen;
  const orderId = `R${orders.length + 1}`;
  return { orderId, drug: name, dose, frequency, route: drugNamed(name).route, start, status: "active" };
}

/** What is taken at home goes on; the first drug of the guideline that suits is added. */
function ordersOf(random: Random, patient: Patient, { treatment = [] }: Presentation, admitted: string): Order[] {
  const orders: Order[] = [];
  for (const { name, dose, frequency } of patient.medications) {
    orders.push(newOrder(orders, name, admitted, { dose, frequency }));
  }
  const fits = (treatment[0]?.drugs ?? []).filter((name) => {
    const drug = drugNamed(name);
    const known = patient.medications.some((taken) => drugNamed(taken.name).class === drug.class);
    // the usual dose must suit the kidney as well
    return (
      !known && objections(drug, patient).length === 0 && !drug.renal?.some(({ from }) => patient.renal.egfr < from)
    );
  });
  if (fits.length > 0) orders.push(newOrder(orders, random.choice(fits.slice(0, 1)), admitted));
  return orders;
}

export function dischargeOf(
  random: Random,
  date: string,
  diagnosis: string,
  taken: readonly Medication[],
): DischargeSummary {
  return {
    date,
    destination: random.choice(["home", "home with nursing", "rehabilitation"]),
    diagnosis,
    medications: taken.map(({ name, dose, frequency }) => ({ name, dose, frequency })),
    followUp: `${random.choice(["general practice", "outpatient clinic"])} in ${between(random, 1, 6)} weeks`,
  };
}

const summarised = ["sodium", "potassium", "creatinine", "haemoglobin", "CRP"];

/** Earlier admissions, each with a few results. */
function previousStays(random: Random, patient: Patient, admitted: string, count: number): Admission[] {
  const back = Array.from({ length: count }, () => between(random, 150, 300));
  return back.map((_, i) => {
    const ago = back.slice(i).reduce((sum, days) => sum + days, 0);
    const start = before(admitted, ago);
    const { name } = random.choice(presentations.filter(({ sex }) => !sex || sex === patient.sex));
    const days = between(random, 2, 9);
    const labs = summarised.map((test) => {
      const latest = latestLab(patient, test)?.value ?? 5;
      return labValue(findLabTest(test)!, latest * (0.9 + 0.2 * random.uniform()), start);
    });
    const end = before(start, -days);
    return {
      admissionId: admissionIdOf(patient.id, i + 1),
      admitted: start,
      type: random.boolean(0.7) ? ("emergency" as const) : ("elective" as const),
      ward: random.choice(wards),
      diagnosis: name,
      labs,
      discharge: dischargeOf(random, end, name, patient.medications),
    };
  });
}

/** Every day from admission on, around the values of the patient; creatinine stays what the doses go by. */
function labSeries(random: Random, patient: Patient, admitted: string, days: number): LabResult[] {
  const names = [...new Set(patient.labs.map(({ test }) => test))];
  const count = Math.min(days, 6);
  return Array.from({ length: count }, (_, day) =>
    names.map((name) => {
      const { value } = latestLab(patient, name)!;
      const wobble = name === "creatinine" ? 1 : 0.985 + 0.03 * random.uniform();
      return labValue(findLabTest(name)!, value * wobble, before(admitted, -day));
    }),
  ).flat();
}

function icuStays(random: Random, admitted: string, days: number): Current["icuStays"] {
  if (days < 4 || random.boolean(0.6)) return [];
  return [{ unit: random.choice(icuUnits), from: admitted, days: between(random, 1, 2) }];
}

type Comorbidity = keyof typeof laceComorbidities;

/** LACE's comorbidities: Charlson calls kidney disease severe from a creatinine of 3 mg/dL or a transplant on, cirrhosis from portal hypertension on. */
export function comorbiditiesOf({ conditions, renal, hepatic }: Person): Comorbidity[] {
  const found = conditions.flatMap(({ name }): Comorbidity[] => {
    if (name in laceNames) return [laceNames[name as keyof typeof laceNames]];
    if (name === "kidney transplant") return ["moderate or severe liver or renal disease"];
    if (name === "chronic kidney disease")
      return [renal.creatinine > 265 ? "moderate or severe liver or renal disease" : "mild liver or renal disease"];
    if (name === "cirrhosis")
      return [
        hepatic && hepatic.ascites !== "none"
          ? "moderate or severe liver or renal disease"
          : "mild liver or renal disease",
      ];
    return [];
  });
  return [...new Set(found)];
}

/** In whole days. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export function laceOf({ patient, admission, emergencyVisits, today }: HospitalRecord) {
  return lace.compute({
    lengthOfStayDays: daysBetween(admission.admitted, admission.discharge?.date ?? today),
    acuteAdmission: admission.type === "emergency",
    comorbidities: comorbiditiesOf(patient),
    emergencyVisits,
  });
}
