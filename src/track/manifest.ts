/** What a run was: everything needed to do it again, written before its first step. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname } from "node:os";
import { promisify } from "node:util";

export interface Manifest {
  /** Version of this layout. */
  format: 1;
  /** e.g. "sft-2026-11-21-3f9a2c" */
  id: string;
  /** What was run, e.g. "sft". */
  name: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** As resolved: defaults filled in, models and data as references. */
  options: Record<string, unknown>;
  seed?: number;
  versions: { medgym: string; engine?: string; node: string };
  device?: { name: string; isa: string; threads: number };
  /** Where the model came from and a hash of its content. */
  model?: Record<string, unknown>;
  /** Rows and content hash of each data set. */
  data?: Record<string, unknown>;
  /** Of the working directory; null outside a repository. */
  git: { commit: string; dirty: boolean } | null;
  host: string;
  directory: string;
}

/** What the caller of `createRun` knows; the rest is found out here. */
export type RunFacts = Pick<Manifest, "options" | "seed" | "device" | "model" | "data"> & { engineVersion?: string };

export async function describeRun(id: string, name: string, facts: RunFacts): Promise<Manifest> {
  const { engineVersion, ...known } = facts;
  return {
    format: 1,
    id,
    name,
    createdAt: new Date().toISOString(),
    ...known,
    options: jsonable(known.options) as Record<string, unknown>,
    versions: { medgym: medgymVersion(), engine: engineVersion, node: process.versions.node },
    git: await gitState(process.cwd()),
    host: hostname(),
    directory: process.cwd(),
  };
}

export function medgymVersion(): string {
  const path = createRequire(import.meta.url).resolve("medgym/package.json");
  return JSON.parse(readFileSync(path, "utf8")).version;
}

/** Commit of the repository that holds `directory`, and whether its files differ from it; null without a repository. */
export async function gitState(directory: string): Promise<Manifest["git"]> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", ["-C", directory, ...args], { timeout: 5000 })).stdout.trim();
  try {
    const commit = await git("rev-parse", "HEAD");
    return { commit, dirty: (await git("status", "--porcelain", "--untracked-files=no")) !== "" };
  } catch {
    return null; // no git, no repository, or no commit yet
  }
}

/** Options as JSON: what has its own `toJSON` uses it, functions and other objects leave their name. */
export function jsonable(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "function") return `[function ${value.name || "anonymous"}]`;
  if (typeof value !== "object") return value === undefined ? undefined : String(value);
  if (value instanceof RegExp) return String(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON();
  if (depth > 8) return "…";
  if (Array.isArray(value)) {
    return value.length > 100 ? `[${value.length} items]` : value.map((item) => jsonable(item, depth + 1));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `[${value.constructor?.name ?? "object"}]`;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonable(item, depth + 1)]));
}

/** SHA-256 of a file's bytes, hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
