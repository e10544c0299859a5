import { defineDomain } from "../../domain.ts";
import { picture } from "../../imaging/index.ts";
import { clinicalRewards, compositeWeights } from "../../rewards/index.ts";
import { expert } from "./expert.ts";
import { pathway, violations } from "./pathway.ts";
import { type Start, type State, stateOf } from "./state.ts";
import { kindNames, tasks } from "./tasks.ts";
import { tools } from "./tools.ts";

/** One patient through four domains: arrival, imaging, diagnosis, treatment. Simplified, with phantoms: never for care. */
export const crossDomain = defineDomain<State>({
  name: "cross-domain",
  title: "Pathways",
  description:
    "Leads one patient from the door to treatment with the tools of triage, visual diagnosis, clinical diagnosis and drug interactions.",
  kinds: kindNames,
  state: (task) => stateOf(task.state as Start),
  tools,
  tasks,
  expert,
  violations,
  rewards: { ...clinicalRewards, pathway },
  // the phases are what is judged; the rest keeps half of its say
  weights: {
    pathway: 0.5,
    ...Object.fromEntries(Object.entries(compositeWeights).map(([name, weight]) => [name, weight / 2])),
  },
  pictures: (task) =>
    (task.state as Start).images.map(({ imageId, date, picture: spec }) => picture(spec, `${imageId}, ${date}`)),
  maxTurns: 40,
});
