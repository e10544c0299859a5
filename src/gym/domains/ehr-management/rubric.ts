import type { RewardContext } from "../../reward.ts";
import { phraseFinder } from "../../rewards/terms.ts";
import { handedIn, solutionText } from "../../rewards/written.ts";
import type { State } from "./tools.ts";

/** Share of `mustMention` that was handed in, each as whole words; null for tasks without. */
export function rubric({ episode, task }: Pick<RewardContext, "episode" | "task">): number | null {
  const { mustMention = [] } = (task.state as Partial<State> | undefined)?.rubric ?? {};
  if (mustMention.length === 0) return null;
  if (!handedIn(episode)) return 0;
  return mustMention.filter(phraseFinder(solutionText(episode))).length / mustMention.length;
}
