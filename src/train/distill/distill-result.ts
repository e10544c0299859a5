import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { mean } from "../../core/mean.ts";
import type { Transcript } from "../../gym/index.ts";
import type { Figure } from "../../plot/figure.ts";
import { ofType } from "../data-events.ts";
import { type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
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
  firstReward: number | null;
  lastReward: number | null;
  skippedSteps: number;
  peakMemoryBytes: number;
}

/** On rows; what there is of evaluations is of the weights that the model ends with. */
export type DistillRowsSummary = ReturnType<typeof summarizeRows>;

export class DistillResult<
  Event extends DistillEvent | DistillRowsEvent,
  Summary extends object = DistillSummary,
> extends Trained {
  readonly summary!: Summary;
  readonly events!: readonly Event[];

  constructor(parts: Pick<DistillResult<Event, Summary>, "model" | "id" | "path" | "summary" | "events">) {
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
    return this.card("DistillResult", { ...this.summary } as Record<string, number | null>);
  }
}

type Ends = readonly { divergence: number | null; agreement: number | null }[];

/** Of the first and of the last tenth of the steps. */
function taughtSummary(steps: Ends) {
  const tenth = Math.max(1, Math.round(steps.length / 10));
  const of = (some: Ends, key: "divergence" | "agreement") => mean(some.map((step) => step[key]));
  const [first, last] = [steps.slice(0, tenth), steps.slice(-tenth)];
  return {
    firstDivergence: of(first, "divergence"),
    lastDivergence: of(last, "divergence"),
    firstAgreement: of(first, "agreement"),
    lastAgreement: of(last, "agreement"),
  };
}

/** From the events, those before a resume included. */
export function summarizeDistill(events: readonly DistillEvent[], peakMemoryBytes: number): DistillSummary {
  const steps = events.filter(isOf("step-end"));
  const tenth = Math.max(1, Math.round(steps.length / 10));
  const rewardOf = (some: typeof steps) => mean(some.map(({ reward }) => reward));
  return {
    steps: events.findLast((event) => event.type === "step-end" || event.type === "step-skipped")?.step ?? 0,
    ...taughtSummary(steps),
    firstReward: rewardOf(steps.slice(0, tenth)),
    lastReward: rewardOf(steps.slice(-tenth)),
    skippedSteps: events.filter(isOf("step-skipped")).length,
    peakMemoryBytes,
  };
}

export function summarizeRows(
  events: readonly DistillRowsEvent[],
  state: DataState,
  keepBest: boolean,
  peakMemoryBytes: number,
) {
  const kept = keptEvaluation(events, state, keepBest);
  return {
    ...summarizeData(events, state),
    ...taughtSummary(events.filter(ofType("step-end"))),
    ...(kept && { evalLoss: kept.evalLoss, evalDivergence: kept.evalDivergence, evalAgreement: kept.evalAgreement }),
    peakMemoryBytes,
  };
}
