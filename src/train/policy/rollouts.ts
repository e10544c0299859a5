/** A step's rollouts: drawn tasks played in groups, groups without variance redrawn up to a limit. */
import { Random } from "../../core/random.ts";
import type { Trajectory } from "../../generate/index.ts";
import { type Job, type PlayEvents, playJobs } from "../../generate/play-jobs.ts";
import { withPlayers } from "../../generate/players.ts";
import { jobsOf } from "../../generate/rollout.ts";
import type { Task } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import { differs } from "./groups-report.ts";
import { shapeLength } from "./length-shaping.ts";
import type { Play } from "./play-options.ts";
import type { TellPart } from "./policy-events.ts";
import type { TaskSource } from "./task-source.ts";

export interface PlaySettings {
  seed: number;
  groupSize: number;
  temperature: number;
  signal: AbortSignal;
  tell?: TellPart;
}

/** Plays tasks in groups, which come in the order of the tasks; lengths are shaped where that is asked for. */
export async function playGroups(
  model: Model,
  tasks: readonly Task[],
  options: Play,
  { seed, groupSize, temperature, signal, tell }: PlaySettings,
): Promise<Trajectory[][]> {
  const jobs = jobsOf(options.verb, options.environments, tasks, groupSize);
  // A model's own penalty would draw from another policy than the one that learns.
  const settings = { ...options, seed, temperature, signal, repetitionPenalty: 1 };
  const events = tell ? telling(tell, jobs.length) : { start() {}, turn() {}, end() {} };
  const trajectories = await withPlayers(model, settings, (troupe) => playJobs(jobs, troupe, settings, events));
  const { lengthShaping } = options;
  const shaped = lengthShaping ? trajectories.map((each) => shapeLength(each, lengthShaping)) : trajectories;
  return tasks.map((_, g) => shaped.slice(g * groupSize, (g + 1) * groupSize));
}

/** Rewards that are there at once, as those of rules are, are no part of the step of their own. */
function telling(tell: TellPart, total: number): PlayEvents {
  const asked = new Set<Job>();
  let [played, paid] = [0, 0];
  /** Paid when the last episode was over, if not all were. */
  let paidBefore: number | undefined;
  const over = () => {
    tell("rollout", ++played, total);
    if (played < total) return;
    setImmediate(() => {
      if (paid === total) return;
      paidBefore = paid;
      tell("scoring", 0, total - paid);
    });
  };
  return {
    start() {},
    turn() {},
    score(job) {
      asked.add(job);
      over();
    },
    end(job) {
      if (!asked.has(job)) over();
      paid++;
      if (paidBefore !== undefined) tell("scoring", paid - paidBefore, total - paidBefore);
    },
  };
}

/** What a step plays. */
export interface StepPlay extends Play {
  seed: number;
  tasksPerStep: number;
  groupSize: number;
  dynamicSampling: number;
}

export interface StepRollouts {
  /** P groups to learn from. */
  groups: Trajectory[][];
  /** Those too that were redrawn. */
  played: Trajectory[][];
  rounds: number;
}

/**
 * DAPO's dynamic sampling, https://arxiv.org/abs/2503.14476, section 3.2: groups whose rewards are all alike teach nothing, so others
 * are played in their place, at most `dynamicSampling` times; then the last of them fill up.
 */
export async function rollOutStep(
  model: Model,
  source: TaskSource,
  options: StepPlay,
  { step, signal, tell }: Pick<PlaySettings, "signal" | "tell"> & { step: number },
): Promise<StepRollouts> {
  const { tasksPerStep, groupSize, temperature, dynamicSampling } = options;
  const random = new Random(options.seed).split("rollout", step);
  const played: Trajectory[][] = [];
  let informative: Trajectory[][] = [];
  let rounds = 0;
  while (informative.length < tasksPerStep && rounds <= dynamicSampling) {
    const tasks = source.next(tasksPerStep - informative.length);
    const seed = random.split("round", rounds++).uint32();
    const groups = await playGroups(model, tasks, options, { seed, groupSize, temperature, signal, tell });
    for (const [i, group] of groups.entries()) source.scored(tasks[i], meanReward(group));
    played.push(...groups);
    informative = played.filter(differs);
  }
  const rest = played.filter((group) => !informative.includes(group)).reverse();
  return { groups: [...informative, ...rest].slice(0, tasksPerStep), played, rounds };
}

function meanReward(group: readonly Trajectory[]): number | null {
  const rewards = group.flatMap(({ reward }) => reward?.total ?? []);
  return rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}
