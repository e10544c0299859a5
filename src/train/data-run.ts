/**
 * Training over a data set, step after step: what sft, dpo and trainRewardModel have in common. What a step learns, what is
 * measured on held-out rows and what comes out is the verb's.
 */
import { join } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import type { RunContext } from "../core/run.ts";
import { contamination, type RowSource } from "../gym/index.ts";
import type { Model } from "../model/model.ts";
import type { StepPlan } from "./batches.ts";
import type { DataEvent, EvalEndEvent, StartEvent, StepEndEvent } from "./data-events.ts";
import { numericOptions, type ResolvedData } from "./data-options.ts";
import { scheduleFactor, warmupStepsOf } from "./math/schedule.ts";
import { mostSkippedInRow, pruneStates, restoreStep, saveState, type TrainingState } from "./run-state.ts";
import { openSession, type Session, trainableParameters } from "./session.ts";
import type { Trained } from "./trained.ts";
import { prepareTrainee, type Trainee } from "./trainee.ts";

/** The lowest evaluation loss so far. */
export interface Best {
  step: number;
  evalLoss: number;
}

export interface DataState extends TrainingState {
  /** Step of the last evaluation; −1: none yet. */
  evaluated: number;
  best: Best | null;
}

/** What one pass gives: its loss, how many tokens went through, and what else is told of it. */
export interface Pass<Report> {
  loss: number;
  tokens: number;
  report: Report;
}

export interface DataRun<Start extends object, Step extends object, Evaluation extends object, Result> {
  /** "sft" */
  verb: string;
  options: ResolvedData;
  /** Train a head of one number per position too. @default false */
  scalarHead?: boolean;
  plan: StepPlan;
  /** Hash of what training sees, and what the manifest says of it. */
  data: Described;
  evalData?: Described;
  /** Told before the first step. */
  start: Start;
  /** Adds the gradients of a step's items; not finite: stops early, gradients unfinished. */
  learn(model: Model, indices: readonly number[], dropoutSeed: number): Promise<Pass<Step>>;
  /** Of held-out data; needs `evalData`. */
  measure?(model: Model, signal: AbortSignal): Promise<Pass<Evaluation>>;
  /** `best` is null without held-out data. */
  finish(
    ran: Pick<Trained, "model" | "id" | "path"> & { state: DataState; events: DataEvent<Start, Step, Evaluation>[] },
  ): Result;
}

interface Described {
  hash: string;
  description: object;
}

/** Stops a run whose data holds what its test rows ask. */
export async function refuseHeldOut({ data, heldOut, force }: ResolvedData): Promise<void> {
  if (heldOut !== undefined) (await contamination(data as RowSource, heldOut as RowSource)).assert({ force });
}

export async function runOverData<
  Start extends object,
  Step extends object,
  Evaluation extends object,
  Result extends Trained & { summary: object },
>(
  run: DataRun<Start, Step, Evaluation, Result>,
  context: RunContext<DataEvent<Start, Step, Evaluation>>,
): Promise<Result> {
  const { verb, options, scalarHead = false } = run;
  options.model.device.resetPeak();
  const trainee = await prepareTrainee({ ...options, scalarHead }, verb);
  try {
    return await runSteps(run, trainee, context);
  } finally {
    await trainee.dispose();
  }
}

async function runSteps<
  Start extends object,
  Step extends object,
  Evaluation extends object,
  Result extends Trained & { summary: object },
