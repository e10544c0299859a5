/**
 * checkpoints/step-N: folders that are whole or not there. Each is filled under a temporary name, synced, and renamed;
 * checksums.json, written last, lists every file with its size and SHA-256, and only a folder that matches it counts.
 */
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { temporaryPrefix, writeDirectoryAtomic } from "../core/files.ts";
import { hashFile } from "./manifest.ts";

export interface Checkpoint {
  step: number;
  path: string;
}

const checksumFile = "checksums.json";
type Checksums = Record<string, { bytes: number; sha256: string }>;

export const checkpointPath = (folder: string, step: number) => join(folder, `step-${step}`);

/** Writes checkpoint `step` under `folder`; `fill` writes its files into the folder it is given. */
export async function saveCheckpoint(
  folder: string,
  step: number,
  fill: (directory: string) => Promise<void>,
): Promise<Checkpoint> {
  const path = checkpointPath(folder, step);
  await writeDirectoryAtomic(path, async (directory) => {
    await fill(directory);
    const checksums: Checksums = {};
    for (const name of (await readdir(directory)).sort()) {
      const file = join(directory, name);
      checksums[name] = { bytes: (await stat(file)).size, sha256: await hashFile(file) };
    }
    await writeFile(join(directory, checksumFile), `${JSON.stringify(checksums, null, 2)}\n`);
  });
  return { step, path };
}

/** All folders that look like checkpoints, oldest first, unchecked. */
export async function listCheckpoints(folder: string): Promise<Checkpoint[]> {
  const names = await readdir(folder).catch((error) => (error.code === "ENOENT" ? [] : Promise.reject(error)));
  return names
    .map((name) => /^step-(\d+)$/.exec(name))
    .filter((match): match is RegExpExecArray => match !== null)
    .map((match) => ({ step: Number(match[1]), path: join(folder, match[0]) }))
    .sort((a, b) => a.step - b.step);
}

/** Why a checkpoint cannot be used; undefined when it is whole. */
export async function checkpointFault(path: string): Promise<string | undefined> {
  let checksums: Checksums;
  try {
    checksums = JSON.parse(await readFile(join(path, checksumFile), "utf8"));
  } catch {
    return `${checksumFile} is missing or not JSON`;
  }
  for (const [name, expected] of Object.entries(checksums)) {
    const file = join(path, name);
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) return `${name} is missing`;
    if (size !== expected.bytes) return `${name} has ${size} bytes instead of ${expected.bytes}`;
    if ((await hashFile(file)) !== expected.sha256) return `${name} does not match its checksum`;
  }
  return undefined;
}

/** The newest checkpoint that is whole. None at all, or none whole: an error that says what was found. */
export async function newestCheckpoint(folder: string): Promise<Checkpoint> {
  const faults: string[] = [];
  for (const checkpoint of (await listCheckpoints(folder)).reverse()) {
    const fault = await checkpointFault(checkpoint.path);
    if (!fault) return checkpoint;
    faults.push(`step-${checkpoint.step}: ${fault}`);
  }
  const found =
    faults.length > 0 ? `none of its ${faults.length} checkpoints is whole (${faults.join("; ")})` : "it has none";
  throw new MedgymError(
    "not-found",
    `no checkpoint to resume from in ${folder}: ${found}. Start again without resume.`,
  );
}

/** Deletes all but the newest `keep`, those in `spare`, and what crashes left half-written. */
export async function pruneCheckpoints(folder: string, keep: number, spare: readonly number[] = []): Promise<void> {
  const all = (await listCheckpoints(folder)).filter(({ step }) => !spare.includes(step));
  for (const { path } of all.slice(0, Math.max(0, all.length - keep))) await rm(path, { recursive: true, force: true });
  for (const name of await readdir(folder)) {
    if (name.startsWith(temporaryPrefix)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
