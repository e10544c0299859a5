import type { Figure } from "../../plot/figure.ts";
import { training } from "../../plot/training.ts";
import { ofType } from "../data-events.ts";
import { DataResult, type DataSummary } from "../data-result.ts";
import { type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
import type { SftEvent } from "./sft-events.ts";

export interface SftSummary extends DataSummary {
  /** Of the last step. */
  tokenAccuracy: number;
  /** Of the weights that the model ends with. */
  evalTokenAccuracy?: number;
}

export class SftResult extends DataResult<SftSummary, SftEvent> {
  figure(): Figure {
    return training(this.events);
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
