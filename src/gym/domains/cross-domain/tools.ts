import { z } from "zod";
import { ToolError, type toolsOf, type UnnamedTool } from "../../tool.ts";
import { tools as clinicalTools } from "../clinical-diagnosis/tools.ts";
import { tools as pharmacyTools } from "../drug-interaction/tools.ts";
import { tools as triageTools } from "../triage/tools.ts";
import { tools as archiveTools } from "../visual-diagnosis/tools.ts";
import type { State } from "./state.ts";
import { childDose, type Phase, phases, trafficLight } from "./tables.ts";

type Maker<S> = ReturnType<typeof toolsOf<S>>;

/** `tool` for another domain's definitions: they run on that domain's part of the state, from their phase on. */
function through<Part>(
  tool: Maker<State>,
  phase: Phase,
  pick: (state: State) => Part,
  after?: (state: State) => void,
): Maker<Part> {
  return (definition) =>
    tool({
      ...definition,
      run(args, context) {
        begun(context.state, phase);
        const result = definition.run(args, { ...context, state: pick(context.state) });
        after?.(context.state);
        return result;
      },
    }) as UnnamedTool<unknown> as UnnamedTool<Part>;
}

function begun({ current }: State, phase: Phase): void {
  if (phases.indexOf(phase) > current)
    throw new ToolError(`${phase} has not begun: complete ${phases[current]} first, with completePhase`);
}

/** Only these, as tools of the pathway. */
function only(tools: object, names: readonly string[]): Record<string, UnnamedTool<State>> {
  const known = tools as Readonly<Record<string, UnnamedTool<State>>>;
  return Object.fromEntries(
    names.map((name) => {
      if (!known[name]) throw new RangeError(`no tool ${name}`);
      return [name, known[name]];
    }),
  );
}

/** What was prescribed is taken from now on: pharmacists see it, and it counts against the next drug. */
function takePrescriptions({ clinical: { patient, prescriptions } }: State): void {
  for (const { drug, dose, frequency, route } of prescriptions) {
    if (patient.medications.some(({ name, start }) => name === drug && start === patient.today)) continue;
    patient.medications.push({ name: drug, dose, frequency, route, start: patient.today });
  }
}

export function tools(tool: Maker<State>) {
  const triage = triageTools(through(tool, "arrival", ({ triage: part }) => part));
  const archive = archiveTools(through(tool, "imaging", ({ archive: part }) => part));
  const record = clinicalTools(through(tool, "arrival", ({ clinical }) => clinical));
  const diagnosis = clinicalTools(through(tool, "diagnosis", ({ clinical }) => clinical));
  const treatment = clinicalTools(through(tool, "treatment", ({ clinical }) => clinical, takePrescriptions));
  const pharmacy = pharmacyTools(through(tool, "treatment", ({ pharmacy: part }) => part));
  return {
    ...only(triage, [
      "getPresentation",
      "getVitalSigns",
      "assessConsciousness",
      "getHistory",
      "checkDangerZone",
      "calculateNews2",
      "notifyPhysician",
    ]),
    ...only(record, ["getPatientInfo", "getPatientHistory", "getClinicalNotes", "getLabResults", "addClinicalNote"]),
    ...only(archive, [
      "listImages",
      "getImageReport",
      "analyzeMedicalImage",
      "measureLesion",
      "measureEcg",
      "lookUpFindings",
      "classifyFinding",
      "recordVisualDiagnosis",
    ]),
    ...only(diagnosis, [
      "getDifferentialDiagnosis",
      "orderLabTest",
      "searchClinicalGuidelines",
      "calculateQsofa",
      "calculateWellsPe",
      "recordDiagnosis",
    ]),
    ...only(pharmacy, ["checkAllInteractions", "getDrugInfo"]),
    ...only(treatment, ["getAllergyList", "getMedications", "prescribeMedication", "transferToSpecialist"]),
    classifyFever: tool({
      kind: "read",
      description: "Traffic light of a feverish child of one to four years: green, amber or red.",
      parameters: {
        ageYears: z.number().min(1).lt(5),
        heartRate: z.number(),
        respiratoryRate: z.number(),
        oxygenSaturation: z.number(),
        signs: z.array(z.string()).describe("what the note says"),
      },
      run: (args) => trafficLight(args),
    }),
    getChildDose: tool({
      kind: "read",
      description: "Oral dose of a child of one to four years: amoxicillin, clarithromycin, paracetamol.",
      parameters: { drug: z.string(), ageYears: z.number().min(1).lt(5), weightKg: z.number().min(5).max(40) },
      run({ drug, ageYears, weightKg }) {
        const found = childDose(drug, ageYears, weightKg);
        if (!found) throw new ToolError(`no dose of ${drug} at ${ageYears} years and ${weightKg} kg`);
        return { drug, ...found };
      },
    }),
    getPathway: tool({
      kind: "read",
      description: "The phases, which goes on, and what the earlier ones handed over.",
      parameters: {},
      run: (_, { state }) => ({ phases, current: phases[state.current], handedOver: state.summaries }),
    }),
    completePhase: tool({
      kind: "write",
      description: `Hands the patient over to the next phase: ${phases.join(", ")}.`,
      parameters: { phase: z.enum(phases), summary: z.string().min(1) },
      run({ phase, summary }, { state }) {
        if (phase !== phases[state.current]) throw new ToolError(`${phases[state.current]} goes on, not ${phase}`);
        if (state.current === phases.length - 1) throw new ToolError("treatment is completed by submitPathway");
        state.summaries.push({ phase, summary });
        state.current++;
        return { current: phases[state.current] };
      },
    }),
    think: tool({
      kind: "think",
      description: "A note to yourself.",
      parameters: { thought: z.string() },
      run: () => "noted",
    }),
    submitPathway: tool({
      kind: "submit",
      description: "Diagnosis, plan and what they rest on; ends the pathway.",
      parameters: { diagnosis: z.string(), plan: z.string().default(""), reasoning: z.string().default("") },
      run: () => "submitted",
    }),
  };
}
