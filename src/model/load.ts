import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { Dtype, Engine, EngineDevice } from "../engine/engine.ts";
import { nativeEngine } from "../engine/native.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { readAdapter } from "./adapter.ts";
import { type HubEvent, type Resolved, resolveFiles } from "./hub.ts";
import { readJsonFile } from "./json-file.ts";
import { loadMeter, loadView } from "./load-view.ts";
import { Model } from "./model.ts";
import { readPeftConfig } from "./peft-config.ts";

export interface LoadOptions {
  /** @default "cpu" */
  device?: string;
  /**
   * Type of weights and matrix products. "auto": bf16 when the files hold bf16 and the processor multiplies it natively
   * (avx512bf16 or amx), else f32. "nf4": a frozen base in 4 bits for LoRA and generation, as QLoRA
   * (https://arxiv.org/abs/2305.14314) has it, quantised while loading from full-precision files; about a third of bf16's
   * memory with a large vocabulary, a quarter without. Embedding and head take 8 bits. Train adapters over it;
   * its own weights do not train. @default "auto"
   */
  dtype?: "auto" | Dtype;
  /** PEFT folder or hub id of a LoRA to put on. */
  adapter?: string;
  /** Branch, tag or commit on the hub. @default "main" */
  revision?: string;
  /** @default HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub */
  cacheDir?: string;
  /** Access token of the hub. @default HF_TOKEN */
  token?: string;
  /** Never ask the network. @default HF_HUB_OFFLINE */
  offline?: boolean;
  /** @default MEDGYM_THREADS, else all cores this process may use */
  threads?: number;
  /** Read every weight once and refuse NaN and Inf. @default false */
  checkFinite?: boolean;
  /** For tests. */
  _internal?: { engine?: Engine; tokenizer?: Tokenizer };
}

export type LoadEvent =
  | HubEvent
  | { type: "load-start"; directory: string; dtype: Dtype }
  | { type: "load-end"; seconds: number };

const internal = z.custom<{ engine?: Engine; tokenizer?: Tokenizer }>((value) => typeof value === "object").optional();

const loadSchema = z.strictObject({
  device: z.string().default("cpu"),
  dtype: z.enum(["auto", "f32", "bf16", "nf4"]).default("auto"),
  adapter: z.string().optional(),
  revision: z.string().optional(),
  cacheDir: z.string().optional(),
  token: z.string().optional(),
  offline: z.boolean().optional(),
  threads: z.number().int().min(1).optional(),
  checkFinite: z.boolean().default(false),
  _internal: internal,
});

type Resolution = z.output<typeof loadSchema>;
type Context = { signal: AbortSignal; emit(event: LoadEvent): void };

/**
 * Loads a model: a folder of Hugging Face files, or a hub id, whose files come from the cache or the network. A folder
 * that holds only an adapter loads its base model and puts the adapter on.
 */
export function loadModel(idOrPath: string, options: LoadOptions = {}): Run<Model, LoadEvent> {
  if (typeof idOrPath !== "string" || idOrPath === "") {
    throw new MedgymError("invalid-option", "loadModel takes a folder or a hub id as its first argument.");
  }
  const resolved = resolveOptions("loadModel", options, loadSchema);
  return new Run("loadModel", (context) => load(idOrPath, resolved, context), loadView, loadMeter);
}

async function load(idOrPath: string, options: Resolution, context: Context): Promise<Model> {
  const files = await resolveFiles(idOrPath, "model", options, context);
  const configFile = join(files.directory, "config.json");
  if (!existsSync(configFile) && existsSync(join(files.directory, "adapter_config.json"))) {
    return loadWithBase(idOrPath, files, options, context);
  }
  const engine = options._internal?.engine ?? nativeEngine();
  const device = await engine.device(options.device, { threads: options.threads });
  const config = readJson(configFile);
  const dtype = options.dtype === "auto" ? automaticDtype(config, device) : options.dtype;
  context.signal.throwIfAborted();
  context.emit({ type: "load-start", directory: files.directory, dtype });
  const startedAt = performance.now();
  const loaded = await device.load(files.directory, { dtype, checkFinite: options.checkFinite });
  const tokenizer = options._internal?.tokenizer ?? (await tokenizerOf(files.directory));
  const model = new Model({
    engine: loaded,
    source: { id: idOrPath, directory: files.directory, revision: files.commit ?? null },
    config,
    generationConfig: generationConfigOf(files.directory),
    tokenizer,
  });
  context.emit({ type: "load-end", seconds: (performance.now() - startedAt) / 1000 });
  if (!options.adapter) return model;
  return putOn(model, options.adapter, options, context);
}

