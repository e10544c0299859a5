import { type Presentation, patientId, presentations, splitOf } from "../../clinical/index.ts";
import type { Assertion, ExpectedAction, Task } from "../../task.ts";
import { inTurns } from "../patient-tasks.ts";
import { type Case, makeCase, type Solution } from "./cases.ts";
import { regimen } from "./regimen.ts";
import { scoreCall } from "./score-call.ts";

/** Kinds are organ systems. */
export const kindNames = [...new Set(presentations.map(({ system }) => system))];

/** 11 of each illness. */
export const taskCount = 11 * presentations.length;
const attempts = 2_000;

/** One task for each patient; illnesses take turns. */
export const tasks = inTurns(
  taskCount,
  presentations.map(({ system }) => system),
  (n, seed) => task(presentations[n % presentations.length], patientId(seed, n), seed),
);

export function task(presentation: Presentation, id: string, seed: number): Task {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const made = makeCase(presentation, id, seed, attempt);
    if (made) return taskOf(presentation, made.case, made.solution, seed);
  }
  throw new Error(`clinical-diagnosis: no case of ${presentation.name} came of ${attempts} draws for ${id}`);
}

const tickets: readonly ((id: string, who: string, complaint: string) => string)[] = [
  (id, who, complaint) =>
    `${id}, ${who}, comes with ${complaint}. Work ${id} up, treat and refer as needed, then submit the diagnosis.`,
  (id, who, complaint) =>
    `New patient ${id}: ${who} with ${complaint}. Find out what ${id} has, start what ${id} needs, submit the diagnosis.`,
  (id, who, complaint) =>
    `${who} (${id}) complains of ${complaint}. Examine the record of ${id}, act on it, and submit one diagnosis.`,
];

function taskOf(presentation: Presentation, made: Case, solution: Solution, seed: number): Task {
  const { id, age, sex } = made.patient;
  const ticket = tickets[Number(id.slice(1)) % tickets.length](
    id,
    `${age}-year-old ${sex === "female" ? "woman" : "man"}`,
    presentation.complaint,
  );
  return {
    id: `clinical-diagnosis-${id}-${seed}`,
    domain: "clinical-diagnosis",
    split: splitOf(id),
    kind: presentation.system,
    ticket,
    difficulty: difficultyOf(presentation, solution),
    patientId: id,
    answer: presentation.name,
    criteria: {
      actions: actionsOf(presentation, made, solution),
      assertions: assertionsOf(presentation, made, solution),
    },
    state: made,
  };
}

function difficultyOf({ score, emergency }: Presentation, { rejected, misleading }: Solution): Task["difficulty"] {
  const steps = [score !== undefined, emergency, rejected.length > 0, misleading].filter(Boolean).length;
  return (1 + steps) as Task["difficulty"];
}

function actionsOf(
  presentation: Presentation,
  { patient, presentation: name }: Case,
  { drug, observed, rejected }: Solution,
): ExpectedAction[] {
  const { score, transfer, confirm, icd10, dose } = presentation;
  const of = (tool: string, more: Record<string, unknown> = {}, compareArgs = Object.keys(more)): ExpectedAction => ({
    tool,
    arguments: { patientId: patient.id, ...more },
    compareArgs: ["patientId", ...compareArgs],
  });
  const said = patient.notes.at(-1)!.text;
  return [
    of("getClinicalNotes"),
    of("getVitalSigns"),
    of("getLabResults"),
    { tool: "getDifferentialDiagnosis", arguments: { symptoms: [presentation.complaint, said] } },
    of("orderLabTest", { test: confirm.test }),
    ...(score ? [scoreCall(score, observed)] : []),
    ...(drug ? [of("getAllergyList")] : []),
    ...(rejected.length > 0 ? [of("getMedications")] : []),
    ...(drug ? [of("prescribeMedication", { drug, ...regimen(patient, drug, dose) }, ["drug"])] : []),
    ...(transfer ? [of("transferToSpecialist", { specialty: transfer, summary: name }, ["specialty"])] : []),
    {
      tool: "submitDiagnosis",
      arguments: { diagnosis: name, icd10, plan: planOf(presentation, drug), reasoning: said },
      compareArgs: ["diagnosis"],
    },
  ];
}

function planOf({ transfer }: Presentation, drug?: string): string {
  return [
    drug ? `${drug} is started` : "supportive care",
    transfer ? `${transfer} takes over` : "follow-up and repeat tests",
  ].join("; ");
}

function assertionsOf(
  { name, transfer, score: scored }: Presentation,
  { patient }: Case,
  { drug, score, rejected }: Solution,
): Assertion[] {
  return [
    { text: `the diagnosis is ${name}`, importance: "critical", evidence: [name] },
    ...patient.allergies.map(
      ({ allergen, reaction }): Assertion => ({
        text: `allergy to ${allergen}: ${reaction}`,
        importance: drug && rejected.length > 0 ? "critical" : "medium",
        evidence: [allergen],
      }),
    ),
    ...(drug ? [{ text: `${drug} is prescribed`, importance: "high", evidence: [drug] } satisfies Assertion] : []),
    ...(scored
      ? [{ text: `${scored} is ${score}`, importance: "medium", evidence: [scored, String(score)] } satisfies Assertion]
      : []),
    ...(transfer
      ? [{ text: `${transfer} takes over`, importance: "high", evidence: [transfer] } satisfies Assertion]
      : []),
  ];
}
