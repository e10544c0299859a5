import { Random } from "../../../core/random.ts";
import { patientId, splitOf } from "../../clinical/index.ts";
import type { Task } from "../../task.ts";
import { inTurns } from "../patient-tasks.ts";
import { kinds } from "./kinds.ts";
import type { State } from "./tools.ts";

export const kindNames = Object.keys(kinds);

/** 16 of each kind. */
export const taskCount = 16 * kindNames.length;
const attempts = 4_000;

/** One task for each patient; kinds take turns. */
export const tasks = inTurns(taskCount, kindNames, (n, seed) =>
  task(kindNames[n % kindNames.length], patientId(seed, n), seed),
);

export function task(kind: string, id: string, seed: number): Task {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const random = new Random(seed).split(`ehr-management ${kind} ${id}`, attempt);
    const draft = kinds[kind].draft(random, { id, seed });
    if (!draft) continue;
    const { record, ticket, answer, difficulty, actions, findings } = draft;
    const submit = {
      tool: "submitAnswer",
      arguments: { answer, reasoning: `${findings.map(({ text }) => text).join(". ")}.` },
      compareArgs: ["answer"],
    };
    const rubric = { mustMention: findings.flatMap(({ mention }) => mention), scoring: "share mentioned" as const };
    const state: State = { ...record, rubric, notes: [], placed: [], stopped: [], consults: [] };
    return {
      id: `ehr-management-${kind}-${id}-${seed}`,
      domain: "ehr-management",
      split: splitOf(id),
      kind,
      ticket,
      difficulty,
      patientId: id,
      answer,
      criteria: {
        actions: [...actions, submit],
        assertions: findings.map(({ text, mention }) => ({ text, importance: "critical", evidence: mention })),
      },
      state,
    };
  }
  throw new Error(`ehr-management: no ${kind} question came of ${attempts} draws for ${id}`);
}
