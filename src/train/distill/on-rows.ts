/**
 * Distillation on given rows: at each token that `sft` would learn, the student moves towards what the teacher would say there
 * (https://arxiv.org/abs/1503.02531, on sequences), beside the rows' own tokens if you like. Read `takeStep`.
 *
 * Divergences at a temperature are not multiplied by its square, as Hinton et al. do: the learning rate is the same thing.
 */
import { join } from "node:path";
import { Random } from "../../core/random.ts";
import type { RunContext } from "../../core/run.ts";
import { microBatches, StepPlan, toBatch } from "../batches.ts";
import { type Example, type Examples, encodeExamples } from "../examples.ts";
import { distillLoss } from "../math/distill-loss.ts";
import { nllLoss } from "../math/nll.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import type { Span } from "../math/sequences.ts";
import { numericOptions } from "../policy/play-options.ts";
import { describeData, describeModel } from "../references.ts";
import type { TrainingState } from "../run-state.ts";
import { openSession, trainableParameters } from "../session.ts";
import { runSteps, throwIfStuck } from "../steps.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import { agreements, askedOf, askTeacher, joinGradients, splitAnswers } from "./candidates.ts";
import type { DistillRowsEvent } from "./distill-events.ts";
import type { ResolvedRows } from "./distill-options.ts";
import { DistillResult, summarizeDistill } from "./distill-result.ts";
import { fixedTeacher, type Teacher } from "./teacher.ts";

export async function distillRows(
  options: ResolvedRows,
  context: RunContext<DistillRowsEvent>,
): Promise<DistillResult<DistillRowsEvent>> {
  const { model, data, teacher } = options;
  const followed = fixedTeacher(teacher, model);
  const examples = await encodeExamples("distill: data", data, model.tokenizer, options, context.signal);
  model.device.resetPeak();
  const trainee = await prepareTrainee({ ...options, epsilon: options.epsilonOfAdam }, "distill");
  try {
    return await train(options, examples, trainee, followed, context);
  } finally {
    await trainee.dispose();
  }
}

async function train(
  options: ResolvedRows,
  data: Examples,
  trainee: Trainee,
  teacher: Teacher,
  { signal, emit }: RunContext<DistillRowsEvent>,
): Promise<DistillResult<DistillRowsEvent>> {
  const { model } = trainee;
  const lengths = data.items.map(({ ids }) => ids.length);
  const plan = new StepPlan(lengths, { ...options, packing: false, packLength: options.maxLength }, options.length);
  const { steps } = plan;
  const warmupSteps = warmupStepsOf(steps, options);
  const numbers = numericOptions(options, ["teacher"]);
  const who = await describeModel(options.teacher);
  const session = await openSession<TrainingState, DistillRowsEvent>({
    ...{ verb: "distill", model: options.model, trainee, resume: options.resume, emit },
    fingerprint: { ...numbers, data: data.hash, teacher: who },
    start: { step: 0, skippedInRow: 0 },
    facts: {
      options: { ...numbers, teacher: who },
      seed: options.seed,
      data: { data: describeData(options.data, data) },
    },
  });
  const { folder, state, events, record } = session;
  record({
    ...{ type: "start", run: folder.id, path: folder.path, steps, step: state.step },
    ...{ sequences: data.items.length, tokens: data.tokens, scoredTokens: data.scoredTokens },
    trainableParameters: trainableParameters(trainee),
  });
  const began = { at: performance.now(), step: state.step };

  const takeStep = async (learning: () => void) => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const { indices, epoch } = plan.at(step);
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, steps);
    learning();
    const examples = indices.map((i) => data.items[i]);
    const random = new Random(options.seed).split("dropout", step);
    const { loss, ...measured } = await accumulate(trainee, teacher, examples, options, random);
    const { maxGradNorm } = options;
    let gradNorm = Number.NaN;
    if (Number.isFinite(loss)) ({ gradNorm } = await trainee.optimizer.step({ learningRate, maxGradNorm }));
    else await trainee.optimizer.zeroGradients();
    state.step = step;
    if (!Number.isFinite(gradNorm)) {
      state.skippedInRow++;
      const reason = "the loss or gradient was not finite";
      record({ type: "step-skipped", step, reason, skippedInRow: state.skippedInRow });
      throwIfStuck("distill", state, { step, reason });
      return;
    }
    state.skippedInRow = 0;
    const now = performance.now();
    const tokens = examples.reduce((sum, { ids }) => sum + ids.length, 0);
    const etaSeconds = ((now - began.at) / 1000 / (step - began.step)) * (steps - step);
    const tokensPerSecond = tokens / ((now - startedAt) / 1000);
    const memoryBytes = model.device.info().currentBytes;
    record({
      ...{ type: "step-end", step, epoch, loss, ...measured, learningRate, gradNorm },
      ...{ tokens, tokensPerSecond, memoryBytes, etaSeconds },
    });
  };

  const finish = async () => {
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const summary = summarizeDistill(events, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new DistillResult({ model, id: folder.id, path: folder.path, summary, events });
  };
  const saveEvery = options.saveEvery ?? Math.max(5, Math.ceil(steps / 10));
  return runSteps({ ...options, verb: "distill", steps, saveEvery, trainee, session, signal, takeStep, finish });
}

interface Measured {
  loss: number;
  divergence: number;
  agreement: number;
  nll: number;
}

/** Adds the gradients of an optimizer step, part by part; stops early when the loss is not finite. */
async function accumulate(
  { model: { engine, adapter } }: Trainee,
  teacher: Teacher,
  examples: readonly Example[],
  options: ResolvedRows,
  random: Random,
): Promise<Measured> {
  const { candidates: K, temperature, direction, labelWeight, gradientCheckpointing, microBatchTokens } = options;
  const lengths = examples.map(({ ids }) => ids.length);
  const parts = microBatches([...examples.keys()], lengths, microBatchTokens).map((part) =>
    toBatch(part.map((i) => examples[i])),
  );
  const tokens = parts.reduce((sum, { scored }) => sum + scored, 0);
  let [divergence, nll, agree] = [0, 0, 0];
  for (const [i, { batch, targets }] of parts.entries()) {
    const candidates = await askTeacher(teacher, batch, targets, { K, temperature });
    const { logprobs, topIds } = await engine.forward(batch, {
      ...{
        adapter: adapter?.engine ?? null,
        targets: askedOf(targets, candidates),
        candidates: K + 1,
        temperature,
        topK: 1,
      },
      ...{ keep: true, checkpoint: gradientCheckpointing, train: true, dropoutSeed: random.split("part", i).uint32() },
    });
    const mask = Uint8Array.from(targets, (target) => (target < 0 ? 0 : 1));
    const spans: Span[] = [[0, targets.length]];
    const { own, ofCandidates } = splitAnswers(logprobs, candidates);
    const inputs = { spans, mask, logprobs: ofCandidates, teacherLogprobs: candidates.logprobs };
    const distilled = distillLoss(inputs, { direction }, tokens);
    const labels = nllLoss(own, targets, tokens);
    divergence += distilled.loss;
    nll += labels.sum / tokens;
    agree += agreements(topIds!, mask, candidates);
    if (!Number.isFinite(divergence + labelWeight * nll)) break;
    const dOwn = labelWeight > 0 ? labels.gradients.map((gradient) => labelWeight * gradient) : undefined;
    await engine.backward({ logprobs: joinGradients(dOwn, distilled.dLogprobs, candidates) });
  }
  return { loss: divergence + labelWeight * nll, divergence, nll, agreement: agree / tokens };
}
