import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { EngineGenerator, TokenEvent } from "../engine/engine.ts";
import { CompletionText } from "./completion-text.ts";
import { generateMeter, generateView } from "./generate-view.ts";
import { withGenerator } from "./generator-reuse.ts";
import type { Model } from "./model.ts";
import { asList, encodePrompt, isPrompt, type Prompt, type PromptOptions } from "./prompts.ts";
import { resolveSampling, type Sampling, type SamplingOptions, sampleSeed, samplingFields } from "./sampling.ts";

export type { Prompt } from "./prompts.ts";

export interface GenerateOptions extends SamplingOptions, PromptOptions {
  /** Texts that end a completion; they are left out of its text. */
  stop?: string | readonly string[];
  /** Completions of each prompt. @default 1 */
  n?: number;
  /** Sequences decoded together; the rest wait. @default 16 */
  maxSequences?: number;
}

const generateSchema = z.strictObject({
  ...samplingFields,
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .default([])
    .describe("a text, or a list of texts"),
  n: z.number().int().min(1).default(1),
  maxSequences: z.number().int().min(1).default(16),
  tools: z.array(z.record(z.string(), z.unknown())).optional(),
  template: z.record(z.string(), z.unknown()).optional(),
});

export interface Completion {
  /** Without special tokens, and cut before a stop text. "" for a model without tokenizer. */
  text: string;
  /** All that was generated, the token that ended it too. */
  tokens: Int32Array;
  /** Of each token, nats, under the model at this temperature (1 when greedy), before filters and penalties. */
  logprobs: Float32Array;
  /** "stop": a stop token or text; "length": maxNewTokens or the end of the context. */
  finishReason: "stop" | "length";
}

/** What came of one prompt: the first completion's fields, and all `n` under `completions`. */
export interface Generation extends Completion {
  completions: Completion[];
  promptTokens: Int32Array;
  usage: { promptTokens: number; completionTokens: number };
}

export type GenerateEvent =
  | {
      type: "generate-progress";
      finished: number;
      total: number;
      tokens: number;
      tokensPerSecond: number;
      /** Of prompts whose first token is drawn. */
      promptTokens: number;
      /** Of those, not computed: found in the cache of earlier calls, or computed for another completion. */
      reusedTokens: number;
    }
  /** New text of completion `sample` of prompt `prompt`. */
  | { type: "text"; prompt: number; sample: number; text: string };

type Resolution = z.output<typeof generateSchema>;

interface Job {
  prompt: number;
  sample: number;
  seed: number;
  tokens: number[];
  logprobs: number[];
  text: CompletionText;
  finishReason?: "stop" | "length";
}

/** Tokens per engine call: short enough for a prompt stop and live text, long enough to cost nothing. */
const stepsPerCall = 8;

export function generate(
  model: Model,
  prompts: Prompt | readonly Prompt[],
  options: GenerateOptions = {},
): Run<Generation | Generation[], GenerateEvent> {
  const resolved = resolveOptions("generate", options, generateSchema);
  const { list, single } = asList<Prompt>(prompts, isPrompt, "generate");
  if (resolved.stop.length > 0 && !model.hasTokenizer) {
    throw new MedgymError(
      "invalid-option",
      "generate: stop texts need a tokenizer, which this model lacks. Use stopTokens.",
    );
  }
  return new Run<Generation | Generation[], GenerateEvent>(
    "generate",
    async ({ signal, emit }) => {
      const ids = list.map((prompt) => encodePrompt(model, prompt, resolved, "generate"));
      const sampling = resolveSampling(model, resolved);
      const jobs = await withGenerator(model.engine, resolved.maxSequences, model.info.maxPositions, (generator) =>
        decode(model, generator, ids, resolved, sampling, signal, emit),
      );
      const generations = ids.map((promptTokens, p) =>
        collect(
          promptTokens,
          jobs.filter(({ prompt }) => prompt === p),
        ),
      );
      return single ? generations[0] : generations;
    },
    generateView,
    generateMeter,
  );
}

