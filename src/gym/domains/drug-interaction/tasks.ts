import { Random } from "../../../core/random.ts";
import { patientId, splitOf } from "../../clinical/index.ts";
import type { Task } from "../../task.ts";
import { inTurns } from "../patient-tasks.ts";
import { kinds } from "./kinds/index.ts";
import type { State } from "./state.ts";

export const kindNames = Object.keys(kinds);

/** 24 of each kind. */
export const taskCount = 24 * kindNames.length;
const attempts = 2_000;

/** One task for each patient; kinds take turns. */
export const tasks = inTurns(taskCount, kindNames, (n, seed) =>
  task(kindNames[n % kindNames.length], patientId(seed, n), seed),
);

export function task(kind: string, id: string, seed: number): Task {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const random = new Random(seed).split(`drug-interaction ${kind} ${id}`, attempt);
    const draft = kinds[kind].draft(random, { id, seed });
    if (!draft) continue;
    const { profile, question, ticket, answer, difficulty, actions, assertions } = draft;
    const submit = {
      tool: "submitAnswer",
      arguments: { answer, reasoning: assertions.map(({ text }) => text).join(". ") },
      compareArgs: ["answer"],
    };
    const state: State = { profile, question };
    return {
      id: `drug-interaction-${kind}-${id}-${seed}`,
      domain: "drug-interaction",
      split: splitOf(id),
      kind,
      ticket,
      difficulty,
      patientId: id,
      ...(question.options ? { options: question.options } : {}),
      answer,
      criteria: { actions: [...actions, submit], assertions },
      state,
    };
  }
  throw new Error(`drug-interaction: no ${kind} question came of ${attempts} draws for ${id}`);
}
