/** The usual stages of a pipeline. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hashJson } from "../../core/canonical.ts";
import { InvalidOptionError, type MedgymError } from "../../core/errors.ts";
import { type Followable, follow } from "../../core/follow.ts";
import { resolveOptions } from "../../core/options.ts";
import { type Row, read, write } from "../../data/index.ts";
import { isEnvironment } from "../../generate/rollout.ts";
import type { Domain } from "../../gym/index.ts";
import { type SynthesizeOptions, synthesize } from "../../gym/synthesize/index.ts";
import { loadAdapter, loadSaved } from "../../model/load.ts";
import type { SaveOptions } from "../../model/model.ts";
import { newestCheckpoint } from "../../track/checkpoints.ts";
import { findRun } from "../../track/store.ts";
import { distill as distillVerb } from "../distill/distill.ts";
import type { DistillRolloutOptions, DistillRowsOptions } from "../distill/distill-options.ts";
import { encodeExamples } from "../examples.ts";
import { grpo as grpoVerb } from "../grpo/grpo.ts";
import type { GrpoOptions } from "../grpo/grpo-options.ts";
import { ppo as ppoVerb } from "../ppo/ppo.ts";
import type { PpoOptions } from "../ppo/ppo-options.ts";
import { sft as sftVerb } from "../sft/sft.ts";
import { completeSft, type SftOptions, sftSchema } from "../sft/sft-options.ts";
import type { Trained } from "../trained.ts";
import { type PickBestOptions, pickBest as pickBestVerb } from "./pick-best.ts";
import { isDomain, listOf, type Stage, type StageContext, type StageResult, type Work } from "./stage.ts";
import { type ValidateOptions, validate as validateVerb } from "./validate.ts";

export interface GenerateStageOptions extends Omit<SynthesizeOptions, "domains" | "split"> {
  /** @default the pipeline's environment */
  domains?: SynthesizeOptions["domains"];
  /** So many further demonstrations of validation tasks, whose loss `sft` measures. @default none */
  validation?: number;
}

/** Demonstrations by playing, as `data.synthesize` makes them; they are the rows of the `sft` that follows. */
export function generate(options: GenerateStageOptions): Stage {
  const { validation, domains: given, ...settings } = options;
  const domainsOf = ({ environment }: Work): SynthesizeOptions["domains"] => {
    if (given) return given;
    const domains = listOf(environment ?? []) as readonly Domain[];
    if (domains.length > 0 && domains.every(isDomain)) return domains;
    throw missing("generate", "the pipeline has no domain with an expert: give `domains`");
  };
  const validationOf = (work: Work, count: number) =>
    synthesize({ ...settings, perTask: undefined, domains: domainsOf(work), split: "validation", count });
  const [rowsFile, evalFile] = ["rows.jsonl", "eval-rows.jsonl"];
  return {
    name: "generate",
    options,
    async run(work, { folder, follow }) {
      const { rows, rejected } = await follow(synthesize({ ...settings, domains: domainsOf(work) }));
      const evalRows = validation ? (await follow(validationOf(work, validation))).rows : undefined;
      await write(join(folder, rowsFile), rows);
      if (evalRows) await write(join(folder, evalFile), evalRows);
      const notKept = Object.values(rejected).reduce((sum, count) => sum + count, 0);
      const summary = { demonstrations: rows.length, validation: evalRows?.length ?? null, "not kept": notKept };
      return { work: { rows, ...(evalRows && { evalRows }) }, summary, kept: true };
    },
    async restore(_, __, { folder }) {
      const evalRows = existsSync(join(folder, evalFile)) && (await read(join(folder, evalFile)));
      return { rows: await read(join(folder, rowsFile)), ...(evalRows && { evalRows }) };
    },
    async dryRun(work, signal) {
      const few = {
        ...settings,
        perTask: undefined,
        domains: domainsOf(work),
        count: Math.min(8, settings.count ?? 8),
      };
      const startedAt = performance.now();
      const { rows } = await follow(synthesize(few), { signal });
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const wanted = settings.count ? `${settings.count} demonstrations` : `${settings.perTask} of each task`;
      return { plan: `${wanted}; ${rows.length} made in ${seconds} s`, work: { rows, evalRows: rows } };
    },
  };
}

/** A way of training: `sft`, `grpo`, `ppo`, or a function of your own that gives a run of the same kind. */
export interface TrainingVerb<Options> {
  (options: Options): Followable<Trained, { type: string }>;
  readonly name: string;
  dryRun?(options: Options, settings: { groups: number }): PromiseLike<DryRunFacts>;
}

interface DryRunFacts {
  mixed?: number;
  warnings?: readonly string[];
}

/** Options of a training within a pipeline: what the stages before it have made is filled in. */
export type StageOptions<Options> = Omit<Options, "model" | "resume" | "environment" | "data"> &
  Partial<Pick<Options, Extract<keyof Options, "environment" | "data">>>;

