/** What a summary of training on pairs says: of dpo and of reward models. */
import type { DataEvent } from "../data-events.ts";
import { ofType } from "../data-events.ts";
import type { DataSummary } from "../data-result.ts";
import { type DataState, keptEvaluation, summarizeData } from "../data-run.ts";
import type { EvalPairReport, PairReport } from "./pair-report.ts";

export interface PairSummary extends DataSummary {
  /** Of the last step. */
  accuracy: number;
  margin: number;
  /** Of the weights that the model ends with. */
  evalAccuracy?: number;
  evalMargin?: number;
}

type PairEvent = DataEvent<object, Pick<PairReport, "accuracy" | "margin">, EvalPairReport>;

/** From the events, those before a resume included. */
export function summarizePairs(
  events: readonly PairEvent[],
  state: DataState,
  keepBest: boolean,
  peakMemoryBytes: number,
): PairSummary {
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
