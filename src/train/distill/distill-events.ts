import type { PolicyEvent, PolicyStepEnd } from "../policy/policy-events.ts";

/** On rollouts. Times in seconds, memory in bytes, divergence and entropy in nats a token, shares in [0, 1]. */
export type DistillEvent = PolicyEvent | DistillStepEnd;

export type DistillStepEnd = PolicyStepEnd & {
  /** From the teacher, before the coefficient; null: nothing was taught. */
  divergence: number | null;
  coefficient: number;
  /** Share of taught tokens at which teacher and student have the same first choice. */
  agreement: number | null;
  taughtTokens: number;
  /** Share of the rollouts of which the teacher was told something. */
  hinted: number;
};

/** On rows. */
export type DistillRowsEvent =
  | {
      type: "start";
      run: string;
      path: string;
      steps: number;
      step: number;
      sequences: number;
      tokens: number;
      scoredTokens: number;
      trainableParameters: number;
    }
  | DistillRowsStepEnd
  /** Loss or gradient was not finite: nothing was learned from this step. */
  | { type: "step-skipped"; step: number; reason: string; skippedInRow: number }
  | { type: "checkpoint-saved"; step: number; path: string };

export type DistillRowsStepEnd = {
  type: "step-end";
  step: number;
  epoch: number;
  /** What is made smaller: the divergence, and the labels' part. */
  loss: number;
  divergence: number;
  agreement: number;
  /** Negative log-likelihood of the rows' own tokens, nats. */
  nll: number;
  learningRate: number;
  /** Before clipping. */
  gradNorm: number;
  tokens: number;
  tokensPerSecond: number;
  memoryBytes: number;
  etaSeconds: number;
};
