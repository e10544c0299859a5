/** The critic: its weights and optimizer, what it says of tokens, and how it learns. */
import { Random } from "../../core/random.ts";
import type { EngineAdapter, EngineModel, EngineOptimizer } from "../../engine/engine.ts";
import { valueLoss } from "../math/value-loss.ts";
import { batchesOf, countedTokens, type ExperienceBatch, minibatchesOf } from "../policy/experience.ts";
import type { UpdateOptions } from "../policy/policy-update.ts";
import type { Companion, Trainee } from "../trainee.ts";
import type { Judged } from "./chains.ts";

export interface Critic {
  engine: EngineModel;
  adapter: EngineAdapter | null;
  optimizer: EngineOptimizer;
}

export const criticOf = ({ model, optimizer }: Trainee): Critic => ({
  engine: model.engine,
  adapter: model.adapter?.engine ?? null,
  optimizer,
});

/** For the checkpoints of the policy: values that are trained, moments and step count. */
export const criticCompanion = ({ optimizer }: Trainee): Companion => ({
  file: "value-optimizer.safetensors",
  save: (path) => optimizer.save(path),
  load: (path) => optimizer.load(path),
});

/** (T) V of the state before each scored token of the batch. */
export async function valuesOf(
  { engine, adapter }: Critic,
  { batch, targets }: ExperienceBatch,
): Promise<Float32Array> {
  return (await engine.forward(batch, { adapter, targets, logprobs: false, values: true })).values!;
}

export interface ValueUpdate {
  /** Mean over the optimizer steps: ½ of the squared error, or of the clipped one where that is larger. */
  valueLoss: number;
  valueGradNorm: number;
  /** Share of tokens whose value was held by the clipping. */
  valueClipped: number;
  updates: number;
  /** Left out since loss or gradient was not finite. */
  skipped: number;
  tokens: number;
  seconds: number;
}

export interface ValueOptions extends UpdateOptions {
  valueClipRange: number;
}

/** As many passes and optimizer steps as the policy makes, cut in an order of its own. */
export async function learnValues(
  critic: Critic,
  groups: readonly (readonly Judged[])[],
  options: ValueOptions,
  { step, learningRate, signal }: { step: number; learningRate: number; signal: AbortSignal },
): Promise<ValueUpdate> {
  const random = new Random(options.seed).split("value update", step);
  const parts = minibatchesOf(groups, options.minibatches, random).map((own) => ({
    batches: batchesOf(
      own.filter(({ mask }) => mask.includes(1)),
      options.microBatchTokens,
    ),
    tokens: countedTokens(own),
  }));
  const startedAt = performance.now();
  const told = { valueLoss: 0, valueGradNorm: 0, clipped: 0, counted: 0, updates: 0, skipped: 0, tokens: 0, passes: 0 };
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    for (const { batches, tokens } of parts) {
      if (tokens === 0) continue;
      signal.throwIfAborted();
      let loss = 0;
      for (const batch of batches) {
        const part = await passBack(critic, batch, tokens, options, random.split("dropout", told.passes++).uint32());
        loss += part.loss;
        told.clipped += part.clipped;
        told.counted += countedTokens(batch.completions);
        told.tokens += batch.targets.length;
        if (!Number.isFinite(loss)) break;
      }
      const gradNorm = Number.isFinite(loss)
        ? (await critic.optimizer.step({ learningRate, maxGradNorm: options.maxGradNorm })).gradNorm
        : await critic.optimizer.zeroGradients().then(() => Number.NaN);
      if (!Number.isFinite(gradNorm)) {
        told.skipped++;
        continue;
      }
      told.updates++;
      told.valueLoss += loss;
      told.valueGradNorm += gradNorm;
    }
  }
  const updates = Math.max(1, told.updates);
  return {
    valueLoss: told.valueLoss / updates,
    valueGradNorm: told.valueGradNorm / updates,
    valueClipped: told.clipped / Math.max(1, told.counted),
    updates: told.updates,
    skipped: told.skipped,
    tokens: told.tokens,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** Adds the gradients of one batch; `tokens` are those of its optimizer step. */
async function passBack(
  { engine, adapter }: Critic,
  { batch, targets, spans, mask, completions }: ExperienceBatch<Judged>,
  tokens: number,
  { gradientCheckpointing, valueClipRange }: ValueOptions,
  dropoutSeed: number,
) {
  const T = targets.length;
  const [oldValues, returns] = [new Float32Array(T), new Float32Array(T)];
  spans.forEach(([start], i) => {
    oldValues.set(completions[i].oldValues, start);
    returns.set(completions[i].returns, start);
  });
  const { values } = await engine.forward(batch, {
    ...{ adapter, targets, logprobs: false, values: true },
    ...{ keep: true, checkpoint: gradientCheckpointing, train: true, dropoutSeed },
  });
  const part = valueLoss(
    { values: values!, oldValues, returns, spans, mask },
    { clipRange: valueClipRange, coefficient: 1 },
    tokens,
  );
  if (Number.isFinite(part.loss)) await engine.backward({ values: part.dValues });
  return part;
}