/** `fill`: what the verb takes of the work, where the options do not say it; options that are a function say all themselves. */
export function train<Options extends object>(
  verb: TrainingVerb<Options>,
  options: StageOptions<Options> | ((work: Work) => StageOptions<Options>),
  fill: (work: Work) => object = environmentOf,
): Stage {
  const { name } = verb;
  const optionsOf = (work: Work) => {
    const own = typeof options === "function" ? options(work) : options;
    const filled = typeof options === "function" ? {} : fill(work);
    return { ...filled, ...defined(own), model: work.model } as unknown as Options;
  };
  return {
    name,
    options,
    run: (work, context) => runTraining(verb, optionsOf(work), context),
    async restore(work, kept, { folder }) {
      const { id, adapter, full } = kept as { id: string; adapter: string; full: boolean };
      const path = await findRun(id);
      const model = full
        ? await loadSaved(work.model, join(folder, "model"))
        : await loadAdapter(work.model.base, join(path, "adapter"), { name: adapter });
      return { model, trained: { model, id, path } };
    },
    async dryRun(work) {
      if (!verb.dryRun) return { plan: "trains" };
      const { mixed, warnings } = await verb.dryRun(optionsOf(work), { groups: 4 });
      const share = mixed === undefined ? "" : `; ${(100 * mixed).toFixed(0)} % of 4 groups differ in more than form`;
      return { plan: `trains${share} (with the model as it is now)`, warnings };
    },
  };
}

/** Goes on with the run that an attempt before has noted, if that has a checkpoint. */
async function runTraining<Options extends object>(
  verb: TrainingVerb<Options>,
  options: Options,
  { noted, note, follow, folder, next }: StageContext,
): Promise<StageResult> {
  const begun = noted as string | undefined;
  const resume = begun && (await hasCheckpoint(begun)) ? begun : undefined;
  // All that there are to choose from.
  const keepCheckpoints = next === "pick-best" && !("keepCheckpoints" in options) ? { keepCheckpoints: 20 } : {};
  const run = verb({ ...options, ...keepCheckpoints, ...(resume && { resume }) });
  const trained = await follow(run, async (event) => {
    const { type, run: id } = event as { type: string; run?: string };
    if (type === "start" && id) await note(id);
  });
  const { model, id, path } = trained;
  const full = model.adapter === null;
  if (full) await model.save(join(folder, "model"));
  const { summary = {} } = trained as { summary?: object };
  return {
    work: { model, trained: { model, id, path } },
    kept: { id, full, adapter: model.adapter?.name },
    summary: { run: id, ...(summary as Record<string, number>) },
  };
}

async function hasCheckpoint(id: string): Promise<boolean> {
  try {
    await newestCheckpoint(join(await findRun(id), "checkpoints"));
    return true;
  } catch {
    return false; // killed before its first
  }
}

/** Supervised fine-tuning on the rows made before, with their validation rows. */
export function sft(options: StageOptions<SftOptions> = {}): Stage {
  const stage = train(sftVerb, options, rowsOf);
  return {
    ...stage,
    run(work, context) {
      if (!work.rows && !options.data)
        throw missing("sft", "there are no rows yet: put `generate` before it, or give `data`");
      return stage.run(work, context);
    },
    /** Of a few rows: their lengths, and the steps of all. */
    async dryRun({ rows, model }, signal) {
      const data = (options.data ?? rows)!;
      const settings = completeSft(resolveOptions("sft", { ...options, data, evalData: undefined, model }, sftSchema));
      const { lossOn, maxLength, batchSize, length } = settings;
      const few = Array.isArray(data) ? (data as Row[]).slice(0, 64) : data;
      const examples = await encodeExamples(
        "sft: data",
        few,
        model.tokenizer,
        { lossOn, maxLength, overlong: "drop" },
        signal,
      );
      const tokens = examples.items.map(({ ids }) => ids.length);
      const mean = Math.round(examples.tokens / tokens.length);
      const time = "steps" in length ? `${length.steps} steps` : `${length.epochs} epochs`;
      return {
        plan: `${time} of ${batchSize}; rows of ${mean} tokens, the longest ${Math.max(...tokens)} of at most ${maxLength}`,
        ...(examples.dropped > 0 && {
          warnings: [`${examples.dropped} of ${examples.rows} rows are longer than ${maxLength} tokens.`],
        }),
      };
    },
  };
}

/** GRPO in the pipeline's environment. */
export const grpo = (options: StageOptions<GrpoOptions> = {}): Stage => train(grpoVerb, options);

/** PPO in the pipeline's environment. */
export const ppo = (options: StageOptions<PpoOptions> = {}): Stage => train(ppoVerb, options);

