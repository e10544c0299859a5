/** What the job descriptions of all ways of training share: results as JSON, and what memory and time go into. */
import { join } from "node:path";
import type { JobContext } from "../../core/job-description.ts";
import type { AdapterModule } from "../../engine/engine.ts";
import type { Json } from "../../generate/job-options.ts";
import { adapterModules, loraConfig, type ResolvedLora } from "../../model/lora.ts";
import { adapterParameters, runtimeBytes } from "../../model/memory.ts";
import type { Model } from "../../model/model.ts";
import type { Trained, TrainedJson } from "../trained.ts";

/** Goes on where an earlier attempt stopped. */
export const resumeFrom = (options: Json, run: string): Json => ({ ...options, resume: run });

/** What is kept of a trained model: where it lies, so that other jobs can take it. */
export async function trainedResult(result: Trained, { artefacts }: JobContext): Promise<TrainedJson<object>> {
  const json = result.toJSON();
  if (json.model) return json;
  // Every weight was trained, and only this process has them.
  const path = join(artefacts, "model");
  await result.model.save(path);
  return { ...json, model: { path } };
}

export interface Learning {
  model: Model;
  lora: ResolvedLora | false | undefined;
  scalarHead?: boolean;
}

export function modulesOf({ model, lora, scalarHead = false }: Learning): readonly AdapterModule[] {
  if (lora === false) return [];
  const { linears } = model.info;
  return model.adapter?.modules ?? adapterModules(loraConfig(lora!, linears, scalarHead), linears);
}

/** What is held whatever goes through the model: weights, what is trained, gradients, AdamW's moments, the process. */
export function standingMemory(learning: Learning): Record<string, number> {
  const { info } = learning.model;
  const trained = learning.lora === false ? info.parameters : adapterParameters(info, modulesOf(learning));
  const masters = learning.lora === false ? (info.dtype === "f32" ? 0 : trained * 4) : trained * 4;
  return {
    weights: info.weightBytes,
    [learning.lora === false ? "masters" : "adapter"]: masters,
    gradients: trained * 4,
    optimizer: trained * 8,
    runtime: runtimeBytes,
  };
}
