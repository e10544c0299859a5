/** The session of what learns from rollouts: its state, its fingerprint, what its manifest says, and how it begins and stumbles. */
import { hashJson } from "../../core/canonical.ts";
import type { Trajectory } from "../../generate/index.ts";
import type { Model } from "../../model/model.ts";
import type { Metric } from "../../track/metrics.ts";
import type { TrainingState } from "../run-state.ts";
import { openSession, type Session, trainableParameters } from "../session.ts";
import { throwIfStuck } from "../steps.ts";
import type { Trainee } from "../trainee.ts";
import { countFailures } from "./groups-report.ts";
import { numericOptions, type Play } from "./play-options.ts";
import type { PolicyEvent } from "./policy-events.ts";
import { startTasks, type TaskSourceState } from "./task-source.ts";

export interface PolicyState extends TrainingState {
  tasks: TaskSourceState;
}

type PolicyPlan = Play & { model: Model; steps: number; seed: number; resume?: string | boolean };

/** `more`: what a way of training keeps besides, as it begins; `besides`: options of it that change no number. */
export function openPolicySession<State extends PolicyState, Event extends Metric>(
  options: PolicyPlan,
  trainee: Trainee,
  emit: (event: Event) => void,
  more: Omit<State, keyof PolicyState>,
  facts: { fingerprint?: Record<string, unknown>; besides?: readonly string[] } = {},
): Promise<Session<State, Event>> {
  const { verb, model, resume, tasks, environments, payHash, seed } = options;
  const numbers = numericOptions(options, facts.besides);
  const names = environments.map(({ name }) => name);
  return openSession<State, Event>({
    verb,
    model,
    trainee,
    resume,
    fingerprint: { ...numbers, ...facts.fingerprint, environments: names, tasks: hashJson(tasks), rewards: payHash },
    start: { step: 0, skippedInRow: 0, tasks: startTasks(options), ...more } as State,
    facts: {
      options: { ...numbers, environments: names, weights: environments.map(options.weightsOf) },
      seed,
      data: { tasks: { count: tasks.length, hash: hashJson(tasks) } },
    },
    emit,
  });
}

type Recording = Pick<Session<PolicyState, PolicyEvent>, "folder" | "state" | "record">;

export function recordStart(
  { folder, state, record }: Recording,
  { steps, tasks }: PolicyPlan,
  trainee: Trainee,
): void {
  record({
    type: "start",
    ...{ run: folder.id, path: folder.path, steps, step: state.step, tasks: tasks.length },
    trainableParameters: trainableParameters(trainee),
  });
}

/** A step of which nothing was learned; throws when there were too many. */
export function skipStep(
  verb: string,
  { state, record }: Recording,
  reason: string,
  trajectories: readonly Trajectory[],
): void {
  const { step } = state;
  const failures = countFailures(trajectories);
  state.skippedInRow++;
  record({ type: "step-skipped", step, reason, failures, skippedInRow: state.skippedInRow });
  throwIfStuck(verb, state, { step, reason, failure: failures[0]?.message });
}
