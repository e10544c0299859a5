import type { PolicyEvent, PolicyStepEnd } from "../policy/policy-events.ts";

/** What a running grpo tells. Times in seconds, memory in bytes, divergence and entropy in nats a token, shares in [0, 1]. */
export type GrpoEvent = PolicyEvent | GrpoStepEnd;

/** An alias, not an interface: it goes into the run store as plain fields. */
export type GrpoStepEnd = PolicyStepEnd & {
  /** Groups that were played, redrawn ones included; of them those with rewards all alike, and those that differ in more than form. */
  groups: number;
  zeroVariance: number;
  mixed: number;
  /** Times that tasks were drawn: above 1 with dynamic sampling. */
  rounds: number;
};
