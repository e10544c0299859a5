/**
 * One attempt at a job, from claim to result: the story of a worker. It writes the files of its folder and speaks to nobody, so that the
 * daemon may die and come back meanwhile.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { displaySymbol, type MimeBundle } from "../../core/display.ts";
import { isCancelled, MedgymError } from "../../core/errors.ts";
import { jobDescription } from "../../core/job-description.ts";
import { attemptFiles } from "../attempt.ts";
import { claimAttempt } from "../claim.ts";
import { enterJob } from "../current.ts";
import { attemptVariable } from "../home.ts";
import type { Assignment, CellWork, FunctionWork, JobResult, RunCell, UntimedJobEvent } from "../job.ts";
import { resultJson } from "../json.ts";
import { startBeat } from "./beat.ts";
import { watchCancel } from "./cancellation.ts";
import { earlierRun } from "./earlier-run.ts";
import { EventFile } from "./event-file.ts";
import { isOutOfMemory, jobError } from "./failure.ts";
import { findFunction, prepared, settled } from "./function-work.ts";
import { Displays, jsonBundle, Streams } from "./output.ts";
import { hasResult, writeResult, writeResultNow } from "./result-file.ts";
import { RunReporter } from "./run-reporter.ts";

/** Returns once the result is written; at once when the attempt is somebody else's. */
export async function runAttempt(folder: string): Promise<void> {
  if (!claimAttempt(folder)) return;
  const work: Assignment = JSON.parse(readFileSync(join(folder, attemptFiles.work), "utf8"));
  const { spec } = work;
  Object.assign(process.env, work.environment, { [attemptVariable]: folder });
  const events = new EventFile(join(folder, attemptFiles.events));
  const beat = startBeat(
    { beat: join(folder, attemptFiles.beat), events: join(folder, attemptFiles.events) },
    work.stalledSeconds,
  );
  const tell = (event: UntimedJobEvent) => {
    beat.progress();
    events.append(event);
  };
  const streams = new Streams(tell);
  const emit = (event: UntimedJobEvent) => {
    streams.flush();
    tell(event);
  };
  const cancellation = watchCancel(folder);
  const { signal } = cancellation;
  const runs = new RunReporter(emit);
  const displays = new Displays(emit, signal);
  const artefacts = join(folder, attemptFiles.artefacts);
  streams.install();
  emit({ type: "started", pid: process.pid });

  const finish = (result: JobResult) => {
    if (result.status === "failed" || result.status === "out-of-memory") emit({ type: "error", error: result.error });
    displays.flush();
    streams.flush();
  };
  const crash = (thrown: unknown) => {
    if (hasResult(folder)) process.exit(1);
    const result = failure(thrown, signal, downshift);
    finish(result);
    writeResultNow(folder, result);
    process.exit(1);
  };
  let downshift: unknown;
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  process.on("exit", (code) => {
    if (!hasResult(folder)) {
      const result = failure(
        new MedgymError("internal", `The job ended its own process with exit code ${code}.`),
        signal,
      );
      finish(result);
      writeResultNow(folder, result);
    }
  });

  enterJob({
    ...{ id: work.id, name: spec.name, attempt: work.attempt, signal },
    progress: (progress) => emit({ type: "progress", phase: "working", ...progress }),
    metric: (step, values) => emit({ type: "metric", run: spec.name, step, values: { ...values } }),
    artefact(name) {
      mkdirSync(artefacts, { recursive: true });
      const path = join(artefacts, name);
      emit({ type: "artefact", name, path });
      return path;
    },
  });

  let result: JobResult;
  try {
    process.chdir(spec.directory);
    if (spec.work.type === "cell") {
      result = await runCellWork(spec.work, { emit, signal });
    } else {
      displays.install();
      const stop = () => runs.cancel();
      signal.addEventListener("abort", stop);
      const value = await callFunction(spec.work, {
        ...{ folder, artefacts, work, emit, signal },
        canShrink(options) {
          downshift = options;
          writeFileSync(join(folder, attemptFiles.downshift), JSON.stringify(options));
        },
      });
      result = { status: "succeeded", value };
    }
  } catch (thrown) {
    result = failure(thrown, signal, downshift);
  }
  cancellation.stop();
  finish(result);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  await writeResult(folder, { ...result, peakBytes }, () =>
    emit({ type: "progress", phase: "working", detail: "waits for disk space to write its result" }),
  );
  events.close();
  await beat.stop();
}

function failure(thrown: unknown, signal: AbortSignal, downshift?: unknown): JobResult {
  const isAborted = isCancelled(thrown) || (thrown as Error | null)?.name === "AbortError";
  if (signal.aborted && isAborted) return { status: "cancelled", reason: signal.reason.message };
  const error = jobError(thrown);
  if (!isOutOfMemory(thrown)) return { status: "failed", error };
  return { status: "out-of-memory", error, ...(downshift !== undefined && { downshift }) };
}

async function runCellWork(
  { runner, cell }: CellWork,
  context: { emit(event: UntimedJobEvent): void; signal: AbortSignal },
): Promise<JobResult> {
  const { runCell } = (await import(pathToFileURL(runner).href)) as { runCell: RunCell };
  const outcome = await runCell(cell, context);
  if (outcome.status === "succeeded") return outcome;
  if (context.signal.aborted) return { status: "cancelled", reason: context.signal.reason.message };
  return outcome.error.code === "out-of-memory" ? { ...outcome, status: "out-of-memory" } : outcome;
}

interface Call {
  folder: string;
  artefacts: string;
  work: Assignment;
  emit(event: UntimedJobEvent): void;
  signal: AbortSignal;
  /** Options that would need less memory are known. */
  canShrink(options: unknown): void;
}

/** The value of the job's result. */
async function callFunction(
  function_: FunctionWork,
  { folder, artefacts, work, emit, signal, canShrink }: Call,
): Promise<unknown> {
  emit({ type: "progress", phase: "loading" });
  const fn = await findFunction(function_);
  const description = jobDescription(fn);
  let options = function_.options as Record<string, unknown>;
  const run = work.attempt > 1 ? await earlierRun(folder, options) : undefined;
  if (run && description?.resume) options = description.resume(options, run);
  const smaller = await description?.downshift?.(options, work.spec.memoryBytes);
  if (smaller) canShrink(smaller);
  const context = { artefacts: made(artefacts) };
  const given = await prepared(fn, options, context);
  signal.throwIfAborted();
  emit({ type: "progress", phase: "working" });
  const value = await settled(fn(given));
  const { json, lost } = resultJson(description?.result ? await description.result(value as never, context) : value);
  if (lost.length > 0)
    process.stderr.write(`not kept of the result, since it is no JSON: ${lost.slice(0, 10).join(", ")}\n`);
  const bundle = await drawing(value);
  if (bundle) emit({ type: "result", data: jsonBundle(bundle) });
  return json;
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A result that draws itself; a drawing that fails spoils no result. */
async function drawing(value: unknown): Promise<MimeBundle | undefined> {
  const draw = (value as { [displaySymbol]?: unknown } | null | undefined)?.[displaySymbol];
  if (typeof draw !== "function") return undefined;
  try {
    return await draw.call(value);
  } catch (error) {
    process.stderr.write(`the result could not be drawn: ${error}\n`);
    return undefined;
  }
}
