import { within } from "../core/within.ts";
import type { End, Environment, Episode } from "../gym/episode.ts";
import { type RewardReport, type RewardTable, scoreEpisode } from "../gym/reward.ts";
import type { Task } from "../gym/task.ts";
import { BoundaryError, boundary, type Failure } from "./boundary.ts";
import type { Take, Troupe } from "./players.ts";
import { type Trajectory, trajectoryOf } from "./trajectory.ts";

/** One episode to be played. */
export interface Job {
  environment: Environment;
  task: Task;
  group: number;
  sample: number;
}

export interface PlayOptions {
  /** Of the environments; also the default of players. */
  seed: number;
  concurrency: number;
  rewardTimeoutMs: number;
  weightsOf(environment: Environment): Readonly<Record<string, number>>;
  rewardsOf(environment: Environment): RewardTable;
  signal: AbortSignal;
}

export interface PlayEvents {
  start(job: Job): void;
  turn(job: Job, take: Take, turn: number): void;
  /** The episode is over, and its reward is asked for; of one in which something broke it never is. */
  score?(job: Job): void;
  end(job: Job, trajectory: Trajectory, seconds: number): void;
}

/**
 * Plays all jobs, so many at once, each at its own pace: none waits for the turn of another. The failure of one is in its
 * trajectory; only what breaks all of them (the engine) and cancelling throw.
 */
export async function playJobs(
  jobs: readonly Job[],
  troupe: Troupe,
  options: PlayOptions,
  events: PlayEvents,
): Promise<Trajectory[]> {
  const trajectories: Trajectory[] = [];
  const waiting = jobs.entries();
  let broken = false;
  const worker = async () => {
    for (const [i, job] of waiting) {
      if (broken) return;
      options.signal.throwIfAborted();
      events.start(job);
      const startedAt = performance.now();
      trajectories[i] = await playJob(job, troupe, options, events);
      events.end(job, trajectories[i], (performance.now() - startedAt) / 1000);
    }
  };
  const workers = Array.from({ length: Math.min(options.concurrency, jobs.length) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    broken = true;
    await Promise.allSettled(workers);
    throw error;
  }
  return trajectories;
}

async function playJob(job: Job, troupe: Troupe, options: PlayOptions, events: PlayEvents): Promise<Trajectory> {
  const { environment, task, group, sample } = job;
  const { seed, signal } = options;
  const takes: Take[] = [];
  let episode: Episode | undefined;
  let reward: RewardReport | null = null;
  let failure: Failure | undefined;
  let over: { end: End; reason: string } | undefined;
  const player = troupe.player(task, sample);
  try {
    episode = await boundary("environment", () => environment.start(task, { seed }));
    while (!episode.end && !over) {
      signal.throwIfAborted();
      const take = await write(player, episode, troupe);
      if ("full" in take) {
        if (takes.length === 0) throw new BoundaryError("model", `The prompt is too long: ${take.full}.`);
        over = { end: "truncated", reason: take.full };
        break;
      }
      const truncated = take.finish === "length";
      const playing = episode;
      await boundary("environment", () => playing.step(take.text, { truncated }));
      takes.push(take);
      events.turn(job, take, takes.length);
      if (truncated && episode.end !== "error") over = { end: "truncated", reason: "a completion was cut off" };
    }
    if (episode.end === "error") {
      failure = { boundary: "environment", message: episode.reason ?? "the environment broke" };
    } else {
      const done = episode;
      events.score?.(job);
      reward = await boundary("reward", () =>
        within(options.rewardTimeoutMs, "reward", score(done, environment, options)),
      );
    }
  } catch (error) {
    if (!(error instanceof BoundaryError)) throw error;
    failure = error.failure;
  }
  const segments = player.segments();
  const where = { environment: environment.name, episode, task, group, sample, seed };
  return trajectoryOf({ ...where, takes, reward, failure, segments, ...over });
}

/** Errors of the engine go through: they are not this episode's. */
async function write(player: ReturnType<Troupe["player"]>, episode: Episode, troupe: Troupe) {
  try {
    return await boundary(troupe.boundary, () => player.write(episode));
  } catch (error) {
    const fatal = troupe.failure();
    if (fatal) throw fatal.error;
    throw error;
  }
}

function score(episode: Episode, environment: Environment, options: PlayOptions): Promise<RewardReport> {
  return scoreEpisode(episode, options.weightsOf(environment), options.rewardsOf(environment));
}
