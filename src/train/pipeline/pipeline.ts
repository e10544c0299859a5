/**
 * Stages one after the other, as one call: demonstrations, fine-tuning, the best checkpoint, reinforcement learning, merging,
 * validation. What each stage made is kept in the run store, so that a pipeline which was killed goes on at the stage it was in, and
 * within a training at its newest checkpoint.
 */
import { join } from "node:path";
import { z } from "zod";
import { isCancelled, MedgymError } from "../../core/errors.ts";
import { follow } from "../../core/follow.ts";
import { resolveOptions } from "../../core/options.ts";
import { Run, type RunContext } from "../../core/run.ts";
import { environmentSchema } from "../../generate/rollout.ts";
import type { Environment } from "../../gym/index.ts";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { RunFolder } from "../../track/store.ts";
import { describeModel } from "../references.ts";
import { isModelLike } from "../training-options.ts";
import { findPipeline, type PipelineRecord, type StageRecord, saveRecord, stageFolder } from "./pipeline-record.ts";
import { PipelineDryRun, type PipelineEvent, PipelineResult } from "./pipeline-result.ts";
import { dryRunView, pipelineMeter, pipelineView, progressOf } from "./pipeline-view.ts";
import { listOf, type Stage, type StageContext, type StageDryRun, type Work } from "./stage.ts";
import { distill, distillRows, generate, grpo, markOf, merge, pickBest, ppo, sft, train, validate } from "./stages.ts";

export interface PipelineOptions {
  /** What the first stage begins with, or its path or hub id. */
  model: Model | string;
  /** Where the stages make demonstrations, train and play, if they do not say it themselves. */
  environment?: Environment | readonly Environment[];
  /** In their order: `pipeline.generate(…)`, `pipeline.sft(…)`, …, or objects of your own. */
  stages: readonly Stage[];
  /**
   * Go on with a pipeline: its id or folder; `true`: the newest unfinished one that began alike, if any. Finished stages are not run
   * again and must have the same options; those after them may have changed.
   */
  resume?: string | boolean;
}

const schema = z.strictObject({
  model: z
    .custom<Model | string>((value) => typeof value === "string" || isModelLike(value))
    .describe("a model, as loadModel gives it, or its path or hub id"),
  environment: environmentSchema.optional(),
  stages: z
    .custom<readonly Stage[]>(
      (value) =>
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((stage) => typeof stage?.name === "string" && typeof stage.run === "function"),
    )
    .describe("a list of stages: pipeline.sft({ … }), or { name, run }"),
  resume: z.union([z.string(), z.boolean()]).describe("a pipeline's id or folder, or true or false").optional(),
});
type Resolved = z.output<typeof schema>;

/** Runs stages one after the other. Returns at once; await it, or show it in a cell. */
export function pipeline(options: PipelineOptions): Run<PipelineResult, PipelineEvent> {
  const resolved = resolveOptions("pipeline", options, schema);
  return new Run("pipeline", (context) => runStages(resolved, context), pipelineView, pipelineMeter);
}

pipeline.generate = generate;
pipeline.train = train;
pipeline.sft = sft;
pipeline.grpo = grpo;
pipeline.ppo = ppo;
pipeline.distill = distill;
pipeline.distillRows = distillRows;
pipeline.pickBest = pickBest;
pipeline.merge = merge;
pipeline.validate = validate;

/** What each stage would do, without training: a few demonstrations are made, rows measured, some groups played. */
pipeline.dryRun = (options: PipelineOptions): Run<PipelineDryRun, never> => {
  const { model, environment, stages } = resolveOptions("pipeline", options, schema);
  return new Run(
    "pipeline.dryRun",
    async ({ signal }) => {
      const start = await loaded(model, signal);
      let work: Work = { start, model: start, environment };
      const rows = [];
      for (const [at, stage] of stages.entries()) {
        signal.throwIfAborted();
        const planned = await (stage.dryRun?.(work, signal) ?? Promise.resolve({ plan: "a stage of your own" })).catch(
          (error) => Promise.reject(ofStage(error, at, stage.name)),
        );
        const { plan, warnings = [], work: made }: StageDryRun = planned;
        work = { ...work, ...made };
        rows.push({ name: stage.name, plan, warnings });
      }
      return new PipelineDryRun(rows);
    },
    dryRunView,
  );
};

async function loaded(model: Model | string, signal: AbortSignal): Promise<Model> {
  return typeof model === "string" ? follow(loadModel(model), { signal }) : model;
}

