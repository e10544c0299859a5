import type { Trajectory } from "../../generate/index.ts";
import type { CountedFailure, Moments } from "./groups-report.ts";

/** A rollout as a transcript can be made of it: without what only training needs. */
export type PolicySample = Omit<Trajectory, "segments" | "log" | "hash">;

/**
 * What a step is doing: playing; asking for rewards that take their time, and for log-probabilities and values before anything is learned;
 * learning.
 */
export type StepPart = "rollout" | "scoring" | "update";
export type TellPart = (part: StepPart, done: number, total: number) => void;

/** What all that learns from rollouts tells, besides the ends of its steps. */
export type PolicyEvent =
  | {
      type: "start";
      /** Id and folder in the run store. */
      run: string;
      path: string;
      /** Steps in all, and those done before (a resumed run). */
      steps: number;
      step: number;
      tasks: number;
      trainableParameters: number;
    }
  /** How far the step is; not kept in the run store. */
  | { type: "phase"; step: number; phase: StepPart; done: number; total: number }
  /** No rollout had a reward, or no loss and gradient was finite: nothing was learned. */
  | { type: "step-skipped"; step: number; reason: string; failures: CountedFailure[]; skippedInRow: number }
  | { type: "samples"; step: number; samples: PolicySample[] }
  | { type: "checkpoint-saved"; step: number; path: string };

/** What the end of a step tells. Times in seconds, memory in bytes, divergence and entropy in nats a token, shares in [0, 1]. */
export type PolicyStepEnd = {
  type: "step-end";
  step: number;
  /** Mean over all rollouts of the step that have one; its deviation. */
  reward: number;
  rewardStd: number;
  /** null: the part applied to no rollout. */
  parts: Record<string, Moments | null>;
  rollouts: number;
  /** Shares of the rollouts. */
  truncated: number;
  failed: number;
  failures: CountedFailure[];
  /** Tokens that the policy drew, a rollout. */
  completionTokens: number;
  longestCompletion: number;
  turns: number;
  loss: number;
  /** Before clipping, mean over the updates. */
  gradNorm: number;
  /** Optimizer steps that were made, and left out as not finite. */
  updates: number;
  skippedUpdates: number;
  /** null: no reference was asked, or nothing was learned from. */
  kl: number | null;
  entropy: number | null;
  clippedLow: number;
  clippedHigh: number;
  logprobGap: number | null;
  learningRate: number;
  /** Of the curriculum; null without. */
  level: number | null;
  seconds: { rollout: number; scoring: number; update: number };
  /** null where a phase had nothing to do. */
  tokensPerSecond: { rollout: number | null; scoring: number | null; update: number | null };
  /** Held by the engine. */
  memoryBytes: number;
  etaSeconds: number;
};

/** For `filter` and `findLast`: events of one type. */
export const isOf =
  <T extends string>(type: T) =>
  <E extends { type: string }>(event: E): event is Extract<E, { type: T }> =>
    event.type === type;
