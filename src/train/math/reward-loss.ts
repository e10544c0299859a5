/**
 * The loss of a reward model (Bradley and Terry 1952; https://arxiv.org/abs/2203.02155, equation 1), with the margins of
 * https://arxiv.org/abs/2307.09288, equation 2, and the centring of https://arxiv.org/abs/2312.09244:
 *
 *   L = (1/P) Σ −log σ(r_c − r_r − m) + κ (r_c + r_r)²,
 *
 * r the rewards of the chosen and the rejected text, m the pair's margin, κ `centerCoefficient`, P the pairs of the whole
 * optimizer step.
 */
import { logSigmoid, sigmoid } from "./preference-kinds.ts";
import type { Floats } from "./sequences.ts";

export interface RewardInputs {
  /** (P) */
  chosen: Floats;
  rejected: Floats;
  margins: Floats;
}

export interface RewardLoss {
  /** This batch's part of the step's loss. */
  loss: number;
  /** (P) */
  dChosen: Float32Array;
  dRejected: Float32Array;
}

/** `pairs`: those of the whole optimizer step. @default those of the batch */
export function rewardLoss(
  { chosen, rejected, margins }: RewardInputs,
  { centerCoefficient = 0 }: { centerCoefficient?: number } = {},
  pairs: number = chosen.length,
): RewardLoss {
  const dChosen = new Float32Array(chosen.length);
  const dRejected = new Float32Array(chosen.length);
  let loss = 0;
  chosen.forEach((c, i) => {
    const [d, sum] = [c - rejected[i] - margins[i], c + rejected[i]];
    loss += (-logSigmoid(d) + centerCoefficient * sum ** 2) / pairs;
    const [apart, together] = [-sigmoid(-d), 2 * centerCoefficient * sum];
    dChosen[i] = (together + apart) / pairs;
    dRejected[i] = (together - apart) / pairs;
  });
  return { loss, dChosen, dRejected };
}
