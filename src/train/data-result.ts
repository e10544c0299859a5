/** What a run over a data set gives: its curves, and the evaluation that was best. */
import { displaySymbol, type MimeBundle } from "../core/display.ts";
import type { Figure } from "../plot/figure.ts";
import type { Best } from "./data-run.ts";
import { Trained } from "./trained.ts";

export interface DataSummary {
  steps: number;
  epochs: number;
  /** Of the last step. */
  loss: number;
  /** Of the weights that the model ends with. */
  evalLoss?: number;
  bestStep?: number;
  /** Trained on, all epochs. */
  tokens: number;
  seconds: number;
  tokensPerSecond: number;
  peakMemoryBytes: number;
  skippedSteps: number;
}

export abstract class DataResult<Summary extends DataSummary, Event> extends Trained {
  /** Lowest evaluation loss and its step; null without evalData. */
  readonly best!: Best | null;
  readonly summary!: Summary;
  readonly events!: readonly Event[];

  constructor(parts: Pick<DataResult<Summary, Event>, "model" | "id" | "path" | "best" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  abstract figure(): Figure;

  [displaySymbol](): MimeBundle {
    return this.card(this.constructor.name, Object.fromEntries(Object.entries(this.summary)));
  }
}
