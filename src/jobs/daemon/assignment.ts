/** What an attempt's folder begins with, and what it leaves. */
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../attempt.ts";
import { attemptFolder, attemptVariable } from "../home.ts";
import type { Assignment, JobResult } from "../job.ts";
import type { DeviceInfo } from "./devices.ts";
import type { Job } from "./store.ts";

/** `resolve`: puts results where the options refer to them. */
export function assignmentOf(
  { record, options }: Job,
  given: { home: string; devices: readonly DeviceInfo[]; stalledSeconds: number; resolve(options: unknown): unknown },
): Assignment {
  const { spec, id, attempt, devices } = record;
  const folder = (n: number) => attemptFolder(given.home, id, n);
  const work = spec.work.type === "cell" ? spec.work : { ...spec.work, options: options ?? given.resolve(spec.work.options) }; // biome-ignore format: a line
  const held = devices.map((index) => given.devices[index]);
  const environment = { ...spec.environment, ...deviceEnvironment(given.devices, held), [attemptVariable]: folder(attempt) }; // biome-ignore format: a line
  const previous = attempt > 1 ? folder(attempt - 1) : undefined;
  return { id, attempt, spec: { ...spec, work }, devices, environment, stalledSeconds: given.stalledSeconds, previous };
}

/** A job that needs no device sees none. */
function deviceEnvironment(all: readonly DeviceInfo[], held: readonly DeviceInfo[]): Record<string, string> {
  if (all[0].kind === "gpu") return { CUDA_VISIBLE_DEVICES: held.map(({ uuid }) => uuid).join(",") };
  const threads = held.reduce((sum, device) => sum + device.threads, 0) || 1;
  return { MEDGYM_SLOTS: held.map(({ index }) => index).join(","), MEDGYM_THREADS: String(threads) };
}

/** The folder of the attempt, with its work.json. */
export function layOut(home: string, assignment: Assignment): string {
  const folder = attemptFolder(home, assignment.id, assignment.attempt);
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, attemptFiles.work), assignment);
  return folder;
}

/** A file that is there whole or not at all, as far as other processes see. */
export function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value));
  renameSync(`${path}.tmp`, path);
}

export interface Leftovers {
  result?: JobResult;
  downshift?: unknown;
  /** The last of output.log. */
  output: string;
}

export function leftovers(folder: string): Leftovers {
  return {
    result: readResult(folder),
    downshift: readJson(join(folder, attemptFiles.downshift)),
    output: tailOf(join(folder, attemptFiles.output)),
  };
}

export function readResult(folder: string): JobResult | undefined {
  return readJson(join(folder, attemptFiles.result));
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

const tailBytes = 16_384;

function tailOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8", 0, read);
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
