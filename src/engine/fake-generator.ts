import type { EngineGenerator, GenerationRequest, GeneratorStats, TokenEvent } from "./engine.ts";
import { type FakeAdapter, type FakeNetwork, logSoftmax, SequencePass, uniform } from "./fake-math.ts";

interface Active extends GenerationRequest {
  id: number;
  tokens: number[];
  generated: number;
}

/** What the generator asks of its model: the fake adapter behind a handle, and a turn on the device. */
export interface GeneratorHost {
  network: FakeNetwork;
  adapterOf(request: GenerationRequest): FakeAdapter | null;
  enqueue<T>(body: (checkpoint: () => Promise<void>) => Promise<T>): Promise<T>;
}

/** Continuous batching in its simplest form: the first `maxSequences` requests each get a token per step; nothing is shared or cached. */
export class FakeGenerator implements EngineGenerator {
  readonly #host: GeneratorHost;
  readonly #maxSequences: number;
  #active: Active[] = [];
  #aborted: TokenEvent[] = [];
  #nextId = 1;
  #promptTokens = 0;
  #generatedTokens = 0;

  constructor(host: GeneratorHost, maxSequences: number) {
    this.#host = host;
    this.#maxSequences = maxSequences;
  }

  submit(request: GenerationRequest): number {
    const id = this.#nextId++;
    this.#active.push({ ...request, id, tokens: [...request.prompt], generated: 0 });
    return id;
  }

  cancel(id: number): void {
    if (!this.#active.some((request) => request.id === id)) return;
    this.#active = this.#active.filter((request) => request.id !== id);
    this.#aborted.push({ id, token: -1, logprob: 0, finish: "aborted" });
  }

  step(maxSteps: number): Promise<{ events: TokenEvent[]; remaining: number }> {
    return this.#host.enqueue(async (checkpoint) => {
      const events = this.#aborted.splice(0);
      for (let step = 0; step < maxSteps && this.#active.length > 0; step++) {
        await checkpoint();
        for (const request of this.#active.slice(0, this.#maxSequences)) events.push(this.#decode(request));
        const finished = new Set(events.filter((e) => e.finish !== "running").map((e) => e.id));
        this.#active = this.#active.filter((request) => !finished.has(request.id));
      }
      return { events, remaining: this.#active.length };
    });
  }

  #decode(request: Active): TokenEvent {
    const { network } = this.#host;
    const pass = new SequencePass(network, this.#host.adapterOf(request), Int32Array.from(request.tokens));
    const logits = pass.logits(request.tokens.length - 1);
    const logprobs = logSoftmax(logits, request.temperature || 1);
    const token = sampleToken(logits, request);
    request.tokens.push(token);
    if (request.generated++ === 0) this.#promptTokens += request.prompt.length;
    this.#generatedTokens++;
    const stopped = request.stopTokens.includes(token);
    const finish = stopped ? "stop" : request.generated >= request.maxNewTokens ? "length" : "running";
    return { id: request.id, token, logprob: logprobs[token], finish };
  }

  stats(): Promise<GeneratorStats> {
    return this.#host.enqueue(async () => {
      const running = this.#active.filter(({ generated }) => generated > 0).length;
      return {
        promptTokens: this.#promptTokens,
        reusedTokens: 0,
        prefilledTokens: this.#promptTokens,
        generatedTokens: this.#generatedTokens,
        blocks: 0,
        blocksUsed: 0,
        blocksCached: 0,
        blockTokens: 1,
        running,
        waiting: this.#active.length - running,
      };
    });
  }

  dispose(): void {
    this.#active = [];
  }
}

/** Penalties, then temperature, then top-k, top-p, min-p in transformers' order, then one draw. */
function sampleToken(logits: Float64Array, request: Active): number {
  const scores = logits.slice();
  for (const id of new Set(request.tokens)) {
    scores[id] = scores[id] > 0 ? scores[id] / request.repetitionPenalty : scores[id] * request.repetitionPenalty;
  }
  for (const id of new Set(request.tokens.slice(request.prompt.length))) scores[id] -= request.presencePenalty;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  if (request.temperature === 0) return order[0];
  let kept = request.topK > 0 ? order.slice(0, request.topK) : order;
  const weight = (id: number) => Math.exp((scores[id] - scores[order[0]]) / request.temperature);
  const total = (ids: number[]) => ids.reduce((sum, id) => sum + weight(id), 0);
  if (request.topP < 1) {
    const limit = request.topP * total(kept);
    let sum = 0;
    kept = kept.filter((id, i) => {
      const keep = i === 0 || sum < limit;
      sum += weight(id);
      return keep;
    });
  }
  if (request.minP > 0) kept = kept.filter((id) => weight(id) >= request.minP);
  // The counter is the position, so what else is in the batch does not matter.
  let draw = uniform(request.seed, request.tokens.length, 0) * total(kept);
  for (const id of kept) {
    draw -= weight(id);
    if (draw < 0) return id;
  }
  return kept.at(-1)!;
}