async function decode(
  model: Model,
  generator: EngineGenerator,
  prompts: readonly Int32Array[],
  options: Resolution,
  sampling: Sampling,
  signal: AbortSignal,
  emit: (event: GenerateEvent) => void,
): Promise<Job[]> {
  const jobs = makeJobs(model, prompts, options);
  const rooms = prompts.map((prompt) => roomFor(model, prompt, sampling.maxNewTokens));
  const before = await generator.stats();
  const running = new Map<number, Job>();
  for (const job of jobs) {
    const request = { ...sampling, prompt: prompts[job.prompt], maxNewTokens: rooms[job.prompt], seed: job.seed };
    running.set(generator.submit({ ...request, adapter: model.adapter?.engine ?? null }), job);
  }
  const startedAt = performance.now();
  let tokens = 0;
  let started = 0;
  let reuse = { promptTokens: 0, reusedTokens: 0 };
  while (running.size > 0) {
    signal.throwIfAborted();
    const { events, remaining } = await generator.step(stepsPerCall);
    for (const event of events) tokens += take(event, running, generator);
    for (const job of jobs) emitText(job, emit);
    if (remaining === 0 && running.size > 0) {
      throw new MedgymError("internal", `generate: the engine ended with ${running.size} completions unfinished.`);
    }
    const withTokens = jobs.filter((job) => job.tokens.length > 0).length;
    if (withTokens > started) {
      const stats = await generator.stats();
      reuse = {
        promptTokens: stats.promptTokens - before.promptTokens,
        reusedTokens: stats.reusedTokens - before.reusedTokens,
      };
      started = withTokens;
    }
    emit({
      type: "generate-progress",
      finished: jobs.length - running.size,
      total: jobs.length,
      tokens,
      tokensPerSecond: (1000 * tokens) / (performance.now() - startedAt),
      ...reuse,
    });
  }
  return jobs;
}

function makeJobs(model: Model, prompts: readonly Int32Array[], { n, seed, stop }: Resolution): Job[] {
  const seen = new Map<string, number>();
  const tokenizer = model.hasTokenizer ? model.tokenizer : null;
  return prompts.flatMap((ids, prompt) => {
    const key = ids.join();
    const before = seen.get(key) ?? 0;
    seen.set(key, before + n);
    return Array.from({ length: n }, (_, sample) => ({
      prompt,
      sample,
      seed: sampleSeed(seed, before + sample),
      tokens: [],
      logprobs: [],
      text: new CompletionText(tokenizer, [stop].flat()),
    }));
  });
}

function roomFor(model: Model, prompt: Int32Array, maxNewTokens: number): number {
  const room = model.info.maxPositions - prompt.length;
  if (room >= 1) return Math.min(maxNewTokens, room);
  throw new MedgymError(
    "invalid-argument",
    `generate: a prompt of ${prompt.length} tokens leaves no room in a context of ${model.info.maxPositions}. Shorten it.`,
  );
}

/** Gives an event to its completion; returns how many tokens count. */
function take(event: TokenEvent, running: Map<number, Job>, generator: EngineGenerator): number {
  const job = running.get(event.id);
  if (!job) return 0; // decoded after its stop text, before the engine heard of it
  if (event.finish === "aborted")
    throw new MedgymError("internal", `generate: the engine gave up request ${event.id}.`);
  job.tokens.push(event.token);
  job.logprobs.push(event.logprob);
  const stopped = job.text.push(event.token);
  if (event.finish === "running" && !stopped) return 1;
  job.finishReason = stopped || event.finish === "stop" ? "stop" : "length";
  if (!stopped) job.text.end();
  if (event.finish === "running") generator.cancel(event.id);
  running.delete(event.id);
  return 1;
}

function emitText({ prompt, sample, text }: Job, emit: (event: GenerateEvent) => void): void {
  const fresh = text.takeFresh();
  if (fresh) emit({ type: "text", prompt, sample, text: fresh });
}

function collect(promptTokens: Int32Array, jobs: readonly Job[]): Generation {
  const completions = jobs.map(({ text, tokens, logprobs, finishReason }) => ({
    text: text.value,
    tokens: Int32Array.from(tokens),
    logprobs: Float32Array.from(logprobs),
    finishReason: finishReason!,
  }));
  const completionTokens = completions.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return {
    ...completions[0],
    completions,
    promptTokens,
    usage: { promptTokens: promptTokens.length, completionTokens },
  };
}
