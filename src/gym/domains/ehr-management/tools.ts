import { z } from "zod";
import {
  conditions, dosageVerdict, drugNamed, findDrug, findLabTest, type LabResult, news2, objections, presentations, qsofa,
  renalAdvice, vitalSigns,
} from "../../clinical/index.ts"; // biome-ignore format: a list
import { ToolError, type toolsOf } from "../../tool.ts";
import { type Admission, type Current, type HospitalRecord, laceOf, newOrder, takenNow } from "./record.ts";
import { specialties } from "./tables.ts";

/** How a free answer is judged. */
export interface Rubric {
  /** Words and numbers that the answer or its reasoning must have. */
  mustMention: string[];
  scoring: "share mentioned";
}

export interface State extends HospitalRecord {
  rubric: Rubric;
  notes: { type: string; text: string }[];
  /** Overridden warnings stay with the order. */
  placed: { category: string; item: string; dose?: string; frequency?: string; warnings: Warning[] }[];
  stopped: string[];
  consults: { specialty: string; urgency: string; reason: string }[];
}

export interface Warning {
  severity: 4 | 5;
  kind: string;
  text: string;
}

const admissionId = z.string().describe("e.g. A12345-3");
const drugName = z.string().describe("generic name");

function admissionOf(state: State, id: string): Admission {
  const wanted = id.trim().toUpperCase();
  const found = [...state.previous, state.admission].find((one) => one.admissionId === wanted);
  if (!found) throw new ToolError(`no admission ${id}`);
  return found;
}

/** Only of the latest admission more is kept than its summary and results. */
function currentOf(state: State, id: string): Current {
  const found = admissionOf(state, id);
  if (found !== state.admission)
    throw new ToolError(`${found.admissionId} is archived: only summary, results and discharge summary`);
  return state.admission;
}

function drugOf(name: string) {
  const found = findDrug(name);
  if (!found) throw new ToolError(`no drug ${name} in the formulary`);
  return found;
}

function resultsOf(state: State, id: string, name: string): LabResult[] {
  const test = findLabTest(name);
  if (!test) throw new ToolError(`no test ${name}`);
  const found = admissionOf(state, id).labs.filter((lab) => lab.test === test.name);
  if (found.length === 0) throw new ToolError(`${test.name} was not measured in ${id}`);
  return found;
}

/** Less than a tenth of change between the first and the last is stable. */
export function trendOf(values: readonly number[]): "rising" | "falling" | "stable" {
  const [first, last] = [values[0], values[values.length - 1]];
  if (Math.abs(last - first) < 0.1 * Math.abs(first)) return "stable";
  return last > first ? "rising" : "falling";
}

/** Everything that speaks against a drug at a dose, but for what the patient takes of it already. */
export function warningsFor(
  state: Pick<State, "patient" | "admission">,
  name: string,
  dose?: string,
  frequency?: string,
): Warning[] {
  const drug = drugNamed(name);
  const others = {
    ...state.patient,
    medications: takenNow(state.admission.orders).filter((taken) => taken.name !== drug.name),
  };
  const against: Warning[] = objections(drug, others);
  if (!dose || !frequency || dosageVerdict({ name: drug.name, dose, frequency }, others) !== "too high") return against;
  const text = `${drug.name} ${dose} ${frequency} is too much at an eGFR of ${state.patient.renal.egfr}`;
  return [...against, { severity: 5, kind: "dangerous dose", text }];
}

