import { z } from "zod";

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

/** A tool call that a good solution contains. */
export interface ExpectedAction {
  tool: string;
  arguments: Record<string, unknown>;
  /** Arguments that must agree; without, the tool's name alone counts. */
  compareArgs?: string[];
}

/** Something that the solution's text must convey. */
export interface Assertion {
  text: string;
  importance: "critical" | "high" | "medium" | "low";
  /** Words or numbers by which one sees it, e.g. ["penicillin", "anaphylaxis"]. */
  evidence: string[];
}

/** One thing to do in an environment; plain JSON, so that tasks live in files and travel to jobs. */
export interface Task {
  /** Unique in its domain. */
  id: string;
  domain: string;
  split: Split;
  /** Category inside the domain; scores are also given for each. */
  kind?: string;
  /** The first user turn. */
  ticket: string;
  difficulty: 1 | 2 | 3 | 4 | 5;
  /** Splits are by patient: no patient has tasks in two of them. */
  patientId?: string;
  /** What tasks share that are not independent, where it is no patient: splits are by it, and intervals draw it as one. */
  group?: string;
  /** Of multiple choice, by letter. */
  options?: Record<string, string>;
  /** The right final answer: a letter, a word, or text. */
  answer?: string;
  criteria: { actions: ExpectedAction[]; assertions: Assertion[] };
  /** What the episode's database is made from: the patient's record, a map, …; the environment knows its shape. */
  state?: unknown;
}

const text = z.string().min(1);

/** For tasks that come from files. */
export const taskSchema = z.strictObject({
  id: text,
  domain: text,
  split: z.enum(splits),
  kind: text.optional(),
  ticket: text,
  difficulty: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]),
  patientId: text.optional(),
  group: text.optional(),
  options: z.record(z.string(), z.string()).optional(),
  answer: text.optional(),
  criteria: z.strictObject({
    actions: z.array(
      z.strictObject({
        tool: text,
        arguments: z.record(z.string(), z.unknown()),
        compareArgs: z.array(text).optional(),
      }),
    ),
    assertions: z.array(
      z.strictObject({ text, importance: z.enum(["critical", "high", "medium", "low"]), evidence: z.array(text) }),
    ),
  }),
  state: z.unknown().optional(),
});
