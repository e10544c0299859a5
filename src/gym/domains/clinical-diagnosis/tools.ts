import { z } from "zod";
import {
  allergyFindings,
  type Drug,
  differential,
  dosageVerdict,
  findDrug,
  findInteraction,
  findLabTest,
  findPresentation,
  labCategories,
  labResult,
  objections,
  type Patient,
  presentations,
  renalAdvice,
  vitalSigns,
} from "../../clinical/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId, patientOf } from "../patient-tools.ts";
import type { Case, Finding } from "./cases.ts";
import { scoreTools } from "./score-call.ts";

export interface Warning {
  severity: 4 | 5;
  kind: string;
  text: string;
  /** What the tables say instead. */
  advised?: { dose: string; frequency: string };
}

export interface Prescription {
  drug: string;
  dose: string;
  frequency: string;
  route: string;
  /** What was overridden. */
  warnings: Warning[];
}

export interface State extends Case {
  orders: { test: string; priority: string }[];
  prescriptions: Prescription[];
  diagnoses: { diagnosis: string; icd10: string; confidence: number; reasoning: string }[];
  transfers: { specialty: string; summary: string }[];
}

const drugName = z.string().describe("generic name");

function drugOf(name: string): Drug {
  const found = findDrug(name);
  if (!found) throw new ToolError(`no drug ${name} in the formulary`);
  return found;
}

/** Tests with a result in words. */
const investigations = [
  ...new Set(
    presentations
      .map(({ confirm }) => confirm)
      .filter(({ result }) => typeof result === "string")
      .map(({ test }) => test),
  ),
];