/** A folder with an adapter alone names its base. */
async function loadWithBase(idOrPath: string, files: Resolved, options: Resolution, context: Context): Promise<Model> {
  const { baseModel } = readPeftConfig(files.directory);
  if (!baseModel) {
    throw new MedgymError(
      "not-found",
      `${idOrPath} is an adapter that names no base model. Load the base with { adapter: ${JSON.stringify(idOrPath)} }.`,
    );
  }
  const beside = join(files.directory, baseModel);
  const base = !existsSync(baseModel) && existsSync(beside) ? beside : baseModel;
  const model = await load(base, { ...options, adapter: undefined, revision: undefined }, context);
  return model.withAdapter(await readAdapter(model.engine, "default", files.directory));
}

async function putOn(model: Model, idOrPath: string, options: Resolution, context: Context): Promise<Model> {
  const { directory } = await resolveFiles(idOrPath, "adapter", { ...options, revision: undefined }, context);
  return model.withAdapter(await readAdapter(model.engine, "default", directory));
}

const adapterSchema = loadSchema.pick({ cacheDir: true, token: true, offline: true, revision: true }).extend({
  name: z.string().min(1).default("default"),
});

/** Puts a PEFT adapter (folder or hub id) on: a view of the same base. */
export async function loadAdapter(
  model: Model,
  idOrPath: string,
  options: { name?: string } & Pick<LoadOptions, "cacheDir" | "token" | "offline" | "revision"> = {},
): Promise<Model> {
  const { name, ...hub } = resolveOptions("loadAdapter", options, adapterSchema);
  const context = { signal: new AbortController().signal, emit: () => {} };
  const { directory } = await resolveFiles(idOrPath, "adapter", hub, context);
  return model.withAdapter(await readAdapter(model.engine, name, directory));
}

/** A folder that was saved from `model` (merged, say), on the same device, with the same tokenizer; nf4 comes back as bf16. */
export async function loadSaved(model: Model, directory: string): Promise<Model> {
  const dtype = model.info.dtype === "nf4" ? "bf16" : model.info.dtype;
  return new Model({
    engine: await model.device.load(directory, { dtype }),
    source: { id: directory, directory, revision: null },
    config: readJson(join(directory, "config.json")),
    generationConfig: model.generationConfig,
    tokenizer: model.hasTokenizer ? model.tokenizer : null,
  });
}

export interface CreateOptions extends Pick<LoadOptions, "device" | "threads" | "_internal"> {
  /** @default "f32" */
  dtype?: Dtype;
  /** Of the random weights. @default 0 */
  seed?: number;
  /** Folder with tokenizer.json and its companions; they are copied when the model is saved. */
  tokenizer?: string;
}

const createSchema = z.strictObject({
  device: z.string().default("cpu"),
  dtype: z.enum(["f32", "bf16", "nf4"]).default("f32"),
  seed: z.number().int().min(0).default(0),
  tokenizer: z.string().optional(),
  threads: z.number().int().min(1).optional(),
  _internal: internal,
});

/** A model with random weights from the object of a config.json, to be trained from scratch. */
export async function createModel(config: Record<string, unknown>, options: CreateOptions = {}): Promise<Model> {
  const { device, dtype, seed, threads, tokenizer, _internal } = resolveOptions("createModel", options, createSchema);
  const opened = await (_internal?.engine ?? nativeEngine()).device(device, { threads });
  return new Model({
    engine: await opened.create(config, { dtype, seed }),
    source: { id: null, directory: tokenizer ?? null, revision: null },
    config: structuredClone(config),
    generationConfig: tokenizer ? generationConfigOf(tokenizer) : {},
    tokenizer: _internal?.tokenizer ?? (tokenizer ? await Tokenizer.fromDirectory(tokenizer) : null),
  });
}

/** transformers 5 writes `dtype`, earlier ones `torch_dtype`. */
function automaticDtype(config: Record<string, unknown>, device: EngineDevice): Dtype {
  const stored = config.dtype ?? config.torch_dtype;
  return stored === "bfloat16" && ["avx512bf16", "amx"].includes(device.info().isa) ? "bf16" : "f32";
}

const generationConfigOf = (directory: string) => {
  const file = join(directory, "generation_config.json");
  return existsSync(file) ? readJson(file) : {};
};

const tokenizerOf = async (directory: string) =>
  existsSync(join(directory, "tokenizer.json")) ? Tokenizer.fromDirectory(directory) : null;

const readJson = (file: string) =>
  readJsonFile(file, "A model's folder has config.json, *.safetensors and tokenizer.json.");
