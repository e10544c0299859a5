import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { mean } from "../../core/mean.ts";
import type { Transcript } from "../../gym/index.ts";
import type { Figure } from "../../plot/figure.ts";
import { isOf } from "../policy/policy-events.ts";
import { keptSamples } from "../policy/policy-view.ts";
import { Trained } from "../trained.ts";
import type { GrpoEvent } from "./grpo-events.ts";
import { grpoFigure } from "./grpo-figure.ts";

export interface GrpoSummary {
  steps: number;
  rollouts: number;
  /** Mean reward of the first and of the last tenth of the steps. */
  firstReward: number | null;
  lastReward: number | null;
  /** Drawn by the policy. */
  completionTokens: number;
  seconds: number;
  /** Shares over the whole run. */
  zeroVariance: number | null;
  failed: number | null;
  skippedSteps: number;
  peakMemoryBytes: number;
}

export class GrpoResult extends Trained {
  readonly summary!: GrpoSummary;
  readonly events!: readonly GrpoEvent[];

  constructor(parts: Pick<GrpoResult, "model" | "id" | "path" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return grpoFigure(this.events);
  }

  /** Rollouts that were kept on the way, newest first, to read. */
  get samples(): { step: number; transcript: Transcript }[] {
    return keptSamples(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("GrpoResult", { ...this.summary });
  }
}

/** From the events, those before a resume included. */
export function summarizeGrpo(events: readonly GrpoEvent[], peakMemoryBytes: number): GrpoSummary {
  const steps = events.filter(isOf("step-end"));
  const tenth = Math.max(1, Math.round(steps.length / 10));
  const rewardOf = (some: typeof steps) => mean(some.map(({ reward }) => reward));
  const sum = (of: (step: (typeof steps)[number]) => number) => steps.reduce((total, step) => total + of(step), 0);
  return {
    steps: events.findLast((event) => event.type === "step-end" || event.type === "step-skipped")?.step ?? 0,
    rollouts: sum(({ rollouts }) => rollouts),
    firstReward: rewardOf(steps.slice(0, tenth)),
    lastReward: rewardOf(steps.slice(-tenth)),
    completionTokens: Math.round(sum(({ completionTokens, rollouts }) => completionTokens * rollouts)),
    seconds: sum(({ seconds }) => seconds.rollout + seconds.scoring + seconds.update),
    zeroVariance: mean(steps.map(({ zeroVariance }) => zeroVariance)),
    failed: mean(steps.map(({ failed }) => failed)),
    skippedSteps: events.filter(isOf("step-skipped")).length,
    peakMemoryBytes,
  };
}
