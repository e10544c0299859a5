/**
 * Several kinds of preference loss at once, each with a weight (MPO, https://arxiv.org/abs/2411.10442), and among them "sft", the
 * negative log-likelihood of the chosen completions (RPO, https://arxiv.org/abs/2404.19733, equation 3).
 */
import { type PreferenceKind, preferenceKinds } from "./preference-kinds.ts";
import {
  type PreferenceInputs,
  type PreferenceLoss,
  type PreferenceLossOptions,
  preferenceLoss,
} from "./preference-loss.ts";
import type { Sequences } from "./sequences.ts";

export type PreferenceMix = Readonly<Partial<Record<PreferenceKind | "sft", number>>>;

/** What a step's losses are divided by: its pairs and the tokens of its chosen completions, all batches. */
export interface PreferenceTotals {
  pairs: number;
  chosenTokens: number;
}

/** Of a batch; add them up over the batches of a step. */
export function preferenceTotals({ spans, mask }: Sequences): PreferenceTotals {
  let chosenTokens = 0;
  for (let s = 0; s < spans.length; s += 2) for (let t = spans[s][0]; t < spans[s][1]; t++) chosenTokens += mask[t];
  return { pairs: spans.length / 2, chosenTokens };
}

/** Σ weight × loss of the kind; the rewards are the same for all kinds. */
export function mixedPreferenceLoss(
  inputs: PreferenceInputs,
  mix: PreferenceMix,
  options: Omit<PreferenceLossOptions, "kind">,
  totals: PreferenceTotals = preferenceTotals(inputs),
): PreferenceLoss {
  const { sft = 0, ...kinds } = mix;
  const dLogprobs = new Float32Array(inputs.logprobs.length);
  let loss = 0;
  const parts = Object.entries(kinds).map(([kind, weight]) => {
    const part = preferenceLoss(inputs, { ...options, kind: kind as PreferenceKind }, totals.pairs);
    loss += weight * part.loss;
    part.dLogprobs.forEach((slope, t) => {
      dLogprobs[t] += weight * slope;
    });
    return part;
  });
  if (sft !== 0) {
    inputs.spans.forEach(([start, end], s) => {
      for (let t = start; s % 2 === 0 && t < end; t++) {
        if (!inputs.mask[t]) continue;
        loss -= (sft * inputs.logprobs[t]) / totals.chosenTokens;
        dLogprobs[t] -= sft / totals.chosenTokens;
      }
    });
  }
  const { chosenRewards, rejectedRewards } = parts[0];
  return { loss, dLogprobs, chosenRewards, rejectedRewards };
}

/** Names that `mix` may have. */
export const mixNames = [...Object.keys(preferenceKinds), "sft"];
