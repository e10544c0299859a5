import type { Random } from "../../../core/random.ts";
import {
  allergens,
  between,
  cockcroftGault,
  conditions,
  generatePatient,
  type Patient,
  type phq9,
  reactions,
  recordWarnings,
} from "../../clinical/index.ts";
import type { Assertion, ExpectedAction } from "../../task.ts";
import { type Draft, patientTasks } from "../patient-tasks.ts";
import {
  type Disposition,
  type Illness,
  illnesses,
  type RiskLevel,
  riskLevels,
  type Screen,
  screens,
} from "./tables.ts";
import type { State } from "./tools.ts";

const bodily = ["hypertension", "type 2 diabetes", "asthma", "migraine", "osteoarthritis", "reflux disease", "epilepsy", "atrial fibrillation", "heart failure", "chronic kidney disease", "old myocardial infarction", "long QT syndrome", "rheumatoid arthritis"]; // biome-ignore format: a list

function draft(row: Illness, random: Random, id: string): Draft | undefined {
  const age = between(random, ...row.age);
  const possible = bodily.filter((name) => conditions.find((one) => one.name === name)!.fromAge <= age);
  const patient = generatePatient({
    id,
    seed: random.integer(2 ** 31),
    age: [age, age],
    conditions: random.sample(possible, between(random, 0, Math.min(2, possible.length))),
    allergies: random.boolean(0.3) ? [{ allergen: random.choice(allergens), ...random.choice(reactions) }] : [],
    labs: { TSH: [0.8, 3.6], CRP: [1, 4], ...row.labs },
    chiefComplaint: row.complaint,
  });
  if (row.bmi) lose(patient, random.uniform() * (row.bmi[1] - row.bmi[0]) + row.bmi[0]);
  if (row.totals.screenAudit) patient.social.alcohol = "heavy";
  const risk = random.choice(row.risks.flatMap((count, i) => Array.from({ length: count }, () => riskLevels[i])));
  const accepts = risk !== "high" || random.boolean(0.6);
  const disposition = placeOf(risk, accepts, row.medical);
  const answers = answersOf(random, row, risk, patient.social.alcohol);
  const state: State = {
    patient, illness: row.name, complaint: row.complaint, note: noteOf(random, row), answers, capacity: accepts && !row.medical, accepts, risk, disposition,
    prescriptions: [], holds: [], safetyPlans: [],
  }; // biome-ignore format: a record
  const drug = row.drugs.find((name) => recordWarnings(patient, name).length === 0);
  if (row.drugs.length > 0 && !drug) return undefined;
  const who = `${age}-year-old ${patient.sex === "female" ? "woman" : "man"}`;
  return {
    ticket: random.choice([
      `${id}, ${who}, is referred for ${row.complaint}. Interview and screen ${id}, treat ${id} safely, then submit diagnosis, risk and place.`,
      `Assessment of ${id} please: ${who} with ${row.complaint}. What has ${id}, how great is the risk of suicide, where does ${id} go?`,
      `New in clinic: ${who}, ${row.complaint}, record ${id}. Work ${id} up and start what helps; submit the assessment of ${id}.`,
    ]),
    difficulty: accepts ? (row.medical || row.decidedBy || row.harmful ? 4 : risk === "none" ? 2 : 3) : 5,
    answer: row.name,
    criteria: { actions: actionsOf(row, state, drug), assertions: assertionsOf(row, state, drug) },
    state,
  };
}

function lose(patient: Patient, bmi: number): void {
  patient.weightKg = Math.round(bmi * (patient.heightCm / 100) ** 2);
  const { age, sex, weightKg, renal } = patient;
  renal.creatinineClearance = cockcroftGault.compute({ age, sex, weightKg, creatinine: renal.creatinine }).score;
}

export function placeOf(risk: RiskLevel, accepts: boolean, medical = false): Disposition {
  if (medical) return "medical ward";
  if (risk === "high") return accepts ? "voluntary admission" : "involuntary admission";
  return risk === "moderate" ? "crisis team" : "outpatient";
}

function actionsOf(row: Illness, { patient, risk, accepts, disposition }: State, drug?: string): ExpectedAction[] {
  const of = (tool: string, more: Record<string, unknown> = {}, compareArgs = Object.keys(more)): ExpectedAction => ({
    tool,
    arguments: { patientId: patient.id, ...more },
    compareArgs: ["patientId", ...compareArgs],
  });
  return [
    of("getInterview"),
    of("screenCssrs"),
    ...row.screens.map((screen) => of(screen)),
    { tool: "searchGuidelines", arguments: { topic: row.name }, compareArgs: ["topic"] },
    ...(row.decidedBy ? [of("getLabResults")] : []),
    ...(drug ? [of("getMedications"), of("prescribeMedication", { drug })] : []),
    ...(risk === "high" ? [of("assessCapacity")] : []),
    ...(risk === "high" || risk === "moderate"
      ? [of("createSafetyPlan", { plan: "means removed, whom to call" }, [])]
      : []),
    ...(accepts ? [] : [of("placeHold", { reason: "high risk, no capacity, refuses" }, [])]),
    {
      tool: "submitAssessment",
      arguments: {
        diagnosis: row.name,
        riskLevel: risk,
        plan: drug ? `${drug} and follow-up` : "follow-up",
        disposition,
      },
      compareArgs: ["diagnosis", "riskLevel", "disposition"],
    },
  ];
}

