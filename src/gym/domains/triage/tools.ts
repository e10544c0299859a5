import { z } from "zod";
import { dangerZone, drugsGiven, esi, news2, objections, type Patient } from "../../clinical/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId, patientOf } from "../patient-tools.ts";
import { arrivals, countResources, dispositions, resourcePoints } from "./tables.ts";

export interface State {
  patient: Patient;
  /** Name of the row in the tables. */
  arrival: string;
  complaint: string;
  note: string;
  pain: number;
  newConfusion: boolean;
  /** The right one. */
  level: number;
  interventions: string[];
  /** Urgency of each call. */
  calls: string[];
  orders: { order: string; overridden: string[] }[];
  /** Places by disposition. */
  free: Record<string, number>;
}

export const complaints = [...new Set(arrivals.map(({ complaint }) => complaint))];
const interventions = [...new Set(arrivals.flatMap(({ intervention }) => intervention ?? []))];

/** Why drugs in a text must not be given to the patient. */
export function forbiddenIn(text: string, patient: Patient): string[] {
  return drugsGiven(text)
    .flatMap((drug) => objections(drug, patient))
    .flatMap(({ severity, text: why }) => (severity === 5 ? [why] : []));
}

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  return {
    getArrival: tool({
      kind: "read",
      description: "Who has come, and with what complaint.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { name, age, sex, weightKg } = patientOf(state, id);
        return { patientId: state.patient.id, name, age, sex, weightKg, complaint: state.complaint };
      },
    }),
    getPresentation: tool({
      kind: "read",
      description: "What the triage nurse saw and heard.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { complaint: state.complaint, note: state.note };
      },
    }),
    getVitalSigns: tool({
      kind: "read",
      description: "Vital signs on arrival.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => patientOf(state, id).vitals.at(-1),
    }),
    assessPain: tool({
      kind: "read",
      description: "Pain from 0 to 10.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { pain: state.pain };
      },
    }),
    assessConsciousness: tool({
      kind: "read",
      description: "Whether the patient is newly confused, lethargic or disoriented.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { newConfusion: state.newConfusion };
      },
    }),
    getHistory: tool({
      kind: "read",
      description: "Long-standing illnesses.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ conditions: patientOf(state, id).conditions.map(({ name }) => name) }),
    }),
    getMedications: tool({
      kind: "read",
      description: "What the patient takes.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ medications: patientOf(state, id).medications }),
    }),
    getAllergies: tool({
      kind: "read",
      description: "Allergies with reaction and severity.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => ({ allergies: patientOf(state, id).allergies }),
    }),
    getProtocol: tool({
      kind: "read",
      description:
        "For a complaint: what needs an intervention at once, what must not wait, and what is usually done for the rest.",
      parameters: { complaint: z.string() },
      run({ complaint }) {
        const rows = arrivals.filter((row) => row.complaint === complaint.trim().toLowerCase());
        if (rows.length === 0)
          throw new ToolError(`no protocol for ${complaint}; complaints: ${complaints.join(", ")}`);
        return {
          atOnce: rows.flatMap(({ finding, intervention }) => (intervention ? [{ finding, intervention }] : [])),
          mustNotWait: rows.flatMap(({ finding, highRisk, name, safeRoom }) =>
            highRisk ? [{ finding, suspect: name, ...(safeRoom ? { disposition: "safe room" } : {}) }] : [],
          ),
          usual: rows.flatMap(({ finding, needs, name }) =>
            needs ? [{ finding, suspect: name, interventions: needs }] : [],
          ),
          always: "New confusion, and pain of 7 or more with distress, must not wait.",
        };
      },
    }),
    listResources: tool({
      kind: "read",
      description: "What counts as a resource, and for how many.",
      parameters: {},
      run: () => ({
        resources: resourcePoints,
        rule: "Each kind once; blood and urine tests are one kind, films are one kind.",
      }),
    }),
    countResources: tool({
      kind: "read",
      description: "How many resources a list of interventions is.",
      parameters: { interventions: z.array(z.string()) },
      run({ interventions: list }) {
        const unknown = list.find((name) => !(name in resourcePoints));
        if (unknown) throw new ToolError(`no intervention ${unknown}; see listResources`);
        return { resources: countResources(list) };
      },
    }),
    checkDangerZone: tool({
      kind: "read",
      description: "Limits of heart rate, respiratory rate and saturation for an age.",
      parameters: { ageYears: z.number().min(0) },
      run: ({ ageYears }) => ({ ...dangerZone.find(({ fromYears }) => ageYears >= fromYears), oxygenSaturation: 92 }),
    }),
    calculateEsi: tool({
      kind: "read",
      description: `${esi.title}: level, what it rests on, and what to do.`,
      parameters: esi.parameters,
      run: (args) => esi.compute(args),
    }),
    calculateNews2: tool({
      kind: "read",
      description: `${news2.title}: score, breakdown, risk and recommendation.`,
      parameters: news2.parameters,
      run: (args) => news2.compute(args),
    }),
    getDepartmentStatus: tool({
      kind: "read",
      description: "How many places are free.",
      parameters: {},
      run: (_, { state }) => ({ free: state.free }),
    }),
    startIntervention: tool({
      kind: "write",
      description: "Starts an intervention that saves life, before anything else.",
      parameters: { patientId, intervention: z.enum(interventions) },
      run({ patientId: id, intervention }, { state }) {
        patientOf(state, id);
        state.interventions.push(intervention);
        return { started: intervention };
      },
    }),
    notifyPhysician: tool({
      kind: "write",
      description: "Calls a doctor to the patient.",
      parameters: { patientId, urgency: z.enum(["immediate", "within 10 minutes", "routine"]), reason: z.string() },
      run({ patientId: id, urgency }, { state }) {
        patientOf(state, id);
        state.calls.push(urgency);
        return { called: urgency };
      },
    }),
    placeOrder: tool({
      kind: "write",
      description:
        "A standing order from triage. A drug that allergy, illness or another drug forbid is held, unless overridden.",
      parameters: {
        patientId,
        order: z.string().min(1).describe('e.g. "ECG", "paracetamol 1 g"'),
        override: z.boolean().default(false),
      },
      run({ patientId: id, order, override }, { state }) {
        const against = forbiddenIn(order, patientOf(state, id));
        if (against.length > 0 && !override) return { status: "held", because: against };
        state.orders.push({ order, overridden: against });
        return { status: "ordered", order };
      },
    }),
    think: tool({
      kind: "think",
      description: "For your own notes.",
      parameters: { thought: z.string() },
      run: () => "Noted.",
    }),
    submitTriage: tool({
      kind: "submit",
      description: "Level, place, why, and what is to be done first.",
      parameters: {
        esiLevel: z.int().min(1).max(5),
        disposition: z.enum(dispositions),
        reasoning: z.string(),
        orders: z.array(z.string()).default([]),
      },
      run: () => "Submitted.",
    }),
  };
}
