import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { ForwardResult } from "../engine/engine.ts";
import type { Model } from "./model.ts";
import { asList, encodePrompt, isPrompt, type Prompt } from "./prompts.ts";

/** A text or token ids, every token after the first scored; or a completion after a prompt, only the completion scored. */
export type ScoreInput =
  | string
  | Int32Array
  | readonly number[]
  | { prompt: Prompt; completion: string | Int32Array | readonly number[] };

export interface ScoreOptions {
  /** Also the most likely tokens at each place. @default 0 */
  topK?: number;
  /** Logits are divided by it. @default 1 */
  temperature?: number;
  /** Most tokens in one engine call; longer lists take several. @default 4096 */
  batchTokens?: number;
}

const scoreSchema = z.strictObject({
  topK: z.number().int().min(0).default(0),
  temperature: z.number().gt(0).default(1),
  batchTokens: z.number().int().min(1).default(4096),
});

export interface TokenAlternative {
  token: number;
  /** As it decodes alone; "" without a tokenizer. */
  text: string;
  logprob: number;
}

/** N scored tokens. */
export interface Score {
  /** (N) */
  tokens: Int32Array;
  /** (N) each token as it decodes alone; "" without a tokenizer. */
  texts: string[];
  /** (N) nats */
  logprobs: Float32Array;
  /** (N) the topK most likely tokens there, best first; present with topK > 0. */
  alternatives?: TokenAlternative[][];
  /** Sum of the logprobs. */
  logprob: number;
  /** exp(−mean logprob) */
  perplexity: number;
}

export type ScoreEvent = { type: "score-progress"; done: number; total: number };

/** Where a sequence's scored tokens begin. */
interface Sequence {
  tokens: Int32Array;
  from: number;
}

export function score(
  model: Model,
  inputs: ScoreInput | readonly ScoreInput[],
  options: ScoreOptions = {},
): Run<Score | Score[], ScoreEvent> {
  const resolved = resolveOptions("score", options, scoreSchema);
  const { list, single } = asList<ScoreInput>(inputs, isInput, "score");
  return new Run<Score | Score[], ScoreEvent>(
    "score",
    async ({ signal, emit }) => {
      const sequences = list.map((input) => encodeInput(model, input));
      const scores: Score[] = [];
      for (const batch of batches(sequences, resolved.batchTokens)) {
        signal.throwIfAborted();
        scores.push(...(await scoreBatch(model, batch, resolved)));
        emit({ type: "score-progress", done: scores.length, total: list.length });
      }
      return single ? scores[0] : scores;
    },
    ({ events, status }) => {
      const { done, total } = events.at(-1) ?? { done: 0, total: list.length };
      return { "text/plain": `scored ${done} of ${total}${status === "running" ? "" : `: ${status}`}` };
    },
    ({ events }) => events.at(-1) && { ...events.at(-1)!, unit: "texts" },
  );
}

const isInput = (value: unknown): value is ScoreInput =>
  isPrompt(value) || (typeof value === "object" && value !== null && "prompt" in value && "completion" in value);

function encodeInput(model: Model, input: ScoreInput): Sequence {
  const sequence = encodeParts(model, input);
  const { maxPositions } = model.info;
  if (sequence.tokens.length > maxPositions) {
    throw new MedgymError(
      "invalid-argument",
      `score: a text of ${sequence.tokens.length} tokens is longer than the context of ${maxPositions}. Cut it.`,
    );
  }
  if (sequence.tokens.length <= sequence.from) {
    throw new MedgymError(
      "invalid-argument",
      "score: a text has no token to score; the first token of a text has nothing before it.",
    );
  }
  return sequence;
}

function encodeParts(model: Model, input: ScoreInput): Sequence {
  if (typeof input !== "object" || !("prompt" in input))
    return { tokens: encodePrompt(model, input as Prompt, {}, "score"), from: 1 };
  const prompt = encodePrompt(model, input.prompt, {}, "score");
  const { completion } = input;
  const rest = typeof completion === "string" ? model.tokenizer.encode(completion) : completion;
  return { tokens: Int32Array.of(...prompt, ...rest), from: prompt.length };
}

/** In order, as many as fit; a longer one goes alone. */
export function* batches<S extends { tokens: Int32Array }>(
  sequences: readonly S[],
  batchTokens: number,
): Generator<S[]> {
  let batch: S[] = [];
  let length = 0;
  for (const sequence of sequences) {
    if (batch.length > 0 && length + sequence.tokens.length > batchTokens) {
      yield batch;
      [batch, length] = [[], 0];
    }
    batch.push(sequence);
    length += sequence.tokens.length;
  }
  if (batch.length > 0) yield batch;
}

async function scoreBatch(
  model: Model,
  batch: readonly Sequence[],
  options: { topK: number; temperature: number },
): Promise<Score[]> {
  const starts = [0];
  for (const { tokens } of batch) starts.push(starts.at(-1)! + tokens.length);
  const all = new Int32Array(starts.at(-1)!);
  const targets = new Int32Array(all.length).fill(-1);
  batch.forEach(({ tokens, from }, s) => {
    all.set(tokens, starts[s]);
    // The token at place t is predicted after place t−1.
    for (let t = from; t < tokens.length; t++) targets[starts[s] + t - 1] = tokens[t];
  });
  const result = await model.engine.forward(
    { tokens: all, cuSeqlens: Int32Array.from(starts) },
    { targets, adapter: model.adapter?.engine ?? null, ...options },
  );
  return batch.map((sequence, s) => readScore(model, sequence, starts[s], result, options.topK));
}

function readScore(
  model: Model,
  { tokens, from }: Sequence,
  start: number,
  result: ForwardResult,
  topK: number,
): Score {
  const text = (token: number) => (model.hasTokenizer ? model.tokenizer.decode([token]) : "");
  const scored = tokens.slice(from);
  const first = start + from - 1;
  const logprobs = result.logprobs.slice(first, first + scored.length);
  const logprob = logprobs.reduce((sum, value) => sum + value, 0);
  const score: Score = {
    tokens: scored,
    texts: Array.from(scored, text),
    logprobs,
    logprob,
    perplexity: Math.exp(-logprob / scored.length),
  };
  if (topK === 0) return score;
  const alternative = (at: number) => ({
    token: result.topIds![at],
    text: text(result.topIds![at]),
    logprob: result.topLogprobs![at],
  });
  const alternatives = Array.from(scored, (_, i) =>
    Array.from({ length: topK }, (_, k) => alternative((first + i) * topK + k)),
  );
  return { ...score, alternatives };
}
