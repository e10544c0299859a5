/**
 * PPO's value loss, ½·mean max((V − R)², (clip(V, V_old ± ε_v) − R)²): the values move no further than ε_v from what they
 * were when the returns were estimated. https://arxiv.org/abs/1707.06347, as in its authors' code and TRL's.
 */
import type { Floats, Sequences } from "./sequences.ts";

export interface ValueLossOptions {
  /** ε_v; Infinity: no clipping. @default 0.2 */
  clipRange?: number;
  /** Factor of the whole. @default 0.1 */
  coefficient?: number;
}

export interface ValueInputs extends Sequences {
  /** (T) V, in training */
  values: Floats;
  /** (T) as they were when the returns were estimated */
  oldValues: Floats;
  /** (T) R */
  returns: Floats;
}

export interface ValueLoss {
  /** coefficient × this batch's part of the step's value loss. */
  loss: number;
  /** (T) dLoss/dValues */
  dValues: Float32Array;
  /** Tokens whose value is held by the clipping. */
  clipped: number;
}

/** `tokens`: those that count in the whole optimizer step. */
export function valueLoss(inputs: ValueInputs, options: ValueLossOptions, tokens: number): ValueLoss {
  const { clipRange = 0.2, coefficient = 0.1 } = options;
  const { values, oldValues, returns, spans, mask } = inputs;
  const scale = coefficient / Math.max(1, tokens);
  const dValues = new Float32Array(values.length);
  let [loss, clipped] = [0, 0];
  for (const [start, end] of spans) {
    for (let t = start; t < end; t++) {
      if (!mask[t]) continue;
      const held = Math.max(oldValues[t] - clipRange, Math.min(oldValues[t] + clipRange, values[t]));
      const [free, bound] = [values[t] - returns[t], held - returns[t]];
      const isHeld = bound ** 2 > free ** 2;
      loss += 0.5 * scale * (isHeld ? bound ** 2 : free ** 2);
      if (isHeld) clipped++;
      else dValues[t] = scale * free;
    }
  }
  return { loss, dValues, clipped };
}
