import { patientTasks } from "../patient-tasks.ts";
import { kinds } from "./kinds.ts";

/** 20 of each kind, one for each patient. */
export const { kinds: kindNames, tasks } = patientTasks({
  domain: "visual-diagnosis",
  rows: kinds,
  kindOf: ({ name }) => name,
  count: 20 * kinds.length,
  draft(kind, random, id) {
    const draft = kind.draft(random, id);
    if (!draft) return undefined;
    const { state, ticket, answer, difficulty, actions, assertions } = draft;
    const reasoning = assertions.map(({ text }) => text).join(". ");
    const submit = { tool: "submitAnswer", arguments: { answer, reasoning }, compareArgs: ["answer"] };
    return { ticket, answer, difficulty, criteria: { actions: [...actions, submit], assertions }, state };
  },
});
