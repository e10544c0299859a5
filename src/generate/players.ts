/** Who writes the completions of an episode: a model of this engine, a server, or a scripted policy. */
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { show } from "../core/options.ts";
import { Random } from "../core/random.ts";
import type { GeneratorStats } from "../engine/engine.ts";
import type { Episode } from "../gym/episode.ts";
import type { Policy } from "../gym/play.ts";
import type { Task } from "../gym/task.ts";
import { withGenerator } from "../model/generator-reuse.ts";
import type { Model } from "../model/model.ts";
import { resolveSampling } from "../model/sampling.ts";
import { type ChatEndpointOptions, chatEndpoint } from "../text/chat-endpoint.ts";
import type { Boundary } from "./boundary.ts";
import { Decoder } from "./decoder.ts";
import { endpointMessages, replyText } from "./endpoint-messages.ts";
import { type Segment, TokenRecord } from "./token-record.ts";
import type { TrajectoryTurn } from "./trajectory.ts";

/**
 * A model of `loadModel`; a server, `{ endpoint, model }`; or a function that gives each task its scripted policy:
 * `(task) => gym.expertPolicy(domain, task)`, `() => gym.randomPolicy()`.
 */
export type Actor = Model | ChatEndpointOptions | ((task: Task) => Policy);

export const actorSchema = z
  .custom<Actor>((value) => typeof value === "function" || isModel(value) || isEndpoint(value))
  .describe("a model of loadModel, an endpoint { endpoint, model }, or a function from a task to a policy");

export const isModel = (value: unknown): value is Model => typeof (value as Model)?.generate === "function";
const isEndpoint = (value: unknown): value is ChatEndpointOptions =>
  typeof (value as ChatEndpointOptions)?.endpoint === "string";

export function actorName(actor: Actor): string {
  if (isModel(actor)) return actor.name;
  return isEndpoint(actor) ? actor.model : "scripted";
}

/** The name of a model without its adapter; null for what is no model of this engine. */
export function actorBase(actor: Actor): string | null {
  return isModel(actor) ? actor.base.name : null;
}

/** A turn as it was written. */
export interface Take extends Pick<TrajectoryTurn, "promptTokens" | "completionTokens" | "finish"> {
  text: string;
}

/** Plays one episode. */
export interface Player {
  /** The next completion; undefined: there is no room for another, and why. */
  write(episode: Episode): Promise<Take | { full: string }>;
  segments(): Segment[];
}

export interface Troupe {
  boundary: Boundary;
  player(task: Task, sample: number): Player;
  /** Something that breaks all episodes broke. */
  failure(): { error: unknown } | undefined;
  /** Prompt tokens that were there already, since the troupe began. */
  reuse(): Promise<Pick<GeneratorStats, "promptTokens" | "reusedTokens"> | null>;
}

export interface PlayerOptions {
  seed: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  /** Of a model. @default its generation config's, else 1 */
  repetitionPenalty?: number;
  maxNewTokens: number;
  maxEpisodeTokens?: number;
  concurrency: number;
  template?: Record<string, unknown>;
  signal: AbortSignal;
}

export function withPlayers<T>(actor: Actor, options: PlayerOptions, work: (troupe: Troupe) => Promise<T>): Promise<T> {
  if (isModel(actor)) return withModel(actor, options, work);
  if (isEndpoint(actor)) return work(endpointTroupe(actor, options));
  if (typeof actor === "function") return work(scriptedTroupe(actor));
  throw new MedgymError("invalid-argument", `model is ${show(actor)}.`);
}

/** The same for a seed, a task, a number in its group and a turn, whatever else is played. */
function turnSeed(seed: number, task: Task, sample: number, turn: number): number {
  const stream = new Random(seed).split(`rollout ${task.domain} ${task.id}`, sample).split("turn", turn);
  return stream.uint32() * 0x200000 + (stream.uint32() >>> 11); // 53 bits, exact in a double
}

function withModel<T>(model: Model, options: PlayerOptions, work: (troupe: Troupe) => Promise<T>): Promise<T> {
  const { maxNewTokens, template, seed, signal, temperature, topP, topK, repetitionPenalty } = options;
  const sampling = resolveSampling(model, { maxNewTokens, temperature, topP, topK, repetitionPenalty });
  const limit = Math.min(options.maxEpisodeTokens ?? Number.POSITIVE_INFINITY, model.info.maxPositions);
  return withGenerator(model.engine, options.concurrency, model.info.maxPositions, async (generator) => {
    const before = await generator.stats();
    const decoder = new Decoder(model, generator, sampling, signal);
    return work({
      boundary: "model",
      failure: () => decoder.failure,
      async reuse() {
        const { promptTokens, reusedTokens } = await generator.stats();
        return {
          promptTokens: promptTokens - before.promptTokens,
          reusedTokens: reusedTokens - before.reusedTokens,
        };
      },
      player(task, sample) {
        let record: TokenRecord | undefined;
        return {
          segments: () => record?.segments() ?? [],
          async write(episode) {
            const tools = episode.environment.toolSchemas;
            record ??= new TokenRecord(model.tokenizer, sampling.stopTokens, { tools, template });
            const prompt = record.prompt(episode.messages);
            const room = Math.min(maxNewTokens, limit - prompt.length);
            if (room < 1) return { full: `${prompt.length} tokens leave no room in ${limit}` };
            const turn = episode.turns.length + 1;
            const written = await decoder.complete(prompt, {
              maxNewTokens: room,
              seed: turnSeed(seed, task, sample, turn),
            });
            record.wrote(written, turn);
            const { text, tokens, finish } = written;
            return { text, finish, promptTokens: prompt.length, completionTokens: tokens.length };
          },
        };
      },
    });
  });
}

function endpointTroupe(server: ChatEndpointOptions, options: PlayerOptions): Troupe {
  const ask = chatEndpoint({ ...server, concurrency: server.concurrency ?? options.concurrency });
  const { seed, temperature, maxNewTokens, signal } = options;
  return {
    boundary: "endpoint",
    failure: () => undefined,
    reuse: async () => null,
    player: (task, sample) => ({
      segments: () => [],
      async write(episode) {
        const tools = episode.environment.toolSchemas;
        const reply = await ask(endpointMessages(episode), {
          ...(tools.length > 0 ? { tools } : {}),
          ...(temperature === undefined ? {} : { temperature }),
          maxTokens: maxNewTokens,
          // servers take 32 bits
          seed: turnSeed(seed, task, sample, episode.turns.length + 1) % 0x7fffffff,
          signal,
        });
        return {
          text: replyText(reply),
          finish: reply.finishReason === "length" ? "length" : "stop",
          promptTokens: reply.usage?.prompt ?? null,
          completionTokens: reply.usage?.completion ?? null,
        };
      },
    }),
  };
}

function scriptedTroupe(policyOf: (task: Task) => Policy): Troupe {
  return {
    boundary: "model",
    failure: () => undefined,
    reuse: async () => null,
    player(task) {
      let policy: Policy | undefined;
      return {
        segments: () => [],
        async write(episode) {
          policy ??= policyOf(task);
          const text = await policy(episode.messages, episode);
          return { text, finish: "stop", promptTokens: null, completionTokens: null };
        },
      };
    },
  };
}
