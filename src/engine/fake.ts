import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CancelledError, MedgymError } from "../core/errors.ts";
import type {
  AdapterModule,
  Batch,
  DeviceInfo,
  Dtype,
  Engine,
  EngineAdapter,
  EngineDevice,
  EngineGenerator,
  EngineModel,
  EngineOptimizer,
  FileDtype,
  ForwardOptions,
  ForwardResult,
  GenerationRequest,
  ModelInfo,
  OptimizerOptions,
  OutputGradients,
  TensorInfo,
} from "./engine.ts";
import { FakeGenerator } from "./fake-generator.ts";
import {
  adapterScalarHeadName,
  biasName,
  checkBatch,
  embedName,
  type FakeAdapter,
  type FakeNetwork,
  headName,
  linearNames,
  logitGradient,
  loraName,
  type Parameter,
  type Parameters,
  SequencePass,
  scalarHeadName,
  scoreRow,
  uniform,
} from "./fake-math.ts";
import { FakeOptimizer } from "./fake-optimizer.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/**
 * A deterministic engine in plain TypeScript for tests of behaviour: a small real model (fake-math.ts) with true
 * gradients, LoRA, AdamW, generation, files and cancellation. It reads `vocab_size`, `hidden_size`,
 * `max_position_embeddings` and `tie_word_embeddings` of a config; its files hold model_type "medgym-fake".
 */
export function fakeEngine(): Engine {
  const devices = new Map<string, FakeDevice>();
  return {
    name: "fake",
    version: fakeVersion,
    async device(name = "cpu", { threads = 1 } = {}) {
      if (name !== "cpu") throw new MedgymError("unsupported", `device "${name}": the fake engine has "cpu" only.`);
      const key = `${name}:${threads}`;
      if (!devices.has(key)) devices.set(key, new FakeDevice(name, threads));
      return devices.get(key)!;
    },
  };
}

export const fakeModelType = "medgym-fake";
const fakeVersion = "fake-1";

type Checkpoint = () => Promise<void>;

class FakeDevice implements EngineDevice {
  readonly name: string;
  readonly engineVersion = fakeVersion;
  readonly #threads: number;
  #tail: Promise<unknown> = Promise.resolve();
  #inFlight = false;
  #cancelled = false;
  #bytes = 0;
  #peak = 0;

  constructor(name: string, threads: number) {
    this.name = name;
    this.#threads = threads;
  }

  info(): DeviceInfo {
    return {
      name: this.name,
      isa: "portable",
      threads: this.#threads,
      currentBytes: this.#bytes,
      peakBytes: this.#peak,
    };
  }

  resetPeak(): void {
    this.#peak = this.#bytes;
  }

  hold(bytes: number): void {
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
  }

  cancel(): void {
    if (this.#inFlight) this.#cancelled = true;
  }

  /** One call at a time, in order; `checkpoint` gives the event loop a turn and throws when cancelled. */
  enqueue<T>(body: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
    const checkpoint = async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#cancelled) throw new CancelledError("the engine call was cancelled");
    };
    const call = this.#tail.then(async () => {
      this.#inFlight = true;
      try {
        return await body(checkpoint);
      } finally {
        this.#inFlight = false;
        this.#cancelled = false;
      }
    });
    this.#tail = call.catch(() => {});
    return call;
  }

  load(directory: string, options: { dtype: Dtype; checkFinite?: boolean }): Promise<EngineModel> {
    return this.enqueue(async () => {
      const config = readConfig(join(directory, "config.json"));
      if (config.model_type !== fakeModelType) {
        throw new MedgymError(
          "unsupported",
          `${directory}: model_type "${config.model_type}". The fake engine reads "${fakeModelType}".`,
        );
      }
      const model = new FakeModel(this, config, options.dtype, 0);
      model.fill(join(directory, "model.safetensors"), options.checkFinite ?? false);
      return model;
    });
  }

  create(config: object, options: { dtype: Dtype; seed: number }): Promise<EngineModel> {
    return this.enqueue(async () => new FakeModel(this, config as Config, options.dtype, options.seed));
  }
}

