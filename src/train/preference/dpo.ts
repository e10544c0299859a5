/**
 * Direct preference optimisation, https://arxiv.org/abs/2305.18290, and its variants: the policy learns from pairs which completion
 * is preferred, without a reward model. Read `train` from the top: pairs, what the reference says of them, what a step learns; the
 * steps are in ../data-run.ts, the formulas in ../math/preference-loss.ts.
 *
 * What it leaves out: pairs drawn while it trains (online DPO), a reference that moves, WPO's weights, and several processes.
 */
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { StepPlan } from "../batches.ts";
import { refuseHeldOut, runOverData } from "../data-run.ts";
import { dataMeter } from "../data-view.ts";
import { dataJob } from "../jobs/data-job.ts";
import type { DpoEvent } from "./dpo-events.ts";
import { completeDpo, type DpoOptions, dpoSchema, type ResolvedDpo } from "./dpo-options.ts";
import { accumulatePairs, comparePairs, type ReferredPairs, referenceLogprobs } from "./dpo-pass.ts";
import { DpoResult } from "./dpo-result.ts";
import { dpoView } from "./dpo-view.ts";
import { asEvaluation } from "./pair-report.ts";
import { summarizePairs } from "./pair-summary.ts";
import { countPairs, describePairs, encodeCompletion, encodePairs, type PreferenceData, pairLength } from "./pairs.ts";

/** Trains a model on preferences. Returns at once; await it, or show it in a cell. */
export function dpo(options: DpoOptions): Run<DpoResult, DpoEvent> {
  const resolved = completeDpo(resolveOptions("dpo", options, dpoSchema));
  return new Run("dpo", (context) => train(resolved, context), dpoView, dataMeter);
}

async function train(options: ResolvedDpo, context: RunContext<DpoEvent>): Promise<DpoResult> {
  const { model: given, keepBest } = options;
  const { signal, emit } = context;
  await refuseHeldOut(options);
  const encode = (name: string, rows: PreferenceData) =>
    encodePairs(`dpo: ${name}`, rows, given.tokenizer, encodeCompletion, options, signal);
  const data = await encode("data", options.data);
  const evalData = options.evalData === undefined ? undefined : await encode("evalData", options.evalData);
  const plan = new StepPlan(
    data.items.map(pairLength),
    { ...options, packing: false, packLength: options.maxLength },
    options.length,
  );

  // Before anything is trained, so that the reference needs no copy even where every weight is.
  const used = plan.used();
  const total = used.size + (evalData?.items.length ?? 0);
  const refer = async (items: ReferredPairs["items"], indices: Iterable<number>, before: number) => {
    const scored = (done: number) => emit({ type: "reference", done: before + done, total });
    return { items, refLogprobs: await referenceLogprobs(given, items, indices, options, { signal, scored }) };
  };
  const pairs = await refer(data.items, used, 0);
  const heldOut = evalData && (await refer(evalData.items, evalData.items.keys(), used.size));

  return runOverData(
    {
      verb: "dpo",
      options,
      plan,
      data: describePairs(options.data, data),
      evalData: evalData && describePairs(options.evalData!, evalData),
      start: data.counts,
      learn: (model, indices, dropoutSeed) => accumulatePairs(model, pairs, indices, options, dropoutSeed),
      measure:
        heldOut &&
        (async (model) => {
          const { report, ...pass } = await comparePairs(model, heldOut, options, signal);
          return { ...pass, report: asEvaluation(report) };
        }),
      finish({ state, events, ...where }) {
        const summary = summarizePairs(events, state, keepBest, given.device.info().peakBytes);
        return new DpoResult({ ...where, best: state.best, summary, events });
      },
    },
    context,
  );
}

describeJob(
  dpo,
  dataJob({
    verb: "dpo",
    schema: dpoSchema,
    models: ["model"],
    references: 1,
    complete: completeDpo,
    async encode(options: ResolvedDpo, signal) {
      return countPairs(
        await encodePairs("dpo: data", options.data, options.model.tokenizer, encodeCompletion, options, signal),
      );
    },
  }),
);
