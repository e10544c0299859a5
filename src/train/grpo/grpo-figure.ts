/** The curves of a grpo, and what each looks like while all is well. */
import type { Figure } from "../../plot/figure.ts";
import { dashboard, type Panel } from "../../plot/training.ts";
import { isOf } from "../policy/policy-events.ts";
import {
  curvesOf,
  type HealthRow,
  percent,
  policyPanels,
  policyRows,
  rewardPanels,
  rewardRows,
} from "../policy/policy-figure.ts";
import type { GrpoEvent, GrpoStepEnd } from "./grpo-events.ts";

/** One line for each quantity. */
export const healthRows: readonly HealthRow<GrpoStepEnd>[] = [
  ...rewardRows,
  {
    name: "groups all alike",
    now: ({ zeroVariance }) => percent(zeroVariance),
    healthy: "below 60 %. At 100 % nothing is learned: tasks too easy, too hard, or a constant reward.",
  },
  {
    name: "groups that differ in more than form",
    now: ({ mixed }) => percent(mixed),
    healthy: "above 30 % as it begins; fewer give little to learn from.",
  },
  ...policyRows,
];

export function grpoFigure(events: readonly GrpoEvent[], options: { steps?: number; points?: number } = {}): Figure {
  const steps = events.filter(isOf("step-end")).map(curvesOf);
  const groups: Panel = {
    title: "share of groups",
    curves: { zeroVariance: "all alike", mixed: "differ" },
    fromZero: true,
  };
  return dashboard(steps, [...rewardPanels(steps), groups, ...policyPanels], options);
}
