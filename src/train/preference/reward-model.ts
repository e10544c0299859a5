/**
 * Training of a reward model from preferences (Bradley and Terry): an adapter with a head of one number, which gives the chosen
 * text the higher one. Read `train` from the top; the steps are in ../data-run.ts, the formula in ../math/reward-loss.ts.
 *
 * What it leaves out: rewards of single steps (process reward models), rankings of more than two, and several processes.
 */
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { StepPlan } from "../batches.ts";
import { refuseHeldOut, runOverData } from "../data-run.ts";
import { dataMeter } from "../data-view.ts";
import { dataJob } from "../jobs/data-job.ts";
import { asEvaluation } from "./pair-report.ts";
import { countPairs, describePairs, encodeJudged, encodePairs, type PreferenceData, pairLength } from "./pairs.ts";
import type { RewardModelEvent } from "./reward-events.ts";
import {
  completeRewardModel,
  type ResolvedRewardModel,
  type RewardModelTrainingOptions,
  rewardModelSchema,
} from "./reward-options.ts";
import { accumulateRewards, judgePairs } from "./reward-pass.ts";
import { RewardModelResult, summarizeRewardModel } from "./reward-result.ts";
import { rewardModelView } from "./reward-view.ts";

/** Trains a reward model on preferences. Returns at once; await it, or show it in a cell. */
export function trainRewardModel(options: RewardModelTrainingOptions): Run<RewardModelResult, RewardModelEvent> {
  const resolved = completeRewardModel(resolveOptions("trainRewardModel", options, rewardModelSchema));
  return new Run("trainRewardModel", (context) => train(resolved, context), rewardModelView, dataMeter);
}

async function train(options: ResolvedRewardModel, context: RunContext<RewardModelEvent>): Promise<RewardModelResult> {
  const { model: given, keepBest } = options;
  const { signal } = context;
  await refuseHeldOut(options);
  const encode = (name: string, rows: PreferenceData) =>
    encodePairs(`trainRewardModel: ${name}`, rows, given.tokenizer, encodeJudged, options, signal);
  const data = await encode("data", options.data);
  const evalData = options.evalData === undefined ? undefined : await encode("evalData", options.evalData);
  const lengths = data.items.map(pairLength);
  return runOverData(
    {
      verb: "trainRewardModel",
      options,
      scalarHead: true,
      plan: new StepPlan(lengths, { ...options, packing: false, packLength: options.maxLength }, options.length),
      data: describePairs(options.data, data),
      evalData: evalData && describePairs(options.evalData!, evalData),
      start: data.counts,
      learn: (model, indices, dropoutSeed) => accumulateRewards(model, data.items, indices, options, dropoutSeed),
      measure:
        evalData &&
        (async (model) => {
          const { report, ...pass } = await judgePairs(model, evalData.items, options, signal);
          return { ...pass, report: asEvaluation(report) };
        }),
      finish({ state, events, ...where }) {
        const summary = summarizeRewardModel(events, state, keepBest, given.device.info().peakBytes);
        return new RewardModelResult({ ...where, best: state.best, summary, events });
      },
    },
    context,
  );
}

describeJob(
  trainRewardModel,
  dataJob({
    verb: "trainRewardModel",
    schema: rewardModelSchema,
    models: ["model"],
    scalarHead: true,
    complete: completeRewardModel,
    async encode(options: ResolvedRewardModel, signal) {
      return countPairs(
        await encodePairs(
          "trainRewardModel: data",
          options.data,
          options.model.tokenizer,
          encodeJudged,
          options,
          signal,
        ),
      );
    },
  }),
);
