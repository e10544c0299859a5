/**
 * The kinds of policy loss, a row each: what a token's loss is, whether the ratio of policies is a token's or the whole
 * completion's, and by what the sum over tokens is divided. Letters: A advantage, w log of the importance ratio, ρ = e^w,
 * ε `epsilon`, ε' `epsilonHigh`.
 */

export interface ObjectiveOptions {
  /** ε: the ratio counts down to 1 − ε. */
  epsilon: number;
  /** ε': the ratio counts up to 1 + ε'; for cispo up to ε' itself. */
  epsilonHigh: number;
  /** Upper bound of the ratio where A < 0, https://arxiv.org/abs/2505.07291, section 3.4; above 1 + ε'. */
  delta?: number;
}

/** A token's loss with its derivatives: by w, and by log π where it stands beside the ratio. */
export interface ObjectiveTerm {
  loss: number;
  dLogRatio: number;
  dLogprob: number;
}

/** sequenceLogRatio: Σ of the completion's log-ratios, each within ±20. */
type Objective = (
  token: { logRatio: number; advantage: number; logprob: number; sequenceLogRatio: number },
  options: ObjectiveOptions,
) => ObjectiveTerm;

/** −min(min(ρ, δ)·A, clip(ρ, 1 − ε, 1 + ε')·A): PPO's, https://arxiv.org/abs/1707.06347, equation 7. */
const clip: Objective = ({ logRatio, advantage }, { epsilon, epsilonHigh, delta = Number.POSITIVE_INFINITY }) => {
  const ratio = Math.exp(logRatio);
  const free = Math.min(ratio, delta) * advantage;
  const clipped = Math.min(Math.max(ratio, 1 - epsilon), 1 + epsilonHigh) * advantage;
  const moves = free <= clipped && ratio <= delta;
  return { loss: -Math.min(free, clipped), dLogRatio: moves ? -ratio * advantage : 0, dLogprob: 0 };
};

/** −sg(min(ρ, ε'))·A·log π: the ratio weighs but is not learned through. */
const cappedWeight: Objective = ({ logRatio, advantage, logprob }, { epsilonHigh }) => {
  const weight = Math.min(Math.exp(logRatio), epsilonHigh) * advantage;
  return { loss: -weight * logprob, dLogRatio: 0, dLogprob: -weight };
};

/** τ of SAPO's gate for advantages above 0, and for the others. */
const sapoTemperature = { positive: 1.0, other: 1.05 };

/** −σ(τ(ρ − 1))·4/τ·A: clipping made smooth. */
const softGate: Objective = ({ logRatio, advantage }) => {
  const ratio = Math.exp(logRatio);
  const temperature = advantage > 0 ? sapoTemperature.positive : sapoTemperature.other;
  const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
  return {
    loss: (-gate * 4 * advantage) / temperature,
    dLogRatio: -4 * gate * (1 - gate) * ratio * advantage,
    dLogprob: 0,
  };
};

/** k and λ of VESPO's weight for advantages from 0 up, and below. */
const vespoShape = { positive: { k: 2, lambda: 3 }, negative: { k: 3, lambda: 2 } };
const smallestLogWeight = Math.log(1e-8);

/** −sg(φ(W))·A·log π, W the ratio of the whole completion, φ(W) = e^λ·W^k·e^(−λW): at most near W = 1. */
const gammaWeight: Objective = ({ advantage, logprob, sequenceLogRatio }) => {
  const logW = Math.min(Math.max(sequenceLogRatio, smallestLogWeight), 20);
  const { k, lambda } = advantage >= 0 ? vespoShape.positive : vespoShape.negative;
  const weight = Math.exp(lambda + k * logW - lambda * Math.exp(logW)) * advantage;
  return { loss: -weight * logprob, dLogRatio: 0, dLogprob: -weight };
};

/** What a sum over tokens is divided by, with what all parts of an optimizer step have together. */
export interface Totals {
  /** B: completions of the step. */
  sequences: number;
  /** Tokens of the step that count. */
  tokens: number;
  /** Tokens of the whole batch of rollouts, divided by the steps taken on it. */
  rolloutTokens: number;
  /** Most tokens that a completion may have. */
  maxCompletionTokens: number;
}

/** Weight of each token of a completion of `length` tokens. */
type Reduction = (length: number, totals: Totals) => number;

/** Mean over a completion's tokens, then over completions. */
const perSequence: Reduction = (length, { sequences }) => 1 / (Math.max(1, length) * sequences);
const perStepToken: Reduction = (_, { tokens }) => 1 / Math.max(1, tokens);
const perRolloutToken: Reduction = (_, { rolloutTokens }) => 1 / Math.max(1, rolloutTokens);
const perLimit: Reduction = (_, { sequences, maxCompletionTokens }) => 1 / (sequences * maxCompletionTokens);
const perCompletion: Reduction = (_, { sequences }) => 1 / sequences;

/** "sequence": one ratio for a completion, e to the mean of its tokens' log-ratios. */
export type RatioLevel = "token" | "sequence";

export interface LossKindRow {
  objective: Objective;
  reduce: Reduction;
  level: RatioLevel;
  /** ε' where it is not given. */
  epsilonHigh(epsilon: number): number;
  paper: string;
}

const same = (epsilon: number) => epsilon;

export const lossKinds = {
  /** Each completion counts the same, however long. */
  grpo: { objective: clip, reduce: perSequence, level: "token", epsilonHigh: same, paper: "arXiv:2402.03300" },
  /** Each token counts the same, over all completions of the rollouts; its paper has ε' 0.28. */
  dapo: { objective: clip, reduce: perRolloutToken, level: "token", epsilonHigh: same, paper: "arXiv:2503.14476" },
  /** Divided by a constant, so that length changes nothing; its paper has no deviation in the advantages either. */
  dr_grpo: { objective: clip, reduce: perLimit, level: "token", epsilonHigh: same, paper: "arXiv:2503.20783" },
  /** Each token of the step counts the same: PPO's mean. */
  bnpo: { objective: clip, reduce: perStepToken, level: "token", epsilonHigh: same, paper: "arXiv:1707.06347" },
  /** No token is cut out: the ratio is capped as a weight. */
  cispo: {
    objective: cappedWeight,
    reduce: perRolloutToken,
    level: "token",
    epsilonHigh: () => 5,
    paper: "arXiv:2506.13585",
  },
  /** A smooth gate in place of clipping. */
  sapo: { objective: softGate, reduce: perSequence, level: "token", epsilonHigh: same, paper: "arXiv:2511.20347" },
  /** The ratio is the completion's; its paper has ε 3e-4 and ε' 4e-4. */
  gspo: { objective: clip, reduce: perSequence, level: "sequence", epsilonHigh: same, paper: "arXiv:2507.18071" },
  /** GSPO weighted by length, so that long completions are not held back. */
  luspo: { objective: clip, reduce: perCompletion, level: "sequence", epsilonHigh: same, paper: "arXiv:2602.05261" },
  /** A smooth weight of the completion's whole ratio. */
  vespo: {
    objective: gammaWeight,
    reduce: perRolloutToken,
    level: "token",
    epsilonHigh: same,
    paper: "arXiv:2602.10693",
  },
} satisfies Record<string, LossKindRow>;

export type LossKind = keyof typeof lossKinds;
