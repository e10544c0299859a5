/**
 * The run store: one folder a run under `runs/` (or `MEDGYM_RUNS`), holding manifest.json, status.json, metrics.jsonl
 * and checkpoints/. Plain files: any tool can read them, and they outlive the process that wrote them.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { MedgymError } from "../core/errors.ts";
import { writeError, writeFileAtomic } from "../core/files.ts";
import { JsonLinesWriter, readJsonLines } from "../core/json-lines.ts";
import { describeRun, type Manifest, type RunFacts } from "./manifest.ts";
import { type Metric, truncateMetrics } from "./metrics.ts";

/** "interrupted": its process ended without saying how. */
export type StoredStatus = "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

interface StatusFile {
  status: StoredStatus;
  pid: number;
  host: string;
  endedAt?: string;
  error?: string;
  /** Figures of the end, e.g. the best step and its loss. */
  summary?: Record<string, unknown>;
}

export interface RunRecord {
  id: string;
  path: string;
  manifest: Manifest;
  status: StoredStatus;
  endedAt?: string;
  error?: string;
  summary?: Record<string, unknown>;
}

/** Where runs are kept. */
export function runsFolder(): string {
  return resolve(process.env.MEDGYM_RUNS || "runs");
}

/** The folder of a run being written. */
export class RunFolder {
  readonly id: string;
  readonly path: string;
  readonly #metrics: JsonLinesWriter;

  private constructor(path: string) {
    this.id = basename(path);
    this.path = path;
    this.#metrics = new JsonLinesWriter(join(path, "metrics.jsonl"));
  }

  get checkpoints(): string {
    return join(this.path, "checkpoints");
  }

  /** A new folder with its manifest. */
  static async create(name: string, facts: RunFacts, parent = runsFolder()): Promise<RunFolder> {
    const path = await claimFolder(parent, name);
    const manifest = await describeRun(basename(path), name, facts);
    await writeFileAtomic(join(path, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    return RunFolder.#start(path);
  }

  /** An existing folder, to go on after `step`: events after it are forgotten; those kept are returned. */
  static async resume(path: string, step: number): Promise<{ folder: RunFolder; metrics: Metric[] }> {
    const metrics = await truncateMetrics(join(path, "metrics.jsonl"), step);
    return { folder: await RunFolder.#start(path), metrics };
  }

  static async #start(path: string): Promise<RunFolder> {
    await mkdir(join(path, "checkpoints"), { recursive: true });
    const folder = new RunFolder(path);
    await folder.#writeStatus({ status: "running" });
    return folder;
  }

  /** Appends an event, with the time. */
  log(metric: Metric): void {
    this.#metrics.append({ ...metric, time: new Date().toISOString() });
  }

  async end(status: StoredStatus, details: { error?: unknown; summary?: Record<string, unknown> } = {}): Promise<void> {
    this.#metrics.close();
    const { error: reason, summary } = details;
    const error = reason === undefined ? undefined : reason instanceof Error ? reason.message : String(reason);
    await this.#writeStatus({ status, endedAt: new Date().toISOString(), error, summary });
  }

  #writeStatus(status: Omit<StatusFile, "pid" | "host">): Promise<void> {
    const file: StatusFile = { ...status, pid: process.pid, host: hostname() };
    return writeFileAtomic(join(this.path, "status.json"), `${JSON.stringify(file, null, 2)}\n`);
  }
}

async function claimFolder(parent: string, name: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    for (;;) {
      const id = `${name}-${new Date().toISOString().slice(0, 10)}-${randomBytes(3).toString("hex")}`;
      const path = join(parent, id);
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    throw writeError(parent, error);
  }
}

/** Folder of a run by its id (or the start of it, where that is enough), or by path. */
export async function findRun(id: string, parent = runsFolder()): Promise<string> {
  if (isAbsolute(id) || id.includes(sep)) {
    if (await isRun(resolve(id))) return resolve(id);
    throw new MedgymError("not-found", `${id} is no run: it holds no manifest.json.`);
  }
  const names = await runNames(parent);
  const matches = names.includes(id) ? [id] : names.filter((name) => name.startsWith(id));
  if (matches.length === 1) return join(parent, matches[0]);
  if (matches.length > 1) {
    throw new MedgymError(
      "not-found",
      `"${id}" begins ${matches.length} runs: ${matches.slice(0, 5).join(", ")}. Give more of it.`,
    );
  }
  const known = names.slice(-5).join(", ") || "none";
  throw new MedgymError("not-found", `no run "${id}" in ${parent}. The newest are: ${known}.`);
}

const isRun = (path: string) =>
  stat(join(path, "manifest.json")).then(
    () => true,
    () => false,
  );

async function runNames(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() && (await isRun(join(parent, entry.name)))) names.push(entry.name);
  }
  return names.sort();
}

/** Every run of the store, newest first; folders whose manifest cannot be read are left out. */
export async function readRecords(parent = runsFolder()): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const name of await runNames(parent)) {
    const record = await readRecord(join(parent, name)).catch(() => undefined);
    if (record) records.push(record);
  }
  return records.sort((a, b) => b.manifest.createdAt.localeCompare(a.manifest.createdAt));
}

export async function readRecord(path: string): Promise<RunRecord> {
  const manifest = (await readJson(join(path, "manifest.json"))) as Manifest;
  const status = (await readJson(join(path, "status.json")).catch(() => undefined)) as StatusFile | undefined;
  const isOver = status?.status === "running" && status.host === hostname() && !isAlive(status.pid);
  return {
    id: manifest.id,
    path,
    manifest,
    status: isOver || !status ? "interrupted" : status.status,
    endedAt: status?.endedAt,
    error: status?.error,
    summary: status?.summary,
  };
}

export const readRunMetrics = (path: string): Promise<Metric[]> => readJsonLines(join(path, "metrics.jsonl"));

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MedgymError("corrupt", `${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
