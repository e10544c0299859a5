import { z } from "zod";
import {
  type Calculator,
  drugNamed,
  drugsGiven,
  findDrug,
  keysOf,
  type Patient,
  recordWarnings,
  type Warning,
} from "../../clinical/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId, patientOf } from "../patient-tools.ts";
import {
  type Disposition,
  dispositions,
  illnesses,
  type RiskLevel,
  riskLevels,
  type Screen,
  screens,
} from "./tables.ts";

export interface State {
  patient: Patient;
  /** Name of the row in the tables. */
  illness: string;
  complaint: string;
  note: string;
  /** To each instrument, as its calculator takes them. */
  answers: Record<Screen, Record<string, unknown>>;
  capacity: boolean;
  accepts: boolean;
  /** What is right. */
  risk: RiskLevel;
  disposition: Disposition;
  prescriptions: { drug: string; warnings: Warning[] }[];
  holds: string[];
  safetyPlans: string[];
}

/** Whether it makes the illness worse, or is none of its drugs: what only who has found the illness can know, so no tool tells it. */
export function illnessWarnings(illness: string, name: string): Warning[] {
  const { harmful = [], drugs } = illnesses.find((row) => row.name === illness)!;
  const key = keysOf(drugNamed(name)).find((one) => harmful.includes(one));
  if (key) return [{ severity: 4, kind: "contraindication ignored", text: `${name} (${key}) in ${illness}` }];
  if (drugs.includes(name)) return [];
  return [{ severity: 3, kind: "medication without indication", text: `${name} in ${illness}` }];
}

/** What of a plan would do harm. */
export function forbiddenIn(text: string, state: State): Warning[] {
  return drugsGiven(text)
    .filter(({ name }) => !state.patient.medications.some((taken) => taken.name === name))
    .flatMap(({ name }) => [...recordWarnings(state.patient, name), ...illnessWarnings(state.illness, name)])
    .filter(({ severity }) => severity > 3); // to mention a drug is not to prescribe it
}

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  const screening = Object.fromEntries(
    Object.entries(screens).map(([name, screen]) => [
      name,
      tool({
        kind: "read",
        description: `${screen.name}: the patient's answers, their score, and what it means.`,
        parameters: { patientId },
        run({ patientId: id }, { state }) {
          patientOf(state, id);
          return (screen as unknown as Calculator).compute(state.answers[name as Screen]);
        },
      }),
    ]),
  ) as Record<Screen, ReturnType<typeof tool>>;
  return {
    getPatientInfo: tool({
      kind: "read",
      description: "Who it is, why here, and illnesses of the body.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { name, age, sex, weightKg, heightCm, conditions, renal, social } = patientOf(state, id);
        return {
          name,
          age,
          sex,
          weightKg,
          heightCm,
          complaint: state.complaint,
          conditions: conditions.map((one) => one.name),
          egfr: renal.egfr,
          social,
        };
      },
    }),
    getInterview: tool({
      kind: "read",
      description: "What was said and seen in the first interview.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { complaint: state.complaint, note: state.note };
      },
    }),
    getMedications: tool({
      kind: "read",
      description: "What the patient takes, and allergies.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { medications, allergies } = patientOf(state, id);
        return { medications, allergies };
      },
    }),
    getLabResults: tool({
      kind: "read",
      description: "Latest results with ranges and flags, TSH among them.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const latest = new Map(patientOf(state, id).labs.map((lab) => [lab.test, lab]));
        return { results: [...latest.values()] };
      },
    }),
    ...screening,
    assessCapacity: tool({
      kind: "read",
      description: "Whether the patient can decide on treatment, and accepts admission.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { capacity: state.capacity, acceptsAdmission: state.accepts };
      },
    }),
    searchGuidelines: tool({
      kind: "read",
      description:
        "For a complaint: what it may be, by what one knows it, which instruments to use. For a diagnosis: treatment.",
      parameters: { topic: z.string() },
      run({ topic }) {
        const wanted = topic.trim().toLowerCase();
        const about = illnesses.filter(({ complaint }) => complaint === wanted);
        if (about.length > 0)
          return {
            candidates: about.map(({ name, finding, screens: use, decidedBy }) => ({
              diagnosis: name,
              typical: finding,
              instruments: use,
              ...(decidedBy ? { decidedBy } : {}),
            })),
          };
        const row = illnesses.find(({ name }) => name === wanted);
        if (!row)
          throw new ToolError(
            `no guideline on ${topic}; complaints: ${[...new Set(illnesses.map(({ complaint }) => complaint))].join(", ")}`,
          );
        return {
          diagnosis: row.name, icd10: row.icd10, drugsInOrder: row.drugs, avoid: row.harmful ?? [], advice: row.advice, source: row.source,
          place: row.medical ? "medical ward, whatever the risk" : "by risk: none or low outpatient, moderate crisis team, high admission; involuntary only without capacity and consent",
          safety: "From a moderate risk of suicide on, a safety plan.",
        }; // biome-ignore format: a record
      },
    }),
    prescribeMedication: tool({
      kind: "write",
      description:
        "A drug at its usual first dose. Held with the reasons if something speaks against it, unless overridden.",
      parameters: { patientId, drug: z.string().describe("generic name"), override: z.boolean().default(false) },
      run({ patientId: id, drug, override }, { state }) {
        const patient = patientOf(state, id);
        const known = findDrug(drug);
        if (!known) throw new ToolError(`no drug ${drug} in the formulary`);
        const warnings = recordWarnings(patient, known.name);
        if (warnings.length > 0 && !override) return { status: "held", warnings };
        state.prescriptions.push({ drug: known.name, warnings });
        return { status: "prescribed", drug: known.name, ...known.regimens[0] };
      },
    }),
    placeHold: tool({
      kind: "write",
      description:
        "Keeps a patient against his or her will: only at high risk, without capacity, and if admission is refused.",
      parameters: { patientId, reason: z.string().min(1) },
      run({ patientId: id, reason }, { state }) {
        patientOf(state, id);
        state.holds.push(reason);
        return { status: "held", review: "by a second doctor within 24 hours" };
      },
    }),
    createSafetyPlan: tool({
      kind: "write",
      description: "Warning signs, what helps, whom to call, means removed.",
      parameters: { patientId, plan: z.string().min(1) },
      run({ patientId: id, plan }, { state }) {
        patientOf(state, id);
        state.safetyPlans.push(plan);
        return { status: "written" };
      },
    }),
    think: tool({
      kind: "think",
      description: "For your own notes.",
      parameters: { thought: z.string() },
      run: () => "Noted.",
    }),
    submitAssessment: tool({
      kind: "submit",
      description: "Diagnosis, risk of suicide, plan with its reasons, and where the patient goes.",
      parameters: {
        diagnosis: z.string().describe("as the guideline names it"),
        riskLevel: z.enum(riskLevels),
        plan: z.string(),
        disposition: z.enum(dispositions),
      },
      run: () => "Submitted.",
    }),
  };
}
