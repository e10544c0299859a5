/** Pre-training over the engine's seam: documents → packed batches → forward, weighted loss, backward, AdamW. */
import { appendFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../src/core/random.ts";
import type { Batch, EngineModel, ForwardOptions } from "../src/engine/engine.ts";
import type { Tokenizer } from "../src/text/tokenizer.ts";
import { drawDocument, type Stage } from "./corpus.ts";
import type { Document } from "./documents.ts";

export interface PretrainOptions {
  model: EngineModel;
  tokenizer: Tokenizer;
  seed: number;
  /** Tokens of each stage. */
  tokens: Record<Stage, number>;
  /** Most tokens of a batch. */
  batchTokens: number;
  /** Peak of: linear warm-up, constant, then cosine decay to 2 % of it. */
  learningRate: number;
  warmupSteps: number;
  /** Share of all tokens at which the decay begins. */
  decayFrom: number;
  weightDecay: number;
  maxGradNorm: number;
  /** Holds the log, one line of JSON a record, and the checkpoint from which a stopped run goes on. */
  directory: string;
  checkpointSteps: number;
  /** A line in the log every so many steps; the held-out documents are measured every tenth time. */
  logSteps: number;
  heldOutDocuments: number;
  report?: (line: string) => void;
}

export interface WeightedBatch extends Batch {
  /** (T) id to predict after each position; -1: none */
  targets: Int32Array;
  /** (T) weight of that prediction in the loss */
  weights: Float32Array;
}

const stages: readonly Stage[] = ["short", "full"];

/** Trains all weights of the model, in place. */
export async function pretrain(options: PretrainOptions): Promise<void> {
  const { model, directory } = options;
  const [log, saved] = [join(directory, "pretraining.jsonl"), join(directory, "checkpoint")];
  await mkdir(saved, { recursive: true });
  await model.setTrainable(true);
  const optimizer = await model.createOptimizer(null, {
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: options.weightDecay,
    decayNormsAndBiases: false,
  });
  const state = await readState(join(saved, "state.json"));
  if (state.step > 0) await optimizer.load(join(saved, `optimizer-${state.step}.safetensors`));
  else await rm(log, { force: true });
  const heldOut = pack(drawHeldOut(options), options.tokenizer, 8192);
  const total = options.tokens.short + options.tokens.full;
  const since = { at: performance.now(), tokens: state.tokens, loss: 0, steps: 0 };

  for (const stage of stages) {
    const end = stage === "short" ? options.tokens.short : total;
    while (state.tokens < end) {
      // a stream of its own for each step: nothing but the step's number is needed to go on
      const random = new Random(options.seed).split(`batch ${stage}`, state.step);
      const batch = packOne(() => drawDocument(random, stage), options.tokenizer, options.batchTokens);
      const learningRate = options.learningRate * schedule(state.step, state.tokens / total, options);
      const loss = await accumulate(model, batch);
      const { gradNorm } = await optimizer.step({ learningRate, maxGradNorm: options.maxGradNorm });
      if (!Number.isFinite(gradNorm)) throw new Error(`step ${state.step}: the gradient's norm is ${gradNorm}`);
      state.step++;
      state.tokens += batch.tokens.length;
      since.loss += loss;
      since.steps++;
      if (state.step % options.logSteps === 0 || state.tokens >= total) {
        const seconds = (performance.now() - since.at) / 1000;
        const measured =
          state.step % (10 * options.logSteps) === 0 || state.tokens >= total ? await measure(model, heldOut) : {};
        const record = {
          stage,
          step: state.step,
          tokens: state.tokens,
          loss: round(since.loss / since.steps),
          gradNorm: round(gradNorm),
          learningRate: Number(learningRate.toPrecision(4)),
          tokensPerSecond: Math.round((state.tokens - since.tokens) / seconds),
          ...measured,
        };
        await appendFile(log, `${JSON.stringify(record)}\n`);
        options.report?.(JSON.stringify(record));
        Object.assign(since, { at: performance.now(), tokens: state.tokens, loss: 0, steps: 0 });
      }
      if (state.step % options.checkpointSteps === 0) {
        await optimizer.save(join(saved, `optimizer-${state.step}.safetensors`));
        await writeFile(join(saved, "state.tmp"), JSON.stringify(state));
        await rename(join(saved, "state.tmp"), join(saved, "state.json"));
        await rm(join(saved, `optimizer-${state.step - options.checkpointSteps}.safetensors`), { force: true });
      }
    }
  }
  optimizer.dispose();
  await model.setTrainable(false);
  await rm(saved, { recursive: true });
}

/** Mean over the weights of -log p; its gradient -w/Σw per position goes back. */
async function accumulate(model: EngineModel, batch: WeightedBatch): Promise<number> {
  const total = sum(batch.weights);
  const { logprobs } = await model.forward(batch, { targets: batch.targets, keep: true, train: true });
  let loss = 0;
  const gradient = new Float32Array(logprobs.length);
  for (let t = 0; t < logprobs.length; t++) {
    loss -= (batch.weights[t] / total) * logprobs[t];
    gradient[t] = -batch.weights[t] / total;
  }
  await model.backward({ logprobs: gradient });
  return loss;
}

/** Loss, and the share of full-weight tokens that are the most likely ones, on documents that are never trained on. */
async function measure(model: EngineModel, batches: readonly WeightedBatch[]) {
  let [loss, weight, right, counted] = [0, 0, 0, 0];
  for (const batch of batches) {
    const options: ForwardOptions = { targets: batch.targets, topK: 1 };
    const { logprobs, topIds } = await model.forward(batch, options);
    for (let t = 0; t < logprobs.length; t++) {
      loss -= batch.weights[t] * logprobs[t];
      weight += batch.weights[t];
      if (batch.weights[t] < 1) continue;
      counted++;
      if (topIds![t] === batch.targets[t]) right++;
    }
  }
  return { heldOutLoss: round(loss / weight), heldOutAccuracy: round(right / counted) };
}

export function schedule(
  step: number,
  progress: number,
  { warmupSteps, decayFrom }: Pick<PretrainOptions, "warmupSteps" | "decayFrom">,
): number {
  const warmup = Math.min(1, (step + 1) / warmupSteps);
  if (progress < decayFrom) return warmup;
  const decayed = 0.5 * (1 + Math.cos((Math.PI * (progress - decayFrom)) / (1 - decayFrom)));
  return warmup * Math.max(0.02, decayed);
}

function* drawHeldOut({ seed, heldOutDocuments }: PretrainOptions): Generator<Document> {
  const random = new Random(seed).split("held out");
  for (let i = 0; i < heldOutDocuments; i++) yield drawDocument(random, "full");
}

/** Documents until the next one does not fit; each is a sequence of its own. */
function packOne(draw: () => Document, tokenizer: Tokenizer, batchTokens: number): WeightedBatch {
  const sequences: Sequence[] = [];
  for (let length = 0; ; ) {
    const sequence = encode(draw(), tokenizer);
    length += sequence.ids.length;
    if (length > batchTokens && sequences.length > 0) return concatenate(sequences);
    sequences.push(sequence);
  }
}

export function pack(documents: Iterable<Document>, tokenizer: Tokenizer, batchTokens: number): WeightedBatch[] {
  const batches: WeightedBatch[] = [];
  let open: Sequence[] = [];
  let length = 0;
  for (const document of documents) {
    const sequence = encode(document, tokenizer);
    if (length + sequence.ids.length > batchTokens && open.length > 0) {
      batches.push(concatenate(open));
      [open, length] = [[], 0];
    }
    open.push(sequence);
    length += sequence.ids.length;
  }
  if (open.length > 0) batches.push(concatenate(open));
  return batches;
}

interface Sequence {
  /** (T) */
  ids: Int32Array;
  /** (T) weight of the token itself, that is, of predicting it */
  weights: Float32Array;
}

/** A token belongs to the piece in which it begins. */
export function encode(document: Document, tokenizer: Tokenizer): Sequence {
  const { ids, starts } = tokenizer.encodeWithOffsets(document.map(([text]) => text).join(""));
  const weights = new Float32Array(ids.length);
  let [piece, end] = [0, document[0][0].length];
  for (let t = 0; t < ids.length; t++) {
    while (starts[t] >= end && piece + 1 < document.length) end += document[++piece][0].length;
    weights[t] = document[piece][1];
  }
  return { ids, weights };
}

function concatenate(sequences: readonly Sequence[]): WeightedBatch {
  const total = sequences.reduce((length, { ids }) => length + ids.length, 0);
  const tokens = new Int32Array(total);
  const targets = new Int32Array(total).fill(-1);
  const weights = new Float32Array(total);
  const cuSeqlens = new Int32Array(sequences.length + 1);
  let at = 0;
  sequences.forEach((sequence, s) => {
    tokens.set(sequence.ids, at);
    for (let t = 0; t + 1 < sequence.ids.length; t++) {
      if (sequence.weights[t + 1] === 0) continue;
      targets[at + t] = sequence.ids[t + 1];
      weights[at + t] = sequence.weights[t + 1];
    }
    at += sequence.ids.length;
    cuSeqlens[s + 1] = at;
  });
  return { tokens, targets, weights, cuSeqlens };
}

async function readState(file: string): Promise<{ step: number; tokens: number }> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { step: 0, tokens: 0 };
    throw error;
  }
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
