/** A running grpo in its cell. */
import type { MimeBundle } from "../../core/display.ts";
import type { RunState } from "../../core/run.ts";
import { isOf } from "../policy/policy-events.ts";
import { fewMixed, leastMixed, policyView } from "../policy/policy-view.ts";
import type { GrpoEvent } from "./grpo-events.ts";
import { grpoFigure, healthRows } from "./grpo-figure.ts";
import type { GrpoResult } from "./grpo-result.ts";

export function grpoView(state: RunState<GrpoResult, GrpoEvent>): MimeBundle {
  const { events } = state;
  const figure = (options: { steps?: number; points?: number }) => grpoFigure(events, options);
  return policyView(state, { rows: healthRows, figure, warnings: warningsOf(events) });
}

/** What stands in the way of learning, in words. */
function warningsOf(events: readonly GrpoEvent[]): string[] {
  const steps = events.filter(isOf("step-end"));
  const recent = steps.slice(-10);
  const warnings: string[] = [];
  if (steps.length > 0 && steps[0].mixed < leastMixed) warnings.push(fewMixed(steps[0].mixed, "At the first step"));
  if (recent.length > 0 && recent.every(({ zeroVariance }) => zeroVariance === 1)) {
    const since = recent.length === 1 ? "this step" : `the last ${recent.length} steps`;
    warnings.push(`In ${since} the rewards of every group were all alike: nothing was learned from them.`);
  }
  return warnings;
}
