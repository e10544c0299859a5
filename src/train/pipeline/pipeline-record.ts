/** What of a pipeline is in the run store: which stages are finished, what they kept, and what the one in work had noted. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidOptionError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { findRun, readRecords } from "../../track/store.ts";
import type { Summary } from "./stage.ts";

export interface StageRecord {
  name: string;
  /** Of its options. */
  mark: unknown;
  done: boolean;
  seconds: number;
  summary: Summary;
  kept?: unknown;
  noted?: unknown;
}

export interface PipelineRecord {
  /** Of the model and where it plays. */
  mark: unknown;
  /** Those that were begun. */
  stages: StageRecord[];
}

const file = "pipeline.json";

export async function saveRecord(path: string, record: PipelineRecord): Promise<void> {
  await writeFileAtomic(join(path, file), `${JSON.stringify(record, null, 2)}\n`);
}

/** Folder of stage number `at`, from 0. */
export async function stageFolder(path: string, at: number, name: string): Promise<string> {
  const folder = join(path, "stages", `${at + 1}-${name.replace(/[^\w-]+/g, "-")}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A pipeline as it is called now. */
export interface Call {
  mark: unknown;
  stages: readonly { name: string; mark: unknown }[];
}

export interface FoundPipeline {
  path: string;
  record: PipelineRecord;
}

/** The pipeline to go on with; undefined when `resume` is `true` and there is no unfinished one that began alike. */
export async function findPipeline(resume: string | true, call: Call): Promise<FoundPipeline | undefined> {
  if (resume !== true) {
    const path = await findRun(resume);
    const record = await readRecord(path);
    const different = record ? difference(record, call) : "it is no pipeline";
    if (!record || different)
      throw new InvalidOptionError(
        "resume",
        `pipeline: ${resume} cannot go on: ${different}. Start a new one without resume.`,
      );
    return { path, record };
  }
  for (const { path, manifest, status } of await readRecords()) {
    if (manifest.name !== "pipeline" || status === "succeeded" || status === "running") continue;
    const record = await readRecord(path);
    if (record && !difference(record, call)) return { path, record };
  }
  return undefined;
}

async function readRecord(path: string): Promise<PipelineRecord | undefined> {
  const text = await readFile(join(path, file), "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** What is not as it was; stages that had not ended may be others now. */
function difference({ mark, stages }: PipelineRecord, call: Call): string | undefined {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (!same(mark, call.mark)) return "it began with another model or environment";
  for (const [i, stage] of stages.filter(({ done }) => done).entries()) {
    const now = call.stages[i];
    if (now?.name !== stage.name) return `its stage ${i + 1} was ${stage.name}, now it is ${now?.name ?? "left out"}`;
    if (!same(stage.mark, now.mark))
      return `the options of its stage ${i + 1}, ${stage.name}, were ${brief(stage.mark)}, now they are ${brief(now.mark)}`;
  }
  return undefined;
}

const brief = (value: unknown) => (JSON.stringify(value) ?? "none").slice(0, 300);
