import { Random } from "../../core/random.ts";
import { between, type Patient, type Split } from "./patient.ts";
import { asRecord, facts } from "./render.ts";
import { drugs, findDrug, findInteraction, isDrugOrClass, labTests } from "./tables.ts";
import {
  executeTool,
  observation,
  type ToolCall,
  type ToolDefinition,
  type ToolName,
  toolDefinition,
  toolNames,
} from "./tools.ts";

/** `lookup`: the record is in the prompt; the others are answered by calling tools. */
export const taskKinds = ["lookup", "lab", "allergy", "interaction", "renal-dose"] as const;
export type TaskKind = (typeof taskKinds)[number];

export type ChatMessage =
  | { role: "system" | "user"; content: string }
  | { role: "assistant"; content: string; tool_calls?: { type: "function"; function: ToolCall }[] }
  | { role: "tool"; content: string };

export interface ClinicalTask {
  id: string;
  kind: TaskKind;
  split: Split;
  patientId: string;
  /** What the model is given. */
  prompt: ChatMessage[];
  tools: ToolDefinition[];
  /** The tool calls of the reference solution, in order. */
  calls: ToolCall[];
  /** The exact final answer. */
  answer: string;
  /** Runs a call on this task's own patient record; the text is what a tool message holds. */
  execute(call: ToolCall): string;
}

/** What a solution of a kind is written with: it calls tools and words the answer from what they returned. */
type Call = (name: ToolName, args: Record<string, unknown>) => Record<string, unknown>;
interface Draft {
  question: string;
  tools: ToolName[];
  solve(call: Call): string;
}

const system = "You are a clinical assistant. Use the tools, then answer.";

export function clinicalTask(kind: TaskKind, patient: Patient, split: Split, seed: number): ClinicalTask {
  const random = new Random(seed).split(`task ${kind}`, Number(patient.id.slice(1)));
  const base = { id: `${kind}-${patient.id}-${seed}`, kind, split, patientId: patient.id };
  const records = new Map([[patient.id, patient]]);
  const execute = (call: ToolCall) => observation(executeTool(call, records));
  if (kind === "lookup") {
    const { question, answer } = random.choice(facts(patient));
    const prompt: ChatMessage[] = [{ role: "user", content: `${asRecord(patient)}\n${question}` }];
    return { ...base, prompt, tools: [], calls: [], answer, execute };
  }
  const draft = drafts[kind](patient, random);
  const distractors = random.sample(
    toolNames.filter((name) => !draft.tools.includes(name)),
    between(random, 1, 2),
  );
  const calls: ToolCall[] = [];
  const answer = draft.solve((name, args) => {
    calls.push({ name, arguments: args });
    return executeTool({ name, arguments: args }, records) as Record<string, unknown>;
  });
  return {
    ...base,
    prompt: [
      { role: "system", content: system },
      { role: "user", content: draft.question },
    ],
    tools: random.shuffle([...draft.tools, ...distractors]).map(toolDefinition),
    calls,
    answer,
    execute,
  };
}

/** The reference solution as a chat: every tool message is what the tool returned for the record. */
export function solvedMessages(task: ClinicalTask): ChatMessage[] {
  const turns = task.calls.flatMap((call): ChatMessage[] => [
    { role: "assistant", content: "", tool_calls: [{ type: "function", function: call }] },
    { role: "tool", content: task.execute(call) },
  ]);
  return [...task.prompt, ...turns, { role: "assistant", content: task.answer }];
}

const drafts: Record<Exclude<TaskKind, "lookup">, (patient: Patient, random: Random) => Draft> = {
  lab(patient, random) {
    // one in eight asks for a test that was not done
    const { name: test } = random.boolean(1 / 8)
      ? random.choice(labTests.filter(({ name }) => !patient.labs.some((lab) => lab.test === name)))
      : { name: random.choice(patient.labs).test };
    const question = random.choice([
      `What is the latest ${test} of patient ${patient.id}?`,
      `Look up ${test} for ${patient.id}.`,
      `${patient.id}: please report the ${test}.`,
      `I need the ${test} result of patient ${patient.id}.`,
    ]);
    const solve = (call: Call) => {
      const lab = call("get_lab", { patient_id: patient.id, test });
      if ("error" in lab) return `There is no ${test} result.`;
      return `The ${test} is ${lab.value} ${lab.unit}, ${lab.flag}.`;
    };
    return { question, tools: ["get_lab"], solve };
  },

  allergy(patient, random) {
    const matching = drugs.filter((drug) => patient.allergies.some(({ substance }) => isDrugOrClass(drug, substance)));
    const drug = random.choice(matching.length > 0 && random.boolean(0.75) ? matching : drugs).name;
    const question = random.choice([
      `Is patient ${patient.id} allergic to ${drug}?`,
      `May ${patient.id} have ${drug}? Check for an allergy.`,
      `Any allergy against ${drug} in ${patient.id}?`,
      `Check ${drug} against the allergies of patient ${patient.id}.`,
    ]);
    const solve = (call: Call) => {
      const found = call("check_allergy", { patient_id: patient.id, drug });
      if (!found.match) return `No allergy to ${drug} is recorded.`;
      return `Do not give ${drug}: allergy to ${found.allergy} with ${found.reaction}.`;
    };
    return { question, tools: ["check_allergy"], solve };
  },

  interaction(patient, random) {
    const current = patient.medications.map(({ name }) => findDrug(name)!);
    const others = drugs.filter((drug) => !current.includes(drug));
    const interacting = others.filter((drug) => current.some((other) => findInteraction(drug, other)));
    const drug = random.choice(interacting.length > 0 && random.boolean(0.6) ? interacting : others).name;
    const question = random.choice([
      `Can ${drug} be added for patient ${patient.id}? Check interactions.`,
      `Does ${drug} interact with the medications of ${patient.id}?`,
      `We want to start ${drug} in ${patient.id}. Any interaction?`,
      `Check ${drug} against the medication list of patient ${patient.id}.`,
    ]);
    const solve = (call: Call) => {
      const { medications } = call("get_medications", { patient_id: patient.id });
      const worst = call("check_interaction", { drug, medications });
      if (worst.severity === "none") return `${drug} has no known interaction here.`;
      return `${drug} has a ${worst.severity} interaction with ${worst.with}: ${worst.effect}.`;
    };
    return { question, tools: ["get_medications", "check_interaction"], solve };
  },

  "renal-dose"(patient, random) {
    const drug = random.choice(drugs.filter(({ renal }) => renal)).name;
    const question = random.choice([
      `What dose of ${drug} suits the kidneys of patient ${patient.id}?`,
      `Adjust ${drug} to the renal function of ${patient.id}.`,
      `${patient.id} needs ${drug}. Which dose at this eGFR?`,
      `Find the renal dose of ${drug} for patient ${patient.id}.`,
    ]);
    const solve = (call: Call) => {
      const { egfr } = call("get_renal_function", { patient_id: patient.id });
      const advice = call("renal_dose", { drug, egfr });
      if (advice.advice === "avoid") return `Avoid ${drug}: the eGFR is ${egfr}.`;
      return `Give ${drug} ${advice.dose} ${advice.frequency}: the eGFR is ${egfr}.`;
    };
    return { question, tools: ["get_renal_function", "renal_dose"], solve };
  },
};
