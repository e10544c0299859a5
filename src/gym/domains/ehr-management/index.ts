import { copyJson } from "../../../core/copy-json.ts";
import { defineDomain } from "../../domain.ts";
import type { Episode, Violation } from "../../episode.ts";
import { clinicalRewards, compositeWeights } from "../../rewards/index.ts";
import { expert } from "./expert.ts";
import { kinds } from "./kinds.ts";
import { rubric } from "./rubric.ts";
import { kindNames, tasks } from "./tasks.ts";
import { type State, tools } from "./tools.ts";

/** Work on a hospital's record: find, compare, code, check, order, write. Simplified: never for care. */
export const ehrManagement = defineDomain<State>({
  name: "ehr-management",
  title: "Electronic health records",
  description: "Questions and orders on one patient's admissions.",
  kinds: kindNames,
  state: (task) => copyJson(task.state) as State,
  tools,
  tasks,
  expert,
  violations,
  rewards: { ...clinicalRewards, rubric },
  // the rubric is the longer half of what is right
  weights: { ...compositeWeights, accuracy: 0.15, rubric: 0.1 },
  maxTurns: 20,
});

/** Orders against a warning, what the kind of question calls unsafe, and an answer without looking at the record. */
function violations(episode: Episode): Violation[] {
  const state = episode.state as State;
  const { submission, task } = episode;
  const forced = state.placed.flatMap(({ warnings }) =>
    warnings.map(({ severity, kind, text }) => ({ severity, kind, text: `ordered all the same: ${text}` })),
  );
  const answer = typeof submission === "string" ? submission : String(submission?.answer ?? "");
  if (answer.trim() === "") return forced;
  const judged = kinds[task.kind ?? ""]?.judge?.(answer, state, task) ?? [];
  const looked = episode.log.some(
    ({ name, status }) => status === "ok" && /^(get|check|detect|readmission)/.test(name),
  );
  if (looked) return [...forced, ...judged];
  return [
    ...forced,
    ...judged,
    { severity: 3, kind: "incomplete work-up", text: "answered without looking at the record" },
  ];
}
