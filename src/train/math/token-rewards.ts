/** What PPO's tokens earn: a price for each nat away from the reference, and the score on the last. */
import { type KlEstimator, klEstimators } from "./kl.ts";
import type { Floats, Sequences } from "./sequences.ts";

export interface TokenRewardOptions {
  /** β @default 0.05 */
  klCoefficient?: number;
  /** k1, the log-ratio itself, has the right mean; k3 has less variance and no sign. @default "k1" */
  klEstimator?: KlEstimator;
  /** Taken off the score of a completion that did not end by itself. @default 0 */
  missingEosPenalty?: number;
}

export interface TokenRewardInputs extends Sequences {
  /** (T) log π as the tokens were drawn */
  logprobs: Floats;
  /** (T) log π_ref */
  refLogprobs: Floats;
  /** (B) */
  scores: Floats;
  /** (B) Whether each completion ended with a stop token; needed with a penalty. */
  ended?: readonly boolean[];
}

/**
 * r_t = −β·k(log π_t − log π_ref,t), and the score on the last token that counts, https://arxiv.org/abs/1909.08593, equation 2.
 * → (T); 0 where nothing counts.
 */
export function tokenRewards(inputs: TokenRewardInputs, options: TokenRewardOptions = {}): Float32Array {
  const { klCoefficient = 0.05, klEstimator = "k1", missingEosPenalty = 0 } = options;
  const { logprobs, refLogprobs, scores, ended, spans, mask } = inputs;
  const estimator = klEstimators[klEstimator];
  const rewards = new Float32Array(logprobs.length);
  spans.forEach(([start, end], i) => {
    let last = -1;
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      rewards[t] = -klCoefficient * estimator.value(logprobs[t] - refLogprobs[t]);
      last = t;
    }
    if (last >= 0) rewards[last] += scores[i] - (ended?.[i] === false ? missingEosPenalty : 0);
  });
  return rewards;
}
