import { join } from "node:path";
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { describeJob } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { End, Environment } from "../gym/episode.ts";
import type { RewardTable } from "../gym/reward.ts";
import type { Task } from "../gym/task.ts";
import type { Failure } from "./boundary.ts";
import { prepareOptions } from "./job-options.ts";
import { type Job, type PlayEvents, playJobs } from "./play-jobs.ts";
import { type Actor, actorName, actorSchema, withPlayers } from "./players.ts";
import { Rollout } from "./rollout-result.ts";
import { rolloutMeter, rolloutView } from "./rollout-view.ts";

export interface RolloutOptions {
  /** Who plays: a model, a server `{ endpoint, model }`, or a function from a task to its scripted policy. */
  model: Actor;
  /** Where; several, if the tasks are of several: each task is played in the one that has its domain's name. */
  environment: Environment | readonly Environment[];
  tasks: readonly Task[];
  /** G: rollouts of each task. They start from the same state and differ in what is drawn. @default 1 */
  groupSize?: number;
  /** The same seed gives the same trajectories, whatever `concurrency` is. @default 0 */
  seed?: number;
  /** 0: always the most likely token. @default the model's generation config, else 0 */
  temperature?: number;
  /** Of a model: as in `generate`. */
  topP?: number;
  /** Of a model: as in `generate`. */
  topK?: number;
  /** Tokens of a turn; a turn that needs more ends its episode as truncated. @default 256 */
  maxNewTokens?: number;
  /** Tokens of an episode, prompts and all. @default the model's context */
  maxEpisodeTokens?: number;
  /** Episodes at once. @default 64 */
  concurrency?: number;
  /** Reward parts and their weights. @default the environment's */
  weights?: Readonly<Record<string, number>>;
  /** Further rewards by name, beside the environment's. */
  rewards?: RewardTable;
  /** A reward that takes longer is a failure. @default 60_000 */
  rewardTimeoutMs?: number;
  /** Further variables of the chat template, e.g. `{ enable_thinking: false }`. */
  template?: Record<string, unknown>;
}

export type RolloutEvent =
  | { type: "rollout-start"; group: number; sample: number; id: string; total: number }
  | {
      type: "turn";
      group: number;
      sample: number;
      turn: number;
      text: string;
      /** null: not told, or not a model's. */
      completionTokens: number | null;
    }
  | {
      type: "rollout-end";
      group: number;
      sample: number;
      id: string;
      end: End | null;
      turns: number;
      /** The whole reward and its parts; null where it failed. */
      reward: number | null;
      parts: Record<string, number | null>;
      failure?: Failure;
      seconds: number;
      done: number;
      total: number;
    };

/** What `rollout` and `evaluate` have in common. */
export const playFields = {
  model: actorSchema,
  seed: z.number().int().min(0).default(0),
  temperature: z.number().min(0).optional(),
  maxEpisodeTokens: z.number().int().min(2).optional(),
  concurrency: z.number().int().min(1).default(64),
  rewardTimeoutMs: z.number().min(1).default(60_000),
  template: z.record(z.string(), z.unknown()).optional(),
};

export const isEnvironment = (value: unknown): value is Environment =>
  typeof (value as Environment)?.start === "function";

export const environmentSchema = z
  .custom<Environment | readonly Environment[]>(
    (value) => isEnvironment(value) || (Array.isArray(value) && value.length > 0 && value.every(isEnvironment)),
  )
  .describe("an environment or domain, or a list of them");

