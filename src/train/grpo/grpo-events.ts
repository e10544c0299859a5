import type { Trajectory } from "../../generate/index.ts";
import type { CountedFailure, Moments } from "./groups-report.ts";

/** A rollout as a transcript can be made of it: without what only training needs. */
export type GrpoSample = Omit<Trajectory, "segments" | "log" | "hash">;

/** What a running grpo tells. Times in seconds, memory in bytes, divergence and entropy in nats a token, shares in [0, 1]. */
export type GrpoEvent =
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
  | { type: "phase"; step: number; phase: "rollout" | "update"; done: number; total: number }
  | GrpoStepEnd
  /** No rollout had a reward, or no loss and gradient was finite: nothing was learned. */
  | { type: "step-skipped"; step: number; reason: string; failures: CountedFailure[]; skippedInRow: number }
  | { type: "samples"; step: number; samples: GrpoSample[] }
  | { type: "checkpoint-saved"; step: number; path: string };

/** An alias, not an interface: it goes into the run store as plain fields. */
export type GrpoStepEnd = {
  type: "step-end";
  step: number;
  /** Mean over all rollouts of the step that have one; its deviation. */
  reward: number;
  rewardStd: number;
  /** null: the part applied to no rollout. */
  parts: Record<string, Moments | null>;
  /** Groups that were played, redrawn ones included; of them those with rewards all alike, and those that differ in more than form. */
  groups: number;
  zeroVariance: number;
  mixed: number;
  /** Times that tasks were drawn: above 1 with dynamic sampling. */
  rounds: number;
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

export type GrpoEventOf<T extends GrpoEvent["type"]> = Extract<GrpoEvent, { type: T }>;

/** For `filter` and `findLast`: events of one type. */
export const isGrpo =
  <T extends GrpoEvent["type"]>(type: T) =>
  (event: GrpoEvent): event is GrpoEventOf<T> =>
    event.type === type;
