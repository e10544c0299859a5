/** Weights u that take tokens out of a policy's loss; the divergence from the reference keeps them. Multiply to combine. */
import { type Floats, lengthsOf, type Sequences } from "./sequences.ts";

/**
 * 1 on the given share of tokens with the highest entropy, where completions branch: https://arxiv.org/abs/2506.01939.
 * entropy (T); share ρ in (0, 1].
 */
export function highEntropyWeights(entropy: Floats, sequences: Sequences, share: number): Float32Array {
  const counted: number[] = [];
  forEachToken(sequences, (t) => void counted.push(entropy[t]));
  const threshold = quantile(counted, 1 - share);
  const weights = new Float32Array(entropy.length);
  forEachToken(sequences, (t) => {
    weights[t] = entropy[t] >= threshold ? 1 : 0;
  });
  return weights;
}

/**
 * 0 on completions with a negative advantage from which the policy has moved further than `limit` nats a token since they
 * were drawn: https://arxiv.org/abs/2512.02556, section 3.1. All (T); `samplerLogprobs` as they were drawn.
 */
export function offPolicyWeights(
  { logprobs, samplerLogprobs, advantages }: { logprobs: Floats; samplerLogprobs: Floats; advantages: Floats },
  sequences: Sequences,
  limit: number,
): Float32Array {
  const lengths = lengthsOf(sequences);
  const weights = new Float32Array(logprobs.length);
  sequences.spans.forEach(([start, end], i) => {
    let moved = 0;
    for (let t = start; t < end; t++) if (sequences.mask[t]) moved += samplerLogprobs[t] - logprobs[t];
    const isNear = moved / Math.max(1, lengths[i]) <= limit;
    for (let t = start; t < end; t++) weights[t] = isNear || advantages[t] >= 0 ? 1 : 0;
  });
  return weights;
}

function forEachToken({ spans, mask }: Sequences, visit: (t: number) => void): void {
  for (const [start, end] of spans) for (let t = start; t < end; t++) if (mask[t]) visit(t);
}

/** Between the two nearest, in proportion. */
function quantile(values: number[], q: number): number {
  const sorted = values.sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const next = sorted[Math.min(low + 1, sorted.length - 1)];
  return sorted[low] + (at - low) * (next - sorted[low]);
}
