/** Which checkpoint of a training is the best on validation: each is measured, the best is kept. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { InvalidOptionError, MedgymError } from "../../core/errors.ts";
import { follow } from "../../core/follow.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunState } from "../../core/run.ts";
import { tableBundle } from "../../core/table.ts";
import { evaluate, type MeasureOptions, measureFields } from "../../evaluate/index.ts";
import { loadAdapter } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { checkpointFault, listCheckpoints } from "../../track/checkpoints.ts";
import { type Examples, encodeExamples } from "../examples.ts";
import { evaluateLoss } from "../pass.ts";
import type { SftData } from "../rows.ts";
import type { Trained } from "../trained.ts";

export interface PickBestOptions extends MeasureOptions {
  /** A training run: its checkpoints are compared. `keepCheckpoints` and `saveEvery` of the training say how many there are. */
  trained: Pick<Trained, "model" | "path">;
  /**
   * What is compared: "score" (the composite), a part such as "accuracy" or "success", or "loss": the loss on `rows`, of which the
   * lowest is the best. @default "score"
   */
  by?: string;
  /** Held-out rows, with by: "loss". */
  rows?: SftData;
  /** A folder that takes the episodes as they end, so that a call which was killed goes on where it was. */
  records?: string;
}

const schema = z.strictObject({
  ...measureFields,
  split: measureFields.split.unwrap().default("validation"),
  trained: z
    .custom<PickBestOptions["trained"]>((value) => {
      const { path, model } = (value ?? {}) as Partial<Trained>;
      return typeof path === "string" && typeof model?.withAdapter === "function";
    })
    .describe("what sft, grpo or ppo gave"),
  by: z.string().min(1).default("score"),
  rows: z
    .custom<SftData>((value) => typeof value === "string" || (typeof value === "object" && value !== null))
    .describe("rows, or the path of a file of them")
    .optional(),
  records: z.string().min(1).optional(),
});
type Resolved = z.output<typeof schema>;

/** A checkpoint as it was measured. */
export interface Candidate {
  step: number;
  /** Folder of the checkpoint, PEFT's form. */
  path: string;
  /** Mean; null: nothing could be measured, so it is never the best. */
  value: number | null;
  /** Of the interval; equal to the value for a loss. */
  low: number | null;
  high: number | null;
  /** Tasks, or learned tokens, behind it. */
  n: number;
}

export type PickBestEvent =
  | { type: "start"; candidates: number; by: string }
  /** Within a candidate. */
  | { type: "progress"; step: number; done: number; total: number }
  | { type: "candidate-end"; step: number; candidate: Candidate; done: number; total: number };

/** The best checkpoint, with how all of them did. Draws itself. */
export class Picked implements Displayable {
  /** With the adapter of the best checkpoint on. */
  readonly model!: Model;
  readonly best!: Candidate;
  readonly candidates!: readonly Candidate[];
  readonly by!: string;

  constructor(fields: Pick<Picked, "model" | "best" | "candidates" | "by">) {
    Object.assign(this, fields);
  }

  [displaySymbol](): MimeBundle {
    return candidatesTable(this.candidates, this.by, this.best);
  }
}

/**
 * Measures every checkpoint of a training on validation tasks (or rows) and gives the model of the best; of equals the one with fewer
 * steps. The test split is refused: what was chosen on it says nothing about it.
 */
export function pickBest(options: PickBestOptions): Run<Picked, PickBestEvent> {
  const resolved = resolveOptions("pickBest", options, schema);
  const { trained, by, rows, split, environment, tasks } = resolved;
  const refuse = (option: string, message: string): never => {
    throw new InvalidOptionError(option, `pickBest: ${message}`);
  };
  if (split === "test") refuse("split", 'a checkpoint chosen on the test split has seen it. Use "validation".');
  if (by === "loss" && !rows) refuse("rows", 'by: "loss" needs rows, held out from training.');
  if (by !== "loss" && rows) refuse("rows", 'rows are measured with by: "loss".');
  if (by !== "loss" && !environment && !tasks) refuse("environment", "give an environment to play in, or tasks.");
  if (!trained.model.adapter)
    refuse("trained", "checkpoints of lora: false cannot be put on apart. Train with LoRA, or use sft's keepBest.");
  return new Run(
    "pickBest",
    ({ signal, emit }) => pick(resolved, signal, emit),
    view,
    ({ events }) => {
      const last = events.findLast((event) => event.type === "candidate-end");
      const first = events.find((event) => event.type === "start");
      return first && { done: last?.done ?? 0, total: first.candidates, unit: "checkpoints" };
    },
  );
}

