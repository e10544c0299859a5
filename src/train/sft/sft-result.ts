import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import type { Figure } from "../../plot/figure.ts";
import { training } from "../../plot/training.ts";
import { Trained } from "../trained.ts";
import { ofType, type SftEvent } from "./sft-events.ts";
import type { Best, SftState } from "./sft-session.ts";

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
  state: SftState,
  keepBest: boolean,
  peakMemoryBytes: number,
): SftSummary {
  const steps = events.filter(ofType("step-end"));
  const last = steps[steps.length - 1];
  const evaluations = events.filter(ofType("eval-end"));
  const kept = keepBest ? evaluations.find(({ step }) => step === state.best?.step) : evaluations.at(-1);
  const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
  const seconds = steps.reduce((sum, step) => sum + step.tokens / step.tokensPerSecond, 0);
  return {
    steps: state.step,
    epochs: last?.epoch ?? 0,
    loss: last?.loss ?? Number.NaN,
    tokenAccuracy: last?.tokenAccuracy ?? Number.NaN,
    ...(kept && { evalLoss: kept.evalLoss, evalTokenAccuracy: kept.evalTokenAccuracy }),
    ...(state.best && { bestStep: state.best.step }),
    tokens,
    seconds,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    peakMemoryBytes,
    skippedSteps: events.filter(ofType("step-skipped")).length,
  };
}