type Config = Record<string, unknown>;

function readConfig(file: string): Config {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code === "ENOENT" ? "not-found" : "corrupt";
    throw new MedgymError(code, `${file}: ${(error as Error).message}`, { cause: error });
  }
}

/** Box–Muller over the counter hash: the same seed gives the same weights. */
function normal(parameter: Parameter, deviation: number, seed: number, stream: number): void {
  for (let i = 0; i < parameter.value.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(uniform(seed, stream, 2 * i)));
    parameter.value[i] = deviation * radius * Math.cos(2 * Math.PI * uniform(seed, stream, 2 * i + 1));
  }
}

const parameterOf = (name: string, shape: number[]): Parameter => ({
  name,
  shape,
  value: new Float32Array(shape.reduce((product, n) => product * n, 1)),
});

const setTrained = (parameters: Parameters, trained: boolean) => {
  for (const parameter of parameters.values())
    parameter.gradient = trained ? new Float32Array(parameter.value.length) : undefined;
};

class FakeModel implements EngineModel {
  readonly device: FakeDevice;
  readonly info: ModelInfo;
  readonly #network: FakeNetwork;
  #kept?: { batch: Batch; options: ForwardOptions };

  constructor(device: FakeDevice, config: Config, dtype: Dtype, seed: number) {
    const V = Number(config.vocab_size ?? 256);
    const H = Number(config.hidden_size ?? 16);
    const tied = config.tie_word_embeddings === true;
    const deviation = Number(config.initializer_range ?? 0.02);
    const parameters: Parameters = new Map();
    const names: [string, number[]][] = [
      [embedName, [V, H]],
      ...linearNames.map((n): [string, number[]] => [`${n}.weight`, [H, H]]),
    ];
    const scalarHead = String([config.architectures].flat()[0]).endsWith("ForSequenceClassification");
    if (scalarHead) names.push([scalarHeadName, [1, H]]);
    else if (!tied) names.push([headName, [V, H]]);
    names.push([biasName, [V]]);
    names.forEach(([name, shape], stream) => {
      const parameter = parameterOf(name, shape);
      if (shape.length > 1) normal(parameter, deviation, seed, stream);
      parameters.set(name, parameter);
    });
    this.device = device;
    this.#network = { vocabSize: V, hiddenSize: H, tied, parameters };
    const count = [...parameters.values()].reduce((sum, p) => sum + p.value.length, 0);
    this.info = {
      architecture: `MedgymFakeFor${scalarHead ? "SequenceClassification" : "CausalLM"}`,
      modelType: fakeModelType,
      dtype,
      parameters: count,
      vocabSize: V,
      hiddenSize: H,
      intermediateSize: H,
      layers: 1,
      heads: 1,
      kvHeads: 1,
      headDim: H,
      maxPositions: Number(config.max_position_embeddings ?? 512),
      tiedEmbeddings: tied,
      slidingWindow: null,
      scalarHead,
      languageHead: tied || !scalarHead,
      linears: linearNames.map((name) => ({ name, in: H, out: H })),
      weightBytes: count * 4,
    };
    device.hold(count * 4);
  }

  /** Reads the weights from a file; every tensor must be there with its shape. */
  fill(file: string, checkFinite: boolean): void {
    const stored = readSafetensors(file);
    for (const parameter of this.#network.parameters.values()) {
      const tensor = stored.get(parameter.name);
      if (!tensor) throw new MedgymError("not-found", `${file}: tensor ${parameter.name} is missing.`);
      if (String(tensor.shape) !== String(parameter.shape)) {
        throw new MedgymError(
          "corrupt",
          `${file}: ${parameter.name} is [${tensor.shape}], the config wants [${parameter.shape}].`,
        );
      }
      if (checkFinite && !tensor.data.every(Number.isFinite)) {
        throw new MedgymError("non-finite", `${file}: ${parameter.name} holds NaN or Inf.`);
      }
      parameter.value.set(tensor.data);
    }
  }

