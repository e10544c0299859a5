/** `evaluate` as a job: its model by path, environments by name; the episodes go into a file, their scores into the result. */
import { join } from "node:path";
import type { z } from "zod";
import type { JobCheck, JobDescription } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import {
  checkWithout,
  episodeTokens,
  estimateOf,
  type Json,
  longestPrompt,
  lookAtOptions,
  prepareOptions,
  shrink,
} from "../generate/job-options.ts";
import { isModel } from "../generate/players.ts";
import type { Domain } from "../gym/domain.ts";
import type { Environment } from "../gym/episode.ts";
import type { Split, Task } from "../gym/task.ts";
import { adapterParameters, cacheBytes, decodeBytes, runtimeBytes } from "../model/memory.ts";
import type { Model } from "../model/model.ts";
import { secondsToGenerate } from "../model/speed.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import { type Evaluation, writeEvaluation } from "./evaluation.ts";
import type { EvaluationTask } from "./task.ts";

/** Tasks whose prompts are looked at. */
const sampleTasks = 32;

export function evaluateJob(schema: z.ZodObject<z.core.$ZodLooseShape>): JobDescription<EvaluateOptions, Evaluation> {
  const check = (options: Json) => checkEvaluate(schema, options);
  return {
    prepare: async (options) => (await prepareOptions("evaluate", options, ["model"])) as unknown as EvaluateOptions,
    check,
    downshift: (options, limit) =>
      shrink(options, limit, fewerAtOnce, async (smaller) => (await check(smaller)).memory),
    async result(evaluation, { artefacts }) {
      const file = join(artefacts, "evaluation.json");
      await writeEvaluation(evaluation, file);
      return { ...evaluation.toJSON(), file };
    },
  };
}

function fewerAtOnce(options: Json): Json | undefined {
  const concurrency = (options.concurrency as number | undefined) ?? 64;
  return concurrency > 1 ? { ...options, concurrency: Math.max(1, Math.floor(concurrency / 2)) } : undefined;
}

async function checkEvaluate(schema: z.ZodObject<z.core.$ZodLooseShape>, options: Json): Promise<JobCheck> {
  const looked = await lookAtOptions("evaluate", options, ["model"]);
  if (!looked) return checkWithout("evaluate", options, schema);
  const resolved = resolveOptions("evaluate", looked, schema) as unknown as EvaluateOptions & { concurrency: number };
  const { model, environment, concurrency } = resolved;
  const environments = environment === undefined ? [] : ([environment].flat() as Environment[]);
  const tasks = tasksOf(resolved, environments);
  const facts = { tasks: tasks.length };
  if (!isModel(model)) return { options, facts, warnings: [] };
  const { info } = model;
  const perTurn = resolved.maxNewTokens ?? (environments.length > 0 ? 256 : 96);
  const turns =
    environments.length > 0 ? Math.max(...environments.map(({ maxTurns }) => maxTurns)) : (resolved.maxTurns ?? 4);
  const some = tasks.slice(0, sampleTasks);
  const prompt =
    environments.length > 0
      ? longestPrompt(model, environments, some as Task[], resolved.template)
      : Math.max(1, ...(some as EvaluationTask[]).map((task) => promptTokens(model, task)));
  const limit = Math.min(resolved.maxEpisodeTokens ?? Number.POSITIVE_INFINITY, info.maxPositions);
  const positions = episodeTokens({ prompt, turns, maxNewTokens: perTurn, limit });
  const atOnce = Math.min(concurrency, tasks.length);
  const memory = estimateOf({
    weights: info.weightBytes,
    adapter: 4 * adapterParameters(info, model.adapter?.modules ?? []),
    cache: cacheBytes(info, atOnce, positions),
    decoding: decodeBytes(info, atOnce),
    episodes: 10e6 + tasks.length * 20e3,
    runtime: runtimeBytes,
  });
  return {
    memory,
    expectedSeconds: secondsToGenerate(info, tasks.length * prompt, tasks.length * (positions - prompt)),
    options: { ...options, maxNewTokens: perTurn },
    facts: { ...facts, "tokens of an episode, probably": positions, "episodes at once": atOnce },
    warnings: [],
  };
}

function tasksOf(
  { tasks, split, count }: EvaluateOptions,
  environments: readonly Environment[],
): readonly (Task | EvaluationTask)[] {
  if (tasks) return tasks;
  return environments.flatMap((each) => {
    const own = (each as Partial<Domain>).tasks;
    return own ? own.call(each, { split: split as Split, ...(count !== undefined && { count }) }) : [];
  });
}

const promptTokens = (model: Model, { prompt, tools }: EvaluationTask) =>
  model.tokenizer.encodeChat(prompt, { ...(tools && { tools }), addGenerationPrompt: true }).ids.length;
