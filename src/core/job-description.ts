/**
 * What a function says of itself so that it can be a job: how its options are written as JSON and read again, what it will need,
 * and what is kept of its result. Lies on the function under a symbol, so that jobs need not know the functions.
 */

/** Bytes. */
export interface MemoryEstimate {
  bytes: number;
  /** e.g. weights, gradients, optimizer, activations, cache, runtime. */
  parts: Record<string, number>;
}

/** What is known before anything heavy is loaded. */
export interface JobCheck {
  /** Undefined where it cannot be known yet, e.g. of a model that another job will make. */
  memory?: MemoryEstimate;
  expectedSeconds?: number;
  /** As resolved, with defaults; JSON. */
  options: Record<string, unknown>;
  /** For people: rows, tokens, steps, tasks. */
  facts: Record<string, string | number>;
  warnings: string[];
}

export interface JobContext {
  /** Folder of files that the job leaves. */
  artefacts: string;
}

type Json = Record<string, unknown>;

export interface JobDescription<Options = never, Result = never> {
  /** From options as JSON (a model as its path, an environment by its name) to what the function takes; loads the model. */
  prepare?(options: Json, context: JobContext): Promise<Options>;
  /**
   * Resolves options, with `data` also reads and checks the data, and predicts memory and time, without loading a model. Throws what
   * the function would throw. A value `{ $job: … }` anywhere is one that is not there yet.
   */
  check?(options: Json, how: { data: boolean }): Promise<JobCheck>;
  /** Options that need less memory, below `limit` bytes where that can be foreseen; undefined: there are none. */
  downshift?(options: Json, limit?: number): Promise<Json | undefined>;
  /** Options with which a later attempt goes on from what an earlier one left in its run folder. */
  resume?(options: Json, run: string): Json;
  /** What is kept of the result, JSON; files go into `artefacts`. @default its toJSON */
  result?(result: Result, context: JobContext): Promise<unknown>;
}

const descriptionSymbol: unique symbol = Symbol.for("medgym.jobDescription") as never;

// biome-ignore lint/suspicious/noExplicitAny: any function may be described
export function describeJob<F extends (options: any, ...rest: any[]) => unknown>(
  fn: F,
  description: JobDescription<Parameters<F>[0], Awaited<ReturnType<F>>>,
): F {
  return Object.assign(fn, { [descriptionSymbol]: description });
}

// biome-ignore lint/suspicious/noExplicitAny: what it is is the function's own affair
export function jobDescription(fn: unknown): JobDescription<any, any> | undefined {
  return typeof fn === "function" ? (fn as { [descriptionSymbol]?: JobDescription })[descriptionSymbol] : undefined;
}

/** An object with a method under this symbol gives the JSON that stands for it in options of a job; throws where nothing can. */
export const referenceSymbol: unique symbol = Symbol.for("medgym.jobReference") as never;