  forward(batch: Batch, options: ForwardOptions): Promise<ForwardResult> {
    return this.device.enqueue(async (checkpoint) => {
      checkBatch(batch, options, this.info.vocabSize);
      if (options.keep && !options.adapter && !this.tensors()[0].trainable) {
        throw new MedgymError(
          "invalid-argument",
          "forward: keep is set, but there is nothing to train. Give an adapter or make the base trainable.",
        );
      }
      const T = batch.tokens.length;
      const K = options.candidates ?? 1;
      const topK = options.topK ?? 0;
      const scores = options.logprobs ?? true;
      this.#checkHeads(options, scores);
      const result: ForwardResult = { logprobs: new Float32Array(scores ? T * K : 0) };
      if (options.values) result.values = new Float32Array(T);
      if (options.entropy) result.entropy = new Float32Array(T);
      if (topK > 0)
        Object.assign(result, { topIds: new Int32Array(T * topK).fill(-1), topLogprobs: new Float32Array(T * topK) });
      if (options.logits) result.logits = new Float32Array(T * this.info.vocabSize);
      await this.#eachSequence(batch, options, checkpoint, (pass, start, length) => {
        for (let t = 0; t < length; t++) {
          const scored = options.targets[(start + t) * K] >= 0;
          if (scored && result.values) result.values[start + t] = pass.value(t)!;
          if (!(scored && scores) && !result.logits) continue;
          const logits = pass.logits(t);
          result.logits?.set(logits, (start + t) * this.info.vocabSize);
          if (scored && scores) scoreRow(result, options, start + t, logits);
        }
      });
      if (options.keep) this.#kept = { batch, options };
      return result;
    });
  }

  backward(gradients: OutputGradients): Promise<void> {
    return this.device.enqueue(async (checkpoint) => {
      if (!this.#kept) throw new MedgymError("invalid-argument", "backward: no forward with keep came before.");
      const { batch, options } = this.#kept;
      this.#kept = undefined;
      const K = options.candidates ?? 1;
      const { logprobs, values } = gradients;
      const wrong = (message: string) => new MedgymError("invalid-argument", `backward: ${message}`);
      const scores = options.logprobs ?? true;
      if (!scores && (logprobs || gradients.entropy)) throw wrong("the forward pass gave no log-probabilities.");
      if (scores && !logprobs && !values) throw wrong("logprobs is missing.");
      if (!scores && !values) throw wrong("values is missing: the forward pass gave values alone.");
      if (values && !options.values) throw wrong("the forward pass gave no values.");
      if (logprobs && logprobs.length !== options.targets.length)
        throw wrong(`${logprobs.length} gradients for ${options.targets.length} logprobs.`);
      if (values && values.length !== batch.tokens.length)
        throw wrong(`${values.length} gradients for ${batch.tokens.length} values.`);
      await this.#eachSequence(batch, options, checkpoint, (pass, start, length) => {
        const scored = (t: number) => options.targets[(start + t) * K] >= 0;
        pass.backward(
          Array.from({ length }, (_, t) =>
            scored(t) && (logprobs || gradients.entropy)
              ? logitGradient(gradients, options, start + t, pass.logits(t))
              : undefined,
          ),
          values?.subarray(start, start + length).map((value, t) => (scored(t) ? value : 0)),
        );
      });
    });
  }

  #checkHeads(options: ForwardOptions, scores: boolean): void {
    if (options.values && !this.info.scalarHead && !options.adapter?.scalarHead)
      throw new MedgymError("invalid-argument", "forward: values are asked, but there is no scalar head.");
    if ((scores || options.logits) && !this.info.languageHead)
      throw new MedgymError(
        "unsupported",
        `${this.info.architecture} has a scalar head and no language-model head: ask for values alone.`,
      );
  }

  async #eachSequence(
    batch: Batch,
    options: ForwardOptions,
    checkpoint: Checkpoint,
    visit: (pass: SequencePass, start: number, length: number) => void,
  ): Promise<void> {
    const adapter = this.adapterOf(options);
    const dropoutSeed = options.train ? (options.dropoutSeed ?? 0) : undefined;
    for (let s = 0; s + 1 < batch.cuSeqlens.length; s++) {
      await checkpoint();
      const tokensOf = (n: number) => batch.tokens.subarray(batch.cuSeqlens[n], batch.cuSeqlens[n + 1]);
      const [tokens, start, parent] = [tokensOf(s), batch.cuSeqlens[s], batch.parents?.[s] ?? -1];
      const before = parent < 0 ? undefined : tokensOf(parent);
      visit(new SequencePass(this.#network, adapter, tokens, { start, dropoutSeed, before }), start, tokens.length);
    }
  }

  adapterOf(options: { adapter?: EngineAdapter | null }): FakeAdapter | null {
    return (options.adapter as FakeEngineAdapter | null | undefined) ?? null;
  }

  async setTrainable(trainable: boolean): Promise<void> {
    await this.device.enqueue(async () => {
      if (trainable && this.info.dtype === "nf4") {
        throw new MedgymError(
          "unsupported",
          "The weights are in nf4, which stays frozen: train a LoRA adapter over them.",
        );
      }
      setTrained(this.#network.parameters, trainable);
    });
  }

  createAdapter(
    modules: AdapterModule[],
    seed: number,
    { scalarHead = false }: { scalarHead?: boolean } = {},
  ): Promise<EngineAdapter> {
    return this.device.enqueue(async () => {
      const parameters: Parameters = new Map();
      modules.forEach((module, stream) => {
        const linear = this.info.linears.find(({ name }) => name === module.name);
        if (!linear)
          throw new MedgymError(
            "not-found",
            `adapter: no linear "${module.name}". Linears: ${linearNames.join(", ")}.`,
          );
        if (module.rank < 1)
          throw new MedgymError("invalid-argument", `adapter: rank ${module.rank} of ${module.name} is below 1.`);
        const a = parameterOf(loraName(module.name, "A"), [module.rank, linear.in]);
        // kaiming uniform with a = sqrt(5): U(-1/sqrt(in), 1/sqrt(in))
        a.value.forEach((_, i) => {
          a.value[i] = (2 * uniform(seed, stream, i) - 1) / Math.sqrt(linear.in);
        });
        parameters.set(a.name, a);
        const b = parameterOf(loraName(module.name, "B"), [linear.out, module.rank]);
        parameters.set(b.name, b);
      });
      if (scalarHead) {
        const head = parameterOf(adapterScalarHeadName, [1, this.info.hiddenSize]);
        const ofBase = this.#network.parameters.get(scalarHeadName);
        if (ofBase) head.value.set(ofBase.value);
        parameters.set(head.name, head);
      }
      setTrained(parameters, true);
      return new FakeEngineAdapter(this.device, modules, parameters);
    });
  }

  createOptimizer(adapter: EngineAdapter | null, options: OptimizerOptions): Promise<EngineOptimizer> {
    return this.device.enqueue(async () => {
      const parameters = this.adapterOf({ adapter })?.parameters ?? this.#network.parameters;
      return new FakeOptimizer((body) => this.device.enqueue(async () => body()), parameters, options);
    });
  }

  async createGenerator({ maxSequences }: { maxSequences: number; maxTokens?: number }): Promise<EngineGenerator> {
    if (!this.info.languageHead)
      throw new MedgymError("unsupported", `${this.info.architecture} scores texts and writes none.`);
    const host = {
      network: this.#network,
      adapterOf: (request: GenerationRequest) => this.adapterOf(request),
      enqueue: <T>(body: (checkpoint: Checkpoint) => Promise<T>) => this.device.enqueue(body),
    };
    return new FakeGenerator(host, maxSequences);
  }

  save(
    directory: string,
    { adapter, dtype }: { adapter?: EngineAdapter | null; dtype: FileDtype; maxShardBytes?: number },
  ): Promise<void> {
    return this.device.enqueue(async () => {
      mkdirSync(directory, { recursive: true });
      const merged = [...this.#network.parameters].map(
        ([name, { shape, value }]): [string, { shape: number[]; data: Float32Array }] => {
          const data = value.slice();
          const module = this.adapterOf({ adapter })?.modules.find((m) => `${m.name}.weight` === name);
          if (module) addDelta(data, module, this.adapterOf({ adapter })!.parameters);
          return [name, { shape, data }];
        },
      );
      const head = this.adapterOf({ adapter })?.parameters.get(adapterScalarHeadName);
      const kept = head ? merged.filter(([name]) => name !== headName && name !== scalarHeadName) : merged;
      if (head) kept.push([scalarHeadName, { shape: head.shape, data: head.value }]);
      writeSafetensors(join(directory, "model.safetensors"), kept, dtype);
    });
  }

  tensors(adapter?: EngineAdapter | null): TensorInfo[] {
    const parameters = this.adapterOf({ adapter })?.parameters ?? this.#network.parameters;
    return [...parameters.values()].map(({ name, shape, gradient }) => ({
      name,
      shape,
      dtype: "f32",
      trainable: gradient !== undefined,
    }));
  }

  readTensor(
    name: string,
    options: { adapter?: EngineAdapter | null; part?: "value" | "gradient" } = {},
  ): Promise<Float32Array> {
    return this.device.enqueue(async () => {
      const parameter = this.#parameter(name, options.adapter);
      if (options.part !== "gradient") return parameter.value.slice();
      if (!parameter.gradient) throw new MedgymError("invalid-argument", `${name} is frozen: it has no gradient.`);
      return parameter.gradient.slice();
    });
  }

  writeTensor(name: string, values: Float32Array, options: { adapter?: EngineAdapter | null } = {}): Promise<void> {
    return this.device.enqueue(async () => {
      const parameter = this.#parameter(name, options.adapter);
      if (values.length !== parameter.value.length) {
        throw new MedgymError(
          "invalid-argument",
          `${name} has ${parameter.value.length} values, ${values.length} were given.`,
        );
      }
      parameter.value.set(values);
    });
  }

  #parameter(name: string, adapter?: EngineAdapter | null): Parameter {
    const parameters = this.adapterOf({ adapter })?.parameters ?? this.#network.parameters;
    const parameter = parameters.get(name);
    if (!parameter)
      throw new MedgymError("not-found", `no tensor "${name}". Tensors: ${[...parameters.keys()].join(", ")}.`);
    return parameter;
  }

  dispose(): void {
    this.device.hold(-this.info.weightBytes);
  }
}

/** W += scale · B A */
function addDelta(weight: Float32Array, module: AdapterModule, parameters: Parameters): void {
  const a = parameters.get(loraName(module.name, "A"))!;
  const b = parameters.get(loraName(module.name, "B"))!;
  const [out, rank] = b.shape;
  const columns = a.shape[1];
  for (let row = 0; row < out; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += b.value[row * rank + r] * a.value[r * columns + column];
      weight[row * columns + column] += module.scale * sum;
    }
  }
}

