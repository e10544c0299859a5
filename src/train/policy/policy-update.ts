/** What a step learns from its rollouts: scoring, then μ passes of one or several optimizer steps. */
import { Random } from "../../core/random.ts";
import type { EngineAdapter, EngineModel, EngineOptimizer } from "../../engine/engine.ts";
import type { Model } from "../../model/model.ts";
import type { LossKind, Totals } from "../math/loss-kinds.ts";
import { type PolicyLoss, type PolicyLossOptions, policyLoss } from "../math/policy-loss.ts";
import { highEntropyWeights } from "../math/token-weights.ts";
import type { Trainee } from "../trainee.ts";
import type { CustomLoss } from "./custom-loss.ts";
import { batchesOf, type Completion, countedTokens, type ExperienceBatch, minibatchesOf } from "./experience.ts";
import type { TellPart } from "./policy-events.ts";

export interface Learner {
  engine: EngineModel;
  /** The policy's. */
  adapter: EngineAdapter | null;
  /** The reference's: the adapter that the model came with, or none. */
  reference: EngineAdapter | null;
  optimizer: EngineOptimizer;
}

/** Of the model as it was given. */
export const learnerOf = (given: Model, { model, optimizer }: Trainee): Learner => ({
  engine: model.engine,
  adapter: model.adapter?.engine ?? null,
  reference: given.adapter?.engine ?? null,
  optimizer,
});

export interface UpdateResult {
  /** Mean over the optimizer steps. */
  loss: number;
  gradNorm: number;
  /** Optimizer steps that changed something, and those left out since loss or gradient was not finite. */
  updates: number;
  skipped: number;
  /** Per token of the first pass, nats; null: not measured. */
  kl: number | null;
  entropy: number | null;
  /** Shares of tokens, over all passes. */
  clippedLow: number;
  clippedHigh: number;
  /** Mean |log π as drawn − log π as trained| of the tokens, before anything was learned. */
  logprobGap: number | null;
  /** Forward (and in updates backward) over so many positions. */
  scoredTokens: number;
  updatedTokens: number;
  seconds: { scoring: number; update: number };
}

/** Nothing was learned, and nothing was to be. */
export const noUpdate: UpdateResult = {
  ...{ loss: 0, gradNorm: 0, updates: 0, skipped: 0, kl: null, entropy: null, clippedLow: 0, clippedHigh: 0 },
  ...{ logprobGap: null, scoredTokens: 0, updatedTokens: 0, seconds: { scoring: 0, update: 0 } },
};

export interface UpdateOptions {
  seed: number;
  /** μ */
  iterations: number;
  minibatches: number;
  microBatchTokens: number;
  gradientCheckpointing: boolean;
  maxGradNorm: number;
  maxNewTokens: number;
  /** As tokens were drawn. */
  temperature: number;
}

/** What of the options learning depends on. */
export interface LearnOptions
  extends UpdateOptions,
    Pick<PolicyLossOptions, "epsilon" | "epsilonHigh" | "delta" | "ratio" | "klEstimator"> {
  loss: LossKind | CustomLoss;
  topEntropy: number;
  klCoefficient: number;
  entropyCoefficient: number;
}

export interface LearnSettings {
  step: number;
  learningRate: number;
  signal: AbortSignal;
  tell?: TellPart;
}

/** One optimizer step's completions, cut into batches, with its totals. */
interface Part {
  batches: ExperienceBatch[];
  totals: Totals;
}

/**
 * `completions` are those of the step's groups, group by group. Where neither divergence nor entropy is paid, completions with
 * advantage 0 have no gradient: they count in the totals and are not computed.
 */
export async function learn(
  learner: Learner,
  groups: readonly (readonly Completion[])[],
  options: LearnOptions,
  { step, learningRate, signal, tell = () => {} }: LearnSettings,
): Promise<UpdateResult> {
  const random = new Random(options.seed).split("update", step);
  const parts = partsOf(groups, options, random);
  const count = new Counts();
  const startedAt = performance.now();
  await score(learner, parts, options, count, { signal, tell });
  const scoredAt = performance.now();
  const updates = options.iterations * parts.length;
  tell("update", 0, updates);
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    for (const [i, part] of parts.entries()) {
      if (part.batches.length === 0) continue;
      signal.throwIfAborted();
      const loss = await accumulate(learner, part, options, count, random);
      await apply(learner.optimizer, loss, { learningRate, maxGradNorm: options.maxGradNorm }, count);
      tell("update", iteration * parts.length + i + 1, updates);
    }
    count.isFirstPass = false;
  }
  return count.result(scoredAt - startedAt, performance.now() - scoredAt);
}

function partsOf(groups: readonly (readonly Completion[])[], options: LearnOptions, random: Random): Part[] {
  const { minibatches, klCoefficient, entropyCoefficient, loss, microBatchTokens } = options;
  const isNeeded = ({ advantage, mask }: Completion) => {
    const isZero = typeof advantage === "number" ? advantage === 0 : advantage.every((a) => a === 0);
    const learns = !isZero || klCoefficient !== 0 || entropyCoefficient !== 0 || typeof loss === "function";
    return learns && mask.includes(1);
  };
  const rolloutTokens = countedTokens(groups.flat()) / minibatches;
  return minibatchesOf(groups, minibatches, random).map((own) => ({
    batches: batchesOf(own.filter(isNeeded), microBatchTokens),
    totals: {
      sequences: own.length,
      tokens: countedTokens(own),
      rolloutTokens,
      maxCompletionTokens: options.maxNewTokens,
    },
  }));
}

