/** How a trained model does on held-out tasks, beside the one it came from; and whether a merged model is still the same. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { MedgymError } from "../../core/errors.ts";
import { follow } from "../../core/follow.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunState } from "../../core/run.ts";
import { tableBundle } from "../../core/table.ts";
import {
  type Comparison,
  compare,
  type Evaluation,
  evaluate,
  type MeasureOptions,
  measureFields,
} from "../../evaluate/index.ts";
import type { Model } from "../../model/model.ts";
import { batchesOf, completionsOf } from "../policy/experience.ts";
import { isModelLike } from "../training-options.ts";

export interface ValidateOptions extends MeasureOptions {
  model: Model;
  /** The model it came from: both play the same tasks, and the difference is taken task by task. */
  against?: Model;
  /** `model` is merged; this is the model with its adapter apart, which must play alike. */
  unmerged?: Model;
  /** Largest difference of the mean score that merging may make; rounding changes a choice of tokens now and then. @default 0.02 */
  tolerance?: number;
  /** Largest mean difference of a token's log-probability, nats. @default 0.01 in f32, 0.1 in bf16 */
  logprobTolerance?: number;
  /** A folder that takes the episodes as they end, so that a call which was killed goes on where it was. */
  records?: string;
}

const schema = z.strictObject({
  ...measureFields,
  model: z.custom<Model>(isModelLike).describe("a model"),
  against: z.custom<Model>(isModelLike).describe("a model").optional(),
  unmerged: z.custom<Model>(isModelLike).describe("a model").optional(),
  tolerance: z.number().min(0).default(0.02),
  logprobTolerance: z.number().min(0).optional(),
  records: z.string().min(1).optional(),
});
type Resolved = z.output<typeof schema>;

/** A merged model beside the model with its adapter apart. */
export interface MergeCheck {
  tasks: number;
  /** Share of tasks in which both wrote the same, letter by letter. */
  same: number;
  /** Mean score of the merged model minus that of the other; null: no task was scored by both. */
  scoreDifference: number | null;
  /** Mean |log p| difference of the tokens that the unmerged model wrote, nats. */
  logprobGap: number;
  tolerance: number;
  logprobTolerance: number;
  ok: boolean;
}

export interface ValidateEvent {
  type: "progress";
  /** Who plays. */
  name: "model" | "against" | "unmerged";
  done: number;
  total: number;
}

/** Draws itself. */
export class Validation implements Displayable {
  readonly evaluation!: Evaluation;
  /** With `against`: before and after. */
  readonly comparison!: Comparison | null;
  /** With `unmerged`. */
  readonly merge!: MergeCheck | null;

  constructor(fields: Pick<Validation, "evaluation" | "comparison" | "merge">) {
    Object.assign(this, fields);
  }

  /** Throws "invalid-data" if the merged model does not play like the other. */
  assert(): void {
    if (this.merge && !this.merge.ok)
      throw new MedgymError(
        "invalid-data",
        `validate: the merged model is not the model that was merged: ${mergeText(this.merge)}. Merge from a base in f32 or bf16, ` +
          "write f32 (dtype), or allow more by tolerance and logprobTolerance.",
      );
  }

  [displaySymbol](): MimeBundle {
    const { evaluation, comparison, merge } = this;
    const main = (comparison ?? evaluation)[displaySymbol]() as MimeBundle;
    if (!merge) return main;
    const line = `merged: ${mergeText(merge)}`;
    return {
      ...main,
      "text/plain": `${main["text/plain"]}\n${line}`,
      "text/html": `${main["text/html"]}<div${merge.ok ? "" : ' style="color:#c0392b"'}>${line}</div>`,
    };
  }
}

/**
 * Plays held-out tasks (by default those of the test split) with a model, with the model it came from, and with the unmerged model
 * if it is a merged one. The difference that merging made is told, and `assert()` refuses one above the tolerance.
 */
export function validate(options: ValidateOptions): Run<Validation, ValidateEvent> {
  const resolved = resolveOptions("validate", options, schema);
  return new Run(
    "validate",
    ({ signal, emit }) => play(resolved, signal, emit),
    view,
    ({ events }) => {
      const last = events.at(-1);
      return last && { done: last.done, total: last.total, unit: "tasks", detail: last.name };
    },
  );
}