/** Everything that speaks against a prescription. */
export function warningsOf(drug: Drug, regimen: { dose: string; frequency: string }, patient: Patient): Warning[] {
  const against: Warning[] = objections(drug, patient);
  if (dosageVerdict({ name: drug.name, ...regimen }, patient) !== "too high") return against;
  const advice = renalAdvice(drug, patient.renal.egfr);
  const advised = advice.advice === "avoid" ? undefined : { dose: advice.dose, frequency: advice.frequency };
  const text = `${drug.name} ${regimen.dose} ${regimen.frequency} is too much (eGFR ${patient.renal.egfr}${drug.maxDailyMg ? `, at most ${drug.maxDailyMg} mg a day` : ""})`;
  return [...against, { severity: 5, kind: "dangerous dose", text, ...(advised ? { advised } : {}) }];
}

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  const calculators = Object.fromEntries(
    Object.entries(scoreTools).map(([name, { title, parameters, compute }]) => [
      name,
      tool({
        kind: "read",
        description: `${title}: score, breakdown, risk and recommendation.`,
        parameters: parameters as z.ZodRawShape,
        run: (args) => (compute as (items: unknown) => unknown)(args),
      }),
    ]),
  );
  return {
    getPatientInfo: tool({
      kind: "read",
      description: "Name, age, sex, size, complaint.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { name, age, sex, weightKg, heightCm, chiefComplaint, social } = patientOf(state, id);
        return { id: state.patient.id, name, age, sex, weightKg, heightCm, chiefComplaint, social };
      },
    }),
    getPatientHistory: tool({
      kind: "read",
      description: "Long-standing illnesses with their codes.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { conditions, pregnancy, hepatic } = patientOf(state, id);
        return { conditions, ...(pregnancy ? { pregnancy } : {}), ...(hepatic ? { hepatic } : {}) };
      },
    }),
    getVitalSigns: tool({
      kind: "read",
      description: "The latest vital signs.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => patientOf(state, id).vitals.at(-1),
    }),
    getVitalSignsTrend: tool({
      kind: "read",
      description: "The last n readings, oldest first.",
      parameters: { patientId, n: z.int().min(1).max(20).default(5) },
      run({ patientId: id, n }, { state }) {
        const readings = patientOf(state, id).vitals.slice(-n);
        const [first, last] = [readings[0], readings[readings.length - 1]];
        return {
          readings,
          change: Object.fromEntries(
            vitalSigns.map(({ name }) => [name, Math.round((last[name] - first[name]) * 10) / 10]),
          ),
        };
      },
    }),
    getLabResults: tool({
      kind: "read",
      description: "Laboratory results with ranges and flags, newest first.",
      parameters: { patientId, category: z.enum(labCategories).optional() },
      run({ patientId: id, category }, { state }) {
        const { labs } = patientOf(state, id);
        return {
          results: labs.filter(({ test }) => !category || findLabTest(test)?.category === category).toReversed(),
        };
      },
    }),
    orderLabTest: tool({
      kind: "write",
      description: "A laboratory test, culture, puncture, ECG or imaging; gives its result.",
      parameters: { patientId, test: z.string(), priority: z.enum(["routine", "urgent"]).default("routine") },
      run({ patientId: id, test: asked, priority }, { state, random }) {
        const patient = patientOf(state, id);
        const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
        const known = findLabTest(asked);
        const name = known?.name ?? investigations.find((each) => plain(each) === plain(asked));
        if (!name) throw new ToolError(`no test ${asked}. Beside laboratory tests: ${investigations.join(", ")}`);
        state.orders.push({ test: name, priority });
        const done =
          state.results[name] ?? patient.labs.findLast((lab) => lab.test === name && lab.date === patient.today);
        if (done) return done;
        if (!known) return { test: name, result: "no abnormality", date: patient.today } satisfies Finding;
        const [low, high] = known.range;
        const margin = (high - low) * 0.2;
        const result = labResult(random, known, [low + margin, high - margin], patient.today);
        patient.labs.push(result);
        return result;
      },
    }),
    getMedications: tool({
      kind: "read",
      description: "What the patient takes.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ medications: patientOf(state, id).medications }),
    }),
    checkDrugInteraction: tool({
      kind: "read",
      description: "What is known between two drugs.",
      parameters: { drugA: drugName, drugB: drugName },
      run({ drugA, drugB }) {
        const found = findInteraction(drugOf(drugA), drugOf(drugB));
        return found
          ? { severity: found.severity, effect: found.effect, management: found.management }
          : { severity: "none" };
      },
    }),
    prescribeMedication: tool({
      kind: "write",
      description:
        "A prescription. It is held, with the reasons, if allergy, illness, kidney, liver, dose or another drug speak against it; override places it all the same.",
      parameters: {
        patientId,
        drug: drugName,
        dose: z.string(),
        frequency: z.string(),
        route: z.string(),
        override: z.boolean().default(false),
      },
      run({ patientId: id, drug, dose, frequency, route, override }, { state }) {
        const patient = patientOf(state, id);
        const asked = drugOf(drug);
        const warnings = warningsOf(asked, { dose, frequency }, patient);
        const mild = allergyFindings(asked, patient.allergies)
          .filter(({ match }) => match === "low")
          .map(({ note }) => note);
        if (warnings.length > 0 && !override) return { status: "held", warnings };
        state.prescriptions.push({ drug: asked.name, dose, frequency, route, warnings });
        return {
          status: "prescribed",
          drug: asked.name,
          dose,
          frequency,
          route,
          warnings,
          ...(mild.length > 0 ? { notes: mild } : {}),
        };
      },
    }),
    getClinicalNotes: tool({
      kind: "read",
      description: "Notes, newest first.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ notes: patientOf(state, id).notes.toReversed() }),
    }),
    addClinicalNote: tool({
      kind: "write",
      description: "A note for the record.",
      parameters: { patientId, text: z.string().min(1) },
      run({ patientId: id, text }, { state }) {
        const patient = patientOf(state, id);
        patient.notes.push({ date: patient.today, author: "assistant", type: "note", text });
        return { notes: patient.notes.length };
      },
    }),
    getDifferentialDiagnosis: tool({
      kind: "read",
      description: "Acute illnesses that fit symptoms and signs, the best first, with the test that decides on each.",
      parameters: { symptoms: z.array(z.string()).min(1).describe("what is reported and found, not what is denied") },
      run: ({ symptoms }) => ({
        candidates: differential(symptoms)
          .slice(0, 6)
          .map(({ presentation: { name, icd10, confirm }, fits }) => ({
            diagnosis: name,
            icd10,
            fits,
            decidedBy: confirm.test,
          })),
      }),
    }),
    searchClinicalGuidelines: tool({
      kind: "read",
      description: "What to do in an illness: score, drugs in their order, who takes over.",
      parameters: { condition: z.string() },
      run({ condition }) {
        const found = findPresentation(condition);
        if (!found)
          throw new ToolError(`no guideline for ${condition}; use the name that getDifferentialDiagnosis gives`);
        const {
          name,
          icd10,
          score,
          treatment = [],
          dose = {},
          transfer,
          emergency = false,
          harmful = [],
          advice,
          source,
        } = found;
        const doses = Object.fromEntries(
          treatment.flatMap(({ drugs }) =>
            drugs.map((drug) => [drug, { ...(dose[drug] ?? drugOf(drug).regimens[0]), route: drugOf(drug).route }]),
          ),
        );
        return {
          diagnosis: name,
          icd10,
          advice,
          ...(score ? { score } : {}),
          treatment,
          doses,
          ...(transfer ? { transfer } : {}),
          emergency,
          harmful,
          source,
        };
      },
    }),
    recordDiagnosis: tool({
      kind: "write",
      description: "A working diagnosis for the record.",
      parameters: {
        patientId,
        diagnosis: z.string(),
        icd10: z.string(),
        confidence: z.number().min(0).max(1),
        reasoning: z.string(),
      },
      run({ patientId: id, diagnosis, icd10, confidence, reasoning }, { state }) {
        patientOf(state, id);
        return { diagnoses: state.diagnoses.push({ diagnosis, icd10, confidence, reasoning }) };
      },
    }),
    transferToSpecialist: tool({
      kind: "write",
      description: "Hands over to a specialty.",
      parameters: { patientId, specialty: z.string(), summary: z.string() },
      run({ patientId: id, specialty, summary }, { state }) {
        patientOf(state, id);
        state.transfers.push({ specialty: specialty.trim().toLowerCase(), summary });
        return { status: "accepted", specialty };
      },
    }),
    ...calculators,
    getAllergyList: tool({
      kind: "read",
      description: "Allergies with reaction and severity.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ allergies: patientOf(state, id).allergies }),
    }),
    getImmunizationHistory: tool({
      kind: "read",
      description: "Vaccinations.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ immunizations: patientOf(state, id).immunizations }),
    }),
    think: tool({
      kind: "think",
      description: "A note to yourself.",
      parameters: { thought: z.string() },
      run: () => "noted",
    }),
    submitDiagnosis: tool({
      kind: "submit",
      description: "The final diagnosis, by the name that getDifferentialDiagnosis uses, with the plan; ends the case.",
      parameters: {
        diagnosis: z.string(),
        icd10: z.string().default(""),
        plan: z.string().default(""),
        reasoning: z.string().default(""),
      },
      run: () => "submitted",
    }),
  };
}
