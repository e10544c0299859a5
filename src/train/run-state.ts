/**
 * What a checkpoint holds besides the optimizer's file (trained values, moments, step count): where the run stands. Data
 * order and dropout follow from seed and step, so that the step is all a resumed run needs to go on with the same bits.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { InvalidOptionError, MedgymError } from "../core/errors.ts";
import { peftConfigJson } from "../model/peft-config.ts";
import {
  type Checkpoint,
  checkpointFault,
  listCheckpoints,
  newestCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
} from "../track/checkpoints.ts";
import { jsonable } from "../track/manifest.ts";
import type { Metric } from "../track/metrics.ts";
import { findRun, RunFolder, readRecords } from "../track/store.ts";
import type { Trainee } from "./trainee.ts";

/** JSON: it goes into checkpoints. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  /** Steps in a row that were skipped since loss or gradient was not finite, or nothing could be scored. */
  skippedInRow: number;
}

/** Steps in a row of which nothing could be learned, after which a run gives up. */
export const mostSkippedInRow = 5;

/** What the numbers depend on: options, model and data. */
export type Fingerprint = Record<string, unknown>;

const optimizerFile = "optimizer.safetensors";

/** A checkpoint folder; with LoRA it is a PEFT folder as well. */
export async function saveState(
  verb: string,
  folder: RunFolder,
  trainee: Trainee,
  state: TrainingState,
  fingerprint: Fingerprint,
): Promise<Checkpoint> {
  const { model, optimizer } = trainee;
  const saving = saveCheckpoint(folder.checkpoints, state.step, async (directory) => {
    await optimizer.save(join(directory, optimizerFile));
    for (const { file, save } of trainee.companions ?? []) await save(join(directory, file));
    if (model.adapter) {
      await model.adapter.engine.save(join(directory, "adapter_model.safetensors"), "f32");
      const base = model.source.id ?? model.source.directory;
      await writeFile(join(directory, "adapter_config.json"), peftConfigJson(model.adapter.config, base));
    }
    await writeFile(
      join(directory, "state.json"),
      `${JSON.stringify({ ...state, fingerprint: jsonable(fingerprint) }, null, 2)}\n`,
    );
  });
  return saving.catch((error) => {
    if ((error as MedgymError).code !== "io") throw error;
    const advice = `Earlier checkpoints are untouched: resume: "${folder.id}" goes on from the newest.`;
    throw new MedgymError("io", `${verb}: no checkpoint at step ${state.step}: ${error.message} ${advice}`, {
      cause: error,
    });
  });
}

/** Keeps the newest, and that of the best step. */
export async function pruneStates(folder: RunFolder, keep: number, best: number | null): Promise<void> {
  await pruneCheckpoints(folder.checkpoints, keep, best === null ? [] : [best]);
}

/** Puts the trained values and moments of a step back. */
export async function restoreStep(verb: string, folder: RunFolder, trainee: Trainee, step: number): Promise<void> {
  const checkpoint = (await listCheckpoints(folder.checkpoints)).find((c) => c.step === step);
  const fault = checkpoint ? await checkpointFault(checkpoint.path) : "it is missing";
  if (!checkpoint || fault)
    throw new MedgymError(
      "corrupt",
      `${verb}: the best checkpoint, step ${step} of ${folder.id}, is not whole: ${fault}.`,
    );
  await restore(trainee, checkpoint);
}

async function restore({ optimizer, companions = [] }: Trainee, { path }: Checkpoint): Promise<void> {
  await optimizer.load(join(path, optimizerFile));
  for (const { file, load } of companions) await load(join(path, file));
}

export interface Resumed<State extends TrainingState> {
  folder: RunFolder;
  state: State;
  /** Events of the run up to its checkpoint. */
  metrics: Metric[];
}

/** The run to go on with; undefined when `resume` is `true` and no unfinished run has this fingerprint. */
export async function resumeRun<State extends TrainingState>(
  verb: string,
  resume: string | true,
  trainee: Trainee,
  fingerprint: Fingerprint,
): Promise<Resumed<State> | undefined> {
  const path = resume === true ? await findUnfinished(verb, fingerprint) : await findRun(resume);
  if (!path) return undefined;
  const checkpoint = await newestCheckpoint(join(path, "checkpoints"));
  const { fingerprint: saved, state } = await readState<State>(checkpoint);
  const different = firstDifference(saved, fingerprint);
  if (different) {
    const [was, is] = [saved[different], fingerprint[different]].map(
      (value) => JSON.stringify(jsonable(value)) ?? "not given",
    );
    throw new InvalidOptionError(
      "resume",
      `${verb}: ${basename(path)} ran with ${different} ${was}, this call has ${is}. Give what it had, or start a new run without resume.`,
    );
  }
  await restore(trainee, checkpoint);
  const { folder, metrics } = await RunFolder.resume(path, checkpoint.step);
  return { folder, state, metrics };
}

async function readState<State>({ path }: Checkpoint): Promise<{ state: State; fingerprint: Fingerprint }> {
  const { fingerprint, ...state } = JSON.parse(await readFile(join(path, "state.json"), "utf8"));
  return { state, fingerprint };
}

async function findUnfinished(verb: string, fingerprint: Fingerprint): Promise<string | undefined> {
  for (const { path, manifest, status } of await readRecords()) {
    if (manifest.name !== verb || status === "succeeded" || status === "running") continue;
    const checkpoint = await newestCheckpoint(join(path, "checkpoints")).catch(() => undefined);
    if (checkpoint && !firstDifference((await readState(checkpoint)).fingerprint, fingerprint)) return path;
  }
  return undefined;
}

function firstDifference(a: Fingerprint, b: Fingerprint): string | undefined {
  const text = (value: unknown) => JSON.stringify(jsonable(value));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].find((key) => text(a[key]) !== text(b[key]));
}
