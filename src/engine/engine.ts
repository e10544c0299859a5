/**
 * The seam between algorithms and arithmetic. `native.ts` implements it over the C ABI (`native/include/medgym.h`),
 * `fake.ts` in plain TypeScript for tests. One training step is `forward` → loss and its gradients in TypeScript →
 * `backward` → `optimizer.step`.
 *
 * Letters in shapes: T tokens of a packed batch, S sequences, K candidates, V vocabulary.
 */

/**
 * How a model's weights are kept. "nf4": frozen; the linears of the layers in 4 bits (QLoRA, https://arxiv.org/abs/2305.14314:
 * block 64, double quantisation), embedding and head in 8 bits with a scale per row; products in bf16 where the processor
 * multiplies it, else in f32.
 */
export type Dtype = "f32" | "bf16" | "nf4";
/** How numbers are written to files. */
export type FileDtype = "f32" | "bf16";

export interface Engine {
  readonly name: "native" | "fake";
  /** Engine version, for manifests. */
  readonly version: string;
  /** Opens a device by name: `"cpu"`, `"cuda:0"`. Devices are cached by name and thread count. */
  device(name?: string, options?: { threads?: number }): Promise<EngineDevice>;
}

export interface DeviceInfo {
  name: string;
  /** Instruction set in use, e.g. "avx512bf16". */
  isa: string;
  threads: number;
  currentBytes: number;
  peakBytes: number;
}

export interface EngineDevice {
  readonly name: string;
  /** Version of the engine that it belongs to, for manifests. */
  readonly engineVersion: string;
  info(): DeviceInfo;
  resetPeak(): void;
  /** Loads a Hugging Face directory. */
  load(directory: string, options: { dtype: Dtype; checkFinite?: boolean }): Promise<EngineModel>;
  /** Random weights from a config (the object of a config.json). */
  create(config: object, options: { dtype: Dtype; seed: number }): Promise<EngineModel>;
  /** Stops the call in flight at the next layer or token; its promise rejects with code "cancelled". */
  cancel(): void;
}

export interface LinearInfo {
  /** e.g. "model.layers.0.self_attn.q_proj" */
  name: string;
  in: number;
  out: number;
}

export interface ModelInfo {
  architecture: string;
  modelType: string;
  dtype: Dtype;
  parameters: number;
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  maxPositions: number;
  tiedEmbeddings: boolean;
  slidingWindow: number | null;
  /** A reward model (…ForSequenceClassification with one label): `values` can be asked without an adapter. */
  scalarHead: boolean;
  /** Scores and writes tokens; a reward model with untied embeddings does not. */
  languageHead: boolean;
  linears: LinearInfo[];
  weightBytes: number;
}

/** Sequences concatenated, never padded; attention is causal within each. */
export interface Batch {
  /** (T) */
  tokens: Int32Array;
  /** (S+1), from 0 to T */
  cuSeqlens: Int32Array;
  /** (T); default 0,1,2,… in each sequence, in a child from its parent's length on */
  positions?: Int32Array;
  /**
   * (S) The number of the earlier sequence, itself without a parent, whose tokens come before this one's, or −1. The parent
   * is computed once for all its children and gets the gradients of all of them. `packGroups` makes such batches.
   */
  parents?: Int32Array;
}

export interface ForwardOptions {
  adapter?: EngineAdapter | null;
  /** (T·K) token ids whose log-probability after position t is asked; -1 in the first of K: not scored. */
  targets: Int32Array;
  /** false: the language-model head is not computed, and `targets` only mark the positions of `values`. @default true */
  logprobs?: boolean;
  /** Also return the scalar head's value of each scored position; the adapter or the model must have one. @default false */
  values?: boolean;
  /** K. @default 1 */
  candidates?: number;
  /** Logits are divided by it. @default 1 */
  temperature?: number;
  /** Keep what `backward` needs. @default false */
  keep?: boolean;
  /** Gradient checkpointing: keep each layer's input only, recompute in `backward`. @default false */
  checkpoint?: boolean;
  /** Dropout on. @default false */
  train?: boolean;
  dropoutSeed?: number;
  /** Also return the entropy of each scored position. @default false */
  entropy?: boolean;
  /** Also return the most likely tokens of each scored position. @default 0 */
  topK?: number;
  /** Also return raw logits (T·V): parity tests and small models only. @default false */
  logits?: boolean;
}

export interface ForwardResult {
  /** (T·K), nats; 0 where not scored; empty with `logprobs: false` */
  logprobs: Float32Array;
  /** (T), 0 where not scored */
  values?: Float32Array;
  /** (T) */
  entropy?: Float32Array;
  /** (T·topK), -1 where not scored */
  topIds?: Int32Array;
  topLogprobs?: Float32Array;
  /** (T·V) */
  logits?: Float32Array;
}

