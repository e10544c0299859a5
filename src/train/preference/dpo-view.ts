/** A running dpo in its cell. */
import { ofType } from "../data-events.ts";
import { dataView, type HealthRow } from "../data-view.ts";
import type { DpoEvent } from "./dpo-events.ts";
import type { DpoResult } from "./dpo-result.ts";
import { number, pairFigure, percent, withHeldOut } from "./pair-figure.ts";
import { leftOut } from "./pairs.ts";

const health: readonly HealthRow<DpoEvent>[] = [
  {
    name: "loss",
    now: ({ loss }, evaluation) => withHeldOut(number(loss), evaluation && number(evaluation.evalLoss)),
    healthy: "of sigmoid, begins at 0.693 (policy and reference alike) and falls slowly. Held-out rising: stop there.",
  },
  {
    name: "accuracy",
    now: ({ accuracy }, evaluation) => withHeldOut(percent(accuracy), evaluation && percent(evaluation.evalAccuracy)),
    healthy: "begins at 50 %, held-out 60 to 80 %. 100 % in a few steps: chosen is known by its form or length alone.",
  },
  {
    name: "reward margin",
    now: ({ margin }, evaluation) => withHeldOut(number(margin), evaluation && number(evaluation.evalMargin)),
    healthy: "grows from 0 and flattens. Growth without end, with held-out flat: raise beta or stop earlier.",
  },
  {
    name: "rewards of chosen, rejected",
    now: ({ chosenReward, rejectedReward }) => `${number(chosenReward)}, ${number(rejectedReward)}`,
    healthy: "rejected falls faster than chosen. Both falling far: the policy leaves both; add sft to the loss.",
  },
  {
    name: "log-probability of a token: chosen, rejected",
    now: ({ chosenLogprob, rejectedLogprob }) => `${number(chosenLogprob)}, ${number(rejectedLogprob)}`,
    healthy: "chosen stays near where it began. A fall by a nat or more: answers get worse though the loss falls.",
  },
  {
    name: "gradient norm",
    now: ({ gradNorm }) => number(gradNorm),
    healthy: "falls as pairs are learned. Spikes: lower learningRate.",
  },
];

export const dpoView = dataView<DpoResult, DpoEvent>({
  verb: "dpo",
  figure: pairFigure,
  facts: ({ accuracy, margin }, evaluation) => [
    ["accuracy", percent(accuracy)],
    ...(evaluation ? [["held-out accuracy", percent(evaluation.evalAccuracy)] as const] : []),
    ["margin", number(margin)],
  ],
  preparing(events) {
    const reference = events.findLast(ofType("reference"));
    return reference && `reference: ${reference.done} of ${reference.total} pairs`;
  },
  health,
  warnings: (events) => leftOut(events.findLast(ofType("start"))),
});
