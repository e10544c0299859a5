import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { Figure } from "../../plot/figure.ts";
import { ofType } from "../data-events.ts";
import { type Best, type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
import { Trained } from "../trained.ts";
import { pairFigure } from "./pair-figure.ts";
import type { RewardModelEvent } from "./reward-events.ts";

export interface RewardModelSummary {
  steps: number;
  epochs: number;
  /** Of the last step. */
  loss: number;
  accuracy: number;
  margin: number;
  /** Of the weights that the model ends with. */
  evalLoss?: number;
  evalAccuracy?: number;
  evalMargin?: number;
  bestStep?: number;
  /** Mean reward of chosen and rejected texts, held-out ones if there are: `center` of `gym.rewardModel`. */
  center: number;
  /** Trained on, all epochs. */
  tokens: number;
  seconds: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
  skippedSteps: number;
}

/** `model.reward(text)` judges; `gym.rewardModel({ model, center })` makes a reward of it. */
export class RewardModelResult extends Trained {
  /** Lowest evaluation loss and its step; null without evalData. */
  readonly best!: Best | null;
  readonly summary!: RewardModelSummary;
  readonly events!: readonly RewardModelEvent[];

  constructor(parts: Pick<RewardModelResult, "model" | "id" | "path" | "best" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return pairFigure(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("RewardModelResult", { ...this.summary });
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
  return {
    ...summarizeData(events, state),
    accuracy: last?.accuracy ?? Number.NaN,
    margin: last?.margin ?? Number.NaN,
    ...(kept && { evalLoss: kept.evalLoss, evalAccuracy: kept.evalAccuracy, evalMargin: kept.evalMargin }),
    center: (chosen + rejected) / 2,
    peakMemoryBytes,
  };
}
