/**
 * Proximal policy optimisation, https://arxiv.org/abs/1707.06347, of language models: play, reward, ask a value function what was
 * expected, learn from the difference. Read `takeStep`: it is the algorithm; the formulas are in math/.
 *
 * What it leaves out: layers that policy and value function share, several processes, and rollouts that run ahead of the policy.
 */
import { join } from "node:path";
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { standingMemory } from "../jobs/parts.ts";
import { playJob } from "../jobs/play-job.ts";
import { nextKlCoefficient } from "../math/kl.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import { type DryRunOptions, dryRunView, type PolicyDryRun, playDryRun } from "../policy/dry-run.ts";
import { resolvePlay } from "../policy/play-options.ts";
import type { PolicyStepEnd } from "../policy/policy-events.ts";
import { openPolicySession, type PolicyState, recordStart, skipStep } from "../policy/policy-session.ts";
import { learn, learnerOf, noUpdate, type UpdateResult } from "../policy/policy-update.ts";
import { policyMeter } from "../policy/policy-view.ts";
import { rollOutStep } from "../policy/rollouts.ts";
import { stepRecorder } from "../policy/step-recorder.ts";
import { TaskSource } from "../policy/task-source.ts";
import { describeModel } from "../references.ts";
import { runSteps } from "../steps.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import { estimate } from "./chains.ts";
import { judge, toJudge } from "./judge.ts";
import type { PpoEvent, PpoStepEnd } from "./ppo-events.ts";
import {
  type CheckedPpo,
  completePpo,
  type PpoOptions,
  ppoSchema,
  type ResolvedPpo,
  refuseContradictions,
} from "./ppo-options.ts";
import { PpoResult, summarizePpo } from "./ppo-result.ts";
import { ppoView } from "./ppo-view.ts";
import { criticCompanion, criticOf, learnValues, type ValueUpdate } from "./value-function.ts";

export interface PpoState extends PolicyState {
  /** β of the next step. */
  klCoefficient: number;
}

/** Reinforcement learning with a value function. Returns at once; await it, or show it in a cell. */
export function ppo(options: PpoOptions): Run<PpoResult, PpoEvent> {
  const complete = resolvePpo(options);
  return new Run("ppo", async (context) => train(await complete(), context), ppoView, policyMeter);
}

/** Times that a dry run plays a task where training plays it once: else nothing could differ. */
const dryGroup = 8;

/**
 * Plays some tasks several times each, without training: what they earn, drawn and greedy, and what share of tasks comes out
 * differently in more than form, which is what there is to learn. The same options as the training that it is for.
 */
ppo.dryRun = (options: PpoOptions, dry: DryRunOptions = {}): Run<PolicyDryRun, never> => {
  const complete = resolvePpo(options);
  const play = async ({ signal }: RunContext<never>) => {
    const resolved = await complete();
    const groupSize = resolved.groupSize > 1 ? resolved.groupSize : dryGroup;
    return playDryRun({ ...resolved, groupSize }, dry, signal);
  };
  return new Run("ppo.dryRun", play, dryRunView);
};

/** Checks at once what can be checked without the models; where those are paths they are loaded later. */
function resolvePpo(options: PpoOptions): () => Promise<ResolvedPpo> {
  const checked = resolveOptions("ppo", options, ppoSchema);
  refuseContradictions(checked);
  const { model, value } = checked;
  if (typeof model !== "string" && typeof value !== "string") {
    const resolved = completePpo(checked, model, value);
    return async () => resolved;
  }
  resolvePlay("ppo", checked);
  const load = async <M>(given: M | string) => (typeof given === "string" ? await loadModel(given) : given);
  return async () => completePpo(checked, await load(model), await load(value));
}

async function train(options: ResolvedPpo, context: RunContext<PpoEvent>): Promise<PpoResult> {
  const { model, value = model, valueLora, epsilonOfAdam: epsilon } = options;
  model.device.resetPeak();
  const valueTrainee = await prepareTrainee(
    { ...options, model: value, lora: valueLora, scalarHead: true, epsilon },
    "value",
  );
  try {
    const trainee = await prepareTrainee({ ...options, epsilon }, "ppo");
    try {
      const policy = { ...trainee, companions: [criticCompanion(valueTrainee)] };
      return await trainPolicy(options, policy, valueTrainee, context);
    } finally {
      await trainee.dispose();
    }
  } finally {
    await valueTrainee.dispose();
  }
}

