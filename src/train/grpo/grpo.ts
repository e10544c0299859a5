/**
 * Group relative policy optimisation, https://arxiv.org/abs/2402.03300, and its variants: play tasks in groups, reward, compare
 * within the group, learn. Read `takeStep`: it is the algorithm; the formulas are in math/.
 *
 * What it leaves out: a critic (that is PPO), several processes, and rollouts that run ahead of the policy.
 */
import { join } from "node:path";
import { hashJson } from "../../core/canonical.ts";
import { MedgymError } from "../../core/errors.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import type { Trajectory } from "../../generate/index.ts";
import { loadModel } from "../../model/load.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import { completionsOf } from "../policy/experience.ts";
import { type Learner, learn } from "../policy/policy-update.ts";
import { advantagesOf } from "../policy/rewards-of.ts";
import { rollOutStep } from "../policy/rollouts.ts";
import { startTasks, TaskSource, type TaskSourceState } from "../policy/task-source.ts";
import { mostSkippedInRow, pruneStates, saveState, type TrainingState } from "../run-state.ts";
import { openSession, type Session, trainableParameters } from "../session.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import { countFailures } from "./groups-report.ts";
import { dryRunView, type GrpoDryRun, type GrpoDryRunOptions, playDryRun } from "./grpo-dry-run.ts";
import type { GrpoEvent, GrpoSample } from "./grpo-events.ts";
import {
  completeGrpo,
  type GrpoOptions,
  grpoSchema,
  numericOptions,
  type ResolvedGrpo,
  resolvePlay,
} from "./grpo-options.ts";
import { GrpoResult, summarizeGrpo } from "./grpo-result.ts";
import { stepEnd } from "./grpo-step.ts";
import { grpoMeter, grpoView } from "./grpo-view.ts";

export interface GrpoState extends TrainingState {
  tasks: TaskSourceState;
}

/** Reinforcement learning from groups of rollouts. Returns at once; await it, or show it in a cell. */
export function grpo(options: GrpoOptions): Run<GrpoResult, GrpoEvent> {
  const complete = resolveGrpo(options);
  return new Run("grpo", async (context) => train(await complete(), context), grpoView, grpoMeter);
}

/**
 * Plays some groups without training: what they earn, drawn and greedy, and what share of them differs in more than form, which is
 * what there is to learn. The same options as the training that it is for.
 */
grpo.dryRun = (options: GrpoOptions, dry: GrpoDryRunOptions = {}): Run<GrpoDryRun, never> => {
  const complete = resolveGrpo(options);
  return new Run("grpo.dryRun", async ({ signal }) => playDryRun(await complete(), dry, signal), dryRunView);
};

/** Checks at once what can be checked without the model; where that is a path it is loaded later. */
function resolveGrpo(options: GrpoOptions): () => Promise<ResolvedGrpo> {
  const checked = resolveOptions("grpo", options, grpoSchema);
  const { model } = checked;
  if (typeof model !== "string") {
    const resolved = completeGrpo(checked, model);
    return async () => resolved;
  }
  resolvePlay(checked);
  return async () => completeGrpo(checked, await loadModel(model));
}

async function train(options: ResolvedGrpo, context: RunContext<GrpoEvent>): Promise<GrpoResult> {
  options.model.device.resetPeak();
  const trainee = await prepareTrainee({ ...options, epsilon: options.epsilonOfAdam }, "grpo");
  try {
    return await runSteps(options, trainee, context);
  } finally {
    await trainee.dispose();
  }
}

