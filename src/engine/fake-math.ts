import { MedgymError } from "../core/errors.ts";
import type { AdapterModule, Batch, ForwardOptions, ForwardResult, OutputGradients } from "./engine.ts";

/**
 * The model of the fake engine: one "layer" that sees its context through a mean, so that a mistake in packing shows.
 *
 *   e_t = E[x_t]                    E (V,H)
 *   c_t = mean of e_s, s <= t, in the same sequence and the parent that it continues
 *   h_t = e_t + Q c_t + G e_t       Q, G (H,H): the linears that an adapter changes to W + scale·B·A
 *   z_t = L h_t + b                 L (V,H), or E when tied; b (V)
 *   v_t = s · h_t                   s (1,H): the scalar head of the adapter, or of a reward model
 *
 * Sums run in f64 in a fixed order; values are stored in f32.
 */
export const embedName = "model.embed_tokens.weight";
export const headName = "lm_head.weight";
export const biasName = "lm_head.bias";
export const scalarHeadName = "score.weight";
/** PEFT's name of the one that an adapter has of its own. */
export const adapterScalarHeadName = `base_model.model.${scalarHeadName}`;
export const linearNames = ["model.layers.0.self_attn.q_proj", "model.layers.0.mlp.gate_proj"] as const;

export interface Parameter {
  name: string;
  shape: number[];
  value: Float32Array;
  /** Present where trained. */
  gradient?: Float32Array;
}

export type Parameters = Map<string, Parameter>;

export interface FakeAdapter {
  modules: readonly AdapterModule[];
  parameters: Parameters;
}

/** What one pass needs; `parameters` must hold the names above. */
export interface FakeNetwork {
  vocabSize: number;
  hiddenSize: number;
  tied: boolean;
  parameters: Parameters;
}

export const loraName = (module: string, part: "A" | "B") => `base_model.model.${module}.lora_${part}.weight`;

