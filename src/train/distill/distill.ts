/**
 * Distillation: a student learns what a teacher would say. On the student's own rollouts (TT-OPD, `on-rollouts.ts`), where the teacher
 * may be an average of the student itself that knows how each rollout ended; or on given rows (`on-rows.ts`).
 */
import { resolveOptions } from "../../core/options.ts";
import { Run } from "../../core/run.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { type DryRunOptions, dryRunView, type PolicyDryRun, playDryRun } from "../policy/dry-run.ts";
import { resolvePlay } from "../policy/play-options.ts";
import type { DistillEvent, DistillRowsEvent } from "./distill-events.ts";
import {
  completeRollouts,
  completeRows,
  type DistillRolloutOptions,
  type DistillRowsOptions,
  isOnRollouts,
  rolloutSchema,
  rowsSchema,
} from "./distill-options.ts";
import type { DistillResult } from "./distill-result.ts";
import { distillMeter, rolloutsView, rowsView } from "./distill-view.ts";
import { distillRollouts } from "./on-rollouts.ts";
import { distillRows } from "./on-rows.ts";

/** With an `environment`, or `rewards` for the prompts of `data`, on rollouts; else on the rows of `data`. Returns at once. */
export function distill(options: DistillRowsOptions): Run<DistillResult<DistillRowsEvent>, DistillRowsEvent>;
export function distill(options: DistillRolloutOptions): Run<DistillResult<DistillEvent>, DistillEvent>;
export function distill(options: DistillRolloutOptions | DistillRowsOptions): unknown {
  if (options && isOnRollouts(options)) {
    const complete = resolveRollouts(options);
    return new Run<DistillResult<DistillEvent>, DistillEvent>(
      "distill",
      async (context) => distillRollouts(await complete(), context),
      rolloutsView,
      distillMeter,
    );
  }
  const checked = resolveOptions("distill", options, rowsSchema);
  const complete = whenLoaded(checked.model, (model) => completeRows(checked, model));
  return new Run<DistillResult<DistillRowsEvent>, DistillRowsEvent>(
    "distill",
    async (context) => distillRows(await complete(), context),
    rowsView,
    distillMeter,
  );
}

/** On rollouts: what the student earns, before anything is trained. */
distill.dryRun = (options: DistillRolloutOptions, dry: DryRunOptions = {}): Run<PolicyDryRun, never> => {
  const complete = resolveRollouts(options);
  return new Run("distill.dryRun", async ({ signal }) => playDryRun(await complete(), dry, signal), dryRunView);
};

function resolveRollouts(options: DistillRolloutOptions) {
  const checked = resolveOptions("distill", options, rolloutSchema);
  if (typeof checked.model === "string") resolvePlay("distill", checked);
  return whenLoaded(checked.model, (model) => completeRollouts(checked, model));
}

/** Checks at once what can be checked without the model; where that is a path it is loaded later. */
function whenLoaded<T>(model: Model | string, complete: (model: Model) => T): () => Promise<T> {
  if (typeof model === "string") return async () => complete(await loadModel(model));
  const completed = complete(model);
  return async () => completed;
}
