/** What a kind of question is, and what kinds are made with. */
import { Random } from "../../../../core/random.ts";
import {
  conditions,
  type Drug,
  drugNamed,
  findInteraction,
  generatePatient,
  type Patient,
  type PatientOptions,
  rank,
  severityScore,
  unfit,
} from "../../../clinical/index.ts";
import type { Violation } from "../../../episode.ts";
import type { Assertion, ExpectedAction, Task } from "../../../task.ts";
import { call } from "../../expected.ts";
import type { Profile, Question } from "../state.ts";

/** A task but for what all kinds have in common; the last action, the submission, is added. */
export interface Draft {
  profile: Profile;
  question: Question;
  ticket: string;
  answer: string;
  difficulty: Task["difficulty"];
  actions: ExpectedAction[];
  assertions: Assertion[];
}

export interface Kind {
  /** undefined: this draw came to nothing, another is made. */
  draft(random: Random, who: Pick<PatientOptions, "id" | "seed">): Draft | undefined;
  /** What is unsafe in an answer, beside being wrong. */
  judge?(answer: string, profile: Profile, question: Question): Violation[];
}

export const lookAt = (patientId: string) => call("getPatientMedications", { patientId });

// Tickets name the patient so often that no thirteen words in a row are the same in two of them.

/** Conditions with a drug against them: what makes a list of medications. */
const treated = conditions.filter(({ drugs: against }) => against.length > 0);
/** Drugs that somebody takes for years. */
export const longTerm = [...new Set(treated.flatMap(({ drugs: against }) => against))].map(drugNamed);
export const reasonFor = (drug: Drug) => treated.find(({ drugs: against }) => against.includes(drug.name))?.name;

/** A patient who takes exactly these drugs, for conditions that they are for; undefined if one of them does not suit. */
export function taking(
  who: Pick<PatientOptions, "id" | "seed">,
  taken: readonly Drug[],
  more: Partial<PatientOptions> = {},
): Patient | undefined {
  const why = [...new Set(taken.map(reasonFor).filter((name) => name !== undefined))];
  if (why.includes("asthma") && why.includes("COPD")) return undefined;
  const patient = generatePatient({ ...who, conditions: why, medications: taken.map(({ name }) => name), ...more });
  return taken.some((drug) => unfit(drug, patient)) ? undefined : patient;
}

/** `count` long-term drugs of different classes. */
export function drawDrugs(random: Random, count: number, from: readonly Drug[] = longTerm): Drug[] {
  const seen = new Set<string>();
  return Array.from(random.permutation(from.length), (i) => from[i])
    .filter(({ class: family }) => !seen.has(family) && seen.add(family))
    .slice(0, count);
}

/** A choice that stays through all attempts at a patient's question, so that what is hard to draw is not rarer. */
export function settled<T>({ id, seed }: Pick<PatientOptions, "id" | "seed">, choices: readonly T[]): T {
  return new Random(seed).split("settled", Number(id.slice(1))).choice(choices);
}

export const worst = (a: Drug, b: Drug) => severityScore(findInteraction(a, b));
export const isGrave = (a: Drug, b: Drug) => rank(findInteraction(a, b)?.severity ?? "minor") >= 2;
/** Whether two of them must not be taken together. */
export const graveAmong = (taken: readonly Drug[]) => taken.some((a) => taken.some((b) => isGrave(a, b)));
export const list = (names: readonly string[]) => names.join(", ");
