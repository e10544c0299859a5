/** A step's gradients of a reward model, and what is measured of it. */
import type { Pass } from "../data-run.ts";
import { rewardLoss } from "../math/reward-loss.ts";
import type { PassModel, PassSettings } from "../pass.ts";
import { type PairBatch, pairBatches } from "./pair-batches.ts";
import { type PairReport, PairSums } from "./pair-report.ts";
import type { Pair } from "./pairs.ts";

export type RewardSettings = PassSettings & { centerCoefficient: number; useMargins: boolean };

/** Adds the gradient of the loss over all the pairs, micro-batch by micro-batch; stops early when the loss is not finite. */
export async function accumulateRewards(
  model: PassModel,
  items: readonly Pair[],
  indices: readonly number[],
  settings: RewardSettings,
  dropoutSeed: number,
): Promise<Pass<PairReport>> {
  let pass = 0;
  return judge(items, indices, settings, async ({ batch, targets }) => {
    const train = {
      keep: true,
      checkpoint: settings.gradientCheckpointing,
      train: true,
      dropoutSeed: dropoutSeed + pass++,
    };
    const { values } = await model.engine.forward(batch, { ...ofValues(model), targets, ...train });
    return { values: values!, learn: (dValues: Float32Array) => model.engine.backward({ values: dValues }) };
  });
}

/** The same without training, dropout off. */
export async function judgePairs(
  model: PassModel,
  items: readonly Pair[],
  settings: RewardSettings,
  signal: AbortSignal,
): Promise<Pass<PairReport>> {
  const all = items.map((_, i) => i);
  return judge(items, all, settings, async ({ batch, targets }) => {
    signal.throwIfAborted();
    const { values } = await model.engine.forward(batch, { ...ofValues(model), targets });
    return { values: values! };
  });
}

const ofValues = ({ adapter }: PassModel) => ({ adapter: adapter?.engine ?? null, logprobs: false, values: true });

type Judge = (batch: PairBatch) => Promise<{ values: Float32Array; learn?: (dValues: Float32Array) => Promise<void> }>;

async function judge(
  items: readonly Pair[],
  indices: readonly number[],
  settings: RewardSettings,
  score: Judge,
): Promise<Pass<PairReport>> {
  const sums = new PairSums();
  let [loss, tokens] = [0, 0];
  for (const batch of pairBatches(items, indices, settings.microBatchTokens)) {
    tokens += batch.batch.tokens.length;
    const { values, learn } = await score(batch);
    const [chosen, rejected] = [0, 1].map((side) => placesOf(batch, side));
    const margins = Float64Array.from(batch.indices, (i) => (settings.useMargins ? items[i].margin : 0));
    const at = (places: readonly number[]) => Float64Array.from(places, (t) => values[t]);
    const inputs = { chosen: at(chosen), rejected: at(rejected), margins };
    const part = rewardLoss(inputs, settings, indices.length);
    sums.add(inputs.chosen, inputs.rejected);
    loss += part.loss;
    if (!Number.isFinite(loss)) break;
    const dValues = new Float32Array(values.length);
    chosen.forEach((t, i) => {
      dValues[t] = part.dChosen[i];
    });
    rejected.forEach((t, i) => {
      dValues[t] = part.dRejected[i];
    });
    await learn?.(dValues);
  }
  return { loss, tokens, report: sums.report() };
}

/** (P) the position of each text's last token. */
const placesOf = ({ spans }: PairBatch, side: number) =>
  spans.filter((_, s) => s % 2 === side).map(([, end]) => end - 1);
