import type { PolicyEvent, PolicyStepEnd } from "../policy/policy-events.ts";

/** What a running ppo tells. Times in seconds, memory in bytes, divergence and entropy in nats a token, shares in [0, 1]. */
export type PpoEvent = PolicyEvent | PpoStepEnd;

/** An alias, not an interface: it goes into the run store as plain fields. */
export type PpoStepEnd = PolicyStepEnd & {
  /** Of the value function: mean over its optimizer steps; the gradient's norm before clipping. */
  valueLoss: number;
  valueGradNorm: number;
  /** Share of tokens whose value the clipping held. */
  valueClipped: number;
  valueLearningRate: number;
  /** Before anything was learned: means over tokens of the values and of what they should have been, and the deviation of these. */
  value: number;
  return: number;
  returnStd: number;
  /** 1 − Var(R − V)/Var(R); null: all returns are alike. */
  explainedVariance: number | null;
  /** β of this step. */
  klCoefficient: number;
};
