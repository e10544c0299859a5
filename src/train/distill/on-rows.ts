/**
 * Distillation on given rows: at each token that `sft` would learn, the student moves towards what the teacher would say there
 * (https://arxiv.org/abs/1503.02531, on sequences), beside the rows' own tokens if you like. Read `takeStep`.
 *
 * Divergences at a temperature are not multiplied by its square, as Hinton et al. do: the learning rate is the same thing.
 */
import { Random } from "../../core/random.ts";
import type { RunContext } from "../../core/run.ts";
import type { Model } from "../../model/model.ts";
import { microBatches, StepPlan, toBatch } from "../batches.ts";
import { refuseHeldOut, runOverData } from "../data-run.ts";
import { type Example, type Examples, encodeExamples } from "../examples.ts";
import { distillLoss } from "../math/distill-loss.ts";
import { nllLoss } from "../math/nll.ts";
import type { Span } from "../math/sequences.ts";
import { describeData, describeModel } from "../references.ts";
import type { SftData } from "../rows.ts";
import { agreements, askedOf, askTeacher, joinGradients, splitAnswers } from "./candidates.ts";
import type { DistillRowsEvent } from "./distill-events.ts";
import type { ResolvedRows } from "./distill-options.ts";
import { DistillResult, type DistillRowsSummary, summarizeRows } from "./distill-result.ts";
import { fixedTeacher, type Teacher } from "./teacher.ts";

export type RowsResult = DistillResult<DistillRowsEvent, DistillRowsSummary>;

export async function distillRows(options: ResolvedRows, context: RunContext<DistillRowsEvent>): Promise<RowsResult> {
  const { model: student } = options;
  const teacher = fixedTeacher(options.teacher, student);
  await refuseHeldOut(options);
  const encode = (name: string, rows: SftData) =>
    encodeExamples(`distill: ${name}`, rows, student.tokenizer, options, context.signal);
  const data = await encode("data", options.data);
  const evalData = options.evalData === undefined ? undefined : await encode("evalData", options.evalData);
  const { items, tokens, scoredTokens } = data;
  const lengths = items.map(({ ids }) => ids.length);
  // A resumed run needs the same teacher.
  const told = { ...options, teacher: await describeModel(options.teacher) };
  return runOverData(
    {
      verb: "distill",
      options: told,
      plan: new StepPlan(lengths, { ...options, packing: false, packLength: options.maxLength }, options.length),
      data: describe(options.data, data),
      evalData: evalData && describe(options.evalData!, evalData),
      start: { sequences: items.length, tokens, scoredTokens },
      async learn(model, indices, dropoutSeed) {
        const examples = indices.map((i) => items[i]);
        return passOver(model, teacher, examples, options, dropoutSeed);
      },
      measure:
        evalData &&
        (async (model, signal) => {
          const { report, ...pass } = await passOver(model, teacher, evalData.items, options, null, signal);
          const { divergence, agreement, nll } = report;
          return { ...pass, report: { evalDivergence: divergence, evalAgreement: agreement, evalNll: nll } };
        }),
      finish({ state, events, ...where }) {
        const summary = summarizeRows(events, state, options.keepBest, student.device.info().peakBytes);
        return new DistillResult<DistillRowsEvent, DistillRowsSummary>({ ...where, summary, events });
      },
    },
    context,
  );
}

const describe = (data: SftData, examples: Examples) => ({
  hash: examples.hash,
  description: describeData(data, examples),
});

/** One pass; with a seed of dropout it adds the gradients, part by part, and stops early when the loss is not finite. */
async function passOver(
  { engine, adapter }: Model,
  teacher: Teacher,
  examples: readonly Example[],
  options: ResolvedRows,
  dropoutSeed: number | null,
  signal?: AbortSignal,
) {
  const { candidates: K, temperature, direction, labelWeight, gradientCheckpointing, microBatchTokens } = options;
  const isLearning = dropoutSeed !== null;
  const random = new Random(dropoutSeed ?? 0);
  const lengths = examples.map(({ ids }) => ids.length);
  const parts = microBatches([...examples.keys()], lengths, microBatchTokens).map((part) =>
    toBatch(part.map((i) => examples[i])),
  );
  const scored = parts.reduce((sum, part) => sum + part.scored, 0);
  let [divergence, nll, agree] = [0, 0, 0];
  for (const [i, { batch, targets }] of parts.entries()) {
    signal?.throwIfAborted();
    const candidates = await askTeacher(teacher, batch, targets, { K, temperature });
    const asked = { targets: askedOf(targets, candidates), candidates: K + 1, temperature, topK: 1 };
    const learning = {
      keep: true,
      checkpoint: gradientCheckpointing,
      train: true,
      dropoutSeed: random.split("part", i).uint32(),
    };
    const settings = { adapter: adapter?.engine ?? null, ...asked, ...(isLearning && learning) };
    const { logprobs, topIds } = await engine.forward(batch, settings);
    const mask = Uint8Array.from(targets, (target) => (target < 0 ? 0 : 1));
    const spans: Span[] = [[0, targets.length]];
    const { own, ofCandidates } = splitAnswers(logprobs, candidates);
    const inputs = { spans, mask, logprobs: ofCandidates, teacherLogprobs: candidates.logprobs };
    const distilled = distillLoss(inputs, { direction }, scored);
    const labels = nllLoss(own, targets, scored);
    divergence += distilled.loss;
    nll += labels.sum / scored;
    agree += agreements(topIds!, mask, candidates);
    if (!Number.isFinite(divergence + labelWeight * nll)) break;
    if (!isLearning) continue;
    const dOwn = labelWeight > 0 ? labels.gradients.map((gradient) => labelWeight * gradient) : undefined;
    await engine.backward({ logprobs: joinGradients(dOwn, distilled.dLogprobs, candidates) });
  }
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  return { loss: divergence + labelWeight * nll, tokens, report: { divergence, nll, agreement: agree / scored } };
}
