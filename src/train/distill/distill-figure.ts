/** The curves of a distillation, and what each looks like while all is well. */
import type { Figure } from "../../plot/figure.ts";
import { dashboard, type Panel } from "../../plot/training.ts";
import type { HealthRow as DataHealthRow } from "../data-view.ts";
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
import type { DistillEvent, DistillRowsEvent, DistillStepEnd } from "./distill-events.ts";

type Either = Pick<DistillStepEnd, "divergence" | "agreement">;

const taughtRows: readonly HealthRow<Either>[] = [
  {
    name: "divergence from the teacher",
    now: ({ divergence }) => number(divergence, 4),
    healthy:
      "falls on rows. On rollouts it is what the hint is worth: above 0, and falling slowly; a rise means it drifts from its own average.",
  },
  {
    name: "same first choice",
    now: ({ agreement }) => (agreement === null ? "–" : percent(agreement)),
    healthy:
      "rises. Below 50 % the teacher wants something else than the student can say: sft on the teacher's answers first.",
  },
];

/** One line for each quantity. */
export const rolloutRows: readonly HealthRow<DistillStepEnd>[] = [
  ...rewardRows,
  ...taughtRows,
  {
    name: "coefficient",
    now: ({ coefficient }) => number(coefficient),
    healthy: "only falls, to its floor.",
  },
  {
    name: "rollouts with a hint",
    now: ({ hinted }) => percent(hinted),
    healthy:
      "100 % where the teacher is told the outcome; fewer: prompts with the hint exceed the context, or are rendered otherwise.",
  },
  ...policyRows.filter(({ name }) => !["KL to reference", "clipped tokens"].includes(name)),
];

export const rowRows: readonly DataHealthRow<DistillRowsEvent>[] = [
  ...taughtRows,
  {
    name: "the rows' own tokens (nll)",
    now: ({ nll }) => number(nll),
    healthy:
      "falls as far as the teacher's own; a rise with a falling divergence means the teacher does not say what the rows say.",
  },
  { name: "gradient norm", now: ({ gradNorm }) => number(gradNorm), healthy: "steady, of one order of magnitude." },
];

const taughtPanels: readonly Panel[] = [
  {
    title: "divergence from the teacher (nats)",
    curves: { divergence: "training", evalDivergence: "evaluation" },
    fromZero: true,
  },
  { title: "same first choice (share)", curves: { agreement: "training", evalAgreement: "evaluation" } },
];

export function distillFigure(
  events: readonly (DistillEvent | DistillRowsEvent)[],
  options: { steps?: number; points?: number } = {},
): Figure {
  const steps = events.filter(isOf("step-end"));
  const onRollouts = steps.filter((step) => "reward" in step).map(curvesOf);
  if (onRollouts.length === 0) {
    const panels: Panel[] = [
      ...taughtPanels,
      { title: "loss (nats)", curves: { loss: "loss", nll: "own tokens" } },
      { title: "learning rate", curves: { learningRate: "learning rate" }, fromZero: true },
    ];
    return dashboard(events, panels, options);
  }
  const coefficient: Panel = { title: "coefficient", curves: { coefficient: "coefficient" }, fromZero: true };
  return dashboard(onRollouts, [...rewardPanels(onRollouts), ...taughtPanels, coefficient, ...policyPanels], options);
}