>(
  run: DataRun<Start, Step, Evaluation, Result>,
  trainee: Trainee,
  { signal, emit }: RunContext<DataEvent<Start, Step, Evaluation>>,
): Promise<Result> {
  const { verb, options, plan, measure } = run;
  const { model, optimizer } = trainee;
  const warmupSteps = warmupStepsOf(plan.steps, options);
  const evalEvery = options.evalEvery ?? Math.ceil(plan.steps / 10);
  const saveEvery = options.saveEvery ?? Math.max(20, Math.ceil(plan.steps / 5));
  const isDue = (step: number, every: number) => step === plan.steps || (every > 0 && step % every === 0);

  const session = await openDataSession(run, trainee, emit);
  const { folder, state, events, record } = session;
  let saved = state.step;
  const start: StartEvent = {
    type: "start",
    ...{ run: folder.id, path: folder.path, steps: plan.steps, step: state.step },
    trainableParameters: trainableParameters(trainee),
  };
  record({ ...start, ...run.start });
  const began = { at: performance.now(), step: state.step };

  const takeStep = async () => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const { indices, epoch } = plan.at(step);
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, plan.steps);
    const dropoutSeed = new Random(options.seed).split("dropout", step).uint32();
    const { loss, tokens, report } = await run.learn(model, indices, dropoutSeed);
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
      if (state.skippedInRow >= mostSkippedInRow) throw notFinite(verb, step, loss, gradNorm);
      return;
    }
    state.skippedInRow = 0;
    const now = performance.now();
    const etaSeconds = ((now - began.at) / 1000 / (step - began.step)) * (plan.steps - step);
    const tokensPerSecond = tokens / ((now - startedAt) / 1000);
    const memoryBytes = model.device.info().currentBytes;
    const end: StepEndEvent = {
      type: "step-end",
      ...{ step, epoch, loss, learningRate, gradNorm, tokens, tokensPerSecond, memoryBytes, etaSeconds },
    };
    record({ ...end, ...report });
  };

  /** True when the loss is the lowest so far. */
  const evaluate = async (of: NonNullable<typeof measure>): Promise<boolean> => {
    const startedAt = performance.now();
    const { loss, report } = await of(model, signal);
    state.evaluated = state.step;
    const isBest = state.step > 0 && loss < (state.best?.evalLoss ?? Number.POSITIVE_INFINITY);
    if (isBest) state.best = { step: state.step, evalLoss: loss };
    const seconds = (performance.now() - startedAt) / 1000;
    const end: EvalEndEvent = { type: "eval-end", step: state.step, evalLoss: loss, best: isBest, seconds };
    record({ ...end, ...report });
    return isBest && options.keepBest;
  };

  const save = async () => {
    const { step, path } = await saveState(verb, folder, trainee, state, session.fingerprint);
    saved = step;
    record({ type: "checkpoint-saved", step, path });
    await pruneStates(folder, options.keepCheckpoints, options.keepBest ? (state.best?.step ?? null) : null);
  };

  try {
    for (;;) {
      const isToMeasure = measure && isDue(state.step, evalEvery) && state.evaluated < state.step;
      const isNewBest = isToMeasure && (await evaluate(measure));
      if (isNewBest || (state.step > saved && isDue(state.step, saveEvery))) await save();
      if (state.step >= plan.steps) break;
      signal.throwIfAborted();
      await takeStep();
    }
    if (options.keepBest && state.best && state.best.step !== state.step)
      await restoreStep(verb, folder, trainee, state.best.step);
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const result = run.finish({ model, id: folder.id, path: folder.path, state, events });
    await folder.end("succeeded", { summary: { ...result.summary } });
    return result;
  } catch (error) {
    // A cancelled run keeps what it learned: resume goes on from the step it stopped after.
    if (signal.aborted && state.step > saved) await save().catch(() => {});
    await folder.end(signal.aborted ? "cancelled" : "failed", { error }).catch(() => {});
    throw error;
  }
}

function openDataSession<Start extends object, Step extends object, Evaluation extends object, Result>(
  { verb, options, data, evalData }: DataRun<Start, Step, Evaluation, Result>,
  trainee: Trainee,
  emit: (event: DataEvent<Start, Step, Evaluation>) => void,
): Promise<Session<DataState, DataEvent<Start, Step, Evaluation>>> {
  return openSession<DataState, DataEvent<Start, Step, Evaluation>>({
    verb,
    model: options.model,
    trainee,
    resume: options.resume,
    fingerprint: { ...numericOptions(options), data: data.hash, evalData: evalData?.hash },
    start: { step: 0, evaluated: -1, best: null, skippedInRow: 0 },
    facts: {
      options: { ...options, model: undefined, data: undefined, evalData: undefined, heldOut: undefined },
      seed: options.seed,
      data: { data: data.description, evalData: evalData?.description },
    },
    emit,
  });
}

/** What every summary of such a run says, from the events, those before a resume included. */
export function summarizeData<Start, Step, Evaluation>(
  events: readonly DataEvent<Start, Step, Evaluation>[],
  state: DataState,
) {
  const all = events as readonly DataEvent<unknown, unknown, unknown>[];
  const steps = all.filter((event) => event.type === "step-end") as StepEndEvent[];
  const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
  const seconds = steps.reduce((sum, step) => sum + step.tokens / step.tokensPerSecond, 0);
  return {
    steps: state.step,
    epochs: steps.at(-1)?.epoch ?? 0,
    /** Of the last step. */
    loss: steps.at(-1)?.loss ?? Number.NaN,
    ...(state.best && { bestStep: state.best.step }),
    /** Trained on, all epochs. */
    tokens,
    seconds,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    skippedSteps: all.filter((event) => event.type === "step-skipped").length,
  };
}

/** The evaluation of the weights that the model ends with. */
export function keptEvaluation<E extends { type: string; step: number }>(
  events: readonly E[],
  state: DataState,
  keepBest: boolean,
): Extract<E, { type: "eval-end" }> | undefined {
  const evaluations = events.filter((event) => event.type === "eval-end") as Extract<E, { type: "eval-end" }>[];
  return keepBest ? evaluations.find(({ step }) => step === state.best?.step) : evaluations.at(-1);
}

function notFinite(verb: string, step: number, loss: number, gradNorm: number | null): MedgymError {
  const what = gradNorm === null ? `the loss is ${loss}` : `the gradient norm is ${gradNorm}`;
  return new MedgymError(
    "non-finite",
    `${verb}: ${what} at step ${step}, the ${mostSkippedInRow}th step in a row that is not finite. If it was so from the first ` +
      "step, the weights may hold NaN: load them with checkFinite: true. Else lower learningRate, add warmupSteps, or use dtype f32.",
  );
}
