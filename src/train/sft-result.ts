import { type Displayable, displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import type { Model } from "../model/model.ts";
import type { Figure } from "../plot/figure.ts";
import { training } from "../plot/training.ts";
import { ofType, type SftEvent } from "./sft-events.ts";
import type { Best, SftState } from "./sft-state.ts";

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

export class SftResult implements Displayable {
  /** The trained model: the base with its adapter on, or the base itself when every weight was trained. */
  readonly model!: Model;
  /** Id in the run store, for `track.load`. */
  readonly id!: string;
  /** Folder of manifest, metrics, checkpoints and (with LoRA) `adapter/` in PEFT form. */
  readonly path!: string;
  /** Lowest evaluation loss and its step; null without evalData. */
  readonly best!: Best | null;
  readonly summary!: SftSummary;
  readonly events!: readonly SftEvent[];

  constructor(parts: Pick<SftResult, "model" | "id" | "path" | "best" | "summary" | "events">) {
    Object.assign(this, parts);
  }

  /** Writes the adapter as a PEFT folder; without LoRA the whole model as a Hugging Face folder. */
  async save(directory: string): Promise<void> {
    if (this.model.adapter) await this.model.saveAdapter(directory);
    else await this.model.save(directory);
  }

  /** Writes a Hugging Face folder with the adapter folded into the weights. */
  async merge(directory: string): Promise<void> {
    await this.model.save(directory);
  }

  /** The curves. */
  figure(): Figure {
    return training(this.events);
  }

  [displaySymbol](): MimeBundle {
    const rows = Object.entries(this.summary).map(([key, value]) => [key, `${Number(value.toPrecision(5))}`]);
    const html = rows.map(
      ([key, value]) => `<tr><th style="text-align:left">${escapeHtml(key)}</th><td>${value}</td></tr>`,
    );
    return {
      "text/html": `<table>${html.join("")}</table><code>${escapeHtml(this.path)}</code>`,
      "text/plain": [`SftResult ${this.id}`, ...rows.map(([key, value]) => `  ${key}: ${value}`)].join("\n"),
    };
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
