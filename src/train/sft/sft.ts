/**
 * Supervised fine-tuning: the mean negative log-likelihood of the assistant's tokens, with AdamW, on a LoRA adapter or on
 * every weight. Read `train` from the top: data, what a step learns, what is measured; the steps are in ../data-run.ts, the
 * formulas in ../math.
 */
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { StepPlan } from "../batches.ts";
import { refuseHeldOut, runOverData } from "../data-run.ts";
import { dataMeter } from "../data-view.ts";
import { countScored, type Examples, encodeExamples } from "../examples.ts";
import { dataJob } from "../jobs/data-job.ts";
import { accumulateGradients, evaluateLoss } from "../pass.ts";
import { describeData } from "../references.ts";
import type { SftData } from "../rows.ts";
import type { SftEvent } from "./sft-events.ts";
import { completeSft, type ResolvedSft, type SftOptions, sftSchema } from "./sft-options.ts";
import { SftResult, summarize } from "./sft-result.ts";
import { sftView } from "./sft-view.ts";

/** Fine-tunes a model on conversations. Returns at once; await it, or show it in a cell. */
export function sft(options: SftOptions): Run<SftResult, SftEvent> {
  const resolved = completeSft(resolveOptions("sft", options, sftSchema));
  return new Run("sft", (context) => train(resolved, context), sftView, dataMeter);
}

async function train(options: ResolvedSft, context: RunContext<SftEvent>): Promise<SftResult> {
  const { tokenizer, device } = options.model;
  const { keepBest } = options;
  await refuseHeldOut(options);
  const encode = (name: string, rows: SftData) =>
    encodeExamples(`sft: ${name}`, rows, tokenizer, options, context.signal);
  const data = await encode("data", options.data);
  const evalData = options.evalData === undefined ? undefined : await encode("evalData", options.evalData);
  const lengths = data.items.map(({ ids }) => ids.length);
  const { items, tokens, scoredTokens, truncated, dropped, unscored } = data;
  return runOverData(
    {
      verb: "sft",
      options,
      plan: new StepPlan(lengths, { ...options, packLength: options.maxLength }, options.length),
      data: describe(options.data, data),
      evalData: evalData && describe(options.evalData!, evalData),
      start: { sequences: items.length, tokens, scoredTokens, truncated, dropped, unscored },
      async learn(model, indices, dropoutSeed) {
        const examples = indices.map((i) => items[i]);
        const { tokenAccuracy, ...pass } = await accumulateGradients(model, examples, options, dropoutSeed);
        return { ...pass, report: { tokenAccuracy } };
      },
      measure:
        evalData &&
        (async (model, signal) => {
          const { tokenAccuracy, ...pass } = await evaluateLoss(model, evalData.items, options, signal);
          return { ...pass, report: { evalTokenAccuracy: tokenAccuracy } };
        }),
      finish({ state, events, ...where }) {
        const summary = summarize(events, state, keepBest, device.info().peakBytes);
        return new SftResult({ ...where, best: state.best, summary, events });
      },
    },
    context,
  );
}

const describe = (data: SftData, examples: Examples) => ({
  hash: examples.hash,
  description: describeData(data, examples),
});

describeJob(
  sft,
  dataJob({
    verb: "sft",
    schema: sftSchema,
    models: ["model"],
    complete: completeSft,
    async encode(options: ResolvedSft, signal) {
      const examples = await encodeExamples("sft: data", options.data, options.model.tokenizer, options, signal);
      const { items, rows, tokens, scoredTokens } = examples;
      return {
        lengths: items.map(({ ids }) => ids.length),
        scored: items.map(({ mask }) => countScored(mask)),
        facts: { rows, sequences: items.length, tokens, "tokens that are learned": scoredTokens },
      };
    },
  }),
);
