/**
 * The start-up snapshot of the language process (`kernel/language/snapshot.ts`): the file, made by `npm run build` and
 * made again by the first kernel that finds it missing or unusable. What makes it unusable (another version of Node, a
 * damaged file, changed libraries) the process that starts from it notices, and ends before it says a word.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the package that this kernel belongs to. */
export const installation = fileURLToPath(new URL("../../../", import.meta.url));
const entry = fileURLToPath(new URL("../run/snapshot.cjs", import.meta.url));

/** Each version of Node has its own. */
export const snapshotFile = fileURLToPath(
  new URL(`../run/language-${process.version}-${process.platform}-${process.arch}.snapshot`, import.meta.url),
);

/**
 * V8 refuses a snapshot that was made with other options. Without a new seed for its hashes, none of its tables must be
 * made again, which takes 40 ms; a seed protects from those who choose keys, and here that is the user alone.
 */
const flags = ["--no-rehash-snapshot", "--max-semi-space-size=4"];

/** Arguments of Node for a process that starts from it. */
export const snapshotArguments = (file: string): string[] => [...flags, "--snapshot-blob", file];

/** The environment of such a process, and of the one that makes it. */
export function snapshotEnvironment(): NodeJS.ProcessEnv {
  // Read at every start, 20 to 30 ms; this process opens no connection. Options would have to be the same in both.
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env;
  // Node copies the file into memory that it asks of malloc: in huge pages, half of all page faults are gone.
  const tunables = [env.GLIBC_TUNABLES, "glibc.malloc.hugetlb=1"].filter(Boolean).join(":");
  return { ...env, GLIBC_TUNABLES: tunables };
}

const typescript = (): string => createRequire(import.meta.url).resolve("typescript");

/** A builder that began longer ago was killed. */
const abandonedMs = 300_000;

export interface Building {
  /** Whether the snapshot was made. */
  done: Promise<boolean>;
  stop(): void;
}

export interface BuildingOptions {
  /** At a lower priority, since nobody waits for it. @default true */
  inBackground?: boolean;
  /** The script whose heap it holds. */
  entry?: string;
}

/** Builds it in a process of its own; undefined where another process does, or where nothing may be written. */
export function startBuilding(file: string, options: BuildingOptions = {}): Building | undefined {
  const draft = `${file}.building`;
  const clear = () => rmSync(draft, { recursive: true, force: true });
  try {
    const began = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
    if (began !== undefined && Date.now() - began > abandonedMs) clear();
    mkdirSync(draft);
  } catch {
    return undefined;
  }
  const made = join(draft, "snapshot");
  const script = options.entry ?? entry;
  const child = spawn(
    process.execPath,
    [...snapshotArguments(made), "--build-snapshot", script, installation, typescript()],
    { env: snapshotEnvironment(), stdio: "ignore" },
  );
  if (child.pid && options.inBackground !== false) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const done = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false));
    child.on("close", (code) => {
      const isMade = code === 0 && existsSync(made);
      if (isMade) renameSync(made, file);
      clear();
      resolve(isMade);
    });
  });
  const stop = () => {
    child.kill("SIGKILL");
    clear();
  };
  return { done, stop };
}
