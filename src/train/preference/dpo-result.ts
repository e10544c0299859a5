import type { Figure } from "../../plot/figure.ts";
import { DataResult } from "../data-result.ts";
import type { KeptDpoEvent } from "./dpo-events.ts";
import { pairFigure } from "./pair-figure.ts";
import type { PairSummary } from "./pair-summary.ts";

export type DpoSummary = PairSummary;

export class DpoResult extends DataResult<DpoSummary, KeptDpoEvent> {
  figure(): Figure {
    return pairFigure(this.events);
  }
}