/** From the latest readings. */
export function newsOf({ admission, patient }: Pick<State, "admission" | "patient">) {
  const { date: _, diastolic: __, confused, ...vitals } = admission.vitals.at(-1)!;
  const hypercapnicFailure = patient.conditions.some(({ name }) => name === "COPD");
  return news2.compute({ ...vitals, hypercapnicFailure, newConfusionOrLess: confused });
}

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  return {
    getPatientSummary: tool({
      kind: "read",
      description: "Who the patient is, why and since when in hospital, long-standing illnesses, kidney and liver.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        const { admissionId: own, admitted, type, ward, diagnosis, discharge } = admissionOf(state, id);
        const { medications: _, allergies: __, conditions: illnesses, ...patient } = state.patient;
        const end = discharge ? { discharged: discharge.date } : { discharged: null, today: state.today };
        return {
          admissionId: own, admitted, ...end, type, ward, principalDiagnosis: diagnosis, patient, conditions: illnesses.map(({ name }) => name),
        }; // biome-ignore format: a record
      },
    }),
    getAdmissionHistory: tool({
      kind: "read",
      description: "All admissions of the patient, oldest first, and emergency visits of the last six months.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        admissionOf(state, id);
        const all = [...state.previous, state.admission];
        return {
          admissions: all.map((one) => ({
            admissionId: one.admissionId, admitted: one.admitted, discharged: one.discharge?.date ?? null, type: one.type, diagnosis: one.diagnosis,
          })), // biome-ignore format: a record
          emergencyVisits: state.emergencyVisits,
        };
      },
    }),
    getLabResults: tool({
      kind: "read",
      description:
        "Results of an admission with ranges and flags, newest first: the last of one test, or the latest of every test.",
      parameters: {
        admissionId,
        name: z.string().describe("test, e.g. potassium").optional(),
        lastN: z.int().min(1).max(50).default(10),
      },
      run({ admissionId: id, name, lastN }, { state }) {
        if (name !== undefined) return { results: resultsOf(state, id, name).slice(-lastN).toReversed() };
        const { labs } = admissionOf(state, id);
        const latest = new Map(labs.map((lab) => [lab.test, lab]));
        return { results: [...latest.values()] };
      },
    }),
    getLabTrend: tool({
      kind: "read",
      description:
        "Values of a test over an admission, oldest first; trend: rising or falling by a tenth or more, else stable.",
      parameters: { admissionId, name: z.string().describe("test, e.g. potassium") },
      run({ admissionId: id, name }, { state }) {
        const results = resultsOf(state, id, name);
        const values = results.map(({ value }) => value);
        const { test, unit, range } = results[0];
        return {
          test, unit, range, values, min: Math.min(...values), max: Math.max(...values), latest: values.at(-1), trend: trendOf(values),
          abnormalCount: results.filter(({ flag }) => flag !== "normal").length,
        }; // biome-ignore format: a record
      },
    }),
    getVitalSigns: tool({
      kind: "read",
      description: "Readings of vital signs, oldest first.",
      parameters: { admissionId, lastN: z.int().min(1).max(50).default(12) },
      run: ({ admissionId: id, lastN }, { state }) => ({ readings: currentOf(state, id).vitals.slice(-lastN) }),
    }),
    detectVitalAlerts: tool({
      kind: "read",
      description: "Vital signs of the latest reading that are out of their limits.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        const latest = currentOf(state, id).vitals.at(-1)!;
        const alerts = vitalSigns
          .filter(({ name, range: [low, high] }) => latest[name] < low || latest[name] > high)
          .map(({ name, unit, range }) => ({ sign: name, value: latest[name], unit, range }));
        return { date: latest.date, alerts };
      },
    }),
    getMedicationOrders: tool({
      kind: "read",
      description: "Orders of drugs.",
      parameters: { admissionId, activeOnly: z.boolean().default(true) },
      run({ admissionId: id, activeOnly }, { state }) {
        return { orders: currentOf(state, id).orders.filter(({ status }) => !activeOnly || status === "active") };
      },
    }),
    checkOrderSafety: tool({
      kind: "read",
      description: "A drug, and a dose of it, against allergies, illnesses, kidney, liver and the active orders.",
      parameters: {
        admissionId,
        drug: drugName,
        dose: z.string().describe('e.g. "500 mg"').optional(),
        frequency: z.string().describe('e.g. "twice daily"').optional(),
      },
      run({ admissionId: id, drug, dose, frequency }, { state }) {
        currentOf(state, id);
        const known = drugOf(drug);
        const warnings = warningsFor(state, known.name, dose, frequency);
        return {
          drug: known.name,
          egfr: state.patient.renal.egfr,
          warnings,
          renal: renalAdvice(known, state.patient.renal.egfr),
          usual: known.regimens[0],
        };
      },
    }),
    checkAllergies: tool({
      kind: "read",
      description: "Allergies with reaction and severity.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        admissionOf(state, id);
        return { allergies: state.patient.allergies };
      },
    }),
    getClinicalScores: tool({
      kind: "read",
      description: "NEWS2 and qSOFA of the latest reading, with their parts.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        const { respiratoryRate, systolic, confused } = currentOf(state, id).vitals.at(-1)!;
        return { scores: [newsOf(state), qsofa.compute({ respiratoryRate, systolic, alteredMentation: confused })] };
      },
    }),
    readmissionRisk: tool({
      kind: "read",
      description: "LACE: risk of death or readmission within 30 days of discharge.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        currentOf(state, id);
        return laceOf(state);
      },
    }),
    getIcuStays: tool({
      kind: "read",
      description: "Stays in intensive care.",
      parameters: { admissionId },
      run: ({ admissionId: id }, { state }) => ({ stays: currentOf(state, id).icuStays }),
    }),
    getProcedures: tool({
      kind: "read",
      description: "Procedures with their outcome.",
      parameters: { admissionId },
      run: ({ admissionId: id }, { state }) => ({ procedures: currentOf(state, id).procedures }),
    }),
    getDischargeSummary: tool({
      kind: "read",
      description: "Diagnosis, drugs and follow-up at discharge.",
      parameters: { admissionId },
      run({ admissionId: id }, { state }) {
        const { discharge, admissionId: own } = admissionOf(state, id);
        if (!discharge) throw new ToolError(`${own} is still in hospital`);
        return discharge;
      },
    }),
    getQualityIndicators: tool({
      kind: "read",
      description: "Indicators of care: the limit, and after how many hours it was done.",
      parameters: { admissionId },
      run: ({ admissionId: id }, { state }) => ({ indicators: currentOf(state, id).quality }),
    }),
    lookupIcdCode: tool({
      kind: "read",
      description: "ICD-10 codes of diagnoses whose name has the words.",
      parameters: { diagnosis: z.string().min(3) },
      run({ diagnosis }) {
        const words = diagnosis.trim().toLowerCase();
        const known = [...conditions, ...presentations].filter(({ name }) => name.toLowerCase().includes(words));
        if (known.length === 0) throw new ToolError(`no diagnosis with ${diagnosis}`);
        return {
          codes: Object.entries(Object.fromEntries(known.map(({ name, icd10 }) => [name, icd10]))).map(
            ([name, code]) => ({ name, code }),
          ),
        };
      },
    }),
    writeClinicalNote: tool({
      kind: "write",
      description: "A note in the record.",
      parameters: {
        admissionId,
        type: z.enum(["progress", "discharge", "incident", "pharmacy"]),
        text: z.string().min(1),
      },
      run({ admissionId: id, type, text }, { state }) {
        currentOf(state, id);
        state.notes.push({ type, text });
        return { notes: state.notes.length };
      },
    }),
    placeOrder: tool({
      kind: "write",
      description:
        "An order of a drug, a test or care. A drug that is not safe is held with the reasons, unless overridden.",
      parameters: {
        admissionId, category: z.enum(["medication", "laboratory", "imaging", "nursing", "follow-up"]), item: z.string().min(1).describe("for a drug its generic name"),
        dose: z.string().optional(), frequency: z.string().optional(), override: z.boolean().default(false),
      }, // biome-ignore format: a list
      run({ admissionId: id, category, item, dose, frequency, override }, { state }) {
        const { orders } = currentOf(state, id);
        if (category !== "medication") {
          state.placed.push({ category, item, warnings: [] });
          return { status: "ordered", item };
        }
        const { name, regimens } = drugOf(item);
        const regimen = { dose: dose ?? regimens[0].dose, frequency: frequency ?? regimens[0].frequency };
        const warnings = warningsFor(state, name, regimen.dose, regimen.frequency);
        if (warnings.length > 0 && !override) return { status: "held", warnings };
        for (const order of orders) if (order.drug === name) order.status = "stopped";
        orders.push(newOrder(orders, name, state.today, regimen));
        state.placed.push({ category, item: name, ...regimen, warnings });
        return { ...orders.at(-1)!, status: "ordered" };
      },
    }),
    discontinueOrder: tool({
      kind: "write",
      description: "Stops an active order.",
      parameters: { admissionId, orderId: z.string().describe("e.g. R2"), reason: z.string() },
      run({ admissionId: id, orderId }, { state }) {
        const order = currentOf(state, id).orders.find((one) => one.orderId === orderId.trim().toUpperCase());
        if (!order) throw new ToolError(`no order ${orderId}`);
        order.status = "stopped";
        state.stopped.push(order.drug);
        return { status: "stopped", drug: order.drug };
      },
    }),
    requestConsult: tool({
      kind: "write",
      description: "Calls a specialist.",
      parameters: {
        admissionId,
        specialty: z.enum(specialties),
        urgency: z.enum(["routine", "urgent", "emergency"]).default("routine"),
        reason: z.string(),
      },
      run({ admissionId: id, specialty, urgency, reason }, { state }) {
        currentOf(state, id);
        state.consults.push({ specialty, urgency, reason });
        return { status: "requested", specialty, urgency };
      },
    }),
    think: tool({
      kind: "think",
      description: "For your own notes.",
      parameters: { thought: z.string() },
      run: () => "Noted.",
    }),
    submitAnswer: tool({
      kind: "submit",
      description: "Your final answer, as short as the question asks, and the findings it rests on.",
      parameters: { answer: z.string(), reasoning: z.string().default("") },
      run: () => "Submitted.",
    }),
  };
}
