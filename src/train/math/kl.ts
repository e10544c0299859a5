/**
 * Estimators of KL(π‖π_ref) from tokens that π drew, http://joschu.net/blog/kl-approx.html; d = log π − log π_ref, nats.
 * k1 has no bias and may be negative; k2 has little variance; k3 has neither bias nor sign: GRPO's.
 */
export type KlEstimator = "k1" | "k2" | "k3";

interface Estimator {
  value(d: number): number;
  /** Its derivative by log π. */
  slope(d: number): number;
}

export const klEstimators: Record<KlEstimator, Estimator> = {
  k1: { value: (d) => d, slope: () => 1 },
  k2: { value: (d) => 0.5 * d * d, slope: (d) => d },
  k3: { value: (d) => Math.exp(-d) + d - 1, slope: (d) => 1 - Math.exp(-d) },
};

export interface KlControl {
  /** KL to keep to, nats a token or a sequence, as `kl` is measured. */
  target: number;
  /** Samples over which a deviation is made good. */
  horizon: number;
}

/**
 * The next coefficient, β·(1 + clip((KL − target)/target, ±0.2)·n/horizon): Ziegler et al. 2019,
 * https://arxiv.org/abs/1909.08593, section 2.2. `samples` n since the last.
 */
export function nextKlCoefficient(coefficient: number, kl: number, samples: number, control: KlControl): number {
  const error = Math.max(-0.2, Math.min(0.2, kl / control.target - 1));
  return coefficient * (1 + (error * samples) / control.horizon);
}