async function runSteps(
  options: ResolvedGrpo,
  trainee: Trainee,
  { signal, emit }: RunContext<GrpoEvent>,
): Promise<GrpoResult> {
  const { steps, saveEvery, sampleEvery } = options;
  const { model } = trainee;
  const learner: Learner = {
    engine: model.engine,
    adapter: model.adapter?.engine ?? null,
    reference: options.model.adapter?.engine ?? null,
    optimizer: trainee.optimizer,
  };
  const warmupSteps = warmupStepsOf(steps, options);
  const session = await openGrpoSession(options, trainee, emit);
  const { folder, state, events, record } = session;
  const source = new TaskSource(options.tasks, options, state.tasks);
  let saved = state.step;
  record({
    type: "start",
    ...{ run: folder.id, path: folder.path, steps, step: state.step, tasks: options.tasks.length },
    trainableParameters: trainableParameters(trainee),
  });
  const began = { at: performance.now(), step: state.step };
  /** The state that the weights belong to; null while they are being changed. */
  let clean: GrpoState | null = null;

  const takeStep = async () => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const phase = (name: "rollout" | "update") => (done: number, total: number) => {
      if (done === total || done % Math.ceil(total / 10) === 0) emit({ type: "phase", step, phase: name, done, total });
    };
    const { groups, played, rounds } = await rollOutStep(model, source, options, {
      step,
      signal,
      ended: phase("rollout"),
    });
    const trajectories = groups.flat();
    const rolloutSeconds = (performance.now() - startedAt) / 1000;
    state.step = step;
    if (trajectories.every(({ reward }) => reward === null)) {
      skip(step, "no rollout has a reward", trajectories);
      return;
    }
    const advantages = advantagesOf(trajectories, options);
    const masked = ({ truncated, reward }: Trajectory) => reward === null || (options.maskTruncated && truncated);
    const G = options.groupSize;
    const completions = groups.map((group, g) => completionsOf(group, advantages.subarray(g * G, (g + 1) * G), masked));
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, steps);
    phase("update")(0, 1);
    signal.throwIfAborted();
    clean = null;
    const update = await learn(learner, completions, options, { step, learningRate, signal });
    if (update.updates === 0 && update.skipped > 0) {
      skip(step, "no loss or gradient was finite", trajectories);
      return;
    }
    state.skippedInRow = 0;
    const etaSeconds = ((performance.now() - began.at) / 1000 / (step - began.step)) * (steps - step);
    const level = state.tasks.curriculum?.level ?? null;
    const memoryBytes = model.device.info().currentBytes;
    record(stepEnd({ step, played, rounds, update, rolloutSeconds, learningRate, level, memoryBytes, etaSeconds }));
    if (step === 1 || step % sampleEvery === 0) record({ type: "samples", step, samples: samplesOf(trajectories) });
  };

  const skip = (step: number, reason: string, trajectories: readonly Trajectory[]) => {
    const failures = countFailures(trajectories);
    state.skippedInRow++;
    record({ type: "step-skipped", step, reason, failures, skippedInRow: state.skippedInRow });
    if (state.skippedInRow >= mostSkippedInRow) throw nothingLearned(step, reason, failures[0]?.message);
  };

  const save = async (of: GrpoState) => {
    const { step, path } = await saveState("grpo", folder, trainee, of, session.fingerprint);
    saved = step;
    record({ type: "checkpoint-saved", step, path });
    await pruneStates(folder, options.keepCheckpoints, null);
  };

  try {
    for (;;) {
      if (state.step > saved && (state.step === steps || (saveEvery > 0 && state.step % saveEvery === 0)))
        await save(state);
      clean = structuredClone(state);
      if (state.step >= steps) break;
      signal.throwIfAborted();
      await takeStep();
    }
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const summary = summarizeGrpo(events, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new GrpoResult({ model, id: folder.id, path: folder.path, summary, events });
  } catch (error) {
    // A cancelled run keeps what it learned, unless it was in the middle of learning.
    if (signal.aborted && clean && clean.step > saved) await save(clean).catch(() => {});
    await folder.end(signal.aborted ? "cancelled" : "failed", { error }).catch(() => {});
    throw error;
  }
}

function openGrpoSession(
  options: ResolvedGrpo,
  trainee: Trainee,
  emit: (event: GrpoEvent) => void,
): Promise<Session<GrpoState, GrpoEvent>> {
  const { model, resume, tasks, environments, payHash, seed } = options;
  const numbers = numericOptions(options);
  const names = environments.map(({ name }) => name);
  return openSession<GrpoState, GrpoEvent>({
    verb: "grpo",
    model,
    trainee,
    resume,
    fingerprint: { ...numbers, environments: names, tasks: hashJson(tasks), rewards: payHash },
    start: { step: 0, skippedInRow: 0, tasks: startTasks(options) },
    facts: {
      options: { ...numbers, environments: names, weights: environments.map(options.weightsOf) },
      seed,
      data: { tasks: { count: tasks.length, hash: hashJson(tasks) } },
    },
    emit,
  });
}

/** The best, the worst, and one that failed. */
function samplesOf(trajectories: readonly Trajectory[]): GrpoSample[] {
  const paid = trajectories.filter(({ reward }) => reward !== null);
  const ordered = paid.toSorted((a, b) => b.reward!.total - a.reward!.total);
  const chosen = new Set([ordered[0], ordered.at(-1), trajectories.find(({ failure }) => failure)]);
  return [...chosen].flatMap((each) => {
    if (!each) return [];
    const { segments: _, log: __, hash: ___, ...sample } = each;
    return { ...sample, task: { ...sample.task, state: undefined } };
  });
}

function nothingLearned(step: number, reason: string, failure: string | undefined): MedgymError {
  return new MedgymError(
    "non-finite",
    `grpo: ${reason} at step ${step}, the ${mostSkippedInRow}th step in a row of which nothing could be learned` +
      `${failure ? `: ${failure}` : ""}. Mend the reward or the environment, or lower learningRate if it went well before.`,
  );
}
