import { copyJson } from "../../../core/copy-json.ts";
import { defineDomain } from "../../domain.ts";
import type { Episode, Violation } from "../../episode.ts";
import { clinicalRewards, compositeWeights } from "../../rewards/index.ts";
import { expert } from "./expert.ts";
import { kinds } from "./kinds/index.ts";
import type { State } from "./state.ts";
import { kindNames, tasks } from "./tasks.ts";
import { tools } from "./tools.ts";

/** Questions to a clinical pharmacist about one patient's drugs. Its tables are simplified: never for care. */
export const drugInteraction = defineDomain<State>({
  name: "drug-interaction",
  title: "Drug interactions",
  description: "Checks, doses and alternatives for the drugs of a patient.",
  kinds: kindNames,
  state: (task) => copyJson(task.state) as State,
  tools,
  tasks,
  expert,
  violations,
  rewards: clinicalRewards,
  weights: compositeWeights,
});

/** An unsafe answer, judged on the profile; and one that was given without looking at it. */
function violations(episode: Episode): Violation[] {
  const { profile, question } = episode.state as State;
  const { submission, task } = episode;
  const answer = typeof submission === "string" ? submission : String(submission?.answer ?? "");
  if (answer.trim() === "") return [];
  const judged = kinds[task.kind ?? ""]?.judge?.(answer, profile, question) ?? [];
  const looked = episode.log.some(({ name, status }) => status === "ok" && seesPatient.has(name));
  if (looked) return judged;
  return [...judged, { severity: 3, kind: "incomplete work-up", text: `answered without looking at ${profile.id}` }];
}

const seesPatient = new Set(["getPatientMedications", "checkAllInteractions", "checkDosage"]);