export interface OutputGradients {
  /** (T·K) dLoss/dLogprobs; left out only beside `values` */
  logprobs?: Float32Array;
  /** (T) dLoss/dValues */
  values?: Float32Array;
  /** (T) dLoss/dEntropy */
  entropy?: Float32Array;
}

export interface TensorInfo {
  name: string;
  shape: number[];
  dtype: Dtype | "int8";
  trainable: boolean;
}

export interface AdapterModule {
  name: string;
  rank: number;
  /** alpha/r, or alpha/√r for rsLoRA */
  scale: number;
  dropout: number;
}

/** Handles are freed by `dispose()`, or when collected. */
export interface EngineModel {
  readonly device: EngineDevice;
  readonly info: ModelInfo;
  forward(batch: Batch, options: ForwardOptions): Promise<ForwardResult>;
  /** Of the last `forward` with `keep`. Adds to the gradients. */
  backward(gradients: OutputGradients): Promise<void>;
  /** Trains all base weights (f32 masters), or freezes them again; refused ("unsupported") for nf4. */
  setTrainable(trainable: boolean): Promise<void>;
  /** `scalarHead`: with a head of its own, at first the base's or, where that has none, 0; then `modules` may be empty. */
  createAdapter(modules: AdapterModule[], seed: number, options?: { scalarHead?: boolean }): Promise<EngineAdapter>;
  /** Over the adapter's tensors, or the (trainable) base's. */
  createOptimizer(adapter: EngineAdapter | null, options: OptimizerOptions): Promise<EngineOptimizer>;
  createGenerator(options: { maxSequences: number; maxTokens?: number }): Promise<EngineGenerator>;
  /** Writes safetensors into an existing directory, tensor by tensor; with an adapter, merged. nf4: what the codes stand for. */
  save(
    directory: string,
    options: { adapter?: EngineAdapter | null; dtype: FileDtype; maxShardBytes?: number },
  ): Promise<void>;
  tensors(adapter?: EngineAdapter | null): TensorInfo[];
  readTensor(
    name: string,
    options?: { adapter?: EngineAdapter | null; part?: "value" | "gradient" },
  ): Promise<Float32Array>;
  writeTensor(name: string, values: Float32Array, options?: { adapter?: EngineAdapter | null }): Promise<void>;
  dispose(): void;
}

export interface EngineAdapter {
  readonly modules: readonly AdapterModule[];
  readonly scalarHead: boolean;
  /** PEFT's adapter_model.safetensors. */
  load(file: string): Promise<void>;
  save(file: string, dtype: FileDtype): Promise<void>;
  dispose(): void;
}

export interface OptimizerOptions {
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  decayNormsAndBiases: boolean;
}

export interface EngineOptimizer {
  /** Applies and clears the gradients; a norm that is not finite applies nothing and is returned. `maxGradNorm` 0: no clipping. */
  step(options: { learningRate: number; maxGradNorm: number }): Promise<{ gradNorm: number }>;
  zeroGradients(): Promise<void>;
  /** Trained values, moments and step count, bit for bit. */
  save(file: string): Promise<void>;
  load(file: string): Promise<void>;
  dispose(): void;
}

export interface GenerationRequest {
  prompt: Int32Array;
  maxNewTokens: number;
  adapter?: EngineAdapter | null;
  /** 0: greedy */
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  presencePenalty: number;
  seed: number;
  stopTokens: Int32Array;
}

export interface TokenEvent {
  id: number;
  token: number;
  /** Under the model at the request's temperature (1 when greedy), before filters and penalties. */
  logprob: number;
  finish: "running" | "stop" | "length" | "aborted";
}

/** Counts since the generator's creation; prompts count when their first token is drawn. Then what it holds now. */
export interface GeneratorStats {
  /** Of all prompts. */
  promptTokens: number;
  /** Of those, found in the key/value cache or computed for another request. */
  reusedTokens: number;
  /** Of prompts, computed. */
  prefilledTokens: number;
  /** Drawn. */
  generatedTokens: number;
  /** Capacity of the key/value cache, in blocks. */
  blocks: number;
  /** Held by requests. */
  blocksUsed: number;
  /** Held by none, kept for prompts that begin alike; given up when their place is needed. */
  blocksCached: number;
  /** Positions of a block. */
  blockTokens: number;
  /** Requests that are being decoded. */
  running: number;
  /** Requests without a token yet. */
  waiting: number;
}

/** Equal beginnings of prompts are computed once while the weights stay the same; that changes no bit of any answer. */
export interface EngineGenerator {
  submit(request: GenerationRequest): number;
  cancel(id: number): void;
  /** Up to `maxSteps` rounds, each a token of every running sequence and a chunk of the prompts that wait. */
  step(maxSteps: number): Promise<{ events: TokenEvent[]; remaining: number }>;
  stats(): Promise<GeneratorStats>;
  dispose(): void;
}