/** 64 bits of state in two halves, 32 bits out: the finaliser of MurmurHash3 over (seed, a, b). */
export function hash(seed: number, a: number, b: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(a + 1, 0xc2b2ae35) ^ Math.imul(b + 1, 0x27d4eb2f);
  x ^= Math.floor(seed / 2 ** 32);
  for (const factor of [0x85ebca6b, 0xc2b2ae35]) x = Math.imul(x ^ (x >>> 15), factor);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Uniform in (0,1). */
export const uniform = (seed: number, a: number, b: number) => (hash(seed, a, b) + 0.5) / 2 ** 32;

/** y += W x, W (rows, x.length). */
function addProduct(y: Float64Array, weight: Float32Array, x: ArrayLike<number>, scale = 1): void {
  for (let row = 0; row < y.length; row++) {
    let sum = 0;
    for (let column = 0; column < x.length; column++) sum += weight[row * x.length + column] * x[column];
    y[row] += scale * sum;
  }
}

/** x += Wᵀ y. */
function addTransposed(x: Float64Array, weight: Float32Array, y: ArrayLike<number>, scale = 1): void {
  for (let row = 0; row < y.length; row++) {
    for (let column = 0; column < x.length; column++) x[column] += scale * weight[row * x.length + column] * y[row];
  }
}

/** dW += scale · y xᵀ. */
function addOuter(gradient: Float32Array | undefined, y: ArrayLike<number>, x: ArrayLike<number>, scale = 1): void {
  if (!gradient) return;
  for (let row = 0; row < y.length; row++) {
    for (let column = 0; column < x.length; column++) gradient[row * x.length + column] += scale * y[row] * x[column];
  }
}

interface LinearPass {
  weight: Parameter;
  lora?: { module: AdapterModule; a: Parameter; b: Parameter };
  /** Input after dropout, and A of it: per call of `apply`. */
  index: number;
}

export interface PassPlace {
  /** Where the sequence begins in the batch. @default 0 */
  start?: number;
  /** Dropout is on with it. */
  dropoutSeed?: number;
  /** Tokens of the parent that the sequence continues. */
  before?: Int32Array;
}

/** One pass over one sequence: forward on construction of states, backward from gradients of the logits. */
export class SequencePass {
  readonly #network: FakeNetwork;
  readonly #linears: LinearPass[];
  readonly #tokens: Int32Array;
  readonly #start: number;
  readonly #dropoutSeed?: number;
  readonly #before: Int32Array;
  readonly #scalarHead?: Parameter;
  readonly #embedded: Float64Array[] = [];
  readonly #context: Float64Array[] = [];
  readonly #hidden: Float64Array[] = [];

  constructor(
    network: FakeNetwork,
    adapter: FakeAdapter | null,
    tokens: Int32Array,
    { start = 0, dropoutSeed, before = new Int32Array(0) }: PassPlace = {},
  ) {
    this.#network = network;
    this.#tokens = tokens;
    this.#start = start;
    this.#dropoutSeed = dropoutSeed;
    this.#before = before;
    this.#scalarHead = adapter?.parameters.get(adapterScalarHeadName) ?? network.parameters.get(scalarHeadName);
    this.#linears = linearNames.map((name, index) => {
      const module = adapter?.modules.find((m) => m.name === name);
      const lora = module && {
        module,
        a: adapter!.parameters.get(loraName(name, "A"))!,
        b: adapter!.parameters.get(loraName(name, "B"))!,
      };
      return { weight: network.parameters.get(`${name}.weight`)!, lora, index };
    });
    const embed = network.parameters.get(embedName)!.value;
    const { hiddenSize: H } = network;
    const sum = new Float64Array(H);
    for (const token of before) for (let i = 0; i < H; i++) sum[i] += embed[token * H + i];
    tokens.forEach((token, t) => {
      const e = Float64Array.from(embed.subarray(token * H, (token + 1) * H));
      for (let i = 0; i < H; i++) sum[i] += e[i];
      this.#embedded.push(e);
      this.#context.push(sum.map((value) => value / (before.length + t + 1)));
      const h = Float64Array.from(e);
      for (const linear of this.#linears) this.#apply(linear, this.#input(linear, t), t, h);
      this.#hidden.push(h);
    });
  }

  #input(linear: LinearPass, t: number): Float64Array {
    return linear.index === 0 ? this.#context[t] : this.#embedded[t];
  }

  #dropped(linear: LinearPass, x: Float64Array, t: number): Float64Array {
    const rate = linear.lora!.module.dropout;
    const seed = this.#dropoutSeed;
    if (seed === undefined || rate === 0) return x;
    return x.map((value, i) =>
      uniform(seed, (this.#start + t) * 2 + linear.index, i) < rate ? 0 : value / (1 - rate),
    );
  }

  #apply(linear: LinearPass, x: Float64Array, t: number, y: Float64Array): void {
    addProduct(y, linear.weight.value, x);
    if (!linear.lora) return;
    const { module, a, b } = linear.lora;
    const low = new Float64Array(module.rank);
    addProduct(low, a.value, this.#dropped(linear, x, t));
    addProduct(y, b.value, low, module.scale);
  }

  logits(t: number): Float64Array {
    const { vocabSize, tied, parameters } = this.#network;
    const z = new Float64Array(vocabSize);
    addProduct(z, parameters.get(tied ? embedName : headName)!.value, this.#hidden[t]);
    const bias = parameters.get(biasName)!.value;
    for (let v = 0; v < vocabSize; v++) z[v] += bias[v];
    return z;
  }

  /** Undefined without a scalar head. */
  value(t: number): number | undefined {
    return this.#scalarHead?.value.reduce((sum, weight, i) => sum + weight * this.#hidden[t][i], 0);
  }

  /** dLogits: per position (V), or undefined where the loss does not look; dValues: per position. */
  backward(dLogits: (Float64Array | undefined)[], dValues?: ArrayLike<number>): void {
    const { hiddenSize: H, tied, parameters } = this.#network;
    const embed = parameters.get(embedName)!;
    const head = parameters.get(tied ? embedName : headName)!; // none of a reward model, whose dLogits are none
    const bias = parameters.get(biasName)!;
    const dContextLater = new Float64Array(H); // sum over t >= s of dc_t / (tokens up to t)
    for (let t = this.#tokens.length - 1; t >= 0; t--) {
      const dEmbedded = new Float64Array(H);
      const dz = dLogits[t];
      const dv = dValues?.[t] ?? 0;
      if (dz || dv !== 0) {
        const dh = new Float64Array(H);
        if (dz) {
          addOuter(head.gradient, dz, this.#hidden[t]);
          if (bias.gradient) for (let v = 0; v < dz.length; v++) bias.gradient[v] += dz[v];
          addTransposed(dh, head.value, dz);
        }
        if (dv !== 0) {
          addOuter(this.#scalarHead!.gradient, [dv], this.#hidden[t]);
          addTransposed(dh, this.#scalarHead!.value, [dv]);
        }
        const dInputs = this.#linears.map((linear) => this.#backwardLinear(linear, t, dh));
        for (let i = 0; i < H; i++) {
          dContextLater[i] += dInputs[0][i] / (this.#before.length + t + 1);
          dEmbedded[i] += dh[i] + dInputs[1][i];
        }
      }
      if (!embed.gradient) continue;
      for (let i = 0; i < H; i++) embed.gradient[this.#tokens[t] * H + i] += dEmbedded[i] + dContextLater[i];
    }
    if (!embed.gradient) return;
    for (const token of this.#before) for (let i = 0; i < H; i++) embed.gradient[token * H + i] += dContextLater[i];
  }

  #backwardLinear(linear: LinearPass, t: number, dy: Float64Array): Float64Array {
    const x = this.#input(linear, t);
    const dx = new Float64Array(x.length);
    addOuter(linear.weight.gradient, dy, x);
    addTransposed(dx, linear.weight.value, dy);
    if (!linear.lora) return dx;
    const { module, a, b } = linear.lora;
    const dropped = this.#dropped(linear, x, t);
    const low = new Float64Array(module.rank);
    addProduct(low, a.value, dropped);
    addOuter(b.gradient, dy, low, module.scale);
    const dLow = new Float64Array(module.rank);
    addTransposed(dLow, b.value, dy, module.scale);
    addOuter(a.gradient, dLow, dropped);
    const dDropped = new Float64Array(x.length);
    addTransposed(dDropped, a.value, dLow);
    // The mask again: a kept input was multiplied by 1/(1-rate), so its gradient is too.
    const mask = this.#dropped(linear, new Float64Array(x.length).fill(1), t);
    for (let i = 0; i < dx.length; i++) dx[i] += dDropped[i] * mask[i];
    return dx;
  }
}

/** log softmax(logits / temperature). */
export function logSoftmax(logits: Float64Array, temperature: number): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (const z of logits) max = Math.max(max, z / temperature);
  let sum = 0;
  for (const z of logits) sum += Math.exp(z / temperature - max);
  const logSum = max + Math.log(sum);
  return logits.map((z) => z / temperature - logSum);
}

export const entropyOf = (logprobs: Float64Array) => logprobs.reduce((sum, lp) => sum - Math.exp(lp) * lp, 0);

/** Writes the row of one scored position into the result. */
export function scoreRow(result: ForwardResult, options: ForwardOptions, t: number, logits: Float64Array): void {
  const K = options.candidates ?? 1;
  const logprobs = logSoftmax(logits, options.temperature ?? 1);
  for (let k = 0; k < K; k++) {
    const target = options.targets[t * K + k];
    if (target >= 0) result.logprobs[t * K + k] = logprobs[target];
  }
  if (result.entropy) result.entropy[t] = entropyOf(logprobs);
  const topK = options.topK ?? 0;
  if (topK === 0) return;
  const order = [...logprobs.keys()].sort((a, b) => logprobs[b] - logprobs[a] || a - b);
  for (let k = 0; k < topK; k++) {
    result.topIds![t * topK + k] = order[k];
    result.topLogprobs![t * topK + k] = logprobs[order[k]];
  }
}

/**
 * dLoss/dLogits of one scored position. With z' = z/τ and p = softmax(z'):
 * ∂lp_k/∂z'_i = [i = k] − p_i and ∂H/∂z'_i = −p_i (log p_i + H).
 */
export function logitGradient(
  gradients: OutputGradients,
  options: ForwardOptions,
  t: number,
  logits: Float64Array,
): Float64Array {
  const K = options.candidates ?? 1;
  const temperature = options.temperature ?? 1;
  const logprobs = logSoftmax(logits, temperature);
  const dz = new Float64Array(logits.length);
  let total = 0;
  for (let k = 0; k < K; k++) {
    const target = options.targets[t * K + k];
    if (target < 0) continue;
    const d = gradients.logprobs?.[t * K + k] ?? 0;
    dz[target] += d;
    total += d;
  }
  const dEntropy = gradients.entropy?.[t] ?? 0;
  const entropy = dEntropy === 0 ? 0 : entropyOf(logprobs);
  return dz.map((value, i) => {
    const p = Math.exp(logprobs[i]);
    return (value - total * p - dEntropy * p * (logprobs[i] + entropy)) / temperature;
  });
}

/** Every shape and range that the native engine checks too. */
export function checkBatch(batch: Batch, options: ForwardOptions, vocabSize: number): void {
  const { tokens, cuSeqlens, positions, parents } = batch;
  const T = tokens.length;
  const K = options.candidates ?? 1;
  const wrong = (message: string) => new MedgymError("invalid-argument", `forward: ${message}`);
  if (T === 0) throw wrong("the batch is empty.");
  if (cuSeqlens[0] !== 0 || cuSeqlens.at(-1) !== T)
    throw wrong(`cuSeqlens runs from ${cuSeqlens[0]} to ${cuSeqlens.at(-1)}; it must run from 0 to ${T}.`);
  for (let s = 1; s < cuSeqlens.length; s++)
    if (cuSeqlens[s] <= cuSeqlens[s - 1]) throw wrong(`sequence ${s - 1} is empty.`);
  if (parents && parents.length !== cuSeqlens.length - 1)
    throw wrong(`${parents.length} parents for ${cuSeqlens.length - 1} sequences.`);
  parents?.forEach((parent, s) => {
    if (parent < -1 || parent >= s)
      throw wrong(`parents[${s}] is ${parent}; it must be the number of an earlier sequence (below ${s}), or -1.`);
    if (parents[parent] >= 0)
      throw wrong(`the parent of sequence ${s} is sequence ${parent}, which itself has a parent, ${parents[parent]}.`);
  });
  if (positions && positions.length !== T) throw wrong(`${positions.length} positions for ${T} tokens.`);
  if (options.targets.length !== T * K) throw wrong(`${options.targets.length} targets; T*K is ${T}*${K}.`);
  const outside =
    tokens.find((token) => token < 0 || token >= vocabSize) ?? options.targets.find((id) => id >= vocabSize);
  if (outside !== undefined) throw wrong(`token ${outside} is outside the vocabulary of ${vocabSize}.`);
  if (!((options.temperature ?? 1) > 0)) throw wrong(`temperature ${options.temperature} is not above 0.`);
}
