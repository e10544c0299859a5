/** A patient with an acute illness: record, notes, results to come, and what should be done. */
import { Random } from "../../../core/random.ts";
import {
  type Allergy,
  allergens,
  allergyConflict,
  before,
  between,
  drugNamed,
  findCondition,
  findLabTest,
  generatePatient,
  type LabResult,
  labResult,
  latestLab,
  type Note,
  objections,
  type Patient,
  type Presentation,
  presentations,
  reactions,
  type Tier,
} from "../../clinical/index.ts";
import { type Observed, scoreOf } from "./score-call.ts";

/** A result in words: imaging, cultures, punctures. */
export interface Finding {
  test: string;
  result: string;
  date: string;
}

export interface Case {
  patient: Patient;
  /** Name of the diagnosis. */
  presentation: string;
  /** What tests show that are not done yet, by name. */
  results: Record<string, LabResult | Finding>;
}

/** What a good doctor does; for criteria and difficulty. */
export interface Solution {
  observed: Observed;
  score?: number;
  /** First in order that suits. */
  drug?: string;
  /** Preferred ones that do not suit. */
  rejected: string[];
  /** Misleading symptom or result in the record. */
  misleading: boolean;
}

const comorbidities = [
  "hypertension", "type 2 diabetes", "high cholesterol", "osteoarthritis", "depression", "reflux disease", "hypothyroidism", "asthma", "COPD",
  "chronic kidney disease", "atrial fibrillation", "heart failure", "epilepsy", "gout", "migraine", "rheumatoid arthritis", "angina",
  "old myocardial infarction", "peptic ulcer disease", "anxiety disorder", "low back pain", "peripheral artery disease", "bipolar disorder", "stroke",
]; // biome-ignore format: a list

/** Pairs that are told apart in the record, not together in it. */
const exclusive = [["asthma", "COPD"], ["type 1 diabetes", "type 2 diabetes"]]; // biome-ignore format: pairs

/** True, and beside the point. */
const asides = [
  "A cousin had a stroke at 60", "Came back from a holiday by the sea last month", "Sleeps badly since a change of work", "A neighbour had a bad cold",
  "Has a new dog at home", "Worries about a mole on the back, unchanged for years", "Had the wisdom teeth out as a student", "Walks to work every day",
]; // biome-ignore format: a list

/** Slightly off, and beside the point. */
const incidental = {
  TSH: [4.3, 5.9],
  sodium: [131, 134],
  platelets: [130, 146],
  ALT: [48, 70],
  haemoglobin: [114, 122],
} as const;

/** undefined: this draw does not work out (no drug suits); another is made. */
export function makeCase(
  presentation: Presentation,
  id: string,
  seed: number,
  attempt: number,
): { case: Case; solution: Solution } | undefined {
  const random = new Random(seed).split(`clinical-diagnosis ${id}`, attempt);
  const age = between(random, ...presentation.age);
  const sex = presentation.sex ?? random.choice(["female", "male"] as const);
  const known = drawComorbidities(random, presentation, age);
  const kidney = known.includes("chronic kidney disease") ? ([18, 55] as const) : undefined;
  const stray = random.boolean(0.4) ? random.choice(Object.keys(incidental) as (keyof typeof incidental)[]) : undefined;
  const odd = stray && !presentation.labs?.[stray] && presentation.confirm.test !== stray ? stray : undefined;
  const labs = { ...(odd ? { [odd]: incidental[odd] } : {}), ...presentation.labs };
  if (sex === "male") delete labs.hCG;
  const patient = generatePatient({
    id,
    seed,
    sex,
    age: [age, age],
    conditions: known,
    allergies: drawAllergies(random, presentation),
    chiefComplaint: presentation.complaint,
    vitals: presentation.vitals,
    labs,
    egfr: presentation.egfr ?? kidney,
    ...(known.includes("cirrhosis") ? { childPugh: random.choice(["B", "C"] as const) } : {}),
  });
  // what will be given is not taken yet
  const given = (presentation.treatment ?? []).flatMap(({ drugs }) => drugs);
  patient.medications = patient.medications.filter(({ name }) => !given.includes(name));
  // what proves it is found only by asking for it
  const { test } = presentation.confirm;
  patient.labs = patient.labs.filter((lab) => lab.test !== test);
  const items = Object.entries(presentation.items ?? {}).filter(([, { share }]) => random.boolean(share));
  const lure = random.boolean(0.35)
    ? random.choice(presentations.filter(({ complaint }) => complaint !== presentation.complaint))
    : undefined;
  patient.notes = notesOf(
    random,
    presentation,
    patient,
    items.map(([, { says }]) => says),
    lure,
  );
  const observed = observe(
    patient,
    items.map(([name]) => name),
  );
  const score = presentation.score ? scoreOf(presentation.score, observed) : undefined;
  const choice = choose(presentation, patient, score);
  if (!choice) return undefined;
  const solution = {
    observed,
    ...choice,
    ...(score === undefined ? {} : { score }),
    misleading: odd !== undefined || lure !== undefined,
  };
  return {
    case: { patient, presentation: presentation.name, results: { [test]: resultOf(random, presentation, patient) } },
    solution,
  };
}

