/** Jobs that learn from a data set: sft, dpo, trainRewardModel, distill on rows. */
import type { z } from "zod";
import type { JobCheck, JobDescription } from "../../core/job-description.ts";
import { resolveOptions } from "../../core/options.ts";
import { type AnyRow, readRows } from "../../data/index.ts";
import {
  checkWithout,
  estimateOf,
  type Json,
  lookAtOptions,
  prepareOptions,
  shrink,
} from "../../generate/job-options.ts";
import { passBytes } from "../../model/memory.ts";
import type { Model } from "../../model/model.ts";
import { isModelReference } from "../../model/reference.ts";
import { secondsToScore, secondsToTrain } from "../../model/speed.ts";
import { microBatches, StepPlan } from "../batches.ts";
import type { ResolvedData } from "../data-options.ts";
import { refuseHeldOut } from "../data-run.ts";
import { modulesOf, resumeFrom, standingMemory, trainedResult } from "./parts.ts";

/** What a data set comes to: tokens of each item, those of them that are scored, and figures for people. */
export interface Encoded {
  lengths: number[];
  scored: number[];
  facts: Record<string, number>;
}

export interface DataJob<Options extends ResolvedData> {
  verb: string;
  schema: z.ZodObject<z.core.$ZodLooseShape>;
  /** Options that name a model. */
  models: readonly string[];
  complete(checked: never): Options;
  encode(options: Options, signal: AbortSignal): Promise<Encoded>;
  scalarHead?: boolean;
  /** Passes of a reference or teacher over the same tokens. */
  references?: number;
}

/** Rows that are looked at to predict memory, where not all are asked for. */
const sampleRows = 2000;
/** Steps whose batches are looked at: the largest of so many is about the largest of all. */
const sampleSteps = 2000;

// biome-ignore lint/suspicious/noExplicitAny: what the function takes is checked by its own schema
export function dataJob<Options extends ResolvedData>(job: DataJob<Options>): JobDescription<any, any> {
  const { verb } = job;
  const check = (options: Json, how: { data: boolean }) => checkData(job, options, how);
  return {
    prepare: (options) => prepareOptions(verb, options, job.models),
    check,
    resume: resumeFrom,
    result: trainedResult,
    downshift: (options, limit) =>
      shrink(options, limit, smallerSteps, async (smaller) => (await check(smaller, { data: false })).memory),
  };
}

/** The same numbers in smaller pieces: fewer tokens at once; then layers computed again; then an 8-bit base is left to the user. */
export function smallerSteps(options: Json): Json | undefined {
  const tokens = (options.microBatchTokens as number | undefined) ?? 4096;
  if (tokens > 512) return { ...options, microBatchTokens: Math.max(512, Math.floor(tokens / 2)) };
  if (options.gradientCheckpointing !== true) return { ...options, gradientCheckpointing: true };
  return tokens > 1 ? { ...options, microBatchTokens: 1 } : undefined; // a sequence at a time
}

async function checkData<Options extends ResolvedData>(
  job: DataJob<Options>,
  options: Json,
  { data: all }: { data: boolean },
): Promise<JobCheck> {
  const { verb } = job;
  const looked = await lookAtOptions(verb, options, job.models);
  if (!looked) return checkWithout(verb, options, job.schema);
  const checked = resolveOptions(verb, looked, job.schema);
  const resolved = job.complete(checked as never);
  if (all) await refuseHeldOut(resolved);
  const rows = all ? resolved.data : firstRows(resolved.data);
  const { signal } = new AbortController();
  const { lengths, scored, facts } = await job.encode({ ...resolved, data: rows }, signal);
  if (all && resolved.evalData !== undefined) await job.encode({ ...resolved, data: resolved.evalData }, signal);
  const plan = new StepPlan(
    lengths,
    { ...resolved, packing: resolved.packing ?? false, packLength: resolved.maxLength },
    resolved.length,
  );
  const { tokens, longest, scored: scoredAtOnce } = largestPass(plan, lengths, scored, resolved.microBatchTokens);
  const { model, lora } = resolved;
  const learning = { model, lora, scalarHead: job.scalarHead };
  const modules = modulesOf(learning);
  const { gradientCheckpointing: checkpoint } = resolved;
  const activations = passBytes(model.info, { tokens, longest, scored: scoredAtOnce, keep: true, checkpoint, modules });
  const total = sum(lengths);
  const memory = estimateOf({
    ...standingMemory(learning),
    ...(job.references &&
      isModelReference(options.teacher) && {
        teacher: (resolved as Json & { teacher: Model }).teacher.info.weightBytes,
      }),
    activations,
    data: 12 * total + 300 * lengths.length,
  });
  // Of steps some rows tell enough; how many an epoch has only all of them do.
  const isKnown = all || "steps" in resolved.length;
  const epochs =
    "steps" in resolved.length ? (plan.steps * meanStep(plan, lengths)) / Math.max(1, total) : resolved.length.epochs;
  const trained = total * epochs;
  return {
    memory,
    ...(isKnown && {
      expectedSeconds:
        secondsToTrain(model.info, trained, { full: lora === false, again: checkpoint }) +
        secondsToScore(model.info, trained * (job.references ?? 0)),
    }),
    options: {
      ...(job.schema.parse(looked) as Json),
      ...options,
      learningRate: resolved.learningRate,
      maxLength: resolved.maxLength,
    },
    facts: { ...facts, ...(all && { steps: plan.steps }), "tokens at once": tokens },
    warnings: [],
  };
}

function firstRows(data: ResolvedData["data"]): ResolvedData["data"] {
  const rows = typeof data === "string" ? readRows(data, { schema: "any" }) : undefined;
  return (async function* () {
    let count = 0;
    if (rows) {
      for await (const { row } of rows) {
        yield row as AnyRow;
        if (++count === sampleRows) return;
      }
    } else {
      for await (const row of data as AsyncIterable<unknown>) {
        yield row;
        if (++count === sampleRows) return;
      }
    }
  })();
}

function largestPass(plan: StepPlan, lengths: number[], scored: number[], microBatchTokens: number) {
  let largest = { tokens: 0, longest: 0, scored: 0 };
  for (let step = 1; step <= Math.min(plan.steps, sampleSteps); step++) {
    for (const part of microBatches(plan.at(step).indices, lengths, microBatchTokens)) {
      const tokens = sum(part.map((i) => lengths[i]));
      if (tokens <= largest.tokens) continue;
      const longest = Math.max(...part.map((i) => lengths[i]));
      largest = { tokens, longest, scored: sum(part.map((i) => scored[i])) };
    }
  }
  return largest;
}

function meanStep(plan: StepPlan, lengths: number[]): number {
  const steps = Math.min(plan.steps, 50);
  let tokens = 0;
  for (let step = 1; step <= steps; step++) tokens += sum(plan.at(step).indices.map((i) => lengths[i]));
  return tokens / Math.max(1, steps);
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
