import { z } from "zod";
import {
  apgar,
  biophysicalProfile,
  bishop,
  type Calculator,
  ctg,
  drugsGiven,
  epds,
  findDrug,
  gestationalAge,
  type Patient,
  recordWarnings,
  type Warning,
} from "../../clinical/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId, patientOf } from "../patient-tools.ts";
import { parseStep } from "./protocol.ts";
import { type Complaint, cases, groups, interventions, places, urgencies } from "./tables.ts";

export interface State {
  patient: Patient;
  /** Name of the row in the tables. */
  diagnosis: string;
  complaint: Complaint;
  /** What an observing tool finds; what is not there was not done. */
  observed: Record<string, Record<string, unknown>>;
  /** Steps that apply to her, each with its alternatives. */
  steps: string[][];
  /** Drugs and interventions, in the order they were given. */
  given: { name: string; warnings: Warning[] }[];
  /** Of the cervix, by hand. */
  examinations: number;
}

const scores: Readonly<Record<string, Calculator>> = {
  calculateGestationalAge: gestationalAge as unknown as Calculator,
  classifyCtg: ctg as unknown as Calculator,
  calculateBpp: biophysicalProfile as unknown as Calculator,
  calculateBishop: bishop as unknown as Calculator,
  calculateApgar: apgar as unknown as Calculator,
};

/** What a reading tool says. */
export function observe(state: State, tool: string, args: Record<string, unknown>): Record<string, unknown> {
  if (tool in scores) return { ...scores[tool].compute(args) };
  patientOf(state, String(args.patientId));
  const found = state.observed[tool];
  if (!found) return { notDone: "not done, or not for this stage" };
  if (tool === "screenEpds") return { ...epds.compute(found as { items: number[] }) };
  return found;
}

/** By the allergy it is known for, and by the drugs that its name names. */
function interventionWarnings(patient: Patient, name: string): Warning[] {
  const { allergen } = interventions[name];
  const known = patient.allergies.find((allergy) => allergy.allergen === allergen);
  const allergic: Warning[] = known
    ? [{ severity: 5, kind: "allergy ignored", text: `${name}: allergy to ${known.allergen}` }]
    : [];
  return [...allergic, ...drugsGiven(name).flatMap((drug) => recordWarnings(patient, drug.name))];
}

