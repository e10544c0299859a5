import type { Figure } from "../../plot/figure.ts";
import { ofType } from "../data-events.ts";
import { DataResult } from "../data-result.ts";
import { type DataState, keptEvaluation } from "../data-run.ts";
import { pairFigure } from "./pair-figure.ts";
import { type PairSummary, summarizePairs } from "./pair-summary.ts";
import type { RewardModelEvent } from "./reward-events.ts";

export interface RewardModelSummary extends PairSummary {
  /** Mean reward of chosen and rejected texts, held-out ones if there are: `center` of `gym.rewardModel`. */
  center: number;
}

/** `model.reward(text)` judges; `gym.rewardModel({ model, center })` makes a reward of it. */
export class RewardModelResult extends DataResult<RewardModelSummary, RewardModelEvent> {
  figure(): Figure {
    return pairFigure(this.events);
  }
}

/** From the events, those before a resume included. */
export function summarizeRewardModel(
  events: readonly RewardModelEvent[],
  state: DataState,
  keepBest: boolean,
  peakMemoryBytes: number,
): RewardModelSummary {
  const last = events.findLast(ofType("step-end"));
  const kept = keptEvaluation(events, state, keepBest);
  const [chosen, rejected] = kept
    ? [kept.evalChosenReward, kept.evalRejectedReward]
    : [last?.chosenReward ?? Number.NaN, last?.rejectedReward ?? Number.NaN];
  return { ...summarizePairs(events, state, keepBest, peakMemoryBytes), center: (chosen + rejected) / 2 };
}
