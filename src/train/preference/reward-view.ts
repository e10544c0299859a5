/** A running trainRewardModel in its cell. */
import { ofType } from "../data-events.ts";
import { dataView, type HealthRow } from "../data-view.ts";
import { number, pairFigure, percent, withHeldOut } from "./pair-figure.ts";
import { leftOut } from "./pairs.ts";
import type { RewardModelEvent } from "./reward-events.ts";
import type { RewardModelResult } from "./reward-result.ts";

const health: readonly HealthRow<RewardModelEvent>[] = [
  {
    name: "loss",
    now: ({ loss }, evaluation) => withHeldOut(number(loss), evaluation && number(evaluation.evalLoss)),
    healthy: "begins at 0.693 with a new head and falls. Held-out rising while training falls: stop there.",
  },
  {
    name: "accuracy",
    now: ({ accuracy }, evaluation) => withHeldOut(percent(accuracy), evaluation && percent(evaluation.evalAccuracy)),
    healthy:
      "held-out 65 to 80 % where people disagree. Near 100 % at once: chosen is known by its form or length alone.",
  },
  {
    name: "reward margin",
    now: ({ margin }, evaluation) => withHeldOut(number(margin), evaluation && number(evaluation.evalMargin)),
    healthy: "grows and flattens. Growing without held-out accuracy: it only becomes surer.",
  },
  {
    name: "rewards of chosen, rejected",
    now: ({ chosenReward, rejectedReward }) => `${number(chosenReward)}, ${number(rejectedReward)}`,
    healthy: "part around a middle that stays. If both drift, centerCoefficient 0.01 holds them.",
  },
  {
    name: "gradient norm",
    now: ({ gradNorm }) => number(gradNorm),
    healthy: "falls as pairs are learned. Spikes: lower learningRate.",
  },
];

export const rewardModelView = dataView<RewardModelResult, RewardModelEvent>({
  verb: "trainRewardModel",
  figure: pairFigure,
  facts: ({ accuracy, margin }, evaluation) => [
    ["accuracy", percent(accuracy)],
    ...(evaluation ? [["held-out accuracy", percent(evaluation.evalAccuracy)] as const] : []),
    ["margin", number(margin)],
  ],
  health,
  warnings: (events) => leftOut(events.findLast(ofType("start"))),
});
