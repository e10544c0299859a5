import { z } from "zod";
import { resolveOptions } from "../../core/options.ts";
import { type Patient, patients, type Split } from "./patient.ts";
import {
  type ChatMessage,
  type ClinicalTask,
  clinicalTask,
  solvedMessages,
  type TaskKind,
  taskKinds,
} from "./tasks.ts";
import type { ToolDefinition } from "./tools.ts";

export interface ClinicalOptions {
  /** Patients are split 80/10/10 by their id alone: no patient of one split is ever in another. @default "train" */
  split?: Split;
  /** Number of tasks, each of another patient; kinds take turns. @default 100 */
  count?: number;
  /** What is asked: `lookup` in a record in the prompt; `lab`, `allergy`, `interaction`, `renal-dose` with tools. @default the four with tools */
  kinds?: readonly TaskKind[];
  /** @default 0 */
  seed?: number;
}

/** A chat row, ready for `sft`. */
export interface ClinicalRow {
  messages: ChatMessage[];
  tools: ToolDefinition[];
  metadata: { id: string; kind: TaskKind; split: Split; patientId: string; answer: string };
}

export interface ClinicalData {
  /** Reference solutions as chats: every tool message holds what the tool returned. */
  rows: ClinicalRow[];
  /** The same tasks unsolved, with their exact answers and tools that run: for `evaluate`. */
  tasks: ClinicalTask[];
  patients: Patient[];
}

const schema = z.strictObject({
  split: z.enum(["train", "validation", "test"]).default("train"),
  count: z.int().min(1).max(9_000).default(100),
  kinds: z.array(z.enum(taskKinds)).min(1).default(["lab", "allergy", "interaction", "renal-dose"]),
  seed: z.int().min(0).default(0),
});

/** Synthetic patients and tasks about them; the same options give the same bytes. Not for clinical use. */
export function clinical(options: ClinicalOptions = {}): ClinicalData {
  const { split, count, kinds, seed } = resolveOptions("clinical", options, schema);
  const people = patients({ split, count, seed });
  const tasks = people.map((patient, i) => clinicalTask(kinds[i % kinds.length], patient, split, seed));
  return { tasks, rows: tasks.map(toRow), patients: people };
}

function toRow(task: ClinicalTask): ClinicalRow {
  const { id, kind, split, patientId, answer } = task;
  return { messages: solvedMessages(task), tools: task.tools, metadata: { id, kind, split, patientId, answer } };
}
