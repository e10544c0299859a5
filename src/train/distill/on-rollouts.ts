/**
 * Turn-level truncated on-policy distillation (TT-OPD, https://arxiv.org/abs/2605.02943): the student plays; a teacher, a moving average
 * of the student that is told how each rollout ended, says at every turn what it would have said, and the student moves towards it.
 * Read `takeStep`.
 *
 * What of the paper is ours to fill in: the divergence is over the teacher's K likeliest tokens and the rest; what is cut of a turn is
 * what comes after its first `turnTokens` tokens; the coefficient halves down to a floor. Alone or beside grpo's policy loss.
 */
import { join } from "node:path";
import { Random } from "../../core/random.ts";
import type { RunContext } from "../../core/run.ts";
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import { groupAdvantages } from "../math/advantages.ts";
import { distillCoefficient } from "../math/distill-loss.ts";
import { scheduleFactor, warmupStepsOf } from "../math/schedule.ts";
import { shareOf } from "../policy/groups-report.ts";
import type { PolicyStepEnd } from "../policy/policy-events.ts";
import { openPolicySession, type PolicyState, recordStart, skipStep } from "../policy/policy-session.ts";
import { rollOutStep } from "../policy/rollouts.ts";
import { stepRecorder } from "../policy/step-recorder.ts";
import { TaskSource } from "../policy/task-source.ts";
import { describeModel } from "../references.ts";
import { runSteps } from "../steps.ts";
import { prepareTrainee, type Trainee } from "../trainee.ts";
import type { DistillEvent, DistillStepEnd } from "./distill-events.ts";
import type { ResolvedRollouts } from "./distill-options.ts";
import { DistillResult, summarizeDistill } from "./distill-result.ts";
import { hintedPrompt, truncatedTurns } from "./hints.ts";
import { learnFromTeacher, type TaughtCompletion } from "./taught-update.ts";
import { averagedTeacher, fixedTeacher, type Teacher } from "./teacher.ts";

export async function distillRollouts(
  options: ResolvedRollouts,
  context: RunContext<DistillEvent>,
): Promise<DistillResult<DistillEvent>> {
  options.model.device.resetPeak();
  const trainee = await prepareTrainee({ ...options, epsilon: options.epsilonOfAdam }, "distill");
  let teacher: Teacher | undefined;
  try {
    teacher = await teacherOf(options, trainee.model);
    return await train(options, trainee, teacher, context);
  } finally {
    teacher?.dispose();
    await trainee.dispose();
  }
}

async function teacherOf({ teacher, averageDecay }: ResolvedRollouts, student: Model): Promise<Teacher> {
  return teacher === "average" ? averagedTeacher(student, averageDecay) : fixedTeacher(teacher, student);
}

