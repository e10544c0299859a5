/**
 * Supervised fine-tuning: the mean negative log-likelihood of the assistant's tokens, with AdamW, on a LoRA adapter or on
 * every weight. Read `train` from the top: data, model, then step after step; the formulas are in math/.
 */
import { join } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { Random } from "../../core/random.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { contamination, type RowSource } from "../../gym/index.ts";
import { StepPlan } from "../batches.ts";
import { type Examples, encodeExamples } from "../examples.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import { accumulateGradients, evaluateLoss } from "../pass.ts";
import { mostSkippedInRow, pruneStates, restoreStep, saveState } from "../run-state.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import type { SftEvent } from "./sft-events.ts";
import { completeSft, type ResolvedSft, type SftOptions, sftSchema } from "./sft-options.ts";
import { SftResult, summarize } from "./sft-result.ts";
import { openSftSession, startEvent } from "./sft-session.ts";
import { sftMeter, sftView } from "./sft-view.ts";

/** Fine-tunes a model on conversations. Returns at once; await it, or show it in a cell. */
export function sft(options: SftOptions): Run<SftResult, SftEvent> {
  const resolved = completeSft(resolveOptions("sft", options, sftSchema));
  return new Run("sft", (context) => train(resolved, context), sftView, sftMeter);
}

async function train(options: ResolvedSft, context: RunContext<SftEvent>): Promise<SftResult> {
  const { tokenizer, device } = options.model;
  const { signal } = context;
  if (options.heldOut !== undefined) {
    (await contamination(options.data, options.heldOut as RowSource)).assert({ force: options.force });
  }
  const data = await encodeExamples("sft: data", options.data, tokenizer, options, signal);
  const evalData =
    options.evalData === undefined
      ? undefined
      : await encodeExamples("sft: evalData", options.evalData, tokenizer, options, signal);
  device.resetPeak();
  const trainee = await prepareTrainee(options, "sft");
  try {
    return await runSteps(options, data, evalData, trainee, context);
  } finally {
    await trainee.dispose();
  }
}

async function runSteps(
  options: ResolvedSft,
  data: Examples,
  evalData: Examples | undefined,
  trainee: Trainee,
  { signal, emit }: RunContext<SftEvent>,
): Promise<SftResult> {
  const { model, optimizer } = trainee;
  const settings = { ...options, packLength: options.maxLength };
  const lengths = data.items.map(({ ids }) => ids.length);
  const plan = new StepPlan(lengths, settings, options.length);
  const warmupSteps = warmupStepsOf(plan.steps, options);
  const evalEvery = options.evalEvery ?? Math.ceil(plan.steps / 10);
  const saveEvery = options.saveEvery ?? Math.max(20, Math.ceil(plan.steps / 5));
  const isDue = (step: number, every: number) => step === plan.steps || (every > 0 && step % every === 0);

  const session = await openSftSession(options, data, evalData, trainee, emit);
  const { folder, state, events, record } = session;
  let saved = state.step;
  record(startEvent(session, plan.steps, data, trainee));
  const began = { at: performance.now(), step: state.step };

  const takeStep = async () => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const { indices, epoch } = plan.at(step);
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, plan.steps);
    const dropoutSeed = new Random(options.seed).split("dropout", step).uint32();
    const examples = indices.map((i) => data.items[i]);
    const { loss, tokenAccuracy, tokens } = await accumulateGradients(model, examples, options, dropoutSeed);
    let gradNorm: number | null = null;
    if (Number.isFinite(loss)) {
      gradNorm = (await optimizer.step({ learningRate, maxGradNorm: options.maxGradNorm })).gradNorm;
    } else {
      await optimizer.zeroGradients();
    }
    state.step = step;
    if (gradNorm === null || !Number.isFinite(gradNorm)) {
      state.skippedInRow++;
      record({ type: "step-skipped", step, loss, gradNorm, skippedInRow: state.skippedInRow });
      if (state.skippedInRow >= mostSkippedInRow) throw notFinite(step, loss, gradNorm);
      return;
    }
    state.skippedInRow = 0;
    const now = performance.now();
    const etaSeconds = ((now - began.at) / 1000 / (step - began.step)) * (plan.steps - step);
    const tokensPerSecond = tokens / ((now - startedAt) / 1000);
    const memoryBytes = model.device.info().currentBytes;
    record({
      type: "step-end",
      ...{ step, epoch, loss, learningRate, gradNorm, tokenAccuracy, tokens, tokensPerSecond, memoryBytes, etaSeconds },
    });
  };

  /** True when the loss is the lowest so far. */
  const evaluate = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const { loss, tokenAccuracy } = await evaluateLoss(model, evalData!.items, options, signal);
    state.evaluated = state.step;
    const isBest = state.step > 0 && loss < (state.best?.evalLoss ?? Number.POSITIVE_INFINITY);
    if (isBest) state.best = { step: state.step, evalLoss: loss };
    const seconds = (performance.now() - startedAt) / 1000;
    const [step, evalLoss, evalTokenAccuracy] = [state.step, loss, tokenAccuracy];
    record({ type: "eval-end", step, evalLoss, evalTokenAccuracy, best: isBest, seconds });
    return isBest && options.keepBest;
  };

  const save = async () => {
    const { step, path } = await saveState("sft", folder, trainee, state, session.fingerprint);
    saved = step;
    record({ type: "checkpoint-saved", step, path });
    await pruneStates(folder, options.keepCheckpoints, options.keepBest ? (state.best?.step ?? null) : null);
  };

  try {
    for (;;) {
      const isNewBest = evalData && isDue(state.step, evalEvery) && state.evaluated < state.step && (await evaluate());
      if (isNewBest || (state.step > saved && isDue(state.step, saveEvery))) await save();
      if (state.step >= plan.steps) break;
      signal.throwIfAborted();
      await takeStep();
    }
    if (options.keepBest && state.best && state.best.step !== state.step)
      await restoreStep("sft", folder, trainee, state.best.step);
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const summary = summarize(events, state, options.keepBest, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new SftResult({ model, id: folder.id, path: folder.path, best: state.best, summary, events });
  } catch (error) {
    // A cancelled run keeps what it learned: resume goes on from the step it stopped after.
    if (signal.aborted && state.step > saved) await save().catch(() => {});
    await folder.end(signal.aborted ? "cancelled" : "failed", { error }).catch(() => {});
    throw error;
  }
}

function notFinite(step: number, loss: number, gradNorm: number | null): MedgymError {
  const what = gradNorm === null ? `the loss is ${loss}` : `the gradient norm is ${gradNorm}`;
  return new MedgymError(
    "non-finite",
    `sft: ${what} at step ${step}, the ${mostSkippedInRow}th step in a row that is not finite. If it was so from the first ` +
      "step, the weights may hold NaN: load them with checkFinite: true. Else lower learningRate, add warmupSteps, or use dtype f32.",
  );
}
