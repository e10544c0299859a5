import { setImmediate } from "node:timers/promises";
import { MedgymError } from "../core/errors.ts";
import type { EngineGenerator, TokenEvent } from "../engine/engine.ts";
import { CompletionText } from "../model/completion-text.ts";
import type { Model } from "../model/model.ts";
import type { Sampling } from "../model/sampling.ts";

/** One completion. */
export interface Written {
  /** Without special tokens. */
  text: string;
  /** The token that ended it too. */
  tokens: Int32Array;
  /** Of each token, nats, under the model at this temperature, before filters and penalties. */
  logprobs: Float32Array;
  /** `length`: cut off at `maxNewTokens`. */
  finish: "stop" | "length";
}

interface Pending {
  tokens: number[];
  logprobs: number[];
  text: CompletionText;
  resolve(written: Written): void;
  reject(error: unknown): void;
}

/** Tokens per engine call: a turn that has ended waits for at most so many. */
const stepsPerCall = 8;

/**
 * Completions asked for at any time, decoded together: continuous batching without a barrier. What is asked while the engine computes
 * joins its next step. A failure of the engine is everyone's: it rejects all, and is kept in `failure`.
 */
export class Decoder {
  readonly #model: Model;
  readonly #generator: EngineGenerator;
  readonly #sampling: Sampling;
  readonly #signal: AbortSignal;
  readonly #pending = new Map<number, Pending>();
  #stepping = false;
  failure?: { error: unknown };

  constructor(model: Model, generator: EngineGenerator, sampling: Sampling, signal: AbortSignal) {
    this.#model = model;
    this.#generator = generator;
    this.#sampling = sampling;
    this.#signal = signal;
  }

  complete(prompt: Int32Array, options: { maxNewTokens: number; seed: number }): Promise<Written> {
    const adapter = this.#model.adapter?.engine ?? null;
    if (this.failure) return Promise.reject(this.failure.error);
    return new Promise((resolve, reject) => {
      const text = new CompletionText(this.#model.tokenizer, []);
      const id = this.#generator.submit({ ...this.#sampling, ...options, prompt, adapter });
      this.#pending.set(id, { tokens: [], logprobs: [], text, resolve, reject });
      if (!this.#stepping) void this.#step();
    });
  }

  async #step(): Promise<void> {
    this.#stepping = true;
    try {
      await setImmediate(); // who asks in the same turn of the event loop is in the same step
      while (this.#pending.size > 0) {
        this.#signal.throwIfAborted();
        const asked = [...this.#pending.keys()];
        const { events, remaining } = await this.#generator.step(stepsPerCall);
        for (const event of events) this.#take(event);
        if (remaining === 0 && asked.some((id) => this.#pending.has(id)))
          throw new MedgymError("internal", "rollout: the engine ended with completions unfinished.");
        await setImmediate(); // tools that answer at once let their episodes into the next step
      }
    } catch (error) {
      this.failure = { error };
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
    } finally {
      this.#stepping = false;
    }
  }

  #take(event: TokenEvent): void {
    const pending = this.#pending.get(event.id);
    if (!pending) return;
    const { tokens, logprobs, text } = pending;
    if (event.finish === "aborted") {
      this.#pending.delete(event.id);
      pending.reject(new MedgymError("internal", "rollout: the engine gave up a completion."));
      return;
    }
    tokens.push(event.token);
    logprobs.push(event.logprob);
    text.push(event.token);
    if (event.finish === "running") return;
    text.end();
    this.#pending.delete(event.id);
    pending.resolve({
      text: text.value,
      tokens: Int32Array.from(tokens),
      logprobs: Float32Array.from(logprobs),
      finish: event.finish,
    });
  }
}
