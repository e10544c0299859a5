/** The curves of training on pairs, and what each looks like while all is well. */
import type { Figure } from "../../plot/figure.ts";
import { dashboard, type Panel, type TrainingOptions } from "../../plot/training.ts";

const panels: Panel[] = [
  { title: "loss", curves: { loss: "training", evalLoss: "evaluation" }, fromZero: true },
  { title: "accuracy (share of pairs)", curves: { accuracy: "training", evalAccuracy: "evaluation" } },
  { title: "reward margin", curves: { margin: "training", evalMargin: "evaluation" } },
  { title: "rewards", curves: { chosenReward: "chosen", rejectedReward: "rejected" } },
  { title: "log-probability of a token (nats)", curves: { chosenLogprob: "chosen", rejectedLogprob: "rejected" } },
  { title: "gradient norm", curves: { gradNorm: "gradient norm" }, fromZero: true },
  { title: "learning rate", curves: { learningRate: "learning rate" }, fromZero: true },
  { title: "tokens per second", curves: { tokensPerSecond: "tokens/s" }, fromZero: true },
];

export const pairFigure = (events: Iterable<object & { step?: number }>, options: TrainingOptions = {}): Figure =>
  dashboard(events, panels, options);

export const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
export const number = (value: number, digits = 3) => value.toFixed(digits);
/** "0.61 (held-out 0.58)" */
export const withHeldOut = (now: string, heldOut: string | undefined) =>
  heldOut === undefined ? now : `${now} (held-out ${heldOut})`;