function assertionsOf({ name, finding, screens: used }: Illness, { risk, answers }: State, drug?: string): Assertion[] {
  return [
    { text: `the diagnosis is ${name} because of: ${finding}`, importance: "critical", evidence: [name, finding] },
    { text: `the risk of suicide is ${risk}`, importance: "critical", evidence: [`risk of suicide is ${risk}`] },
    ...(drug ? [{ text: `${drug} is prescribed`, importance: "high", evidence: [drug] } satisfies Assertion] : []),
    ...used.map((tool): Assertion => {
      const score = scoreOf(tool, answers[tool]);
      return {
        text: `${screens[tool].name} is ${score}`,
        importance: "medium",
        evidence: [`${screens[tool].name} is ${score}`],
      };
    }),
  ];
}

function scoreOf(tool: Screen, answers: Record<string, unknown>): number {
  return (screens[tool] as unknown as typeof phq9).compute(answers as { items: number[] }).score;
}

/** `total` over `count` items of at most `most` each. */
function spread(random: Random, total: number, count: number, most: number): number[] {
  const items = Array.from({ length: count }, () => 0);
  for (let left = Math.min(total, count * most); left > 0; ) {
    const at = random.integer(count);
    if (items[at] === most) continue;
    items[at]++;
    left--;
  }
  return items;
}

const usual = { screenPhq9: [0, 4], screenGad7: [0, 4], screenDast: [0, 0], screenMmse: [28, 30], screenPcl5: [0, 14], screenCage: [0, 0], screenScoff: [0, 0] } as const; // biome-ignore format: a table

function answersOf(
  random: Random,
  { totals }: Illness,
  risk: RiskLevel,
  alcohol: Patient["social"]["alcohol"],
): State["answers"] {
  const total = (screen: keyof typeof usual) => between(random, ...(totals[screen] ?? usual[screen]));
  const drinks = totals.screenAudit ?? (alcohol === "none" ? [0, 0] : [1, 6]);
  const lateItems = totals.screenAudit ? [random.choice([0, 2, 4]), random.choice([0, 2, 4])] : [0, 0];
  const flags = (names: readonly string[], count: number) =>
    Object.fromEntries(random.sample(names, count).map((name) => [name, true]));
  // the ninth question goes with the thoughts that the other instrument asks for
  const ninth = risk === "none" ? 0 : between(random, 1, 2);
  const depressed = Math.max(ninth, total("screenPhq9"));
  const drugs = flags(["0", "1", "3", "4", "5", "6", "7", "8", "9"], total("screenDast"));
  const lost = spread(random, 30 - total("screenMmse"), 6, 5);
  const parts = { orientation: 10, registration: 3, attention: 5, recall: 3, language: 8, copying: 1 };
  let spare = 0;
  const mmseItems = Object.fromEntries(
    Object.entries(parts).map(([name, most], i) => {
      const taken = Math.min(most, lost[i]);
      spare += lost[i] - taken;
      return [name, most - taken];
    }),
  );
  mmseItems.orientation = Math.max(0, mmseItems.orientation - spare);
  return {
    screenPhq9: { items: [...spread(random, depressed - ninth, 8, 3), ninth] },
    screenGad7: { items: spread(random, total("screenGad7"), 7, 3) },
    screenCssrs: suicideAnswers(random, risk),
    screenAudit: { items: spread(random, between(random, ...drinks) - lateItems[0] - lateItems[1], 8, 4), lateItems },
    screenDast: { answers: Array.from({ length: 10 }, (_, i) => (i === 2 ? true : drugs[i] === true)) },
    screenMmse: mmseItems,
    screenPcl5: { items: spread(random, total("screenPcl5"), 20, 4) },
    screenCage: flags(["cutDown", "annoyed", "guilty", "eyeOpener"], total("screenCage")),
    screenScoff: flags(["sick", "control", "oneStone", "fat", "food"], total("screenScoff")),
  };
}

function suicideAnswers(random: Random, risk: RiskLevel): Record<string, boolean> {
  const thoughts = { wishToBeDead: true, suicidalThoughts: true };
  switch (risk) {
    case "none":
      return {};
    case "low":
      return random.choice([{ wishToBeDead: true }, thoughts]);
    case "moderate":
      return random.choice([
        { ...thoughts, thoughtsWithMethod: true },
        { ...thoughts, behaviourEver: true },
      ] as Record<string, boolean>[]);
    case "high":
      return random.choice([
        { ...thoughts, thoughtsWithMethod: true, intent: true },
        { ...thoughts, thoughtsWithMethod: true, intent: true, intentWithPlan: true },
        { ...thoughts, behaviourEver: true, behaviourLast3Months: true },
      ] as Record<string, boolean>[]);
  }
}

/** With what is typical of another illness with this complaint, and is not there. */
function noteOf(random: Random, { complaint, finding, also, name }: Illness): string {
  const others = illnesses.filter((row) => row.complaint === complaint && row.name !== name);
  const absent = others.length > 0 ? ` Not so: ${random.choice(others).finding}.` : "";
  return `${finding[0].toUpperCase()}${finding.slice(1)}. Also: ${also.join(", ")}.${absent}`;
}

export const { kinds, tasks } = patientTasks({
  domain: "psychiatry",
  rows: illnesses,
  kindOf: ({ group }) => group,
  count: 10 * illnesses.length,
  draft,
});
