import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { mean } from "../../core/mean.ts";
import type { Transcript } from "../../gym/index.ts";
import type { Model } from "../../model/model.ts";
import type { Figure } from "../../plot/figure.ts";
import { isOf } from "../policy/policy-events.ts";
import { keptSamples } from "../policy/policy-view.ts";
import { Trained } from "../trained.ts";
import type { PpoEvent } from "./ppo-events.ts";
import { ppoFigure } from "./ppo-figure.ts";

export interface PpoSummary {
  steps: number;
  rollouts: number;
  /** Mean reward of the first and of the last tenth of the steps. */
  firstReward: number | null;
  lastReward: number | null;
  /** Mean over the last tenth. */
  explainedVariance: number | null;
  /** Drawn by the policy. */
  completionTokens: number;
  seconds: number;
  /** Share over the whole run. */
  failed: number | null;
  skippedSteps: number;
  peakMemoryBytes: number;
}

export class PpoResult extends Trained {
  /** The value function: `value.reward(chat)` is what it expects after a text; as the start of another run, `ppo({ value })`. */
  readonly value!: Model;
  readonly summary!: PpoSummary;
  readonly events!: readonly PpoEvent[];

  constructor(parts: Pick<PpoResult, "model" | "value" | "id" | "path" | "summary" | "events">) {
    super(parts);
    Object.assign(this, parts);
  }

  /** The curves. */
  figure(): Figure {
    return ppoFigure(this.events);
  }

  /** Rollouts that were kept on the way, newest first, to read. */
  get samples(): { step: number; transcript: Transcript }[] {
    return keptSamples(this.events);
  }

  [displaySymbol](): MimeBundle {
    return this.card("PpoResult", { ...this.summary });
  }
}

/** From the events, those before a resume included. */
export function summarizePpo(events: readonly PpoEvent[], peakMemoryBytes: number): PpoSummary {
  const steps = events.filter(isOf("step-end"));
  const tenth = Math.max(1, Math.round(steps.length / 10));
  const [first, last] = [steps.slice(0, tenth), steps.slice(-tenth)];
  const sum = (of: (step: (typeof steps)[number]) => number) => steps.reduce((total, step) => total + of(step), 0);
  return {
    steps: events.findLast((event) => event.type === "step-end" || event.type === "step-skipped")?.step ?? 0,
    rollouts: sum(({ rollouts }) => rollouts),
    firstReward: mean(first.map(({ reward }) => reward)),
    lastReward: mean(last.map(({ reward }) => reward)),
    explainedVariance: mean(last.map(({ explainedVariance }) => explainedVariance)),
    completionTokens: Math.round(sum(({ completionTokens, rollouts }) => completionTokens * rollouts)),
    seconds: sum(({ seconds }) => seconds.rollout + seconds.scoring + seconds.update),
    failed: mean(steps.map(({ failed }) => failed)),
    skippedSteps: events.filter(isOf("step-skipped")).length,
    peakMemoryBytes,
  };
}