/** What of the record speaks against a drug or an intervention. */
export function warningsFor(patient: Patient, name: string): Warning[] {
  if (name in interventions) return interventionWarnings(patient, name);
  const twice = patient.medications.some((taken) => taken.name === name);
  const already: Warning[] = twice ? [{ severity: 3, kind: "medication twice", text: `${name} is taken already` }] : [];
  return [...recordWarnings(patient, name), ...already];
}

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  const reading = (name: string, description: string) =>
    tool({
      kind: "read",
      description,
      parameters: { patientId },
      run: (args, { state }) => observe(state, name, args),
    });
  const computing = (name: string) =>
    tool({
      kind: "read",
      description: `${scores[name].title}: score, breakdown, risk and recommendation.`,
      parameters: scores[name].parameters,
      run: (args, { state }) => observe(state, name, args),
    });
  const giving = (state: State, name: string, override: boolean, more: object) => {
    const warnings = warningsFor(state.patient, name);
    if (warnings.length > 0 && !override) return { status: "held", warnings };
    state.given.push({ name, warnings });
    return { status: "given", name, ...more };
  };
  return {
    getHistory: reading("getHistory", "Why she comes, and what she says."),
    getPregnancy: reading(
      "getPregnancy",
      "Earlier births, last period, first scan, today's date; illnesses, medications, allergies.",
    ),
    getVitalSigns: reading("getVitalSigns", "Vital signs, weight lost, blood lost."),
    getPrenatalLabs: reading(
      "getPrenatalLabs",
      "Blood group and antibodies, blood count (g/L), ferritin (ug/L), liver, kidney, urine (protein by creatinine in mg/mmol), bile acids (umol/L), cultures.",
    ),
    getGlucoseTest: reading("getGlucoseTest", "75 g of glucose: fasting, after one and two hours, mmol/L."),
    getUltrasound: reading("getUltrasound", "Today's ultrasound."),
    getCtg: reading("getCtg", "Today's cardiotocogram, from 26 weeks on."),
    getNewborn: reading("getNewborn", "The newborn at one minute."),
    screenEpds: reading("screenEpds", `${epds.title}: her answers, their sum and what it means.`),
    calculateGestationalAge: computing("calculateGestationalAge"),
    classifyCtg: computing("classifyCtg"),
    calculateBpp: computing("calculateBpp"),
    calculateBishop: computing("calculateBishop"),
    calculateApgar: computing("calculateApgar"),
    examineCervix: tool({
      kind: "write",
      description: "Examines the cervix by hand: never where the placenta may lie before it.",
      parameters: { patientId },
      run(args, { state }) {
        const found = observe(state, "examineCervix", args);
        state.examinations++;
        return found;
      },
    }),
    searchProtocols: tool({
      kind: "read",
      description: "For a complaint: what it may be, and by what one knows it. For a diagnosis: what to do.",
      parameters: { topic: z.string() },
      run({ topic }) {
        const wanted = topic.trim().toLowerCase();
        const candidates = cases.filter(({ complaint }) => complaint === wanted);
        if (candidates.length > 0)
          return {
            rule: "The first of which all conditions hold. Ask for what the next condition needs and no more.",
            candidates: candidates.map(({ name, when }) => ({ diagnosis: name, when })),
          };
        const row = cases.find(({ name }) => name.toLowerCase() === wanted);
        if (!row) throw new ToolError(`no protocol for ${topic}; complaints: ${Object.keys(groups).join(", ")}`);
        const { name, urgency, place, source } = row;
        const steps = row.steps.map(parseStep).map(({ firstThatFits, when }) => {
          const by = firstThatFits[0] in interventions ? "orderIntervention" : "prescribeMedication";
          return { by, firstThatFits, when };
        });
        return { diagnosis: name, steps, urgency, disposition: place, source };
      },
    }),
    prescribeMedication: tool({
      kind: "write",
      description:
        "A drug at its usual first dose. Held with the reasons if allergy, illness, pregnancy or another drug forbid it, unless overridden.",
      parameters: { patientId, drug: z.string().describe("generic name"), override: z.boolean().default(false) },
      run({ patientId: id, drug, override }, { state }) {
        patientOf(state, id);
        const known = findDrug(drug);
        if (!known) throw new ToolError(`no drug ${drug} in the formulary`);
        return giving(state, known.name, override, known.regimens[0]);
      },
    }),
    orderIntervention: tool({
      kind: "write",
      description:
        "Anything done beside tablets: calls, operations, infusions, referrals. Held where an allergy forbids it.",
      parameters: {
        patientId,
        intervention: z.string().describe("as the protocol names it"),
        override: z.boolean().default(false),
      },
      run({ patientId: id, intervention, override }, { state }) {
        patientOf(state, id);
        const wanted = intervention.trim().toLowerCase();
        const name = Object.keys(interventions).find((each) => each.toLowerCase() === wanted);
        if (!name) throw new ToolError(`no intervention ${intervention}; see searchProtocols`);
        return giving(state, name, override, {});
      },
    }),
    think: tool({
      kind: "think",
      description: "For your own notes.",
      parameters: { thought: z.string() },
      run: () => "Noted.",
    }),
    submitPlan: tool({
      kind: "submit",
      description:
        "Diagnosis, how urgent it is, where she goes (the newborn, if it is about one), and the plan with its reasons.",
      parameters: {
        diagnosis: z.string().describe("as the protocol names it"),
        urgency: z.enum(urgencies),
        disposition: z.enum(places),
        plan: z.string(),
      },
      run: () => "Submitted.",
    }),
  };
}
