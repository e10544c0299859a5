/** One optimizer step's gradients, and one pass over held-out data: forward → loss in TypeScript → backward. */
import type { EngineAdapter, EngineModel } from "../engine/engine.ts";
import { microBatches, toBatch } from "./batches.ts";
import type { Example } from "./examples.ts";
import { countCorrect, nllLoss } from "./math/nll.ts";

/** What a pass needs of a model. */
export interface PassModel {
  engine: EngineModel;
  adapter: { engine: EngineAdapter } | null;
}

export interface PassSettings {
  microBatchTokens: number;
  gradientCheckpointing: boolean;
}

export interface PassResult {
  /** Mean negative log-likelihood per scored token, nats. */
  loss: number;
  /** Share of scored tokens that are the model's first choice. */
  tokenAccuracy: number;
  tokens: number;
  scoredTokens: number;
}

/**
 * Adds the gradient of the mean loss over all scored tokens of the examples, micro-batch by micro-batch.
 * `dropoutSeed` is the step's; each micro-batch gets one of its own. Stops early, gradients unfinished, when the loss is
 * not finite.
 */
export async function accumulateGradients(
  model: PassModel,
  examples: readonly Example[],
  settings: PassSettings,
  dropoutSeed: number,
): Promise<PassResult> {
  const parts = cut(examples, settings.microBatchTokens);
  const total = parts.reduce((sum, { scored }) => sum + scored, 0);
  let [sum, correct] = [0, 0];
  for (const [i, { batch, targets }] of parts.entries()) {
    const { logprobs, topIds } = await model.engine.forward(batch, {
      adapter: model.adapter?.engine ?? null,
      targets,
      keep: true,
      checkpoint: settings.gradientCheckpointing,
      train: true,
      dropoutSeed: dropoutSeed + i,
      topK: 1,
    });
    const part = nllLoss(logprobs, targets, total);
    sum += part.sum;
    correct += countCorrect(topIds!, targets);
    if (!Number.isFinite(sum)) break;
    await model.engine.backward({ logprobs: part.gradients });
  }
  return { loss: sum / total, tokenAccuracy: correct / total, tokens: countTokens(examples), scoredTokens: total };
}

/** Loss without training, dropout off. */
export async function evaluateLoss(
  model: PassModel,
  examples: readonly Example[],
  settings: PassSettings,
  signal: AbortSignal,
): Promise<PassResult> {
  let [sum, correct, total] = [0, 0, 0];
  for (const { batch, targets, scored } of cut(examples, settings.microBatchTokens)) {
    signal.throwIfAborted();
    const adapter = model.adapter?.engine ?? null;
    const { logprobs, topIds } = await model.engine.forward(batch, { adapter, targets, topK: 1 });
    sum += nllLoss(logprobs, targets, 1).sum;
    correct += countCorrect(topIds!, targets);
    total += scored;
  }
  return { loss: sum / total, tokenAccuracy: correct / total, tokens: countTokens(examples), scoredTokens: total };
}

function cut(examples: readonly Example[], microBatchTokens: number) {
  const lengths = examples.map(({ ids }) => ids.length);
  const all = lengths.map((_, i) => i);
  return microBatches(all, lengths, microBatchTokens).map((part) => toBatch(part.map((i) => examples[i])));
}

const countTokens = (examples: readonly Example[]) => examples.reduce((sum, { ids }) => sum + ids.length, 0);