/**
 * Log-probabilities under the reference, and under the policy if it will have moved before all of them are learned from; with a
 * single optimizer step the policy that draws is the one that learns, and the ratio is 1.
 */
async function score(
  learner: Learner,
  parts: Part[],
  options: LearnOptions,
  count: Counts,
  { signal, tell }: Required<Pick<LearnSettings, "signal" | "tell">>,
) {
  const { temperature, iterations, klCoefficient } = options;
  const moves = iterations * parts.filter(({ batches }) => batches.length > 0).length > 1;
  const asks = (batch: ExperienceBatch) => (moves && !batch.oldLogprobs) || klCoefficient !== 0;
  const asked = parts.flatMap(({ batches }) => batches).filter(asks);
  for (const [i, batch] of asked.entries()) {
    tell("scoring", i, asked.length);
    const ask = async (adapter: EngineAdapter | null) => {
      signal.throwIfAborted();
      count.scoredTokens += batch.batch.tokens.length;
      return (await learner.engine.forward(batch.batch, { adapter, targets: batch.targets, temperature })).logprobs;
    };
    if (moves) batch.oldLogprobs ??= await ask(learner.adapter);
    if (klCoefficient !== 0) batch.refLogprobs = await ask(learner.reference);
  }
}

/** Adds the gradients of an optimizer step; its loss. Stops early, gradients unfinished, when the loss is not finite. */
async function accumulate(
  { engine, adapter }: Learner,
  { batches, totals }: Part,
  options: LearnOptions,
  count: Counts,
  random: Random,
): Promise<number> {
  let loss = 0;
  for (const batch of batches) {
    const { logprobs, entropy } = await engine.forward(batch.batch, {
      adapter,
      targets: batch.targets,
      temperature: options.temperature,
      entropy: true,
      keep: true,
      checkpoint: options.gradientCheckpointing,
      train: true,
      dropoutSeed: random.split("dropout", count.passes++).uint32(),
    });
    const part = lossOf({ ...batch, logprobs, entropy: entropy! }, options, totals);
    count.add(batch, logprobs, entropy!, part.sums);
    loss += part.loss;
    if (!Number.isFinite(loss)) break;
    await engine.backward({ logprobs: part.dLogprobs, entropy: part.dEntropy });
  }
  return loss;
}

type Scored = ExperienceBatch & { logprobs: Float32Array; entropy: Float32Array };

function lossOf(
  inputs: Scored,
  options: LearnOptions,
  totals: Totals,
): Omit<PolicyLoss, "sums"> & Partial<Pick<PolicyLoss, "sums">> {
  const { loss, topEntropy } = options;
  if (typeof loss === "function")
    return loss({ ...inputs, oldLogprobs: inputs.oldLogprobs ?? inputs.logprobs.slice() }, totals);
  const weights = topEntropy < 1 ? highEntropyWeights(inputs.entropy, inputs, topEntropy) : undefined;
  return policyLoss({ ...inputs, weights }, { ...options, kind: loss }, totals);
}

async function apply(
  optimizer: EngineOptimizer,
  loss: number,
  options: { learningRate: number; maxGradNorm: number },
  count: Counts,
): Promise<void> {
  let gradNorm: number | null = null;
  if (Number.isFinite(loss)) ({ gradNorm } = await optimizer.step(options));
  else await optimizer.zeroGradients();
  if (gradNorm === null || !Number.isFinite(gradNorm)) {
    count.skipped++;
    return;
  }
  count.updates++;
  count.loss += loss;
  count.gradNorm += gradNorm;
}

/** What is told of a step. */
class Counts {
  scoredTokens = 0;
  updatedTokens = 0;
  passes = 0;
  updates = 0;
  skipped = 0;
  loss = 0;
  gradNorm = 0;
  isFirstPass = true;
  /** Of the first pass. */
  #tokens = 0;
  #entropy = 0;
  #gap = 0;
  #kl: number | null = null;
  /** Of all passes. */
  #clipped = { tokens: 0, low: 0, high: 0 };

  add(batch: ExperienceBatch, logprobs: Float32Array, entropy: Float32Array, sums?: PolicyLoss["sums"]): void {
    this.updatedTokens += batch.batch.tokens.length;
    if (sums) {
      this.#clipped.tokens += sums.tokens;
      this.#clipped.low += sums.clippedLow;
      this.#clipped.high += sums.clippedHigh;
    }
    if (!this.isFirstPass) return;
    if (sums && batch.refLogprobs) this.#kl = (this.#kl ?? 0) + sums.kl;
    const before = batch.oldLogprobs ?? logprobs;
    batch.mask.forEach((counts, t) => {
      if (!counts) return;
      this.#tokens++;
      this.#entropy += entropy[t];
      this.#gap += Math.abs(before[t] - batch.samplerLogprobs[t]);
    });
  }

  result(scoringMs: number, updateMs: number): UpdateResult {
    const tokens = this.#tokens || null;
    const clipped = Math.max(1, this.#clipped.tokens);
    return {
      loss: this.loss / Math.max(1, this.updates),
      gradNorm: this.gradNorm / Math.max(1, this.updates),
      updates: this.updates,
      skipped: this.skipped,
      kl: this.#kl === null || !tokens ? null : this.#kl / tokens,
      entropy: tokens && this.#entropy / tokens,
      clippedLow: this.#clipped.low / clipped,
      clippedHigh: this.#clipped.high / clipped,
      logprobGap: tokens && this.#gap / tokens,
      scoredTokens: this.scoredTokens,
      updatedTokens: this.updatedTokens,
      seconds: { scoring: scoringMs / 1000, update: updateMs / 1000 },
    };
  }
}
