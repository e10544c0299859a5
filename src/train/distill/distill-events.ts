import type { DataEvent } from "../data-events.ts";
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

/** On rows; `loss` is the divergence and the labels' part. */
export type DistillRowsEvent = DataEvent<
  { sequences: number; tokens: number; scoredTokens: number },
  DistillRowsReport,
  { evalDivergence: number; evalAgreement: number; evalNll: number }
>;

export interface DistillRowsReport {
  divergence: number;
  agreement: number;
  /** Negative log-likelihood of the rows' own tokens, nats. */
  nll: number;
}

export type DistillRowsStepEnd = Extract<DistillRowsEvent, { type: "step-end" }>;
