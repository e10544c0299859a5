/** Starts workers: processes of their own, which live on when the daemon dies; some are kept ready, with medgym loaded. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { MedgymError } from "../../core/errors.ts";
import { attemptFiles } from "../attempt.ts";
import type { Assignment, JobSpec } from "../job.ts";
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
  /** Which program it is, and as of when. */
  build: string;
}

export interface LauncherOptions {
  home: string;
  /** Arguments of Node that start a worker, instead of each job's own program: for tests. */
  worker?: readonly string[];
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
  /** Of the workers that are kept ready: that of the newest job. */
  #program?: readonly string[];
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
    const program = this.#programOf(spec);
    const warm = environment.NODE_OPTIONS === undefined ? this.#takeReady(program) : undefined;
    this.keepWarm(spec);
    if (!warm) return this.#cold([...program, folder], folder, spec.directory, environment);
    const pipe = warm.child.stdin as Writable;
    try {
      renameSync(warm.log, join(folder, attemptFiles.output));
    } catch (error) {
      pipe.end();
      throw error;
    }
    pipe.end(`${folder}\n`);
    (warm.child.stdio[3] as Readable).destroy();
    return warm;
  }

  #programOf(spec: JobSpec): readonly string[] {
    const program = this.#options.worker ?? spec.program;
    if (program) return program;
    throw new MedgymError("invalid-argument", `job "${spec.name}" names no program that does it.`);
  }

  /** Of this program as it is now on disk; what is ready of others, or of one that was built anew since, ends. */
  #takeReady(program: readonly string[]): WarmWorker | undefined {
    const build = buildOf(program);
    for (let worker = this.#ready.shift(); worker; worker = this.#ready.shift()) {
      if (worker.build === build) return worker;
      worker.child.stdin?.end();
    }
    return undefined;
  }

  /** Has workers ready from now on, for more jobs like this one. */
  keepWarm(spec: JobSpec): void {
    this.#program = this.#options.worker ?? spec.program;
    this.#warmWanted = this.#program !== undefined;
    if (this.#warmWanted) this.#refill();
  }

  /** Workers kept ready are a favour: where none can be started (a full disk), jobs start without. */
  #refill(): void {
    try {
      while (this.#ready.length + this.#starting.size < this.#options.warm && this.#mayStart()) this.#startWarm();
    } catch {
      this.#failedAt = performance.now();
    }
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
    const program = this.#program!;
    const child = spawn(process.execPath, [...program, "--warm"], {
      cwd: this.#options.home,
      env: this.#environment,
      detached: true,
      stdio: ["pipe", log, log, "pipe"],
    });
    closeSync(log);
    const worker: WarmWorker = { ...launched(child), child, log: path, build: buildOf(program) };
    this.#starting.add(worker);
    child.stdin?.on("error", () => {}); // it died; its exit tells
    (child.stdio[3] as Readable)
      .on("error", () => {})
      .once("data", () => {
        if (!this.#starting.delete(worker)) return;
        this.#ready.push(worker);
      });
    worker.exited.then(() => {
      const at = this.#ready.indexOf(worker);
      if (at >= 0) this.#ready.splice(at, 1);
      if (this.#starting.delete(worker)) this.#failedAt = performance.now();
      rmSync(path, { force: true });
      if (this.#warmWanted) this.#refill();
    });
  }
}

/** Changes when the program is built anew, or its source is changed. */
function buildOf(program: readonly string[]): string {
  const file = program[program.length - 1];
  const files = [file, join(dirname(file), "../../../.tsbuildinfo")];
  const times = files.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return [...program, ...times].join("\n");
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
