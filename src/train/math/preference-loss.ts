/**
 * The loss of direct preference optimisation and its variants over pairs of completions, https://arxiv.org/abs/2305.18290:
 * the mean over pairs of a row of `preferenceKinds`, with its gradient.
 */
import {
  type Divergence,
  divergenceScores,
  type PairTerm,
  type PreferenceKind,
  preferenceKinds,
} from "./preference-kinds.ts";
import { type Floats, lengthsOf, type Sequences } from "./sequences.ts";

export interface PreferenceLossOptions {
  kind: PreferenceKind;
  /** β: the smaller, the further from the reference. @default 0.1 */
  beta?: number;
  /** ς: share of labels taken to be wrong; of the kinds with `smooths`. @default 0; exo_pair 1e-3 */
  labelSmoothing?: number;
  /** Between policy and reference. @default "reverse_kl" */
  divergence?: Divergence;
  /** α of alpha_divergence. @default 0.5 */
  alpha?: number;
  /**
   * Weight of the tokens of a pair's longer completion past the length of the shorter, https://arxiv.org/abs/2409.06411.
   * @default 1
   */
  tailWeight?: number;
  /** τ of discopop. @default 0.05 */
  discopopTau?: number;
}

/** Sequences 2i and 2i + 1 are the chosen and the rejected completion of pair i. */
export interface PreferenceInputs extends Sequences {
  /** (T) log π */
  logprobs: Floats;
  /** (T) log π_ref */
  refLogprobs: Floats;
}

export interface PreferenceLoss {
  /** This batch's part of the step's loss. */
  loss: number;
  /** (T) dLoss/dLogprobs */
  dLogprobs: Float32Array;
  /** (P) β·(log π − log π_ref), of the chosen and the rejected: what the policy is said to pay them. */
  chosenRewards: Float64Array;
  rejectedRewards: Float64Array;
}

/** `pairs`: those of the whole optimizer step; the aot kinds sort within the batch. @default those of the batch */
export function preferenceLoss(
  inputs: PreferenceInputs,
  options: PreferenceLossOptions,
  pairs?: number,
): PreferenceLoss {
  const { kind, beta = 0.1, divergence = "reverse_kl", alpha = 0.5, tailWeight = 1, discopopTau = 0.05 } = options;
  const labelSmoothing = options.labelSmoothing ?? (kind === "exo_pair" ? 1e-3 : 0);
  const P = inputs.spans.length / 2;
  const settings = { beta, labelSmoothing, discopopTau };
  const { compares, pair } = preferenceKinds[kind];
  const lengths = lengthsOf(inputs);
  const weights = tokenWeights(inputs, lengths, tailWeight);
  const [policy, reference] = [inputs.logprobs, inputs.refLogprobs].map((logprobs) => sums(logprobs, weights, inputs));
  const ratios = policy.map((logprob, s) => logprob - reference[s]);
  /** (2P) dLoss/dLogprob of each completion, but for the mean over pairs. */
  const slopes = new Float64Array(2 * P);
  let sum = 0;
  const add = ([loss, dChosen, dRejected]: PairTerm, chosen: number, rejected: number) => {
    sum += loss;
    slopes[chosen] += dChosen;
    slopes[rejected] += dRejected;
  };
  const evens = Array.from({ length: P }, (_, i) => 2 * i);
  const odds = evens.map((s) => s + 1);
  const sortedBy = (list: number[], key: (s: number) => number) => [...list].sort((a, b) => key(a) - key(b));

  if (compares === "sorted-margins") {
    const margin = (of: Float64Array) => (s: number) => of[s] - of[s + 1];
    const byPolicy = sortedBy(evens, margin(policy));
    const byReference = sortedBy(evens, margin(reference));
    byPolicy.forEach((s, rank) => {
      add(pair(margin(policy)(s), margin(reference)(byReference[rank]), settings), s, s + 1);
    });
  } else if (compares === "sorted-completions") {
    const [chosen, rejected] = [evens, odds].map((list) => sortedBy(list, (s) => ratios[s]));
    chosen.forEach((s, rank) => void add(pair(ratios[s], ratios[rejected[rank]], settings), s, rejected[rank]));
  } else {
    for (const s of evens) {
      const [c, r] = [s, s + 1].map((completion) => {
        if (compares === "log-ratios") return [ratios[completion], 1];
        const n = compares === "mean-scores" ? Math.max(1, lengths[completion]) : 1;
        return divergenceScores[divergence](ratios[completion], alpha).map((number) => number / n);
      });
      const [loss, dChosen, dRejected] = pair(c[0], r[0], settings);
      add([loss, dChosen * c[1], dRejected * r[1]], s, s + 1);
    }
  }

  const scale = 1 / (pairs ?? P);
  const dLogprobs = new Float32Array(inputs.logprobs.length);
  inputs.spans.forEach(([start, end], s) => {
    for (let t = start; t < end; t++) dLogprobs[t] = scale * slopes[s] * weights[t];
  });
  const rewardsOf = (list: number[]) => Float64Array.from(list, (s) => beta * ratios[s]);
  return { loss: scale * sum, dLogprobs, chosenRewards: rewardsOf(evens), rejectedRewards: rewardsOf(odds) };
}

/** (T) 1 on tokens that count, the tail's weight past the length of the pair's shorter completion. */
function tokenWeights({ spans, mask }: Sequences, lengths: Int32Array, tailWeight: number): Float64Array {
  const weights = new Float64Array(mask.length);
  spans.forEach(([start, end], s) => {
    const shared = Math.min(lengths[s], lengths[s ^ 1]);
    let count = 0;
    for (let t = start; t < end; t++) if (mask[t]) weights[t] = count++ < shared ? 1 : tailWeight;
  });
  return weights;
}

const sums = (logprobs: Floats, weights: Float64Array, { spans }: Sequences) =>
  Float64Array.from(spans, ([start, end]) => {
    let sum = 0;
    for (let t = start; t < end; t++) sum += weights[t] * logprobs[t];
    return sum;
  });
