import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../core/display.ts";
import { MedgymError } from "../core/errors.ts";
import { resolveOptions } from "../core/options.ts";
import { Run } from "../core/run.ts";
import type { Model } from "../model/model.ts";
import { bootstrapMean, type Estimate } from "./bootstrap.ts";
import { type Complete, type Outcome, playEpisodes } from "./episode.ts";
import type { EvaluationTask } from "./task.ts";
import { evaluationCard, evaluationMeter, evaluationView } from "./view.ts";

export interface EvaluateOptions {
  model: Model;
  /** What to answer; ids must be distinct. */
  tasks: readonly EvaluationTask[];
  /** Label in tables. @default the model's name */
  name?: string;
  /** Generations of an episode: each tool call takes one, the answer another. @default 4 */
  maxTurns?: number;
  /** Tokens of one generation. @default 96 */
  maxNewTokens?: number;
  /** 0: greedy. @default 0 */
  temperature?: number;
  /** Of sampling and of the bootstrap. @default 0 */
  seed?: number;
  /** Tasks played together; progress is shown after each batch. @default 64 */
  batchSize?: number;
  /** Of the intervals. @default 0.95 */
  confidence?: number;
}

export interface EvaluateEvent {
  type: "evaluate-progress";
  done: number;
  total: number;
  failed: number;
  /** Among the tasks scored so far. */
  exactMatch: Estimate | null;
  /** A task of the last batch, as it went. */
  sample: Outcome;
}

const schema = z.strictObject({
  model: z.custom<Model>((value) => typeof (value as Model)?.generate === "function").describe("a model of loadModel"),
  tasks: z
    .custom<readonly EvaluationTask[]>((value) => Array.isArray(value) && value.length > 0)
    .describe("a list of at least one task"),
  name: z.string().min(1).optional(),
  maxTurns: z.number().int().min(1).default(4),
  maxNewTokens: z.number().int().min(1).default(96),
  temperature: z.number().min(0).default(0),
  seed: z.number().int().min(0).default(0),
  batchSize: z.number().int().min(1).default(64),
  confidence: z.number().gt(0).lt(1).default(0.95),
});

type Resolved = z.output<typeof schema>;

/** Scores of a model on tasks. Scores are null where nothing could be scored: never 0. */
export class Evaluation implements Displayable {
  readonly name!: string;
  readonly outcomes!: readonly Outcome[];
  readonly seconds!: number;
  /** Generated. */
  readonly tokens!: number;
  readonly confidence!: number;
  readonly seed!: number;

  constructor(fields: Pick<Evaluation, "name" | "outcomes" | "seconds" | "tokens" | "confidence" | "seed">) {
    Object.assign(this, fields);
  }

  /** Number of tasks. */
  get n(): number {
    return this.outcomes.length;
  }

  /** Tasks that could not be scored; they are in no score. */
  get failed(): Outcome[] {
    return this.outcomes.filter(({ status }) => status === "failed");
  }

  /** Share with the answer, and the calls where the task names them, exactly as expected. */
  get exactMatch(): Estimate | null {
    return this.#estimate("exactMatch", this.outcomes);
  }

  get answerMatch(): Estimate | null {
    return this.#estimate("answerMatch", this.outcomes);
  }

  /** Share with exactly the expected tool calls, among tasks that name calls. */
  get callsMatch(): Estimate | null {
    return this.#estimate("callsMatch", this.outcomes);
  }

  /** Exact match of each kind of task. */
  get byKind(): Record<string, Estimate | null> {
    const kinds = [...new Set(this.outcomes.map(({ kind }) => kind))].sort();
    return Object.fromEntries(
      kinds.map((kind) => [
        kind,
        this.#estimate(
          "exactMatch",
          this.outcomes.filter((outcome) => outcome.kind === kind),
        ),
      ]),
    );
  }

  /** What could be measured, by name, as `plot.compare` takes it: all, then each kind. */
  get scores(): Record<string, Estimate> {
    const measured = Object.entries({ all: this.exactMatch, ...this.byKind }).filter(
      ([, estimate]) => estimate !== null,
    );
    return Object.fromEntries(measured) as Record<string, Estimate>;
  }

  #estimate(field: "exactMatch" | "answerMatch" | "callsMatch", outcomes: readonly Outcome[]): Estimate | null {
    const values = outcomes.map((outcome) => outcome[field]).filter((value) => value !== null);
    return bootstrapMean(values.map(Number), { seed: this.seed, confidence: this.confidence });
  }

  [displaySymbol](): MimeBundle {
    return evaluationCard(this);
  }
}

/**
 * Plays each task with the model, running the tools it calls, and compares the final answer and the calls with what is
 * expected. Errors of the model are scored; errors of anything else make the task `failed`, with the reason. When
 * generation itself breaks, the run fails with that error.
 */
export function evaluate(options: EvaluateOptions): Run<Evaluation, EvaluateEvent> {
  const resolved = resolveOptions("evaluate", options, schema);
  checkIds(resolved.tasks);
  const { model, tasks, batchSize, confidence, seed } = resolved;
  return new Run<Evaluation, EvaluateEvent>(
    "evaluate",
    async ({ signal, emit }) => {
      const startedAt = performance.now();
      const complete = completeWith(resolved, signal);
      const outcomes: Outcome[] = [];
      let tokens = 0;
      for (let at = 0; at < tasks.length; at += batchSize) {
        signal.throwIfAborted();
        const played = await playEpisodes(tasks.slice(at, at + batchSize), complete, resolved.maxTurns);
        outcomes.push(...played.outcomes);
        tokens += played.tokens;
        const scored = outcomes.map(({ exactMatch }) => exactMatch).filter((value) => value !== null);
        emit({
          type: "evaluate-progress",
          done: outcomes.length,
          total: tasks.length,
          failed: outcomes.length - scored.length,
          exactMatch: bootstrapMean(scored.map(Number), { seed, confidence }),
          sample: played.outcomes[0],
        });
      }
      const seconds = (performance.now() - startedAt) / 1000;
      return new Evaluation({ name: resolved.name ?? model.name, outcomes, seconds, tokens, confidence, seed });
    },
    evaluationView,
    evaluationMeter,
  );
}

function completeWith(options: Resolved, signal: AbortSignal): Complete {
  const { model, maxNewTokens, temperature, seed, batchSize: maxSequences } = options;
  return async (chats) => {
    const prompts = chats.map(({ messages, tools }) =>
      model.tokenizer.applyChatTemplate(messages, { tools, addGenerationPrompt: true }),
    );
    const ids = prompts.map((prompt) => model.tokenizer.encode(prompt));
    const run = model.generate(ids, { maxNewTokens, temperature, seed, maxSequences });
    const stop = () => run.cancel();
    signal.addEventListener("abort", stop, { once: true });
    try {
      // iterated, not awaited: an inner run draws no view of its own
      for await (const _ of run);
    } finally {
      signal.removeEventListener("abort", stop);
    }
    return run.result!.map(({ text, finishReason, tokens }, i) => {
      return { prompt: prompts[i], completion: text, finish: finishReason, tokens: tokens.length };
    });
  };
}

function checkIds(tasks: readonly EvaluationTask[]): void {
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (typeof id !== "string" || seen.has(id)) {
      throw new MedgymError("invalid-data", `evaluate: task id ${JSON.stringify(id)} is missing or used twice.`);
    }
    seen.add(id);
  }
}