const schema = z.strictObject({
  ...playFields,
  environment: environmentSchema,
  tasks: z
    .custom<readonly Task[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of at least one task"),
  groupSize: z.number().int().min(1).default(1),
  maxNewTokens: z.number().int().min(1).default(256),
  topP: z.number().gt(0).max(1).optional(),
  topK: z.number().int().min(0).optional(),
  weights: z.record(z.string(), z.number()).optional(),
  rewards: z.custom<RewardTable>((value) => typeof value === "object" && value !== null).optional(),
});

/**
 * Plays tasks, many at once: each episode goes on as soon as its tools have answered. Gives a record of every episode that is exact to
 * the token, with its reward. An episode in which something breaks has the failure in its record, and no reward; the others go on.
 */
export function rollout(options: RolloutOptions): Run<Rollout, RolloutEvent> {
  const resolved = resolveOptions("rollout", options, schema);
  const { model, weights, rewards, groupSize } = resolved;
  const jobs = jobsOf("rollout", resolved.environment, resolved.tasks, groupSize);
  return new Run<Rollout, RolloutEvent>(
    "rollout",
    async ({ signal, emit }) => {
      const startedAt = performance.now();
      return withPlayers(model, { ...resolved, signal }, async (troupe) => {
        const playing = {
          ...resolved,
          signal,
          weightsOf: (environment: Environment) => weights ?? environment.weights,
          rewardsOf: (environment: Environment) => ({ ...environment.rewards, ...rewards }),
        };
        const trajectories = await playJobs(jobs, troupe, playing, rolloutEvents(jobs.length, emit));
        const seconds = (performance.now() - startedAt) / 1000;
        const tools = Object.fromEntries(jobs.map(({ environment: { name, toolSchemas } }) => [name, toolSchemas]));
        const reuse = await troupe.reuse();
        return new Rollout({ name: actorName(model), trajectories, groupSize, seconds, reuse, tools });
      });
    },
    rolloutView,
    rolloutMeter,
  );
}

/** `groupSize` jobs for each task; the same task given twice counts on. */
export function jobsOf(
  verb: string,
  given: Environment | readonly Environment[],
  tasks: readonly Task[],
  groupSize: number,
): Job[] {
  const environments = isEnvironment(given) ? [given] : given;
  const byName = new Map(environments.map((environment) => [environment.name, environment]));
  const seen = new Map<string, number>();
  return tasks.flatMap((task, group) => {
    const environment = environments.length === 1 ? environments[0] : byName.get(task.domain);
    if (!environment) {
      const names = [...byName.keys()].join(", ");
      throw new MedgymError(
        "invalid-argument",
        `${verb}: task ${task.id} is of "${task.domain}"; the environments are ${names}.`,
      );
    }
    const key = `${task.domain} ${task.id}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + groupSize);
    return Array.from({ length: groupSize }, (_, i) => ({ environment, task, group, sample: before + i }));
  });
}

function rolloutEvents(total: number, emit: (event: RolloutEvent) => void): PlayEvents {
  let done = 0;
  return {
    start: ({ group, sample, task }) => emit({ type: "rollout-start", group, sample, id: task.id, total }),
    turn: ({ group, sample }, { text, completionTokens }, turn) =>
      emit({ type: "turn", group, sample, turn, text, completionTokens }),
    end({ group, sample, task }, { end, turns, reward, failure }, seconds) {
      emit({
        type: "rollout-end",
        group,
        sample,
        id: task.id,
        end,
        turns: turns.length,
        reward: reward?.total ?? null,
        parts: reward?.parts ?? {},
        ...(failure ? { failure } : {}),
        seconds,
        done: ++done,
        total,
      });
    },
  };
}

/** As JSON lines; what learning needs of the tokens too. */
async function writeLines(path: string, values: readonly unknown[]): Promise<string> {
  const plain = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value);
  await writeFileAtomic(path, values.map((value) => `${JSON.stringify(value, plain)}\n`).join(""));
  return path;
}

describeJob(rollout, {
  prepare: async (options) => (await prepareOptions("rollout", options, ["model"])) as unknown as RolloutOptions,
  async result(played, { artefacts }) {
    const { groupSize, trajectories } = played;
    const pairs = groupSize > 1 ? played.preferences() : [];
    return {
      ...played.toJSON(),
      trajectories: await writeLines(join(artefacts, "trajectories.jsonl"), trajectories),
      ...(pairs.length > 0 && { preferences: await writeLines(join(artefacts, "preferences.jsonl"), pairs) }),
    };
  },
});
