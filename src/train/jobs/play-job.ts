/** Jobs that learn from rollouts: grpo, ppo, distill on rollouts. */
import type { z } from "zod";
import type { JobCheck, JobDescription } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { read } from "../../data/index.ts";
import {
  checkWithout,
  episodeTokens,
  estimateOf,
  isPending,
  type Json,
  longestPrompt,
  lookAtOptions,
  prepareOptions,
  shrink,
} from "../../generate/job-options.ts";
import type { ResolvedLora } from "../../model/lora.ts";
import { cacheBytes, decodeBytes, passBytes } from "../../model/memory.ts";
import type { Model } from "../../model/model.ts";
import { secondsToGenerate, secondsToScore, secondsToTrain } from "../../model/speed.ts";
import type { Play } from "../policy/play-options.ts";
import { startTasks, TaskSource } from "../policy/task-source.ts";
import { smallerSteps } from "./data-job.ts";
import { modulesOf, resumeFrom, standingMemory, trainedResult } from "./parts.ts";

/** What of the resolved options a prediction needs. */
export interface PlayNeeds extends Play {
  model: Model;
  lora: ResolvedLora | false | undefined;
  steps: number;
  tasksPerStep: number;
  groupSize: number;
  seed: number;
  microBatchTokens: number;
  gradientCheckpointing: boolean;
  iterations?: number;
  minibatches?: number;
  learningRate: number;
}

export interface PlayJob<Options extends PlayNeeds> {
  verb: string;
  schema: z.ZodObject<z.core.$ZodLooseShape>;
  models: readonly string[];
  complete(checked: never, looked: Json): Options;
  /** What is held besides the policy: a value function, a teacher. */
  besides?(options: Options): Record<string, number>;
}

/** Tasks whose prompts are looked at. */
const sampleTasks = 32;

// biome-ignore lint/suspicious/noExplicitAny: what the function takes is checked by its own schema
export function playJob<Options extends PlayNeeds>(job: PlayJob<Options>): JobDescription<any, any> {
  const { verb, models } = job;
  const check = (options: Json) => checkPlay(job, options);
  return {
    prepare: async (options) => prepareOptions(verb, await withRows(options), models),
    check,
    resume: resumeFrom,
    result: trainedResult,
    downshift: (options, limit) =>
      shrink(options, limit, smallerPlay, async (smaller) => (await check(smaller)).memory),
  };
}

/** Fewer episodes at once, which changes nothing but speed; then smaller pieces of the update. */
function smallerPlay(options: Json): Json | undefined {
  const concurrency = (options.concurrency as number | undefined) ?? 64;
  const pieces = smallerSteps(options);
  if (concurrency <= 8) return pieces;
  return { ...options, ...pieces, concurrency: Math.max(8, Math.floor(concurrency / 2)) };
}

/** `data` as a path: its rows. */
async function withRows(options: Json): Promise<Json> {
  const { data } = options;
  return typeof data === "string" ? { ...options, data: await read(data, { schema: "any" }) } : options;
}

async function checkPlay<Options extends PlayNeeds>(job: PlayJob<Options>, options: Json): Promise<JobCheck> {
  const { verb, schema } = job;
  const looked = await lookAtOptions(verb, isPending(options) ? options : await withRows(options), job.models);
  if (!looked) return checkWithout(verb, options, schema);
  const resolved = job.complete(resolveOptions(verb, looked, schema) as never, looked);
  const {
    model,
    lora,
    tasks,
    tasksPerStep,
    groupSize,
    maxNewTokens,
    steps,
    iterations = 1,
    gradientCheckpointing,
  } = resolved;
  const { info } = model;
  const { seed, sampler, curriculum, environments } = resolved;
  const source = new TaskSource(tasks, { seed }, startTasks({ seed, sampler, curriculum }));
  const some = source.next(Math.min(sampleTasks, tasks.length));
  const prompt = longestPrompt(model, environments, some, resolved.template);
  const limit = Math.min(resolved.maxEpisodeTokens ?? Number.POSITIVE_INFINITY, info.maxPositions);
  const turns = Math.max(...environments.map(({ maxTurns }) => maxTurns));
  const positions = episodeTokens({ prompt, turns, maxNewTokens, limit });
  const rollouts = tasksPerStep * groupSize;
  const atOnce = Math.min(resolved.concurrency, rollouts);
  const drawn = positions - prompt;
  const learned = tasksPerStep * prompt + rollouts * drawn;
  const tokens = Math.min(learned, Math.max(resolved.microBatchTokens, prompt + drawn));
  const scored = Math.min(tokens, rollouts * drawn);
  const learning = { model, lora };
  const activations = passBytes(info, {
    ...{ tokens, longest: Math.max(prompt, drawn), scored, keep: true, checkpoint: gradientCheckpointing },
    modules: modulesOf(learning),
  });
  const shared = Math.ceil(atOnce / groupSize);
  const memory = estimateOf({
    ...standingMemory(learning),
    ...job.besides?.(resolved),
    cache: cacheBytes(info, atOnce, drawn) + cacheBytes(info, shared, prompt),
    decoding: Math.max(0, decodeBytes(info, atOnce) - activations),
    activations,
    // Trajectories, their log-probabilities and messages, and the heap that they pass through.
    rollouts: 10e6 + rollouts * positions * 40,
  });
  return {
    memory,
    expectedSeconds:
      steps *
      (secondsToGenerate(info, tasksPerStep * prompt, rollouts * drawn) +
        secondsToScore(info, learned) +
        secondsToTrain(info, learned * iterations, { full: lora === false, again: gradientCheckpointing })),
    options: { ...options, learningRate: resolved.learningRate, steps, tasksPerStep, groupSize },
    facts: {
      ...{ tasks: tasks.length, steps, "rollouts a step": rollouts, "tokens of the longest prompt": prompt },
      ...{ "tokens of an episode, probably": positions, "episodes at once": atOnce },
    },
    warnings: [],
  };
}
