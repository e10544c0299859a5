import { resolve } from "node:path";
import { type Displayable, displaySymbol, escapeHtml, type MimeBundle } from "../core/display.ts";
import { referenceSymbol } from "../core/job-description.ts";
import type { Model } from "../model/model.ts";
import type { ModelReference } from "../model/reference.ts";

/** What of a training survives JSON. */
export interface TrainedJson<Summary = Record<string, unknown>> {
  id: string;
  path: string;
  summary: Summary;
  /** With its adapter; null where the weights are in no files. */
  model: ModelReference | null;
}

/** What a training run gives: the model, and where its run lies. */
export abstract class Trained implements Displayable {
  /** The trained model: the base with its adapter on, or the base itself when every weight was trained. */
  readonly model!: Model;
  /** Id in the run store, for `track.load`. */
  readonly id!: string;
  /** Folder of manifest, metrics, checkpoints and (with LoRA) `adapter/` in PEFT form. */
  readonly path!: string;

  constructor(parts: Pick<Trained, "model" | "id" | "path">) {
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

  abstract readonly summary: object;

  toJSON(): TrainedJson<this["summary"]> {
    const { id, path, summary } = this;
    return { id, path: resolve(path), summary, model: this.#reference() };
  }

  #reference(): ModelReference | null {
    try {
      return this.model[referenceSymbol]();
    } catch {
      return null; // every weight was trained, and nothing is saved
    }
  }

  abstract [displaySymbol](): MimeBundle;

  protected card(kind: string, summary: Readonly<Record<string, number | null>>): MimeBundle {
    const rows = Object.entries(summary).map(([key, value]) => [
      key,
      value === null ? "–" : `${Number(value.toPrecision(5))}`,
    ]);
    const html = rows.map(
      ([key, value]) => `<tr><th style="text-align:left">${escapeHtml(key)}</th><td>${value}</td></tr>`,
    );
    return {
      "text/html": `<table>${html.join("")}</table><code>${escapeHtml(this.path)}</code>`,
      "text/plain": [`${kind} ${this.id}`, ...rows.map(([key, value]) => `  ${key}: ${value}`)].join("\n"),
    };
  }
}
