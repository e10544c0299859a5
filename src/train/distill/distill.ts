/**
 * Distillation: a student learns what a teacher would say. On the student's own rollouts (TT-OPD, `on-rollouts.ts`), where the teacher
 * may be an average of the student itself that knows how each rollout ended; or on given rows (`on-rows.ts`).
 */
import type { z } from "zod";
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run } from "../../core/run.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { dataMeter } from "../data-view.ts";
import { countScored, encodeExamples } from "../examples.ts";
import { dataJob } from "../jobs/data-job.ts";
import { playJob } from "../jobs/play-job.ts";
import { type DryRunOptions, dryRunView, type PolicyDryRun, playDryRun } from "../policy/dry-run.ts";
import { resolvePlay } from "../policy/play-options.ts";
import { policyMeter } from "../policy/policy-view.ts";
import type { DistillEvent, DistillRowsEvent } from "./distill-events.ts";
import {
  completeRollouts,
  completeRows,
  type DistillRolloutOptions,
  type DistillRowsOptions,
  isOnRollouts,
  type ResolvedRollouts,
  type ResolvedRows,
  rolloutSchema,
  rowsSchema,
} from "./distill-options.ts";
import type { DistillResult } from "./distill-result.ts";
import { rolloutsView, rowsView } from "./distill-view.ts";
import { distillRollouts } from "./on-rollouts.ts";
import { distillRows, type RowsResult } from "./on-rows.ts";

/** With an `environment`, or `rewards` for the prompts of `data`, on rollouts; else on the rows of `data`. Returns at once. */
export function distill(options: DistillRowsOptions): Run<RowsResult, DistillRowsEvent>;
export function distill(options: DistillRolloutOptions): Run<DistillResult<DistillEvent>, DistillEvent>;
export function distill(options: DistillRolloutOptions | DistillRowsOptions): unknown {
  if (options && isOnRollouts(options)) {
    const complete = resolveRollouts(options);
    return new Run<DistillResult<DistillEvent>, DistillEvent>(
      "distill",
      async (context) => distillRollouts(await complete(), context),
      rolloutsView,
      policyMeter,
    );
  }
  const complete = completeRows(resolveOptions("distill", options, rowsSchema));
  return new Run<RowsResult, DistillRowsEvent>(
    "distill",
    (context) => distillRows(complete, context),
    rowsView,
    dataMeter,
  );
}

/** On rollouts: what the student earns, before anything is trained. */
distill.dryRun = (options: DistillRolloutOptions, dry: DryRunOptions = {}): Run<PolicyDryRun, never> => {
  const complete = resolveRollouts(options);
  return new Run("distill.dryRun", async ({ signal }) => playDryRun(await complete(), dry, signal), dryRunView);
};

/** Checks at once what can be checked without the model; where that is a path it is loaded later. */
function resolveRollouts(options: DistillRolloutOptions): () => Promise<ResolvedRollouts> {
  const checked = resolveOptions("distill", options, rolloutSchema);
  const { model } = checked;
  if (typeof model !== "string") {
    const completed = completeRollouts(checked, model);
    return async () => completed;
  }
  resolvePlay("distill", checked);
  return async () => completeRollouts(checked, await loadModel(model));
}

const jobs = {
  rollouts: playJob({
    verb: "distill",
    schema: rolloutSchema,
    models: ["model", "teacher"],
    complete: (checked: z.output<typeof rolloutSchema>) => completeRollouts(checked, checked.model as Model),
    besides: ({ teacher, model }): Record<string, number> =>
      teacher === "average" || teacher.engine === model.engine ? {} : { teacher: teacher.info.weightBytes },
  }),
  rows: dataJob({
    verb: "distill",
    schema: rowsSchema,
    models: ["model", "teacher"],
    references: 1,
    complete: completeRows,
    async encode(options: ResolvedRows, signal) {
      const examples = await encodeExamples("distill: data", options.data, options.model.tokenizer, options, signal);
      const { items, rows, tokens } = examples;
      return {
        lengths: items.map(({ ids }) => ids.length),
        scored: items.map(({ mask }) => options.candidates * countScored(mask)),
        facts: { rows, sequences: items.length, tokens },
      };
    },
  }),
};
const jobOf = (options: object) => (isOnRollouts(options) ? jobs.rollouts : jobs.rows);

describeJob(distill as (options: DistillRolloutOptions | DistillRowsOptions) => unknown, {
  prepare: (options, context) => jobOf(options).prepare!(options, context),
  check: (options, how) => jobOf(options).check!(options, how),
  downshift: (options, limit) => jobOf(options).downshift!(options, limit),
  resume: (options, run) => jobOf(options).resume!(options, run),
  result: (result, context) => jobs.rows.result!(result, context),
});