async function pick(options: Resolved, signal: AbortSignal, emit: (event: PickBestEvent) => void): Promise<Picked> {
  const { trained, by } = options;
  const checkpoints = await wholeCheckpoints(trained.path);
  emit({ type: "start", candidates: checkpoints.length, by });
  const examples = by === "loss" ? await examplesOf(options, signal) : undefined;
  const candidates: Candidate[] = [];
  let best: { model: Model; candidate: Candidate } | undefined;
  for (const { step, path } of checkpoints) {
    signal.throwIfAborted();
    const model = await loadAdapter(trained.model.base, path, { name: trained.model.adapter!.name });
    const measured = examples
      ? await lossOf(model, examples, signal)
      : await scoreOf(model, options, step, signal, (done, total) => emit({ type: "progress", step, done, total }));
    const candidate = { step, path, ...measured };
    candidates.push(candidate);
    emit({ type: "candidate-end", step, candidate, done: candidates.length, total: checkpoints.length });
    const isBest = candidate.value !== null && isBetter(candidate.value, best?.candidate.value ?? null, by);
    (isBest ? best?.model : model)?.adapter?.engine.dispose();
    if (isBest) best = { model, candidate };
  }
  if (!best)
    throw new MedgymError(
      "invalid-data",
      `pickBest: ${by} could be measured for none of ${checkpoints.length} checkpoints: every task failed, or none has that part.`,
    );
  return new Picked({ model: best.model, best: best.candidate, candidates, by });
}

const isBetter = (value: number, than: number | null, by: string) =>
  than === null || (by === "loss" ? value < than : value > than);

async function wholeCheckpoints(path: string) {
  const found = await listCheckpoints(join(path, "checkpoints"));
  const whole = [];
  for (const checkpoint of found) if (!(await checkpointFault(checkpoint.path))) whole.push(checkpoint);
  if (whole.length > 0) return whole.filter(({ path }) => existsSync(join(path, "adapter_config.json")));
  throw new MedgymError("not-found", `pickBest: ${path} has no whole checkpoint. Set saveEvery in the training.`);
}

async function examplesOf({ rows, trained: { model } }: Resolved, signal: AbortSignal): Promise<Examples> {
  const settings = { lossOn: "assistant", maxLength: model.info.maxPositions, overlong: "drop" } as const;
  return encodeExamples("pickBest: rows", rows!, model.tokenizer, settings, signal);
}

async function lossOf(model: Model, { items }: Examples, signal: AbortSignal) {
  const settings = { microBatchTokens: 4096, gradientCheckpointing: false };
  const { loss, scoredTokens } = await evaluateLoss(model, items, settings, signal);
  return { value: loss, low: loss, high: loss, n: scoredTokens };
}

async function scoreOf(
  model: Model,
  { trained: _, by, rows: __, records, ...measure }: Resolved,
  step: number,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
) {
  if (records) await mkdir(records, { recursive: true });
  const record = records && join(records, `step-${step}.jsonl`);
  const evaluation = await follow(evaluate({ ...measure, model, record, name: `step ${step}` }), {
    signal,
    see: ({ done, total }) => progress(done, total),
  });
  const estimate = by === "score" ? evaluation.score : (evaluation.parts[by] ?? null);
  const { value = null, low = null, high = null, n = 0 } = estimate ?? {};
  return { value, low, high, n };
}

function view({ status, events, result, error }: RunState<Picked, PickBestEvent>): MimeBundle {
  if (result) return result[displaySymbol]();
  const start = events.find((event) => event.type === "start");
  const ended = events.filter((event) => event.type === "candidate-end").map(({ candidate }) => candidate);
  const last = events.at(-1);
  const now = last?.type === "progress" ? `, step ${last.step}: ${last.done} of ${last.total} tasks` : "";
  const of = start ? `${ended.length} of ${start.candidates} checkpoints` : "looking for checkpoints";
  const warnings = error && status === "failed" ? [(error as Error).message] : [];
  return candidatesTable(ended, start?.by ?? "", undefined, `pickBest: ${status}: ${of}${now}`, warnings);
}

function candidatesTable(
  candidates: readonly Candidate[],
  by: string,
  best?: Candidate,
  caption = `pickBest: step ${best?.step} of ${candidates.length} checkpoints, by ${by} on validation`,
  warnings: readonly string[] = [],
): MimeBundle {
  const number = (value: number | null) => (value === null ? "–" : value.toFixed(3));
  const rows = candidates.map(({ step, value, low, high, n }) => {
    const interval = by === "loss" ? "" : `${number(low)} – ${number(high)}`;
    return [`step ${step}`, number(value), interval, String(n), step === best?.step ? "best" : ""];
  });
  return tableBundle(caption, ["", by, "interval", "n", ""], rows, warnings);
}
