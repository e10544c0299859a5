/** Starts workers: processes of their own, which live on when the daemon dies; some are kept ready, with medgym loaded. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { attemptFiles } from "../attempt.ts";
import type { Assignment } from "../job.ts";
import { processIdentity } from "../process.ts";

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Launched {
  pid: number;
  /** `processIdentity`; undefined if it ended before it could be asked. */
  identity?: string;
  exited: Promise<Exit>;
}

interface WarmWorker extends Launched {
  child: ChildProcess;
  log: string;
}

export interface LauncherOptions {
  home: string;
  /** Arguments of Node that start a worker. */
  worker: readonly string[];
  /** Workers kept ready. */
  warm: number;
}

/** A worker that dies before it is ready is not started again at once: something is wrong. */
const failurePauseMs = 10_000;

export class Launcher {
  readonly #options: LauncherOptions;
  readonly #warmFolder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #starting = new Set<WarmWorker>();
  readonly #ready: WarmWorker[] = [];
  #warmWanted = false;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#warmFolder = join(options.home, "warm");
    // What the program that happened to start us had set for itself is not for everybody's jobs: each brings its own.
    this.#environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MEDGYM|HF|HUGGINGFACE)_/.test(name) || name === "MEDGYM_JOBS")); // biome-ignore format: a line
    rmSync(this.#warmFolder, { recursive: true, force: true });
  }

  /** Starts the worker of an attempt, whose folder holds work.json. */
  launch(folder: string, { spec, environment }: Assignment): Launched {
    const warm = environment.NODE_OPTIONS === undefined ? this.#ready.shift() : undefined;
    this.keepWarm();
    if (!warm) return this.#cold([...this.#options.worker, folder], folder, spec.directory, environment);
    renameSync(warm.log, join(folder, attemptFiles.output));
    const pipe = warm.child.stdin as Writable;
    pipe.end(`${folder}\n`);
    (warm.child.stdio[3] as Readable).destroy();
    return warm;
  }

  get readyWorkers(): number {
    return this.#ready.length;
  }

  /** Has workers ready from now on. */
  keepWarm(): void {
    this.#warmWanted = true;
    while (this.#ready.length + this.#starting.size < this.#options.warm && this.#mayStart()) this.#startWarm();
  }

  /** Ends those that are ready. */
  letCool(): void {
    this.#warmWanted = false;
    for (const { child } of [...this.#ready.splice(0), ...this.#starting]) child.stdin?.end();
  }

  #mayStart(): boolean {
    return performance.now() - this.#failedAt > failurePauseMs;
  }

  #cold(args: readonly string[], folder: string, cwd: string, environment: Record<string, string>): Launched {
    const log = openSync(join(folder, attemptFiles.output), "a");
    try {
      const child = spawn(process.execPath, args, {
        cwd,
        env: { ...this.#environment, ...environment },
        detached: true,
        stdio: ["ignore", log, log],
      });
      return launched(child);
    } finally {
      closeSync(log);
    }
  }

  #startWarm(): void {
    mkdirSync(this.#warmFolder, { recursive: true });
    const path = join(this.#warmFolder, `${randomBytes(6).toString("hex")}.log`);
    const log = openSync(path, "a");
    const child = spawn(process.execPath, [...this.#options.worker, "--warm"], {
      cwd: this.#options.home,
      env: this.#environment,
      detached: true,
      stdio: ["pipe", log, log, "pipe"],
    });
    closeSync(log);
    const worker: WarmWorker = { ...launched(child), child, log: path };
    this.#starting.add(worker);
    child.stdin?.on("error", () => {}); // it died; its exit tells
    (child.stdio[3] as Readable)
      .on("error", () => {})
      .once("data", () => {
        if (!this.#starting.delete(worker)) return;
        worker.identity = processIdentity(worker.pid);
        this.#ready.push(worker);
      });
    worker.exited.then(() => {
      const at = this.#ready.indexOf(worker);
      if (at >= 0) this.#ready.splice(at, 1);
      if (this.#starting.delete(worker)) this.#failedAt = performance.now();
      rmSync(path, { force: true });
      if (this.#warmWanted) this.keepWarm();
    });
  }
}

function launched(child: ChildProcess): Launched {
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  child.unref();
  const pid = child.pid ?? 0;
  return { pid, identity: pid ? processIdentity(pid) : undefined, exited };
}
