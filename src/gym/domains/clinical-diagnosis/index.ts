import { copyJson } from "../../../core/copy-json.ts";
import { defineDomain } from "../../domain.ts";
import { clinicalRewards, compositeWeights } from "../../rewards/index.ts";
import type { Case } from "./cases.ts";
import { expert } from "./expert.ts";
import { kindNames, tasks } from "./tasks.ts";
import { type State, tools } from "./tools.ts";
import { violations } from "./violations.ts";

/** Patients with an acute illness: find it, prove it, treat it safely, call who is needed. Simplified: never for care. */
export const clinicalDiagnosis = defineDomain<State>({
  name: "clinical-diagnosis",
  title: "Clinical diagnosis",
  description: "Work-up, treatment and referral of one patient with an acute illness.",
  kinds: kindNames,
  state: (task) => ({
    ...copyJson(task.state as Case),
    orders: [],
    prescriptions: [],
    diagnoses: [],
    transfers: [],
  }),
  tools,
  tasks,
  expert,
  violations,
  rewards: clinicalRewards,
  weights: compositeWeights,
  // a work-up with score, drug and referral takes the expert up to 15 calls; a model needs room
  maxTurns: 20,
});
