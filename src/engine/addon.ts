import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CancelledError, type ErrorCode, MedgymError } from "../core/errors.ts";
import type { GeneratorStats } from "./engine.ts";

/** Opaque values of the binding (native/binding); each refuses the others' kind. */
export type DeviceHandle = { readonly __handle: "device" };
export type ModelHandle = { readonly __handle: "model" };
export type AdapterHandle = { readonly __handle: "adapter" };
export type OptimizerHandle = { readonly __handle: "optimizer" };
export type GeneratorHandle = { readonly __handle: "generator" };

interface ModelOptions {
  dtype: number;
  checkFinite: boolean;
}

/** What native/build/medgym.node exports: one function per call of medgym.h, every field stated, no defaults. */
export interface Addon {
  version(): string;
  cpuIsa(): string;
  deviceCreate(name: string, threads: number): Promise<DeviceHandle>;
  deviceDestroy(device: DeviceHandle): void;
  deviceInfo(device: DeviceHandle): {
    name: string;
    isa: string;
    threads: number;
    currentBytes: number;
    peakBytes: number;
  };
  deviceResetPeak(device: DeviceHandle): void;
  cancel(device: DeviceHandle): void;
  modelLoad(device: DeviceHandle, directory: string, options: ModelOptions): Promise<ModelHandle>;
  modelCreate(device: DeviceHandle, configJson: string, seed: number, options: ModelOptions): Promise<ModelHandle>;
  modelDestroy(model: ModelHandle): void;
  modelDescribe(model: ModelHandle): Promise<string>;
  modelSetTrainable(model: ModelHandle, trainable: boolean): Promise<void>;
  modelSave(
    model: ModelHandle,
    adapter: AdapterHandle | null,
    directory: string,
    options: { dtype: number; maxShardBytes: number },
  ): Promise<void>;
  adapterCreate(
    model: ModelHandle,
    modules: readonly { name: string; rank: number; scale: number; dropout: number }[],
    seed: number,
    scalarHead: boolean,
  ): Promise<AdapterHandle>;
  adapterDestroy(adapter: AdapterHandle): void;
  adapterLoad(adapter: AdapterHandle, file: string): Promise<void>;
  adapterSave(adapter: AdapterHandle, file: string, dtype: number): Promise<void>;
  tensors(
    model: ModelHandle,
    adapter: AdapterHandle | null,
  ): Promise<{ name: string; shape: number[]; dtype: number; trainable: boolean }[]>;
  tensorRead(
    model: ModelHandle,
    adapter: AdapterHandle | null,
    name: string,
    part: number,
    out: Float32Array,
  ): Promise<void>;
  tensorWrite(model: ModelHandle, adapter: AdapterHandle | null, name: string, values: Float32Array): Promise<void>;
  forward(
    model: ModelHandle,
    batch: { tokens: Int32Array; cuSeqlens: Int32Array; positions: Int32Array | null; parents: Int32Array | null },
    options: {
      adapter: AdapterHandle | null;
      candidates: number;
      targets: Int32Array;
      temperature: number;
      keep: boolean;
      checkpoint: boolean;
      train: boolean;
      dropoutSeed: number;
      topK: number;
    },
    out: {
      logprobs: Float32Array | null;
      entropy: Float32Array | null;
      topIds: Int32Array | null;
      topLogprobs: Float32Array | null;
      logits: Float32Array | null;
      values: Float32Array | null;
      vocabSize: number;
    },
  ): Promise<void>;
  backward(
    model: ModelHandle,
    gradients: {
      logprobs: Float32Array | null;
      entropy: Float32Array | null;
      values: Float32Array | null;
      tokens: number;
      candidates: number;
    },
  ): Promise<void>;
  optimizerCreate(
    model: ModelHandle,
    adapter: AdapterHandle | null,
    options: { beta1: number; beta2: number; eps: number; weightDecay: number; decayNormsAndBiases: boolean },
  ): Promise<OptimizerHandle>;
  optimizerDestroy(optimizer: OptimizerHandle): void;
  optimizerStep(optimizer: OptimizerHandle, options: { learningRate: number; maxGradNorm: number }): Promise<number>;
  optimizerZeroGradients(optimizer: OptimizerHandle): Promise<void>;
  optimizerSave(optimizer: OptimizerHandle, file: string): Promise<void>;
  optimizerLoad(optimizer: OptimizerHandle, file: string): Promise<void>;
  generatorCreate(model: ModelHandle, options: { maxSequences: number; maxTokens: number }): Promise<GeneratorHandle>;
  generatorDestroy(generator: GeneratorHandle): void;
  generatorSubmit(
    generator: GeneratorHandle,
    request: {
      prompt: Int32Array;
      maxNewTokens: number;
      adapter: AdapterHandle | null;
      temperature: number;
      topK: number;
      topP: number;
      minP: number;
      repetitionPenalty: number;
      presencePenalty: number;
      seed: number;
      stopTokens: Int32Array;
    },
  ): Promise<number>;
  generatorCancel(generator: GeneratorHandle, id: number): Promise<void>;
  generatorStep(
    generator: GeneratorHandle,
    maxSteps: number,
    capacity: number,
  ): Promise<{ ids: Float64Array; tokens: Int32Array; logprobs: Float32Array; finish: Int32Array; remaining: number }>;
  generatorStats(generator: GeneratorHandle): Promise<GeneratorStats>;
}

let loaded: Addon | undefined;

/** Loads the addon once, at the first use. `file` is for tests. */
export function loadAddon(file = join(packageRoot(), "native", "build", "medgym.node")): Addon {
  if (loaded) return loaded;
  if (!existsSync(file)) {
    throw new MedgymError(
      "unsupported",
      `the native engine is not built: ${file} is missing. Run \`npm run build\`; it needs a C++20 compiler and make (Debian, Ubuntu: apt install g++ make).`,
    );
  }
  try {
    loaded = createRequire(import.meta.url)(file) as Addon;
    return loaded;
  } catch (error) {
    throw new MedgymError(
      "unsupported",
      `the native engine ${file} does not load here: ${(error as Error).message}. Build it on this machine with \`npm run build\`.`,
      { cause: error },
    );
  }
}

/** The folder of medgym's package.json, from src/engine as from dist/src/engine. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "medgym") return folder;
    if (folder === dirname(folder))
      throw new MedgymError("internal", "medgym's package.json was not found above its code");
  }
}

/** An error of the binding as a MedgymError with the same code. */
export function translate(error: unknown): unknown {
  if (error instanceof MedgymError || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code as ErrorCode;
  if (code === "cancelled") return new CancelledError(error.message);
  return new MedgymError(code ?? "internal", error.message, { cause: error });
}

/** Runs a call of the binding; what it throws or rejects with is translated. */
export async function call<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw translate(error);
  }
}
