/**
 * The loss of GRPO, its variants and PPO over one packed batch, with its gradients:
 *
 *   L = Σ_i Σ_t m_t c_i (u_t ℓ(w_t, A_t) + β k(log π_t − log π_ref,t)) − η·mean H,
 *
 * ℓ and c from the row of `lossKinds`; w_t the log-ratio log π_t − log π_old,t, or its mean over the completion; k an
 * estimator of the divergence; u weights that take tokens out of the policy's part (`token-weights.ts`); the mean of H is
 * over all tokens of the step. The parts of a step add up to its loss: c has the whole step in it.
 */
import { type KlEstimator, klEstimators } from "./kl.ts";
import { type LossKind, lossKinds, type RatioLevel, type Totals } from "./loss-kinds.ts";
import { type Floats, lengthsOf, maskedSum, type Sequences } from "./sequences.ts";

export interface PolicyLossOptions {
  kind: LossKind;
  /** ε @default 0.2 */
  epsilon?: number;
  /** ε' @default epsilon; cispo: 5 */
  epsilonHigh?: number;
  /** Upper bound of the ratio where the advantage is negative. @default none */
  delta?: number;
  /** Whose ratio. @default the kind's */
  ratio?: RatioLevel;
  /** β @default 0 */
  klCoefficient?: number;
  /** @default "k3" */
  klEstimator?: KlEstimator;
  /** Weigh the divergence with the ratio, https://arxiv.org/abs/2512.02556, section 3.1: unbiased off-policy. @default false */
  klRatio?: boolean;
  /** η: what a nat of mean entropy is worth. @default 0 */
  entropyCoefficient?: number;
}

export interface PolicyInputs extends Sequences {
  /** (T) log π, nats, of each token under the policy in training */
  logprobs: Floats;
  /** (T) log π_old under the policy that the ratio is taken to; default: logprobs, ratio 1 */
  oldLogprobs?: Floats;
  /** (T) log π_ref; needed with a klCoefficient */
  refLogprobs?: Floats;
  /** (T) */
  advantages: Floats;
  /** (T) nats; needed with an entropyCoefficient */
  entropy?: Floats;
  /** (T) u @default 1 each */
  weights?: Floats;
}

export interface PolicyLoss {
  /** This batch's part of the step's loss. */
  loss: number;
  /** (T) dLoss/dLogprobs */
  dLogprobs: Float32Array;
  /** (T) dLoss/dEntropy, with an entropyCoefficient */
  dEntropy?: Float32Array;
  /** Sums over the tokens that count; of the kinds without clipping, tokens at the cap of the ratio or none. */
  sums: { tokens: number; kl: number; entropy: number; clippedLow: number; clippedHigh: number };
}

export function policyLoss(inputs: PolicyInputs, options: PolicyLossOptions, totals: Totals): PolicyLoss {
  const row = lossKinds[options.kind];
  const { epsilon = 0.2, delta, ratio: level = row.level, klCoefficient = 0, entropyCoefficient = 0 } = options;
  const bounds = { epsilon, epsilonHigh: options.epsilonHigh ?? row.epsilonHigh(epsilon), delta };
  const divergence = klEstimators[options.klEstimator ?? "k3"];
  const { logprobs, refLogprobs, advantages, entropy, weights, spans, mask } = inputs;
  const old = inputs.oldLogprobs ?? logprobs;
  const dLogprobs = new Float32Array(logprobs.length);
  const dEntropy = entropyCoefficient === 0 ? undefined : new Float32Array(logprobs.length);
  const lengths = lengthsOf(inputs);
  const sums = { tokens: 0, kl: 0, entropy: 0, clippedLow: 0, clippedHigh: 0 };
  const clip = clipCounter(options.kind, bounds);
  let loss = 0;

  spans.forEach(([start, end], i) => {
    let [sequenceLogRatio, meanLogRatio] = [0, 0];
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      const difference = logprobs[t] - old[t];
      sequenceLogRatio += Math.max(-20, Math.min(20, difference));
      meanLogRatio += difference / lengths[i];
    }
    const c = row.reduce(lengths[i], totals);
    /** dLoss/dw of the completion's one ratio. */
    let dMeanLogRatio = 0;
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      const [logprob, advantage] = [logprobs[t], advantages[t]];
      const logRatio = level === "sequence" ? meanLogRatio : logprob - old[t];
      const u = weights ? weights[t] : 1;
      const term = row.objective({ logRatio, advantage, logprob, sequenceLogRatio }, bounds);
      let dLogRatio = c * u * term.dLogRatio;
      let gradient = c * u * term.dLogprob;
      loss += c * u * term.loss;
      if (refLogprobs) {
        const d = logprob - refLogprobs[t];
        const factor = options.klRatio ? Math.exp(logRatio) : 1;
        const kl = divergence.value(d) * factor;
        sums.kl += kl;
        if (klCoefficient !== 0) {
          loss += c * klCoefficient * kl;
          gradient += c * klCoefficient * divergence.slope(d) * factor;
          if (options.klRatio) dLogRatio += c * klCoefficient * kl;
        }
      }
      if (level === "sequence") dMeanLogRatio += dLogRatio;
      else gradient += dLogRatio;
      dLogprobs[t] = gradient;
      sums.tokens++;
      if (entropy) sums.entropy += entropy[t];
      clip(logRatio, advantage, sums);
    }
    if (level === "sequence") {
      for (let t = start; t < end; t++) if (mask[t]) dLogprobs[t] += dMeanLogRatio / lengths[i];
    }
  });

  if (dEntropy) {
    const scale = entropyCoefficient / Math.max(1, totals.tokens);
    loss -= scale * maskedSum(entropy!, inputs);
    for (const [start, end] of spans) for (let t = start; t < end; t++) if (mask[t]) dEntropy[t] = -scale;
  }
  return { loss, dLogprobs, ...(dEntropy ? { dEntropy } : {}), sums };
}

/** Counts tokens at which the ratio's bound stops learning. */
function clipCounter(kind: LossKind, { epsilon, epsilonHigh }: { epsilon: number; epsilonHigh: number }) {
  if (kind === "sapo" || kind === "vespo") return () => {};
  const high = kind === "cispo" ? epsilonHigh : 1 + epsilonHigh;
  return (logRatio: number, advantage: number, sums: PolicyLoss["sums"]) => {
    const ratio = Math.exp(logRatio);
    if (kind !== "cispo" && ratio < 1 - epsilon && advantage < 0) sums.clippedLow++;
    if (ratio > high && advantage > 0) sums.clippedHigh++;
  };
}
