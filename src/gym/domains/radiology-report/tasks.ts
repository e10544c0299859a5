import { patientTasks } from "../patient-tasks.ts";
import { draft, kinds } from "./kinds.ts";

/** 14 of each kind, one for each patient. */
export const { kinds: kindNames, tasks } = patientTasks({
  domain: "radiology-report",
  rows: kinds,
  kindOf: ({ name }) => name,
  count: 14 * kinds.length,
  draft: (kind, random, id) => draft(kind, random, id),
});
