/** A step's gradients and what is measured of it; log-probabilities of the reference. */
import type { EngineAdapter, EngineModel } from "../../engine/engine.ts";
import type { Pass } from "../data-run.ts";
import { type PreferenceInputs, preferenceLoss } from "../math/preference-loss.ts";
import { mixedPreferenceLoss, type PreferenceTotals, preferenceTotals } from "../math/preference-mix.ts";
import type { PassModel, PassSettings } from "../pass.ts";
import type { CustomPreferenceLoss, DpoLossOptions } from "./dpo-options.ts";
import { type PairBatch, pairBatches } from "./pair-batches.ts";
import { type PairReport, PairSums } from "./pair-report.ts";
import type { Pair } from "./pairs.ts";

export interface DpoReport extends PairReport {
  /** Mean log-probability of a token of the chosen and of the rejected completions, nats. */
  chosenLogprob: number;
  rejectedLogprob: number;
}

/** Of a pair's chosen and rejected completion, a number for each token. */
export type RefLogprobs = readonly [chosen: Float32Array, rejected: Float32Array];

/** Pairs and what the reference says of them, by their number in the data. */
export interface ReferredPairs {
  items: readonly Pair[];
  refLogprobs: ReadonlyMap<number, RefLogprobs>;
}

/** What a pass depends on besides its pairs. */
export type DpoSettings = PassSettings & DpoLossOptions;

/**
 * Under the model as it is given. The batches follow from the numbers alone, so that a resumed run finds the same bits whatever
 * it had done.
 */
export async function referenceLogprobs(
  { engine, adapter }: PassModel,
  items: readonly Pair[],
  indices: Iterable<number>,
  { microBatchTokens }: PassSettings,
  { signal, scored }: { signal: AbortSignal; scored?(pairs: number): void },
): Promise<Map<number, RefLogprobs>> {
  const found = new Map<number, RefLogprobs>();
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  for (const { indices: part, batch, targets, spans } of pairBatches(items, sorted, microBatchTokens)) {
    signal.throwIfAborted();
    const { logprobs } = await engine.forward(batch, { adapter: adapter?.engine ?? null, targets });
    const of = (s: number) => logprobs.slice(...spans[s]);
    part.forEach((index, i) => void found.set(index, [of(2 * i), of(2 * i + 1)]));
    scored?.(found.size);
  }
  return found;
}

/** Adds the gradient of the loss over all the pairs, micro-batch by micro-batch; stops early when the loss is not finite. */
export async function accumulatePairs(
  model: PassModel,
  pairs: ReferredPairs,
  indices: readonly number[],
  settings: DpoSettings,
  dropoutSeed: number,
): Promise<Pass<DpoReport>> {
  const { gradientCheckpointing: checkpoint } = settings;
  let pass = 0;
  return compare(pairs, indices, settings, async ({ batch, targets }) => {
    const train = { keep: true, checkpoint, train: true, dropoutSeed: dropoutSeed + pass++ };
    const { logprobs } = await model.engine.forward(batch, { adapter: adapterOf(model), targets, ...train });
    return { logprobs, learn: (dLogprobs: Float32Array) => model.engine.backward({ logprobs: dLogprobs }) };
  });
}

/** The same without training, dropout off. */
export async function comparePairs(
  model: PassModel,
  pairs: ReferredPairs,
  settings: DpoSettings,
  signal: AbortSignal,
): Promise<Pass<DpoReport>> {
  const all = pairs.items.map((_, i) => i);
  return compare(pairs, all, settings, async ({ batch, targets }) => {
    signal.throwIfAborted();
    const { logprobs } = await model.engine.forward(batch, { adapter: adapterOf(model), targets });
    return { logprobs };
  });
}

const adapterOf = ({ adapter }: PassModel): EngineAdapter | null => adapter?.engine ?? null;

type Score = (
  batch: PairBatch,
) => Promise<{ logprobs: Float32Array; learn?: (dLogprobs: Float32Array) => ReturnType<EngineModel["backward"]> }>;

async function compare(
  { items, refLogprobs }: ReferredPairs,
  indices: readonly number[],
  settings: DpoSettings,
  score: Score,
): Promise<Pass<DpoReport>> {
  const batches = pairBatches(items, indices, settings.microBatchTokens);
  const totals = batches.map(preferenceTotals).reduce((a, b) => ({
    pairs: a.pairs + b.pairs,
    chosenTokens: a.chosenTokens + b.chosenTokens,
  }));
  const sums = new PairSums();
  const [chosen, rejected] = [new TokenMean(), new TokenMean()];
  let [loss, tokens] = [0, 0];
  for (const batch of batches) {
    tokens += batch.batch.tokens.length;
    const { logprobs, learn } = await score(batch);
    const { spans, mask } = batch;
    const inputs = { spans, mask, logprobs, refLogprobs: spread(batch, refLogprobs) };
    const part = lossOf(inputs, settings, totals);
    sums.add(part.chosenRewards, part.rejectedRewards);
    spans.forEach((span, s) => void (s % 2 === 0 ? chosen : rejected).add(logprobs, mask, span));
    loss += part.loss;
    if (!Number.isFinite(loss)) break;
    await learn?.(part.dLogprobs);
  }
  return { loss, tokens, report: { ...sums.report(), chosenLogprob: chosen.mean, rejectedLogprob: rejected.mean } };
}

function lossOf(inputs: PreferenceInputs, { loss, ...options }: DpoSettings, totals: PreferenceTotals) {
  if (typeof loss !== "function")
    return mixedPreferenceLoss(inputs, loss, { ...options, alpha: options.divergenceAlpha }, totals);
  const { chosenRewards, rejectedRewards } = preferenceLoss(inputs, { kind: "sigmoid", beta: options.beta });
  return { chosenRewards, rejectedRewards, ...(loss as CustomPreferenceLoss)(inputs, totals) };
}

/** (T) the reference's numbers where the completions are. */
function spread({ indices, spans, mask }: PairBatch, refLogprobs: ReadonlyMap<number, RefLogprobs>): Float32Array {
  const all = new Float32Array(mask.length);
  spans.forEach(([start], s) => void all.set(refLogprobs.get(indices[s >> 1])![s % 2], start));
  return all;
}

class TokenMean {
  #sum = 0;
  #count = 0;

  add(values: Float32Array, mask: Uint8Array, [start, end]: readonly [number, number]): void {
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      this.#sum += values[t];
      this.#count++;
    }
  }

  get mean(): number {
    return this.#sum / this.#count;
  }
}
