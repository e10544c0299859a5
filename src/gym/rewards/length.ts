/** Rewards of a completion's length. For training only: they say nothing about the answer's worth. */

/** Reward at length 0 and at the limit. */
const ranges = { correct: [1.1, 0.7], wrong: [0, -0.3] } as const;
const truncatedReward = -0.5;

export interface LengthOptions {
  correct: boolean;
  /** Cut off by the limit. */
  truncated: boolean;
  /** t, in tokens. */
  tokens: number;
  /** T, in tokens. */
  maxTokens: number;
}

/**
 * η(t) = η_min + ½(η_max − η_min)(1 + cos(πt/T)): correct from 1.1 down to 0.7, wrong from 0 down to −0.3; truncated −0.5. After
 * https://arxiv.org/abs/2502.03373, where wrong answers earn more the longer they are; here less.
 */
export function cosineLength({ correct, truncated, tokens, maxTokens }: LengthOptions): number {
  if (truncated) return truncatedReward;
  const [high, low] = correct ? ranges.correct : ranges.wrong;
  return low + 0.5 * (high - low) * (1 + Math.cos((Math.PI * Math.min(tokens, maxTokens)) / maxTokens));
}

/** DAPO's soft overlong punishment, https://arxiv.org/abs/2503.14476, equation 13: 0 until the last `buffer` tokens, then down to −1. */
export function softOverlong(tokens: number, maxTokens: number, buffer: number): number {
  if (tokens <= maxTokens - buffer) return 0;
  return tokens <= maxTokens ? (maxTokens - buffer - tokens) / buffer : -1;
}
