/** A running distillation in its cell. */
import type { MimeBundle } from "../../core/display.ts";
import type { RunState } from "../../core/run.ts";
import { dataView } from "../data-view.ts";
import { isOf } from "../policy/policy-events.ts";
import { policyView } from "../policy/policy-view.ts";
import type { DistillEvent, DistillRowsEvent } from "./distill-events.ts";
import { distillFigure, rolloutRows, rowRows } from "./distill-figure.ts";
import type { DistillResult } from "./distill-result.ts";
import type { RowsResult } from "./on-rows.ts";

export function rolloutsView(state: RunState<DistillResult<DistillEvent>, DistillEvent>): MimeBundle {
  const { events } = state;
  const last = events.findLast(isOf("step-end"));
  const unhinted = last && last.hinted === 0 && last.divergence !== null && last.divergence < 1e-6;
  const warnings = unhinted
    ? ["The teacher says what the student says: without a hint the average has nothing to teach yet."]
    : [];
  return policyView(state, { rows: rolloutRows, figure: (options) => distillFigure(events, options), warnings });
}

export const rowsView = dataView<RowsResult, DistillRowsEvent>({
  verb: "distill",
  figure: distillFigure,
  facts: ({ divergence, agreement }) => [
    ["divergence", divergence.toFixed(4)],
    ["same first choice", `${(100 * agreement).toFixed(1)} %`],
  ],
  health: rowRows,
});