/** Distillation on rollouts in the pipeline's environment. */
export const distill = (options: StageOptions<DistillRolloutOptions> = {}): Stage =>
  train<DistillRolloutOptions>(distillVerb, options);

/** Distillation on the rows made before. */
export const distillRows = (options: StageOptions<DistillRowsOptions>): Stage =>
  train(
    function distill(given: DistillRowsOptions) {
      return distillVerb(given);
    },
    options,
    rowsOf,
  );

const rowsOf = ({ rows, evalRows }: Work) => ({ data: rows, ...(evalRows && { evalData: evalRows }) });

/** The checkpoint of the training before that does best on validation tasks; by: "loss", on the validation rows. */
export function pickBest(options: Omit<PickBestOptions, "trained" | "records"> = {}): Stage {
  const optionsOf = (work: Work): Omit<PickBestOptions, "trained"> => {
    const { evalRows, environment } = work;
    return options.by === "loss" ? { rows: evalRows, ...options } : { environment, ...options };
  };
  return {
    name: "pick-best",
    options,
    async run(work, { follow, folder }) {
      if (!work.trained) throw missing("pick-best", "nothing was trained before it");
      const { trained } = work;
      const picked = await follow(pickBestVerb({ ...optionsOf(work), trained, records: folder }));
      const { step, value } = picked.best;
      const summary = { step, [picked.by]: value, checkpoints: picked.candidates.length };
      return { work: { model: picked.model, picked }, summary };
    },
    async dryRun(work) {
      const { by = "score", count } = options;
      return {
        plan: `the best checkpoint by ${by} on validation ${by === "loss" ? "rows" : `tasks${count ? `, ${count} of them` : ""}`}`,
        work,
      };
    },
  };
}

export interface MergeStageOptions extends SaveOptions {
  /** @default "merged" in the pipeline's folder */
  directory?: string;
}

/** Folds the adapter into the weights, writes a Hugging Face folder, and goes on with the model of that folder. */
export function merge({ directory, ...save }: MergeStageOptions = {}): Stage {
  return {
    name: "merge",
    options: { directory, ...save },
    async run({ model }, { folder }) {
      if (!model.adapter) throw missing("merge", "the model has no adapter");
      const into = directory ?? join(folder, "model");
      await model.merge(into, save);
      const work = { model: await loadSaved(model, into), merged: { directory: into, unmerged: model } };
      return { work, kept: { directory: into }, summary: { directory: into } };
    },
    async restore({ model }, kept) {
      const { directory } = kept as { directory: string };
      return { model: await loadSaved(model, directory), merged: { directory, unmerged: model } };
    },
    async dryRun() {
      return { plan: `writes the whole model to ${directory ?? "the pipeline's folder"}` };
    },
  };
}

export interface ValidateStageOptions extends Omit<ValidateOptions, "model" | "against" | "unmerged" | "records"> {
  /** Also play the model that the pipeline began with. @default true */
  baseline?: boolean;
}

/** Plays held-out tasks (of the test split) before and after; a merged model must play like the one that was merged. */
export function validate({ baseline = true, ...options }: ValidateStageOptions = {}): Stage {
  return {
    name: "validate",
    options: { baseline, ...options },
    async run({ model, start, environment, merged }, { follow, folder }) {
      const others = { ...(baseline && model !== start && { against: start }), unmerged: merged?.unmerged };
      const validation = await follow(validateVerb({ environment, ...options, ...others, model, records: folder }));
      validation.assert();
      const { evaluation, comparison, merge } = validation;
      const difference = comparison?.rows[0].differences[0];
      const summary = {
        score: evaluation.score?.value ?? null,
        n: evaluation.n,
        ...(difference && { before: comparison.rows[0].estimates[0]?.value ?? null, difference: difference.value }),
        ...(merge && { "merged plays the same": merge.same }),
      };
      return { work: { validation }, summary };
    },
    async dryRun({ environment }) {
      const domains = listOf(options.environment ?? environment ?? []).filter(isDomain);
      const { split = "test", count, tasks } = options;
      const own = domains.reduce((sum, domain) => sum + domain.tasks({ split, count }).length, 0);
      return { plan: `plays ${tasks?.length ?? own} ${split} tasks${baseline ? ", before and after" : ""}` };
    },
  };
}

const environmentOf = ({ environment }: Work) => (environment ? { environment } : {});

const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function missing(stage: string, what: string): MedgymError {
  return new InvalidOptionError("stages", `${stage}: ${what}.`);
}

/** For comparing what a stage's result depends on: JSON, of long lists a hash, of functions their source, of objects their name. */
export function markOf(value: unknown): unknown {
  if (typeof value === "function") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value))
    return value.length > 20 ? { length: value.length, hash: hashJson(value) } : value.map(markOf);
  if (isEnvironment(value)) return value.name;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return markOf((value as { name?: unknown }).name ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, markOf(each)]));
}
