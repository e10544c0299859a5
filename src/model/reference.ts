/**
 * A model by reference, as options of a job name it: a path or hub id, or an object with what `loadModel` takes besides. A reference can be
 * opened, which loads the weights, or looked at, which reads only config, tokenizer and adapter config.
 */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import type { Dtype, EngineAdapter, EngineDevice, EngineModel } from "../engine/engine.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import type { Adapter } from "./adapter.ts";
import { modelInfoOf } from "./config-info.ts";
import { resolveFiles } from "./hub.ts";
import { loadModel } from "./load.ts";
import { adapterModules } from "./lora.ts";
import { Model } from "./model.ts";
import { readPeftConfig } from "./peft-config.ts";

export interface ModelReference {
  /** Folder of Hugging Face files, or hub id; a folder with an adapter alone names its base. */
  path: string;
  /** PEFT folder or hub id of a LoRA to put on. */
  adapter?: string;
  /** @default "auto" */
  dtype?: "auto" | Dtype;
  /** Branch, tag or commit on the hub. @default "main" */
  revision?: string;
}

const schema = z.strictObject({
  path: z.string().min(1),
  adapter: z.string().optional(),
  dtype: z.enum(["auto", "f32", "bf16", "nf4"]).default("auto"),
  revision: z.string().optional(),
});

/** A value that may be a reference: a string, or an object with a path; a model itself is none. */
export function isModelReference(value: unknown): value is string | ModelReference {
  if (typeof value === "string") return true;
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as ModelReference).path === "string" &&
    !("engine" in value) &&
    !("$job" in value)
  );
}

function completed(verb: string, reference: string | ModelReference) {
  const given = typeof reference === "string" ? { path: reference } : reference;
  return resolveOptions(`${verb}: model`, given, schema);
}

/** Loads it. */
export async function openModel(verb: string, reference: string | ModelReference): Promise<Model> {
  const { path, ...options } = completed(verb, reference);
  const run = loadModel(path, options);
  // Read to its end: awaiting it would draw it.
  for await (const _ of run);
  return run.result!;
}

/**
 * The model with everything but its weights; undefined where its files are not on this machine yet. Whatever asks its engine for numbers
 * fails.
 */
export async function lookAtModel(verb: string, reference: string | ModelReference): Promise<Model | undefined> {
  const { path, adapter, dtype, revision } = completed(verb, reference);
  const filesOf = (id: string, kind: "model" | "adapter") =>
    resolveFiles(
      id,
      kind,
      { offline: true, revision: kind === "model" ? revision : undefined },
      {
        signal: new AbortController().signal,
        emit: () => {},
      },
    ).catch((error) => {
      // Not here yet: it will be fetched. A path that does not exist is told as what it is.
      if (isHubMiss(id, error)) return undefined;
      throw error;
    });
  const files = await filesOf(path, "model");
  if (!files) return undefined;
  const { directory } = files;
  if (!existsSync(join(directory, "config.json")) && existsSync(join(directory, "adapter_config.json"))) {
    const { baseModel } = readPeftConfig(directory);
    if (!baseModel) throw new MedgymError("not-found", `${verb}: ${path} is an adapter that names no base model.`);
    const beside = join(directory, baseModel);
    const base = !existsSync(baseModel) && existsSync(beside) ? beside : baseModel;
    return lookAtModel(verb, { path: base, adapter: directory, dtype });
  }
  const file = join(directory, "config.json");
  if (!existsSync(file)) {
    throw new MedgymError(
      "not-found",
      `${verb}: ${file}: no such file. A model's folder has config.json, *.safetensors and tokenizer.json.`,
    );
  }
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const stored = config.dtype ?? config.torch_dtype;
  const resolved: Dtype = dtype === "auto" ? (stored === "bfloat16" && multipliesBf16() ? "bf16" : "f32") : dtype;
  const info = modelInfoOf(config, resolved, file);
  const engine = paperEngine(info);
  const hasTokenizer = existsSync(join(directory, "tokenizer.json"));
  const model = new Model({
    engine,
    source: { id: path, directory, revision: files.commit ?? null },
    config,
    generationConfig: {},
    tokenizer: hasTokenizer ? await Tokenizer.fromDirectory(directory) : null,
  });
  if (!adapter) return model;
  const on = await filesOf(adapter, "adapter");
  if (!on) return undefined;
  const { baseModel: _, ...lora } = readPeftConfig(on.directory);
  const modules = adapterModules(lora, info.linears);
  const paper = { modules, scalarHead: lora.scalarHead } as unknown as EngineAdapter;
  return model.withAdapter({
    name: "default",
    config: lora,
    modules,
    engine: paper,
    directory: on.directory,
  } satisfies Adapter);
}

const isHubMiss = (id: string, error: unknown) =>
  !existsSync(id) && /^[\w.-]+\/[\w.-]+$/.test(id) && !id.startsWith(".") && error instanceof MedgymError;

/** As the engine tells: bf16 products where the processor has them. */
function multipliesBf16(): boolean {
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(readFileSync("/proc/cpuinfo", "latin1"));
  } catch {
    return false;
  }
}

/** Threads of the engine, as it counts them. */
export const engineThreads = (): number => Number(process.env.MEDGYM_THREADS) || availableParallelism();

/** Knows the sizes; anything else is a mistake of the caller. */
function paperEngine(info: ReturnType<typeof modelInfoOf>): EngineModel {
  const refuse = () => {
    throw new MedgymError("internal", "this model was only looked at, not loaded");
  };
  const device = { name: "cpu", engineVersion: "none", info: refuse, resetPeak: refuse } as unknown as EngineDevice;
  return { info, device, forward: refuse } as unknown as EngineModel;
}