class FakeEngineAdapter implements EngineAdapter, FakeAdapter {
  readonly #device: FakeDevice;
  readonly modules: readonly AdapterModule[];
  readonly parameters: Parameters;

  constructor(device: FakeDevice, modules: AdapterModule[], parameters: Parameters) {
    this.#device = device;
    this.modules = modules;
    this.parameters = parameters;
  }

  get scalarHead(): boolean {
    return this.parameters.has(adapterScalarHeadName);
  }

  load(file: string): Promise<void> {
    return this.#device.enqueue(async () => {
      const stored = readSafetensors(file);
      for (const [name, { shape, value }] of this.parameters) {
        const tensor = stored.get(name);
        if (!tensor) throw new MedgymError("not-found", `${file}: tensor ${name} is missing.`);
        if (String(tensor.shape) !== String(shape))
          throw new MedgymError("corrupt", `${file}: ${name} is [${tensor.shape}], the adapter wants [${shape}].`);
        value.set(tensor.data);
      }
    });
  }

  save(file: string, dtype: FileDtype): Promise<void> {
    return this.#device.enqueue(async () =>
      writeSafetensors(
        file,
        [...this.parameters].map(([name, { shape, value }]) => [name, { shape, data: value }]),
        dtype,
      ),
    );
  }

  dispose(): void {}
}