async function runStages(
  { model: given, environment, stages, resume }: Resolved,
  { signal, emit }: RunContext<PipelineEvent>,
): Promise<PipelineResult> {
  const start = await loaded(given, signal);
  const facts = await describeModel(start);
  const places = listOf(environment ?? []).map(({ name }) => name);
  const call = {
    mark: { model: facts.hash, adapter: facts.adapter ?? null, environment: places },
    stages: stages.map(({ name, options }) => ({ name, mark: markOf(options) ?? null })),
  };
  const found = resume ? await findPipeline(resume, call) : undefined;
  const record: PipelineRecord = found?.record ?? { mark: call.mark, stages: [] };
  record.stages.splice(stages.length);
  const finished = record.stages.filter(({ done }) => done).length;
  const { folder, metrics } = found
    ? await RunFolder.resume(found.path, finished)
    : await newFolder(start, call, facts);
  const events = metrics as PipelineEvent[];
  for (const event of events) emit(event);
  const tell = (event: PipelineEvent) => {
    folder.log(event);
    events.push(event);
    emit(event);
  };
  try {
    await saveRecord(folder.path, record);
    tell({ type: "start", run: folder.id, path: folder.path, stages: stages.map(({ name }) => name), step: finished });
    let work: Work = { start, model: start, environment };
    for (const [at, stage] of stages.entries()) {
      signal.throwIfAborted();
      const context = await contextOf(at, stage, stages[at + 1], {
        folder,
        record,
        mark: call.stages[at].mark,
        signal,
        emit,
      });
      work = { ...work, ...(await runStage(at, stage, work, context, record, folder, tell)) };
    }
    if (work.model.adapter) await work.model.saveAdapter(join(folder.path, "adapter"));
    await folder.end("succeeded", { summary: record.stages.at(-1)?.summary });
    return new PipelineResult({ id: folder.id, path: folder.path, work, stages: record.stages, events });
  } catch (error) {
    await folder.end(signal.aborted ? "cancelled" : "failed", { error }).catch(() => {});
    throw error;
  }
}

/** What of the work the stage changes. */
async function runStage(
  at: number,
  stage: Stage,
  work: Work,
  context: StageContext,
  record: PipelineRecord,
  folder: RunFolder,
  tell: (event: PipelineEvent) => void,
): Promise<Partial<Work>> {
  const entry = record.stages[at];
  const step = at + 1;
  try {
    if (entry.done && stage.restore) return await stage.restore(work, entry.kept, context);
    const startedAt = performance.now();
    tell({ type: "stage-start", step, stage: stage.name });
    const { work: made = {}, summary = {}, kept } = await stage.run(work, context);
    const seconds = (entry.done ? 0 : entry.seconds) + (performance.now() - startedAt) / 1000;
    Object.assign(entry, { done: true, seconds, summary, kept } satisfies Partial<StageRecord>);
    // In this order: an event of a stage that the record does not know as finished is forgotten at a resume.
    tell({ type: "stage-end", step, stage: stage.name, seconds, summary });
    await saveRecord(folder.path, record);
    return made;
  } catch (error) {
    throw ofStage(error, at, stage.name);
  }
}

async function contextOf(
  at: number,
  { name }: Stage,
  next: Stage | undefined,
  {
    folder,
    record,
    mark,
    signal,
    emit,
  }: {
    folder: RunFolder;
    record: PipelineRecord;
    mark: unknown;
    signal: AbortSignal;
    emit(event: PipelineEvent): void;
  },
): Promise<StageContext> {
  const before = record.stages[at];
  // One that had not ended and has other options now begins anew.
  const isSame = before?.name === name && JSON.stringify(before.mark) === JSON.stringify(mark);
  const entry = isSame ? before : { name, mark, done: false, seconds: 0, summary: {} };
  record.stages[at] = entry;
  return {
    signal,
    folder: await stageFolder(folder.path, at, name),
    next: next?.name,
    noted: entry.noted,
    async note(value) {
      entry.noted = value;
      await saveRecord(folder.path, record);
    },
    follow(run, see) {
      const watch = progressOf();
      return follow(run, {
        signal,
        show: true,
        async see(event) {
          const progress = watch(event as object);
          if (progress) emit({ type: "progress", step: at + 1, stage: name, ...progress });
          await see?.(event);
        },
      });
    },
  };
}

async function newFolder(
  start: Model,
  call: { mark: unknown; stages: readonly unknown[] },
  model: Record<string, unknown>,
) {
  const { name, isa, threads } = start.device.info();
  const folder = await RunFolder.create("pipeline", {
    options: { stages: call.stages },
    device: { name, isa, threads },
    engineVersion: start.device.engineVersion,
    model,
  });
  return { folder, metrics: [] };
}

function ofStage(error: unknown, at: number, name: string): unknown {
  if (isCancelled(error) || !(error instanceof Error)) return error;
  const code = (error as Partial<MedgymError>).code;
  const known = error instanceof MedgymError || typeof code === "string";
  return new MedgymError(known && code ? code : "internal", `pipeline, stage ${at + 1} (${name}): ${error.message}`, {
    cause: error,
  });
}
