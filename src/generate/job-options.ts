/** What job descriptions share: options by reference, what can be said of them before anything is loaded, smaller ones. */
import type { z } from "zod";
import type { JobCheck, MemoryEstimate } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import { domain } from "../gym/domains/index.ts";
import type { Environment } from "../gym/episode.ts";
import type { Task } from "../gym/task.ts";
import type { Model } from "../model/model.ts";
import { isModelReference, lookAtModel, openModel } from "../model/reference.ts";

export type Json = Record<string, unknown>;
type Schema = z.ZodObject<z.core.$ZodLooseShape>;

/** The options with their models loaded and their environments looked up. */
export async function prepareOptions(verb: string, options: Json, models: readonly string[]): Promise<Json> {
  const prepared = withEnvironments(options);
  for (const name of models) {
    const value = prepared[name];
    if (isModelReference(value) && value !== "average") prepared[name] = await openModel(verb, value);
  }
  return prepared;
}

/** `environment`: names in place of the domains that bear them. */
export function withEnvironments(options: Json): Json {
  const { environment } = options;
  const named = (value: unknown) => (typeof value === "string" ? domain(value) : value);
  if (environment === undefined) return { ...options };
  return { ...options, environment: Array.isArray(environment) ? environment.map(named) : named(environment) };
}

/** Whether a value of another job is in it, which is not there yet. */
export function isPending(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "$job" in value || Object.values(value).some(isPending);
}

/** All that can be said of options while some wait for other jobs: that the others are right. */
export function checkWithout(verb: string, options: Json, schema: Schema): JobCheck {
  const pending = Object.keys(options).filter((name) => isPending(options[name]));
  const known = Object.fromEntries(Object.entries(options).filter(([name]) => !pending.includes(name)));
  const models = Object.keys(known).filter(
    (name) => isModelReference(known[name]) && ["model", "teacher", "value"].includes(name),
  );
  for (const name of models) delete known[name];
  const mask = Object.fromEntries(
    [...pending, ...models].filter((name) => name in schema.shape).map((name) => [name, true]),
  );
  resolveOptions(verb, withEnvironments(known), schema.omit(mask as never) as Schema);
  return { options, facts: { "waits for": pending.join(", ") }, warnings: [] };
}

/** The options with models that know everything but their weights, and domains; undefined while something is not there yet. */
export async function lookAtOptions(verb: string, options: Json, models: readonly string[]): Promise<Json | undefined> {
  if (isPending(options)) return undefined;
  const looked = withEnvironments(options);
  for (const name of models) {
    const value = looked[name];
    if (!isModelReference(value) || value === "average") continue;
    const model = await lookAtModel(verb, value);
    if (!model) return undefined;
    looked[name] = model;
  }
  return looked;
}

export function estimateOf(parts: Record<string, number>): MemoryEstimate {
  const rounded = Object.entries(parts).map(([name, bytes]) => [name, Math.round(bytes)] as const);
  const bytes = rounded.reduce((sum, [, part]) => sum + part, 0);
  return { bytes, parts: Object.fromEntries(rounded.filter(([, part]) => part > 0)) };
}

/** The least of those that need less than `limit`; without one, or where none does, the first. */
export async function shrink(
  options: Json,
  limit: number | undefined,
  steps: (options: Json) => Json | undefined,
  estimate: (options: Json) => Promise<MemoryEstimate | undefined>,
): Promise<Json | undefined> {
  let smaller = steps(options);
  const first = smaller;
  while (smaller && limit !== undefined) {
    const memory = await estimate(smaller);
    if (!memory || memory.bytes <= limit) return smaller;
    smaller = steps(smaller);
  }
  return first;
}

/** Tokens of what answers a turn. */
const answerTokens = 100;

/**
 * Tokens that an episode probably comes to. One of a single turn may well take all it is allowed; of several, half of the turns are taken to
 * be played, and half of what is allowed in each: that all episodes at once reach every limit is not worth keeping memory for.
 */
export function episodeTokens(episode: { prompt: number; turns: number; maxNewTokens: number; limit: number }): number {
  const { prompt, turns, maxNewTokens, limit } = episode;
  return Math.min(
    limit,
    prompt + (turns === 1 ? maxNewTokens : Math.ceil(turns / 2) * (Math.ceil(maxNewTokens / 2) + answerTokens)),
  );
}

/** Tokens of the longest first prompt among some tasks. */
export function longestPrompt(
  { tokenizer }: Model,
  environments: readonly Environment[],
  tasks: readonly Task[],
  template?: Record<string, unknown>,
): number {
  const lengths = tasks.map((task) => {
    const environment =
      environments.length === 1 ? environments[0] : environments.find(({ name }) => name === task.domain)!;
    const { messages } = environment.start(task, { seed: 0 });
    const { toolSchemas: tools } = environment;
    return tokenizer.encodeChat(messages, {
      ...template,
      ...(tools.length > 0 && { tools }),
      addGenerationPrompt: true,
    }).ids.length;
  });
  return Math.max(1, ...lengths);
}
