import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { Figure } from "../../plot/figure.ts";
import { ofType } from "../data-events.ts";
import { type Best, type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
import { Trained } from "../trained.ts";
import type { KeptDpoEvent } from "./dpo-events.ts";
import { pairFigure } from "./pair-figure.ts";

export interface DpoSummary {
  steps: number;
  epochs: number;
  /** Of the last step. */
  loss: number;
  accuracy: number;
  margin: number;
  /** Of the weights that the model ends with. */
  evalLoss?: number;
  evalAccuracy?: number;
  evalMargin?: number;
  bestStep?: number;
  /** Trained on, all epochs. */
  tokens: number;
  seconds: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
  skippedSteps: number;
}

export class DpoResult extends Trained {
  /** Lowest evaluation loss and its step; null without evalData. */
  readonly best!: Best | null;
  readonly summary!: DpoSummary;
  readonly events!: readonly KeptDpoEvent[];

  constructor(parts: Pick<DpoResult, "model" | "id" | "path" | "best" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return pairFigure(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("DpoResult", { ...this.summary });
  }
}

/** From the events, those before a resume included. */
export function summarizeDpo(
  events: readonly KeptDpoEvent[],
  state: DataState,
  keepBest: boolean,
  peakMemoryBytes: number,
): DpoSummary {
  const last = events.findLast(ofType("step-end"));
  const kept = keptEvaluation(events, state, keepBest);
  return {
    ...summarizeData(events, state),
    accuracy: last?.accuracy ?? Number.NaN,
    margin: last?.margin ?? Number.NaN,
    ...(kept && { evalLoss: kept.evalLoss, evalAccuracy: kept.evalAccuracy, evalMargin: kept.evalMargin }),
    peakMemoryBytes,
  };
}
