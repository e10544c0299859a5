import { MedgymError } from "../core/errors.ts";
import { type Addon, call, type GeneratorHandle } from "./addon.ts";
import type { EngineGenerator, GenerationRequest, GeneratorStats, TokenEvent } from "./engine.ts";
import { adapterHandle } from "./native-model.ts";

/** mg_finish */
const finishNames = ["running", "stop", "length", "aborted"] as const;

/**
 * `submit` gives its id at once, while the engine, which takes one call at a time, hears of the request in its turn:
 * before the next step in any case. What is wrong with a request then shows in that step.
 */
export class NativeGenerator implements EngineGenerator {
  readonly #addon: Addon;
  readonly #handle: GeneratorHandle;
  readonly #vocabSize: number;
  readonly #maxSequences: number;
  /** Calls on their way to the engine since the last step. */
  #pending: Promise<void>[] = [];
  readonly #idOf = new Map<number, number>();
  readonly #engineIds = new Map<number, Promise<number>>();
  #nextId = 1;
  #cancelled = 0;

  constructor(addon: Addon, handle: GeneratorHandle, vocabSize: number, maxSequences: number) {
    this.#addon = addon;
    this.#handle = handle;
    this.#vocabSize = vocabSize;
    this.#maxSequences = maxSequences;
  }

  submit(request: GenerationRequest): number {
    if (request.prompt.length === 0) throw new MedgymError("invalid-argument", "submit: the prompt is empty.");
    const outside = request.prompt.find((token) => token < 0 || token >= this.#vocabSize);
    if (outside !== undefined) {
      throw new MedgymError(
        "invalid-argument",
        `submit: token ${outside} is outside the vocabulary of ${this.#vocabSize}.`,
      );
    }
    const id = this.#nextId++;
    const submitted = call(() =>
      this.#addon.generatorSubmit(this.#handle, { ...request, adapter: adapterHandle(request.adapter) }),
    );
    this.#engineIds.set(id, submitted);
    this.#queue(submitted.then((engineId) => void this.#idOf.set(engineId, id)));
    return id;
  }

  cancel(id: number): void {
    const submitted = this.#engineIds.get(id);
    if (!submitted) return;
    this.#cancelled++;
    this.#queue(submitted.then((engineId) => call(() => this.#addon.generatorCancel(this.#handle, engineId))));
  }

  #queue(pending: Promise<void>): void {
    pending.catch(() => {}); // reported by the next step
    this.#pending.push(pending);
  }

  async step(maxSteps: number): Promise<{ events: TokenEvent[]; remaining: number }> {
    await Promise.all(this.#pending.splice(0));
    const capacity = Math.max(64, maxSteps * this.#maxSequences + this.#cancelled);
    const { ids, tokens, logprobs, finish, remaining } = await call(() =>
      this.#addon.generatorStep(this.#handle, maxSteps, capacity),
    );
    this.#cancelled = 0;
    const events: TokenEvent[] = Array.from(tokens, (token, i) => ({
      id: this.#idOf.get(ids[i])!,
      token,
      logprob: logprobs[i],
      finish: finishNames[finish[i]],
    }));
    events.forEach((event, i) => {
      if (event.finish === "running") return;
      this.#idOf.delete(ids[i]);
      this.#engineIds.delete(event.id);
    });
    return { events, remaining };
  }

  stats(): Promise<GeneratorStats> {
    return call(() => this.#addon.generatorStats(this.#handle));
  }

  dispose(): void {
    this.#addon.generatorDestroy(this.#handle);
  }
}