async function train(
  options: ResolvedRollouts,
  alone: Trainee,
  teacher: Teacher,
  { signal, emit }: RunContext<DistillEvent>,
): Promise<DistillResult<DistillEvent>> {
  const { steps } = options;
  const trainee = { ...alone, companions: teacher.companion ? [teacher.companion] : [] };
  const { model } = trainee;
  const pupil = { engine: model.engine, adapter: model.adapter?.engine ?? null, optimizer: trainee.optimizer };
  const warmupSteps = warmupStepsOf(steps, options);
  const who = options.teacher === "average" ? "average" : await describeModel(options.teacher);
  const session = await openPolicySession<PolicyState, DistillEvent>(
    options,
    trainee,
    emit,
    {},
    {
      fingerprint: { teacher: who },
      besides: ["teacher"],
    },
  );
  const { folder, state, events } = session;
  const source = new TaskSource(options.tasks, options, state.tasks);
  recordStart(session, options, trainee);
  const tell = stepRecorder<Omit<DistillStepEnd, keyof PolicyStepEnd>>(session, options, model, emit);

  const takeStep = async (learning: () => void) => {
    const startedAt = performance.now();
    const step = state.step + 1;
    const { groups } = await rollOutStep(model, source, options, { step, signal, tell: tell.phase(step) });
    const trajectories = groups.flat();
    const rolloutSeconds = (performance.now() - startedAt) / 1000;
    state.step = step;
    if (trajectories.every(({ reward }) => reward === null)) {
      skipStep("distill", session, "no rollout has a reward", trajectories);
      return;
    }
    const lessons = lessonsOf(groups, options, model);
    const learningRate = options.learningRate * scheduleFactor(options.schedule, step - 1, warmupSteps, steps);
    const coefficient = distillCoefficient(step - 1, options.coefficient);
    const random = new Random(options.seed).split("update", step);
    tell.phase(step)("update", 0, 1);
    signal.throwIfAborted();
    learning();
    const completions = lessons.flatMap(({ completions }) => completions);
    const settings = { coefficient, learningRate, random, signal };
    const update = await learnFromTeacher(pupil, teacher, completions, options, settings);
    if (update.updates === 0) {
      skipStep(
        "distill",
        session,
        update.skipped > 0 ? "no loss or gradient was finite" : "nothing was drawn",
        trajectories,
      );
      return;
    }
    state.skippedInRow = 0;
    const { divergence, agreement, taughtTokens } = update;
    tell.stepEnd(
      { trajectories, update, rolloutSeconds, learningRate },
      { divergence, agreement, taughtTokens, coefficient, hinted: shareOf(lessons, ({ hinted }) => hinted) },
    );
    tell.samples(trajectories);
  };

  const finish = async () => {
    if (model.adapter) await model.saveAdapter(join(folder.path, "adapter"));
    const summary = summarizeDistill(events, model.device.info().peakBytes);
    await folder.end("succeeded", { summary: { ...summary } });
    return new DistillResult({ model, id: folder.id, path: folder.path, summary, events });
  };
  return runSteps({ ...options, trainee, session, signal, takeStep, finish });
}

interface Lesson {
  completions: TaughtCompletion[];
  hinted: boolean;
}

/** Of each rollout, group by group: what is scored of it, and what the teacher reads before that. */
function lessonsOf(
  groups: readonly (readonly Trajectory[])[],
  options: ResolvedRollouts,
  { tokenizer }: Model,
): Lesson[] {
  const { policyWeight, groupSize, scale, turnTokens, environments, template, hint } = options;
  const rewards = Float64Array.from(groups.flat(), ({ reward }) => reward?.total ?? Number.NaN);
  const advantages =
    policyWeight > 0 ? groupAdvantages(rewards, { groupSize, scale }).advantages : new Float64Array(rewards.length);
  const context = contextOf(options);
  return groups.flatMap((group, g) =>
    group.map((trajectory, i): Lesson => {
      const text = (hint && trajectory.reward && hint({ trajectory, group })) || null;
      const environment = environments.find(({ name }) => name === trajectory.environment);
      const rendering = { tokenizer, tools: environment?.toolSchemas ?? [], template };
      let hinted = false;
      const completions = trajectory.segments.map((segment): TaughtCompletion => {
        const { promptLength: start, tokens, logprobs } = segment;
        const prompt = tokens.subarray(0, start);
        const told = text === null ? null : hintedPrompt(trajectory, segment, text, rendering);
        const fits = told !== null && told.length + tokens.length - start <= context;
        hinted ||= fits;
        // Nothing is learned from a rollout that something broke.
        const mask = trajectory.reward ? segment.mask.subarray(start) : new Uint8Array(tokens.length - start);
        return {
          ...{ prompt, mask, tokens: tokens.subarray(start), samplerLogprobs: logprobs.subarray(start) },
          advantage: advantages[g * groupSize + i],
          teacherPrompt: fits ? told : prompt,
          taught: truncatedTurns(mask, segment.turns.subarray(start), turnTokens),
        };
      });
      return { completions, hinted };
    }),
  );
}

const contextOf = ({ teacher, model }: ResolvedRollouts) => (teacher === "average" ? model : teacher).info.maxPositions;
