/** The curves of a ppo, and what each looks like while all is well. */
import type { Figure } from "../../plot/figure.ts";
import { dashboard, type Panel } from "../../plot/training.ts";
import { isOf } from "../policy/policy-events.ts";
import {
  curvesOf,
  type HealthRow,
  number,
  percent,
  policyPanels,
  policyRows,
  rewardPanels,
  rewardRows,
} from "../policy/policy-figure.ts";
import type { PpoEvent, PpoStepEnd } from "./ppo-events.ts";

/** One line for each quantity. */
export const healthRows: readonly HealthRow<PpoStepEnd>[] = [
  ...rewardRows,
  {
    name: "value loss",
    now: ({ valueLoss }) => number(valueLoss, 4),
    healthy: "falls fast at first, then follows the spread of the returns. A rise: lower valueLearningRate.",
  },
  {
    name: "explained variance",
    now: ({ explainedVariance }) => number(explainedVariance, 2),
    healthy:
      "about 0 at first, then 0.3 to 0.9. Below 0 the values mislead: more valueWarmupSteps, another valueLearningRate.",
  },
  {
    name: "returns and values",
    now: (step) => `${number(step.return)} ± ${number(step.returnStd)}, values ${number(step.value)}`,
    healthy: "returns rise with the reward, and values follow them within some steps.",
  },
  {
    name: "clipped values",
    now: ({ valueClipped }) => percent(valueClipped),
    healthy:
      "below 30 %. More for long: values are far from the returns; raise valueClipRange or lower valueLearningRate.",
  },
  {
    name: "price of divergence",
    now: ({ klCoefficient }) => number(klCoefficient, 4),
    healthy: "constant, or with klTarget moving until the divergence is there.",
  },
  ...policyRows,
];

export function ppoFigure(events: readonly PpoEvent[], options: { steps?: number; points?: number } = {}): Figure {
  const steps = events.filter(isOf("step-end")).map(curvesOf);
  const panels: Panel[] = [
    { title: "value loss", curves: { valueLoss: "value loss" }, fromZero: true },
    { title: "explained variance", curves: { explainedVariance: "explained" } },
    { title: "returns and values", curves: { return: "return", value: "value" } },
    { title: "clipped values (share)", curves: { valueClipped: "clipped" }, fromZero: true },
    { title: "price of divergence", curves: { klCoefficient: "β" }, fromZero: true },
  ];
  return dashboard(steps, [...rewardPanels(steps), ...panels, ...policyPanels], options);
}
