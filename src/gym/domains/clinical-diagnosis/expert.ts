import {
  type Allergy,
  allergyConflict,
  drugNamed,
  findInteraction,
  findPresentation,
  type LabResult,
  type Medication,
  type Patient,
  rank,
  type ScoreName,
  type Tier,
} from "../../clinical/index.ts";
import type { Brief, Expert, Move } from "../../domain.ts";
import { tierOf } from "./cases.ts";
import { type Observed, scoreCall } from "./score-call.ts";
import type { Warning } from "./tools.ts";

/** What the tools say, as far as the solver looks at it. */
interface Candidate {
  diagnosis: string;
  icd10: string;
  decidedBy: string;
}
interface Guideline {
  score?: ScoreName;
  treatment: Tier[];
  doses: Record<string, { dose: string; frequency: string; route: string }>;
  transfer?: string;
}
type Info = Pick<Patient, "age" | "sex" | "weightKg" | "heightCm" | "chiefComplaint">;

/** Works a case up as a careful doctor would: record, differential, the test that proves it, score, allergies, drug, specialist. */
export function* expert({ patientId: id = "" }: Brief): Expert {
  const about = { patientId: id };
  const info: Info = yield { name: "getPatientInfo", arguments: about, thought: "First the record, then the tests." };
  const { notes }: { notes: { text: string }[] } = yield { name: "getClinicalNotes", arguments: about };
  const { date: _, ...vitals } = yield { name: "getVitalSigns", arguments: about };
  const { results }: { results: LabResult[] } = yield { name: "getLabResults", arguments: about };
  const { conditions }: Pick<Patient, "conditions"> = yield { name: "getPatientHistory", arguments: about };
  const said = notes[0].text.replace(/Denies [^.]*\./g, "");
  const { candidates }: { candidates: Candidate[] } = yield {
    name: "getDifferentialDiagnosis",
    arguments: { symptoms: [info.chiefComplaint, ...said.split(/[.,:] ?/).filter(Boolean)] },
  };
  const found = yield* prove(id, candidates);
  const guideline: Guideline = yield { name: "searchClinicalGuidelines", arguments: { condition: found.diagnosis } };
  const labs = Object.fromEntries(results.toReversed().map(({ test, value }) => [test, value]));
  const items = Object.entries(findPresentation(found.diagnosis)?.items ?? {}).flatMap(([item, { says }]) =>
    said.includes(says) ? [item] : [],
  );
  const observed: Observed = { ...info, vitals, labs, conditions: conditions.map(({ name }) => name), items };
  const plan: string[] = [];
  let score: number | undefined;
  if (guideline.score) {
    const { tool, arguments: args } = scoreCall(guideline.score, observed);
    const result: { score: number; risk: string } = yield { name: tool, arguments: args };
    score = result.score;
    plan.push(`${guideline.score} is ${score}: ${result.risk}`);
  }
  const { allergies }: { allergies: Allergy[] } = yield { name: "getAllergyList", arguments: about };
  plan.push(...allergies.map(({ allergen, reaction }) => `allergy to ${allergen}: ${reaction}`));
  if (guideline.treatment.length > 0) plan.push(yield* treat(id, guideline, allergies, score));
  if (guideline.transfer) {
    yield {
      name: "transferToSpecialist",
      arguments: { ...about, specialty: guideline.transfer, summary: `${found.diagnosis}. ${plan.join(". ")}` },
    };
    plan.push(`${guideline.transfer} takes over`);
  }
  const reasoning = `The diagnosis is ${found.diagnosis}, because ${found.reason}. Monitor and reassess.`;
  yield {
    name: "submitDiagnosis",
    arguments: { diagnosis: found.diagnosis, icd10: found.icd10, plan: plan.join(". "), reasoning },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: results are whatever the tool returns
type Part<T> = Generator<Move, T, any>;

/** Orders what proves each candidate in turn, until one is. */
function* prove(id: string, candidates: Candidate[]): Part<Candidate & { reason: string }> {
  for (const candidate of candidates.slice(0, 3)) {
    const args = { patientId: id, test: candidate.decidedBy, priority: "urgent" };
    const { result, flag, value }: { result?: string; flag?: string; value?: number } = yield {
      name: "orderLabTest",
      arguments: args,
    };
    const abnormal = result === undefined ? flag !== "normal" : result !== "no abnormality";
    if (abnormal) return { ...candidate, reason: `${candidate.decidedBy} shows ${result ?? `${value} (${flag})`}` };
  }
  return { ...candidates[0], reason: "it fits best, though no test proves it" };
}

/** The first drug of the guideline that allergies, medications and the record allow, at the dose that the kidney allows. */
function* treat(id: string, { treatment, doses }: Guideline, allergies: Allergy[], score?: number): Part<string> {
  const { medications }: { medications: Medication[] } = yield { name: "getMedications", arguments: { patientId: id } };
  for (const name of tierOf(treatment, score)?.drugs ?? []) {
    const drug = drugNamed(name);
    const clashes = medications.some(
      (taken) => rank(findInteraction(drug, drugNamed(taken.name))?.severity ?? "minor") >= 2,
    );
    if (clashes || allergyConflict(drug, allergies)) continue;
    const { dose, frequency, route } = doses[name];
    const prescribe = (regimen: object): Move => ({
      name: "prescribeMedication",
      arguments: { patientId: id, drug: name, route, ...regimen },
    });
    const first: { status: string; warnings: Warning[] } = yield prescribe({ dose, frequency });
    if (first.status === "prescribed") return `${name} ${dose} ${frequency} is prescribed`;
    const [{ advised }, ...others] = first.warnings;
    if (!advised || others.length > 0) continue;
    yield prescribe(advised);
    return `${name} ${advised.dose} ${advised.frequency} is prescribed, by kidney function`;
  }
  return "no drug of the guideline suits";
}
