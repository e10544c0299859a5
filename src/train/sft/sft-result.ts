import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { Figure } from "../../plot/figure.ts";
import { training } from "../../plot/training.ts";
import { ofType } from "../data-events.ts";
import { type Best, type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
import { Trained } from "../trained.ts";
import type { SftEvent } from "./sft-events.ts";

export interface SftSummary {
  steps: number;
  epochs: number;
  /** Of the last step. */
  loss: number;
  tokenAccuracy: number;
  /** Of the weights that the model ends with. */
  evalLoss?: number;
  evalTokenAccuracy?: number;
  bestStep?: number;
  /** Trained on, all epochs. */
  tokens: number;
  seconds: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
  skippedSteps: number;
}

export class SftResult extends Trained {
  /** Lowest evaluation loss and its step; null without evalData. */
  readonly best!: Best | null;
  readonly summary!: SftSummary;
  readonly events!: readonly SftEvent[];

  constructor(parts: Pick<SftResult, "model" | "id" | "path" | "best" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return training(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("SftResult", { ...this.summary });
  }
}

/** From the events, those before a resume included. */
export function summarize(
  events: readonly SftEvent[],
  state: DataState,
  keepBest: boolean,
  peakMemoryBytes: number,
): SftSummary {
  const kept = keptEvaluation(events, state, keepBest);
  return {
    ...summarizeData(events, state),
    tokenAccuracy: events.findLast(ofType("step-end"))?.tokenAccuracy ?? Number.NaN,
    ...(kept && { evalLoss: kept.evalLoss, evalTokenAccuracy: kept.evalTokenAccuracy }),
    peakMemoryBytes,
  };
}
