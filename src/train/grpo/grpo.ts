/**
 * Group relative policy optimisation, https://arxiv.org/abs/2402.03300, and its variants: play tasks in groups, reward, compare
 * within the group, learn. Read `takeStep`: it is the algorithm; the formulas are in math/.
 *
 * What it leaves out: a critic (that is PPO), several processes, and rollouts that run ahead of the policy.
 */
import { join } from "node:path";
import { describeJob } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import type { Trajectory } from "../../generate/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { playJob } from "../jobs/play-job.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import { type DryRunOptions, dryRunView, type PolicyDryRun, playDryRun } from "../policy/dry-run.ts";
import { completionsOf } from "../policy/experience.ts";
import { differs, differsInSubstance, shareOf } from "../policy/groups-report.ts";
import { resolvePlay } from "../policy/play-options.ts";
import type { PolicyStepEnd } from "../policy/policy-events.ts";
import { openPolicySession, type PolicyState, recordStart, skipStep } from "../policy/policy-session.ts";
import { learn, learnerOf } from "../policy/policy-update.ts";
import { policyMeter } from "../policy/policy-view.ts";
import { rollOutStep } from "../policy/rollouts.ts";
import { stepRecorder } from "../policy/step-recorder.ts";
import { TaskSource } from "../policy/task-source.ts";
import { runSteps } from "../steps.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import { advantagesOf } from "./group-advantages.ts";
import type { GrpoEvent, GrpoStepEnd } from "./grpo-events.ts";
import { type CheckedGrpo, completeGrpo, type GrpoOptions, grpoSchema, type ResolvedGrpo } from "./grpo-options.ts";
import { GrpoResult, summarizeGrpo } from "./grpo-result.ts";
import { grpoView } from "./grpo-view.ts";

/** Reinforcement learning from groups of rollouts. Returns at once; await it, or show it in a cell. */
export function grpo(options: GrpoOptions): Run<GrpoResult, GrpoEvent> {
  const complete = resolveGrpo(options);
  return new Run("grpo", async (context) => train(await complete(), context), grpoView, policyMeter);
}

/**
 * Plays some groups without training: what they earn, drawn and greedy, and what share of them differs in more than form, which is
 * what there is to learn. The same options as the training that it is for.
 */
grpo.dryRun = (options: GrpoOptions, dry: DryRunOptions = {}): Run<PolicyDryRun, never> => {
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
  resolvePlay("grpo", checked);
  return async () => completeGrpo(checked, await loadModel(model));
}

async function train(options: ResolvedGrpo, context: RunContext<GrpoEvent>): Promise<GrpoResult> {
  options.model.device.resetPeak();
  const trainee = await prepareTrainee({ ...options, epsilon: options.epsilonOfAdam }, "grpo");
  try {
    return await trainGroups(options, trainee, context);
  } finally {
    await trainee.dispose();
  }
}

async function trainGroups(
  options: ResolvedGrpo,
  trainee: Trainee,
  { signal, emit }: RunContext<GrpoEvent>,
): Promise<GrpoResult> {
  const { steps, groupSize } = options;
  const { model } = trainee;
  const learner = learnerOf(options.model, trainee);
  const warmupSteps = warmupStepsOf(steps, options);
  const session = await openPolicySession<PolicyState, GrpoEvent>(options, trainee, emit, {});
  const { folder, state, events } = session;
  const source = new TaskSource(options.tasks, options, state.tasks);
  recordStart(session, options, trainee);
  const tell = stepRecorder<Omit<GrpoStepEnd, keyof PolicyStepEnd>>(session, options, model, emit);

  const takeStep = async (learning: () => void) => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const tellPart = tell.phase(step);
    const { groups, played, rounds } = await rollOutStep(model, source, options, { step, signal, tell: tellPart });
    const trajectories = groups.flat();
    const rolloutSeconds = (performance.now() - startedAt) / 1000;
    state.step = step;
    if (trajectories.every(({ reward }) => reward === null)) {
      skipStep("grpo", session, "no rollout has a reward", trajectories);
      return;
    }
    const advantages = advantagesOf(trajectories, options);
    const masked = ({ truncated, reward }: Trajectory) => reward === null || (options.maskTruncated && truncated);
    const completions = groups.map((group, g) =>
      completionsOf(group, advantages.subarray(g * groupSize, (g + 1) * groupSize), masked),
    );
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, steps);
    signal.throwIfAborted();
    learning();
    const update = await learn(learner, completions, options, { step, learningRate, signal, tell: tellPart });
    if (update.updates === 0 && update.skipped > 0) {
      skipStep("grpo", session, "no loss or gradient was finite", trajectories);
      return;
    }
    state.skippedInRow = 0;
    tell.stepEnd(
      { trajectories: played.flat(), update, rolloutSeconds, learningRate },
      {
        groups: played.length,
        zeroVariance: shareOf(played, (group) => !differs(group)),
        mixed: shareOf(played, differsInSubstance),
        rounds,
      },
    );
    tell.samples(trajectories);
  };

  const finish = async () => {
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const summary = summarizeGrpo(events, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new GrpoResult({ model, id: folder.id, path: folder.path, summary, events });
  };
  return runSteps({ ...options, trainee, session, signal, takeStep, finish });
}

describeJob(
  grpo,
  playJob({
    verb: "grpo",
    schema: grpoSchema,
    models: ["model"],
    complete: (checked: CheckedGrpo) => completeGrpo(checked, checked.model as Model),
  }),
);
