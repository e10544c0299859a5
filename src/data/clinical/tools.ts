/** The tools of the clinical tasks: what the model is told about them, and what runs when it calls one. */
import type { Patient } from "./patient.ts";
import { type Drug, findDrug, findInteraction, isDrugOrClass } from "./tables.ts";

/** As chat templates expect it. */
export type ToolDefinition = {
  type: "function";
  function: {
    name: string;
    description: string;
    parameters: { type: "object"; properties: Record<string, { type: string }>; required: string[] };
  };
};

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

export type ToolName = keyof typeof tools;

type Arguments = Record<string, unknown>;
interface Tool {
  description: string;
  properties: Record<string, { type: string }>;
  run(args: Arguments, patients: ReadonlyMap<string, Patient>): object;
}

const text = { type: "string" };

const tools = {
  get_lab: {
    description: "latest result of a laboratory test",
    properties: { patient_id: text, test: text },
    run(args, patients) {
      const found = patientOf(args, patients).labs.find((lab) => lab.test === args.test);
      if (!found) return { error: `no result for ${args.test}` };
      return { test: found.test, value: found.value, unit: found.unit, flag: found.flag };
    },
  },
  get_medications: {
    description: "names of the current medications",
    properties: { patient_id: text },
    run: (args, patients) => ({ medications: patientOf(args, patients).medications.map(({ name }) => name) }),
  },
  get_renal_function: {
    description: "creatinine and eGFR",
    properties: { patient_id: text },
    run(args, patients) {
      const { creatinine, egfr } = patientOf(args, patients).renal;
      return { creatinine, egfr };
    },
  },
  renal_dose: {
    description: "dose of a drug at an eGFR",
    properties: { drug: text, egfr: { type: "number" } },
    run(args) {
      const drug = drugOf(args.drug);
      if (typeof args.egfr !== "number") return { error: "egfr must be a number" };
      const egfr = args.egfr;
      if (!drug.renal) return { advice: "usual dose", ...drug.regimens[0] };
      const row = drug.renal.find(({ from }) => egfr >= from)!;
      return "avoid" in row ? { advice: "avoid" } : { advice: "give", dose: row.dose, frequency: row.frequency };
    },
  },
  check_allergy: {
    description: "recorded allergy to a drug or its class",
    properties: { patient_id: text, drug: text },
    run(args, patients) {
      const drug = drugOf(args.drug);
      const match = patientOf(args, patients).allergies.find(({ substance }) => isDrugOrClass(drug, substance));
      return match ? { match: true, allergy: match.substance, reaction: match.reaction } : { match: false };
    },
  },
  check_interaction: {
    description: "worst interaction of a drug with medications",
    properties: { drug: text, medications: { type: "array" } },
    run(args) {
      const drug = drugOf(args.drug);
      if (!Array.isArray(args.medications)) return { error: "medications must be a list" };
      const found = args.medications
        .map((name) => ({ name, rule: findInteraction(drug, drugOf(name)) }))
        .filter(({ rule }) => rule !== undefined);
      const worst = found.find(({ rule }) => rule!.severity === "major") ?? found[0];
      if (!worst) return { severity: "none" };
      return { severity: worst.rule!.severity, with: worst.name, effect: worst.rule!.effect };
    },
  },
} satisfies Record<string, Tool>;

export const toolNames = Object.keys(tools) as ToolName[];

export function toolDefinition(name: ToolName): ToolDefinition {
  const { description, properties } = tools[name];
  return {
    type: "function",
    function: { name, description, parameters: { type: "object", properties, required: Object.keys(properties) } },
  };
}

class ToolError extends Error {}

/** Runs a call on the records. A wrong call has an answer too, `{error}`: what the model then sees. */
export function executeTool(call: ToolCall, patients: ReadonlyMap<string, Patient>): object {
  if (!Object.hasOwn(tools, call.name)) return { error: `no tool ${call.name}` };
  const tool: Tool = tools[call.name as ToolName];
  const missing = Object.keys(tool.properties).filter((name) => !Object.hasOwn(call.arguments, name));
  if (missing.length > 0) return { error: `missing ${missing.join(", ")}` };
  try {
    return tool.run(call.arguments, patients);
  } catch (error) {
    if (error instanceof ToolError) return { error: error.message };
    throw error;
  }
}

/** What a tool returned, as the model sees it: JSON with a space after `,` and `:`, as templates' `tojson` writes arguments. */
export function observation(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(observation).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${observation(field)}`);
    return `{${fields.join(", ")}}`;
  }
  return JSON.stringify(value);
}

function patientOf(args: Arguments, patients: ReadonlyMap<string, Patient>): Patient {
  const found = patients.get(String(args.patient_id));
  if (!found) throw new ToolError(`no patient ${args.patient_id}`);
  return found;
}

function drugOf(name: unknown): Drug {
  const found = findDrug(String(name));
  if (!found) throw new ToolError(`no drug ${name}`);
  return found;
}
