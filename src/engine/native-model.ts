import { MedgymError } from "../core/errors.ts";
import { type AdapterHandle, type Addon, call, type ModelHandle, type OptimizerHandle } from "./addon.ts";
import type {
  AdapterModule,
  Batch,
  Dtype,
  EngineAdapter,
  EngineDevice,
  EngineGenerator,
  EngineModel,
  EngineOptimizer,
  FileDtype,
  ForwardOptions,
  ForwardResult,
  ModelInfo,
  OptimizerOptions,
  OutputGradients,
  TensorInfo,
} from "./engine.ts";
import { NativeGenerator } from "./native-generator.ts";

/** mg_dtype */
export const dtypeCode: Record<Dtype, number> = { f32: 0, bf16: 1, nf4: 3 };
const dtypeNames: Record<number, TensorInfo["dtype"]> = { 0: "f32", 1: "bf16", 3: "nf4", 4: "int8" };

/** The handle of an adapter given by the caller; null for the base. */
export function adapterHandle(adapter: EngineAdapter | null | undefined): AdapterHandle | null {
  if (!adapter) return null;
  if (adapter instanceof NativeAdapter) return adapter.handle;
  throw new MedgymError("invalid-argument", "this adapter belongs to another engine.");
}

export class NativeModel implements EngineModel {
  readonly device: EngineDevice;
  readonly info: ModelInfo;
  readonly #addon: Addon;
  readonly #handle: ModelHandle;
  #tensors: TensorInfo[];
  readonly #children = new Set<WeakRef<{ dispose(): void }>>();
  /** Shape of the last `forward` with `keep`, against which gradients are checked. */
  #kept?: { tokens: number; candidates: number };

  private constructor(addon: Addon, device: EngineDevice, handle: ModelHandle, info: ModelInfo, tensors: TensorInfo[]) {
    this.#addon = addon;
    this.device = device;
    this.#handle = handle;
    this.info = info;
    this.#tensors = tensors;
  }

  static async open(addon: Addon, device: EngineDevice, handle: ModelHandle): Promise<NativeModel> {
    const info = JSON.parse(await call(() => addon.modelDescribe(handle))) as ModelInfo;
    return new NativeModel(addon, device, handle, info, await listTensors(addon, handle, null));
  }

