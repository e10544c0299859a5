/** An adapter folded into the weights of its base, as a folder that any tool loads. */
import { resolve } from "node:path";
import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { describeJob, type JobCheck } from "../core/job-description.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { FileDtype } from "../engine/engine.ts";
import { adapterParameters, runtimeBytes } from "./memory.ts";
import { Model } from "./model.ts";
import { isModelReference, lookAtModel, type ModelReference, openModel } from "./reference.ts";

export interface MergeOptions {
  /** With an adapter on. In a job: by path, and its adapter's. */
  model: Model;
  /** Folder to write. @default in a job a folder of its own; else it must be given */
  directory?: string;
  /** Type of the weights in the files. @default the model's own, bf16 for nf4 */
  dtype?: FileDtype;
}

const schema = z.strictObject({
  model: z
    .custom<Model>((value) => value instanceof Model || typeof (value as Model | null)?.merge === "function")
    .describe("a model with an adapter"),
  directory: z.string().min(1),
  dtype: z.enum(["f32", "bf16"]).optional(),
});

/** Where the merged model lies. */
export class Merged implements Displayable {
  /** Absolute. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  toJSON(): { directory: string; model: ModelReference } {
    return { directory: this.directory, model: { path: this.directory } };
  }

  [displaySymbol](): MimeBundle {
    return { "text/plain": `merged into ${this.directory}` };
  }
}

/** `model.merge(directory)` as a run, and so as a job: `jobs.submit(merge, { model: tuned.output("model") })`. */
export function merge(options: MergeOptions): Run<Merged, never> {
  const { model, directory, dtype } = resolveOptions("merge", options, schema);
  return new Run("merge", async () => {
    await model.merge(directory, dtype ? { dtype } : {});
    return new Merged(resolve(directory));
  });
}

describeJob(merge, {
  async prepare(options, { artefacts }) {
    const directory = (options.directory as string | undefined) ?? `${artefacts}/merged`;
    const { model } = options;
    if (!isModelReference(model)) return { ...options, directory } as unknown as MergeOptions;
    // Of 4-bit weights only what the codes stand for could be written.
    const whole = typeof model === "object" && model.dtype === "nf4" ? { ...model, dtype: "bf16" as const } : model;
    return { ...options, directory, model: await openModel("merge", whole) };
  },
  async check(options): Promise<JobCheck> {
    const known: Record<string, unknown> = { directory: "…", ...options };
    const model = isModelReference(options.model) ? await lookAtModel("merge", options.model) : undefined;
    if (!model) {
      resolveOptions("merge", { ...known, model: undefined }, schema.partial({ model: true }));
      return { options, facts: {}, warnings: [] };
    }
    resolveOptions("merge", { ...known, model }, schema);
    const { info, adapter } = model;
    const parts = {
      weights: info.weightBytes,
      adapter: 4 * adapterParameters(info, adapter?.modules ?? []),
      writing: 64e6,
      runtime: runtimeBytes,
    };
    const bytes = Object.values(parts).reduce((sum, part) => sum + part, 0);
    return { memory: { bytes, parts }, options, facts: { parameters: info.parameters }, warnings: [] };
  },
});
