import { MedgymError } from "../core/errors.ts";
import type { EngineOptimizer, OptimizerOptions } from "./engine.ts";
import type { Parameters } from "./fake-math.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";

/** AdamW (https://arxiv.org/abs/1711.05101, algorithm 2 with decoupled decay scaled by the learning rate, as torch). */
export class FakeOptimizer implements EngineOptimizer {
  readonly #enqueue: <T>(body: () => T) => Promise<T>;
  readonly #parameters: Parameters;
  readonly #options: OptimizerOptions;
  readonly #moments = new Map<string, { m: Float32Array; v: Float32Array }>();
  #steps = 0;

  constructor(enqueue: <T>(body: () => T) => Promise<T>, parameters: Parameters, options: OptimizerOptions) {
    this.#enqueue = enqueue;
    this.#parameters = parameters;
    this.#options = options;
    for (const { name, value, gradient } of parameters.values()) {
      if (!gradient)
        throw new MedgymError(
          "invalid-argument",
          `optimizer: ${name} is frozen. Call setTrainable(true) first, or give an adapter.`,
        );
      this.#moments.set(name, { m: new Float32Array(value.length), v: new Float32Array(value.length) });
    }
  }

  step(options: { learningRate: number; maxGradNorm: number }): Promise<{ gradNorm: number }> {
    return this.#enqueue(() => {
      const gradNorm = this.#norm();
      if (Number.isFinite(gradNorm)) {
        const clip = options.maxGradNorm > 0 ? Math.min(1, options.maxGradNorm / (gradNorm + 1e-6)) : 1;
        this.#steps++;
        for (const name of this.#parameters.keys()) this.#update(name, options.learningRate, clip);
      }
      this.#clear();
      return { gradNorm };
    });
  }

  #norm(): number {
    let sum = 0;
    for (const { gradient } of this.#parameters.values()) for (const g of gradient!) sum += g * g;
    return Math.sqrt(sum);
  }

  #update(name: string, learningRate: number, clip: number): void {
    const { beta1, beta2, eps, weightDecay, decayNormsAndBiases } = this.#options;
    const { value, gradient, shape } = this.#parameters.get(name)!;
    const { m, v } = this.#moments.get(name)!;
    const decay = decayNormsAndBiases || shape.length > 1 ? weightDecay : 0;
    const correction1 = 1 - beta1 ** this.#steps;
    const correction2 = 1 - beta2 ** this.#steps;
    for (let i = 0; i < value.length; i++) {
      const g = gradient![i] * clip;
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const direction = m[i] / correction1 / (Math.sqrt(v[i] / correction2) + eps);
      value[i] = value[i] * (1 - learningRate * decay) - learningRate * direction;
    }
  }

  #clear(): void {
    for (const { gradient } of this.#parameters.values()) gradient!.fill(0);
  }

  zeroGradients(): Promise<void> {
    return this.#enqueue(() => this.#clear());
  }

  save(file: string): Promise<void> {
    return this.#enqueue(() => {
      const tensors: [string, StoredTensor][] = [["step", { shape: [1], data: Float32Array.of(this.#steps) }]];
      for (const { name, shape, value } of this.#parameters.values()) {
        const { m, v } = this.#moments.get(name)!;
        tensors.push(
          [`${name}.value`, { shape, data: value }],
          [`${name}.m`, { shape, data: m }],
          [`${name}.v`, { shape, data: v }],
        );
      }
      writeSafetensors(file, tensors, "f32", { format: "medgym-optimizer" });
    });
  }

  load(file: string): Promise<void> {
    return this.#enqueue(() => {
      const stored = readSafetensors(file);
      const find = (name: string, length: number) => {
        const data = stored.get(name)?.data;
        if (data?.length !== length)
          throw new MedgymError("corrupt", `${file}: ${name} is missing or has the wrong size.`);
        return data;
      };
      const steps = find("step", 1)[0];
      for (const { name, value } of this.#parameters.values()) {
        const { m, v } = this.#moments.get(name)!;
        value.set(find(`${name}.value`, value.length));
        m.set(find(`${name}.m`, value.length));
        v.set(find(`${name}.v`, value.length));
      }
      this.#steps = steps;
    });
  }

  dispose(): void {}
}
