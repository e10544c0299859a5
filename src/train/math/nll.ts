/**
 * Loss of supervised fine-tuning: the mean negative log-likelihood per scored token of a whole optimizer step,
 *
 *   L = −(1/N) Σ_t m_t log p(x_{t+1} | x_≤t),   dL/dlog p_t = −m_t / N,
 *
 * where m_t is 1 on scored positions and N = Σ m over all micro-batches of the step, not per micro-batch or sequence
 * (https://huggingface.co/blog/gradient_accumulation): so accumulation in any number of parts gives the same gradient.
 */
export interface NllPart {
  /** −Σ_t m_t log p_t of this part, nats. Divide the sum over the parts by N for the loss. */
  sum: number;
  /** (T) dL/dlogprobs */
  gradients: Float32Array;
}

/** logprobs, targets (T); a target of −1 is not scored. `total` is N. */
export function nllLoss(logprobs: Float32Array, targets: Int32Array, total: number): NllPart {
  const gradients = new Float32Array(logprobs.length);
  let sum = 0;
  for (let t = 0; t < logprobs.length; t++) {
    if (targets[t] < 0) continue;
    sum -= logprobs[t];
    gradients[t] = -1 / total;
  }
  return { sum, gradients };
}

/** Scored positions where the model's first choice is the target. topIds, targets (T). */
export function countCorrect(topIds: Int32Array, targets: Int32Array): number {
  let correct = 0;
  for (let t = 0; t < targets.length; t++) if (targets[t] >= 0 && topIds[t] === targets[t]) correct++;
  return correct;
}