  async forward(batch: Batch, options: ForwardOptions): Promise<ForwardResult> {
    const T = batch.tokens.length;
    const K = options.candidates ?? 1;
    const topK = options.topK ?? 0;
    const scores = options.logprobs ?? true;
    const result: ForwardResult = { logprobs: new Float32Array(scores ? T * K : 0) };
    if (options.values) result.values = new Float32Array(T);
    if (options.entropy) result.entropy = new Float32Array(T);
    if (topK > 0) result.topIds = new Int32Array(T * topK);
    if (topK > 0) result.topLogprobs = new Float32Array(T * topK);
    if (options.logits) result.logits = new Float32Array(T * this.info.vocabSize);
    const { tokens, cuSeqlens, positions = null, parents = null } = batch;
    const settings = {
      adapter: adapterHandle(options.adapter),
      candidates: K,
      targets: options.targets,
      temperature: options.temperature ?? 1,
      keep: options.keep ?? false,
      checkpoint: options.checkpoint ?? false,
      train: options.train ?? false,
      dropoutSeed: options.dropoutSeed ?? 0,
      topK,
    };
    const { entropy = null, topIds = null, topLogprobs = null, logits = null, values = null } = result;
    const logprobs = scores ? result.logprobs : null;
    const out = { logprobs, entropy, topIds, topLogprobs, logits, values, vocabSize: this.info.vocabSize };
    await call(() => this.#addon.forward(this.#handle, { tokens, cuSeqlens, positions, parents }, settings, out));
    if (settings.keep) this.#kept = { tokens: T, candidates: K };
    return result;
  }

  async backward(gradients: OutputGradients): Promise<void> {
    const kept = this.#kept;
    if (!kept) throw new MedgymError("invalid-argument", "backward: no forward with keep came before.");
    this.#kept = undefined;
    const { logprobs = null, entropy = null, values = null } = gradients;
    await call(() => this.#addon.backward(this.#handle, { logprobs, entropy, values, ...kept }));
  }

  async setTrainable(trainable: boolean): Promise<void> {
    await call(() => this.#addon.modelSetTrainable(this.#handle, trainable));
    this.#tensors = await listTensors(this.#addon, this.#handle, null);
  }

  async createAdapter(
    modules: AdapterModule[],
    seed: number,
    { scalarHead = false }: { scalarHead?: boolean } = {},
  ): Promise<EngineAdapter> {
    const handle = await call(() => this.#addon.adapterCreate(this.#handle, modules, seed, scalarHead));
    const tensors = await listTensors(this.#addon, this.#handle, handle);
    return this.#adopt(new NativeAdapter(this.#addon, handle, modules, tensors, scalarHead));
  }

  async createOptimizer(adapter: EngineAdapter | null, options: OptimizerOptions): Promise<EngineOptimizer> {
    const handle = await call(() => this.#addon.optimizerCreate(this.#handle, adapterHandle(adapter), options));
    return this.#adopt(new NativeOptimizer(this.#addon, handle));
  }

  async createGenerator({
    maxSequences,
    maxTokens = 0,
  }: {
    maxSequences: number;
    maxTokens?: number;
  }): Promise<EngineGenerator> {
    const handle = await call(() => this.#addon.generatorCreate(this.#handle, { maxSequences, maxTokens }));
    return this.#adopt(new NativeGenerator(this.#addon, handle, this.info.vocabSize, maxSequences));
  }

  async save(
    directory: string,
    options: { adapter?: EngineAdapter | null; dtype: FileDtype; maxShardBytes?: number },
  ): Promise<void> {
    const settings = { dtype: dtypeCode[options.dtype], maxShardBytes: options.maxShardBytes ?? 0 };
    await call(() => this.#addon.modelSave(this.#handle, adapterHandle(options.adapter), directory, settings));
  }

  tensors(adapter?: EngineAdapter | null): TensorInfo[] {
    const known = adapter ? (adapter as NativeAdapter).tensors : this.#tensors;
    return known.map((tensor) => ({ ...tensor, shape: [...tensor.shape] }));
  }

  async readTensor(
    name: string,
    { adapter, part = "value" }: { adapter?: EngineAdapter | null; part?: "value" | "gradient" } = {},
  ): Promise<Float32Array> {
    const shape = this.#shapeOf(name, adapter);
    const out = new Float32Array(shape.reduce((product, n) => product * n, 1));
    await call(() => this.#addon.tensorRead(this.#handle, adapterHandle(adapter), name, part === "value" ? 0 : 1, out));
    return out;
  }

  async writeTensor(
    name: string,
    values: Float32Array,
    { adapter }: { adapter?: EngineAdapter | null } = {},
  ): Promise<void> {
    await call(() => this.#addon.tensorWrite(this.#handle, adapterHandle(adapter), name, values));
  }

  #shapeOf(name: string, adapter?: EngineAdapter | null): number[] {
    const tensors = adapter ? (adapter as NativeAdapter).tensors : this.#tensors;
    const tensor = tensors.find((candidate) => candidate.name === name);
    if (tensor) return tensor.shape;
    const examples = tensors.slice(0, 3).map((candidate) => candidate.name);
    throw new MedgymError("not-found", `no tensor "${name}" among ${tensors.length}, e.g. ${examples.join(", ")}.`);
  }

  #adopt<T extends { dispose(): void }>(child: T): T {
    this.#children.add(new WeakRef(child));
    return child;
  }

  /** Frees the memory now: adapters, optimisers and generators over this model go with it. */
  dispose(): void {
    for (const child of this.#children) child.deref()?.dispose();
    this.#children.clear();
    this.#addon.modelDestroy(this.#handle);
  }
}

async function listTensors(addon: Addon, model: ModelHandle, adapter: AdapterHandle | null): Promise<TensorInfo[]> {
  const tensors = await call(() => addon.tensors(model, adapter));
  return tensors.map(({ name, shape, dtype, trainable }) => ({
    name,
    shape,
    dtype: dtypeNames[dtype] ?? "f32",
    trainable,
  }));
}

class NativeAdapter implements EngineAdapter {
  readonly handle: AdapterHandle;
  readonly modules: readonly AdapterModule[];
  readonly tensors: readonly TensorInfo[];
  readonly scalarHead: boolean;
  readonly #addon: Addon;

  constructor(
    addon: Addon,
    handle: AdapterHandle,
    modules: AdapterModule[],
    tensors: TensorInfo[],
    scalarHead: boolean,
  ) {
    this.#addon = addon;
    this.handle = handle;
    this.modules = modules;
    this.tensors = tensors;
    this.scalarHead = scalarHead;
  }

  load(file: string): Promise<void> {
    return call(() => this.#addon.adapterLoad(this.handle, file));
  }

  save(file: string, dtype: FileDtype): Promise<void> {
    return call(() => this.#addon.adapterSave(this.handle, file, dtypeCode[dtype]));
  }

  dispose(): void {
    this.#addon.adapterDestroy(this.handle);
  }
}

class NativeOptimizer implements EngineOptimizer {
  readonly #addon: Addon;
  readonly #handle: OptimizerHandle;

  constructor(addon: Addon, handle: OptimizerHandle) {
    this.#addon = addon;
    this.#handle = handle;
  }

  async step(options: { learningRate: number; maxGradNorm: number }): Promise<{ gradNorm: number }> {
    return { gradNorm: await call(() => this.#addon.optimizerStep(this.#handle, options)) };
  }

  zeroGradients(): Promise<void> {
    return call(() => this.#addon.optimizerZeroGradients(this.#handle));
  }

  save(file: string): Promise<void> {
    return call(() => this.#addon.optimizerSave(this.#handle, file));
  }

  load(file: string): Promise<void> {
    return call(() => this.#addon.optimizerLoad(this.#handle, file));
  }

  dispose(): void {
    this.#addon.optimizerDestroy(this.#handle);
  }
}