function drawComorbidities(random: Random, { needs = [], without = [], name }: Presentation, age: number): string[] {
  const possible = comorbidities.filter(
    (one) => !needs.includes(one) && !without.includes(one) && one !== name && findCondition(one)!.fromAge <= age,
  );
  const drawn = [
    ...needs,
    ...random.sample(possible, random.choice([0, 1, 1, 2, 2, 3].filter((count) => count <= possible.length))),
  ];
  return drawn.filter(
    (one, i) =>
      !exclusive.some((pair) => pair.includes(one) && drawn.slice(0, i).some((other) => pair.includes(other))),
  );
}

/** More often than not an allergy that bears on the first choice. */
function drawAllergies(random: Random, { treatment }: Presentation): Allergy[] {
  const first = treatment?.[0].drugs[0];
  const reaction = random.choice(reactions);
  const bearing = first
    ? allergens.filter((allergen) => allergyConflict(drugNamed(first), [{ allergen, ...reaction }]))
    : [];
  const main = bearing.length > 0 && random.boolean(0.5) ? [{ allergen: random.choice(bearing), ...reaction }] : [];
  const others = random.sample(
    allergens.filter((name) => name !== main[0]?.allergen),
    random.choice([0, 1, 1, 2]) ? 1 : 0,
  );
  return [...main, ...others.map((allergen) => ({ allergen, ...random.choice(reactions) }))];
}

/** The tier of a score, the drugs in order. */
export function tierOf(tiers: readonly Tier[], score = 0): Tier | undefined {
  return tiers.findLast(({ from = 0 }) => score >= from);
}

function choose(
  { treatment }: Presentation,
  patient: Patient,
  score?: number,
): Pick<Solution, "drug" | "rejected"> | undefined {
  if (!treatment) return { rejected: [] };
  const names = tierOf(treatment, score)?.drugs ?? [];
  const drug = names.find((name) => objections(drugNamed(name), patient).length === 0);
  return drug === undefined ? undefined : { drug, rejected: names.slice(0, names.indexOf(drug)) };
}

export function observe(patient: Patient, items: readonly string[]): Observed {
  const { age, sex, weightKg, heightCm, conditions } = patient;
  const { date: _, ...vitals } = patient.vitals.at(-1)!;
  const names = [...new Set(patient.labs.map(({ test }) => test))];
  const labs = Object.fromEntries(names.map((name) => [name, latestLab(patient, name)!.value]));
  return { age, sex, weightKg, heightCm, vitals, labs, conditions: conditions.map(({ name }) => name), items };
}

function resultOf(
  random: Random,
  { confirm: { test, result } }: Presentation,
  { today }: Patient,
): LabResult | Finding {
  if (typeof result === "string") return { test, result, date: today };
  return labResult(random, findLabTest(test)!, result, today);
}

const doctors = ["Dr Amsel", "Dr Brandt", "Dr Castro", "Dr Dimov", "nurse Ekwueme", "nurse Falk"];

function notesOf(
  random: Random,
  presentation: Presentation,
  patient: Patient,
  says: readonly string[],
  lure?: Presentation,
): Note[] {
  const { complaint, days, symptoms, signs } = presentation;
  const { today } = patient;
  const count = between(random, ...days);
  const reported =
    symptoms.length > 3 && random.boolean(0.5)
      ? random.sample(symptoms, symptoms.length - 1)
      : random.shuffle([...symptoms]);
  // one symptom of another illness: not its leading one, so that it misleads and does not change the case
  const borrowed = lure?.symptoms.filter((one) => !symptoms.includes(one)).slice(-1) ?? [];
  const others = presentations
    .filter((other) => other !== lure && other !== presentation)
    .flatMap((other) => other.symptoms);
  // "shortness of breath" is not denied on stairs
  const told = [complaint, ...symptoms, ...signs, ...borrowed];
  const denied = random.choice(
    others.filter((one) => !told.some((other) => other.includes(one) || one.includes(other))),
  );
  const unsaid = says.filter((one) => !signs.includes(one));
  const text = [
    `${capital(complaint)} for ${count} ${count === 1 ? "day" : "days"}.`,
    `Reports ${[...reported, ...borrowed].join(", ")}.`,
    `Denies ${denied}.`,
    `On examination: ${signs.join(", ")}.`,
    ...(unsaid.length > 0 ? [`Also: ${unsaid.join(", ")}.`] : []),
    ...(says.some((one) => one.includes("Glasgow")) || (presentation.items?.confusion && says.length > 0)
      ? []
      : ["Glasgow coma scale 15."]),
    `${random.choice(asides)}.`,
  ].join(" ");
  const [first] = patient.conditions;
  const old = {
    date: before(today, between(random, 60, 500)),
    author: random.choice(doctors),
    type: "review",
    text: first
      ? `Routine review of ${first.name}. No change of treatment.`
      : "Check-up for a driving licence. Nothing found.",
  };
  return [old, { date: today, author: random.choice(doctors), type: "admission", text }];
}

const capital = (text: string) => text[0].toUpperCase() + text.slice(1);
