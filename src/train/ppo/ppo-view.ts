/** A running ppo in its cell. */
import type { MimeBundle } from "../../core/display.ts";
import type { RunState } from "../../core/run.ts";
import { isOf } from "../policy/policy-events.ts";
import { policyView } from "../policy/policy-view.ts";
import type { PpoEvent } from "./ppo-events.ts";
import { healthRows, ppoFigure } from "./ppo-figure.ts";
import type { PpoResult } from "./ppo-result.ts";

export function ppoView(state: RunState<PpoResult, PpoEvent>): MimeBundle {
  const { events } = state;
  const figure = (options: { steps?: number; points?: number }) => ppoFigure(events, options);
  return policyView(state, { rows: healthRows, figure, warnings: warningsOf(events) });
}

/** What stands in the way of learning, in words. */
function warningsOf(events: readonly PpoEvent[]): string[] {
  const recent = events.filter(isOf("step-end")).slice(-10);
  const warnings: string[] = [];
  if (recent.length > 0 && recent.every(({ rewardStd }) => rewardStd < 1e-8)) {
    const since = recent.length === 1 ? "this step" : `the last ${recent.length} steps`;
    warnings.push(`In ${since} the rewards of all rollouts were alike: there was nothing to tell better from worse.`);
  }
  if (recent.length === 10 && recent.every(({ explainedVariance }) => (explainedVariance ?? 0) < 0)) {
    warnings.push(
      "In the last 10 steps the values explained less than nothing of the returns: give valueWarmupSteps, or another valueLearningRate.",
    );
  }
  return warnings;
}