async function play(options: Resolved, signal: AbortSignal, emit: (event: ValidateEvent) => void): Promise<Validation> {
  const { model, against, unmerged, tolerance, logprobTolerance: _, records, ...measure } = options;
  if (records) await mkdir(records, { recursive: true });
  const evaluated = (who: Model, name: ValidateEvent["name"]) => {
    const record = records && join(records, `${name}.jsonl`);
    return follow(evaluate({ ...measure, model: who, record }), {
      signal,
      see: ({ done, total }) => emit({ type: "progress", name, done, total }),
    });
  };
  const evaluation = await evaluated(model, "model");
  const before = against && (await evaluated(against, "against"));
  const apart = unmerged && (await evaluated(unmerged, "unmerged"));
  // The merged model is another base to `compare`, though not another origin.
  const comparison = before ? compare({ before, after: apart ?? evaluation }) : null;
  const merge = apart ? await mergeCheck(apart, evaluation, options, signal) : null;
  return new Validation({ evaluation, comparison, merge });
}

async function mergeCheck(
  apart: Evaluation,
  merged: Evaluation,
  { model, tolerance, temperature, logprobTolerance = model.info.dtype === "f32" ? 0.01 : 0.1 }: Resolved,
  signal: AbortSignal,
): Promise<MergeCheck> {
  const pairs = apart.outcomes.map((one, i) => [one, merged.outcomes[i]] as const);
  const written = ({ turns }: (typeof apart.outcomes)[number]) => turns.map(({ completion }) => completion).join("\0");
  const same = pairs.filter(([a, b]) => written(a) === written(b)).length / pairs.length;
  const scored = pairs.filter(([a, b]) => a.score !== null && b.score !== null);
  const sum = scored.reduce((total, [a, b]) => total + b.score! - a.score!, 0);
  const scoreDifference = scored.length === 0 ? null : sum / scored.length;
  const logprobGap = await gapOf(model, apart, temperature, signal);
  const ok = scoreDifference !== null && Math.abs(scoreDifference) <= tolerance && !(logprobGap > logprobTolerance);
  return { tasks: pairs.length, same, scoreDifference, logprobGap, tolerance, logprobTolerance, ok };
}

/** Of the tokens that were drawn, by how much the model's log-probabilities differ from those as they were drawn. */
async function gapOf(
  model: Model,
  { outcomes }: Evaluation,
  temperature: number,
  signal: AbortSignal,
): Promise<number> {
  let [sum, tokens] = [0, 0];
  const trajectories = outcomes.map(({ trajectory }) => trajectory);
  const completions = completionsOf(trajectories, new Float64Array(trajectories.length), () => false);
  for (const { batch, targets, mask, samplerLogprobs } of batchesOf(completions, 4096)) {
    signal.throwIfAborted();
    // Greedy tokens come with their log-probabilities at temperature 1.
    const settings = { adapter: model.adapter?.engine ?? null, targets, temperature: temperature || 1 };
    const { logprobs } = await model.engine.forward(batch, settings);
    mask.forEach((counts, t) => {
      if (!counts) return;
      sum += Math.abs(logprobs[t] - samplerLogprobs[t]);
      tokens++;
    });
  }
  return tokens === 0 ? 0 : sum / tokens;
}

function mergeText({ tasks, same, scoreDifference, logprobGap, tolerance, logprobTolerance }: MergeCheck): string {
  const difference = scoreDifference === null ? "no task scored" : `score differs by ${scoreDifference.toFixed(4)}`;
  return (
    `${(100 * same).toFixed(0)} % of ${tasks} tasks played to the same letter, ${difference} (at most ${tolerance}), ` +
    `log-probabilities by ${logprobGap.toExponential(1)} nats a token (at most ${logprobTolerance})`
  );
}

function view({ status, events, result, error }: RunState<Validation, ValidateEvent>): MimeBundle {
  if (result) return result[displaySymbol]() as MimeBundle;
  const rows = (["model", "against", "unmerged"] as const).flatMap((name) => {
    const last = events.findLast((event) => event.name === name);
    return last ? [[name, `${last.done} of ${last.total} tasks`]] : [];
  });
  const warnings = error && status === "failed" ? [(error as Error).message] : [];
  return tableBundle(`validate: ${status}`, ["", "played"], rows, warnings);
}