async function trainPolicy(
  options: ResolvedPpo,
  trainee: Trainee,
  valueTrainee: Trainee,
  { signal, emit }: RunContext<PpoEvent>,
): Promise<PpoResult> {
  const { steps, iterations, minibatches } = options;
  const { model } = trainee;
  const learner = learnerOf(options.model, trainee);
  const critic = criticOf(valueTrainee);
  const warmupSteps = warmupStepsOf(steps, options);
  const start = { klCoefficient: options.klCoefficient };
  const ofValue = options.value && (await describeModel(options.value)).hash;
  const session = await openPolicySession<PpoState, PpoEvent>(options, trainee, emit, start, {
    fingerprint: { value: ofValue },
    besides: ["value"],
  });
  const { folder, state, events } = session;
  const source = new TaskSource(options.tasks, options, state.tasks);
  recordStart(session, options, trainee);
  const tell = stepRecorder<Omit<PpoStepEnd, keyof PolicyStepEnd>>(session, options, model, emit);

  const takeStep = async (learning: () => void) => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const tellPart = tell.phase(step);
    const { played } = await rollOutStep(model, source, options, { step, signal, tell: tellPart });
    const trajectories = played.flat();
    const rolloutSeconds = (performance.now() - startedAt) / 1000;
    state.step = step;
    const groups = played.map(toJudge).filter(({ length }) => length > 0);
    if (groups.length === 0) return skipStep("ppo", session, "no rollout has a reward", trajectories);

    const judgedAt = performance.now();
    const { klCoefficient } = state;
    const scoredTokens = await judge(learner, critic, groups.flat(), {
      ...options,
      moves: iterations * minibatches > 1,
      isPriced: klCoefficient > 0,
      signal,
      tell: tellPart,
    });
    const facts = estimate(groups.flat(), options, klCoefficient);
    const scoringSeconds = (performance.now() - judgedAt) / 1000;

    const factor = scheduleFactor(options.schedule, step - 1, warmupSteps, steps);
    const [learningRate, valueLearningRate] = [options.learningRate * factor, options.valueLearningRate * factor];
    const completions = groups.map((group) => group.flatMap((rollout) => rollout.completions));
    signal.throwIfAborted();
    learning();
    tellPart("update", 0, 1);
    const inLoss = { ...options, klCoefficient: 0 };
    const update =
      step > options.valueWarmupSteps
        ? await learn(learner, completions, inLoss, { step, learningRate, signal, tell: tellPart })
        : noUpdate;
    const valued = await learnValues(critic, completions, options, { step, learningRate: valueLearningRate, signal });
    if ((update.updates === 0 && update.skipped > 0) || valued.updates === 0) {
      return skipStep("ppo", session, "no loss or gradient was finite", trajectories);
    }
    state.skippedInRow = 0;
    if (options.klTarget !== undefined && facts.kl !== null) {
      const control = { target: options.klTarget, horizon: options.klHorizon };
      state.klCoefficient = nextKlCoefficient(klCoefficient, facts.kl, groups.flat().length, control);
    }
    const whole = inOne(update, valued, { kl: facts.kl, scoredTokens, scoringSeconds });
    const { valueLoss, valueGradNorm, valueClipped } = valued;
    tell.stepEnd(
      { trajectories, update: whole, rolloutSeconds, learningRate },
      { ...facts, valueLoss, valueGradNorm, valueClipped, valueLearningRate, klCoefficient },
    );
    tell.samples(trajectories);
  };

  const finish = async () => {
    const { model: value } = valueTrainee;
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    if (value.adapter) await value.saveAdapter(join(folder.path, "value"));
    else await value.save(join(folder.path, "value"));
    const summary = summarizePpo(events, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new PpoResult({ model, value, id: folder.id, path: folder.path, summary, events });
  };
  return runSteps({ ...options, trainee, session, signal, takeStep, finish });
}

/** Policy and value function as one update: what was scored before, and the time and tokens of both. */
function inOne(
  update: UpdateResult,
  valued: ValueUpdate,
  { kl, scoredTokens, scoringSeconds }: { kl: number | null; scoredTokens: number; scoringSeconds: number },
): UpdateResult {
  return {
    ...update,
    kl,
    skipped: update.skipped + valued.skipped,
    scoredTokens: update.scoredTokens + scoredTokens,
    updatedTokens: update.updatedTokens + valued.tokens,
    seconds: {
      scoring: update.seconds.scoring + scoringSeconds,
      update: update.seconds.update + valued.seconds,
    },
  };
}

describeJob(
  ppo,
  playJob({
    verb: "ppo",
    schema: ppoSchema,
    models: ["model", "value"],
    complete(checked: CheckedPpo) {
      refuseContradictions(checked);
      return completePpo(checked, checked.model as Model, checked.value as Model | undefined);
    },
    besides: ({ value, valueLora, model }): Record<string, number> => {
      const { adapter, masters, gradients, optimizer } = standingMemory({
        ...{ model: value ?? model, lora: valueLora },
        scalarHead: true,
      });
      const trained = (adapter ?? masters) + gradients + optimizer;
      return { "value function": trained + (value && value !== model ? value.info.weightBytes : 0) };
    },
  }),
);
