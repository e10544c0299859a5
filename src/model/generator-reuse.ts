import type { EngineGenerator, EngineModel } from "../engine/engine.ts";

interface Idle {
  generator: EngineGenerator;
  maxSequences: number;
  timer: NodeJS.Timeout;
}

/** Long enough for the tools between two turns, short enough that training after a rollout gets the memory back. */
const idleMs = 10_000;
const idle = new WeakMap<EngineModel, Idle>();

/**
 * Runs `work` with a generator. The one of the call before is used again, unless it is busy: prompts that begin as
 * earlier ones did (the next turn of an episode, the same system prompt) find their keys and values in its cache.
 */
export async function withGenerator<T>(
  model: EngineModel,
  maxSequences: number,
  maxPositions: number,
  work: (generator: EngineGenerator) => Promise<T>,
): Promise<T> {
  // The cache takes memory as it is used; its capacity is what the sequences could ever need.
  const generator =
    takeIdle(model, maxSequences) ??
    (await model.createGenerator({ maxSequences, maxTokens: maxSequences * (maxPositions + 64) }));
  let result: T;
  try {
    result = await work(generator);
  } catch (error) {
    generator.dispose();
    throw error;
  }
  takeIdle(model)?.dispose();
  const timer = setTimeout(() => {
    idle.delete(model);
    generator.dispose();
  }, idleMs);
  timer.unref();
  idle.set(model, { generator, maxSequences, timer });
  return result;
}

/** The idle generator, no longer idle; one for another number of sequences is freed. */
function takeIdle(model: EngineModel, maxSequences?: number): EngineGenerator | undefined {
  const found = idle.get(model);
  if (!found) return undefined;
  clearTimeout(found.timer);
  idle.delete(model);
  if (maxSequences === undefined || found.maxSequences === maxSequences) return found.generator;
  found.generator.dispose();
  return undefined;
}
