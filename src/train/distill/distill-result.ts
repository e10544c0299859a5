import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { mean } from "../../core/mean.ts";
import type { Transcript } from "../../gym/index.ts";
import type { Figure } from "../../plot/figure.ts";
import { isOf } from "../policy/policy-events.ts";
import { keptSamples } from "../policy/policy-view.ts";
import { Trained } from "../trained.ts";
import type { DistillEvent, DistillRowsEvent } from "./distill-events.ts";
import { distillFigure } from "./distill-figure.ts";

export interface DistillSummary {
  steps: number;
  /** Means of the first and of the last tenth of the steps: divergence from the teacher in nats a token, share of equal first choices. */
  firstDivergence: number | null;
  lastDivergence: number | null;
  firstAgreement: number | null;
  lastAgreement: number | null;
  /** On rollouts. */
  firstReward: number | null;
  lastReward: number | null;
  skippedSteps: number;
  peakMemoryBytes: number;
}

export class DistillResult<Event extends DistillEvent | DistillRowsEvent> extends Trained {
  readonly summary!: DistillSummary;
  readonly events!: readonly Event[];

  constructor(parts: Pick<DistillResult<Event>, "model" | "id" | "path" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return distillFigure(this.events);
  }

  /** Rollouts that were kept on the way, newest first, to read; none of rows. */
  get samples(): { step: number; transcript: Transcript }[] {
    return keptSamples(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("DistillResult", { ...this.summary });
  }
}

/** From the events, those before a resume included. */
export function summarizeDistill(
  events: readonly (DistillEvent | DistillRowsEvent)[],
  peakMemoryBytes: number,
): DistillSummary {
  const steps = events.filter(isOf("step-end"));
  const tenth = Math.max(1, Math.round(steps.length / 10));
  const [first, last] = [steps.slice(0, tenth), steps.slice(-tenth)];
  const rewardOf = (some: typeof steps) => mean(some.map((step) => ("reward" in step ? step.reward : null)));
  return {
    steps: events.findLast((event) => event.type === "step-end" || event.type === "step-skipped")?.step ?? 0,
    firstDivergence: mean(first.map(({ divergence }) => divergence)),
    lastDivergence: mean(last.map(({ divergence }) => divergence)),
    firstAgreement: mean(first.map(({ agreement }) => agreement)),
    lastAgreement: mean(last.map(({ agreement }) => agreement)),
    firstReward: rewardOf(first),
    lastReward: rewardOf(last),
    skippedSteps: events.filter(isOf("step-skipped")).length,
    peakMemoryBytes,
  };
}
