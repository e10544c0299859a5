/**
 * Removes jobs that are over. First the store, then the folder: a job that the store knows has all that it left, whatever dies when. The
 * store remembers which folders are to go, and the next daemon removes what this one did not get to.
 */
import { readdirSync, rmSync } from "node:fs";
import { lstat, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { attemptFiles } from "../attempt.ts";
import { attemptFolder, jobFolder } from "../home.ts";
import { type JobEvent, terminalStates } from "../job.ts";
import type { PruneQuery, PruneReport } from "../protocol.ts";
import { readResult } from "./assignment.ts";
import { choose, type EndedJob, type Situation } from "./pruning.ts";
import type { Roll } from "./roll.ts";
import type { Job, Store } from "./store.ts";
import { needsOf } from "./submission.ts";

export interface PrunerOptions {
  home: string;
  store: Store;
  roll: Roll;
  /** After so many days the logs of a job that is over go. */
  logDays: number;
  log(text: string): void;
  /** Clients see other jobs now. */
  changed(): void;
}

/** The logs of so many that are over stay, however old they are. */
const loggedJobs = 1000;
/** Folders that are removed at once, and of which the store is told at once. */
const batch = 100;
const batchesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / batch) }, (_, i) => items.slice(i * batch, (i + 1) * batch));
const dayMs = 24 * 3600 * 1000;
/** What a worker prints and shows, and what it leaves for the daemon alone. */
const logFiles = /^(events\.jsonl|output\.log|beat(-\d+)?\.json|downshift\.json|cancel|.*\.tmp)$/;
const shown: readonly JobEvent["type"][] = ["stream", "display", "update", "clear", "progress"];

export class Pruner {
  readonly #options: PrunerOptions;
  readonly #daily: NodeJS.Timeout;
  /** One thing after another. */
  #last: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #closed = false;

  constructor(options: PrunerOptions) {
    this.#options = options;
    this.#daily = setInterval(() => this.tidy(), dayMs).unref();
  }

  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Stops after the folder that it removes just now. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#daily);
  }

  /** Resolves once the folders are gone. */
  prune(query: PruneQuery): Promise<PruneReport> {
    return this.#inTurn(async () => {
      const { roll, changed } = this.#options;
      const leans = await this.#leanings(query);
      // No await from here until the store knows it: a job that is submitted meanwhile finds what it refers to, or is told that it is gone.
      const { go, stay } = choose(query, this.#situation(leans));
      const stays = [...stay].map(([id, why]) => ({ id, name: roll.job(id).record.spec.name, ...why }));
      if (!query.dryRun && go.length > 0) {
        this.#takeOut(go);
        roll.forget(go.map(({ state }) => state));
        changed();
      }
      const report: PruneReport = { removed: [], stay: stays, failed: [] };
      const bytes = new Map<number, number>();
      for (const some of batchesOf(go))
        await Promise.all(
          some.map(async ({ id }) => bytes.set(id, await diskBytes(jobFolder(this.#options.home, id)))),
        );
      const failed = query.dryRun ? new Map<number, string>() : await this.#removeFolders(go.map(({ id }) => id));
      for (const { id, name, state, endedMs } of go) {
        const reason = failed.get(id);
        if (reason === undefined) report.removed.push({ id, name, state, endedMs, bytes: bytes.get(id) ?? 0 });
        else report.failed.push({ id, name, reason });
      }
      return report;
    });
  }

  /** Finishes what a daemon before this one had begun to remove; then logs go whose time is up. */
  tidy(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#removeFolders(this.#options.store.removals());
      await this.#thin();
    }).catch((error) => this.#options.log(`cannot tidy up: ${(error as Error).message}`));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#pending++;
    const done = this.#last.then(work).finally(() => {
      this.#pending--;
    });
    this.#last = done.catch(() => {});
    return done;
  }

  #situation(leans: Map<number, readonly number[]>): Situation {
    const { store, roll } = this.#options;
    const over = store.inStates(terminalStates);
    const known = new Map(over.map((job) => [job.record.id, job]));
    const leansOn = (id: number) => {
      const found = leans.get(id) ?? this.#leansOn(known.get(id));
      leans.set(id, found);
      return found;
    };
    return {
      nowMs: Date.now(),
      ended: over.map(endedJob),
      open: roll.jobs().map(({ record: { id, spec, state }, options }) => {
        const needs = [...needsOf(spec), ...this.#foldersIn(JSON.stringify([spec, options]))];
        return { id, name: spec.name, state, needs };
      }),
      leansOn,
      wasThere: (id) => roll.wasThere(id),
    };
  }

  /** By job, those in whose folders its result lies; of all jobs at once where many will be asked for, without holding up anybody. */
  async #leanings({ ids }: PruneQuery): Promise<Map<number, readonly number[]>> {
    const leans = new Map<number, readonly number[]>();
    if (ids) return leans;
    for (const job of this.#options.store.inStates(["succeeded"])) {
      leans.set(job.record.id, this.#leansOn(job));
      if (leans.size % 50 === 0) await new Promise(setImmediate);
    }
    return leans;
  }

  #leansOn(job: Job | undefined): number[] {
    if (job?.record.state !== "succeeded") return [];
    const { id, attempt } = job.record;
    const result = readResult(attemptFolder(this.#options.home, id, attempt));
    return this.#foldersIn(JSON.stringify(result ?? null)).filter((other) => other !== id);
  }

  /** Jobs whose folders are named in some JSON. */
  #foldersIn(json: string): number[] {
    const before = JSON.stringify(jobFolder(this.#options.home, 0)).slice(1, -2);
    return json.split(before).slice(1).map((rest) => Number.parseInt(rest, 10)).filter((id) => id > 0); // biome-ignore format: a line
  }

  #takeOut(jobs: readonly EndedJob[]): void {
    const { store, home } = this.#options;
    const ids = jobs.map(({ id }) => id);
    const write = () => store.transaction(() => store.remove(ids));
    try {
      write();
    } catch (error) {
      if (!(error instanceof MedgymError) || error.code !== "io") throw error;
      // The disk is full, which is why somebody prunes. Logs can go without the store, and make room for it.
      for (const id of ids) removeLogs(jobFolder(home, id));
      write();
    }
  }

  /** Those that could not be removed, with the reason. */
  async #removeFolders(ids: readonly number[]): Promise<Map<number, string>> {
    const { home, store, log } = this.#options;
    const failed = new Map<number, string>();
    const remove = async (id: number) => {
      try {
        if (this.#closed) throw new Error("the daemon ends; the next one goes on");
        await rm(jobFolder(home, id), { recursive: true, force: true, maxRetries: 3 });
      } catch (error) {
        failed.set(id, (error as Error).message);
        log(`cannot remove the folder of job ${id}: ${(error as Error).message}`);
      }
    };
    for (const some of batchesOf(ids)) {
      await Promise.all(some.map(remove));
      if (this.#closed) continue;
      try {
        store.transaction(() => store.removed(some.filter((id) => !failed.has(id))));
      } catch (error) {
        log((error as Error).message); // the next daemon finds that they are gone
      }
    }
    return failed;
  }

  async #thin(): Promise<void> {
    const { home, store, logDays } = this.#options;
    for (;;) {
      const jobs = this.#closed ? [] : store.overSince(Date.now() - logDays * dayMs, { beyond: loggedJobs });
      if (jobs.length === 0) return;
      for (const { record } of jobs) await thinFolder(jobFolder(home, record.id));
      const logsRemovedMs = Date.now();
      if (this.#closed) return;
      store.transaction(() => {
        for (const job of jobs) store.update({ ...job, record: { ...job.record, logsRemovedMs } });
      });
    }
  }
}

const endedJob = ({ record: { id, spec, state, endedMs = 0 } }: Job): EndedJob => ({
  ...{ id, name: spec.name, state, endedMs, sweep: spec.sweep },
});

/** What the folder takes on disk; 0 of one that is not there. */
async function diskBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const path of [folder, ...entries.map((entry) => join(folder, entry))]) {
    const found = await lstat(path).catch(() => undefined); // gone meanwhile
    bytes += (found?.blocks ?? 0) * 512;
  }
  return bytes;
}

/** Of every attempt. */
function removeLogs(folder: string): void {
  for (const path of attempts(folder))
    for (const name of entriesOf(path)) if (logFiles.test(name)) rmSync(join(path, name), { force: true });
}

/** As `removeLogs`, but what the job told of its curves, files and errors stays. */
async function thinFolder(folder: string): Promise<void> {
  for (const path of attempts(folder)) {
    const events = join(path, attemptFiles.events);
    const lines = (await readFile(events, "utf8").catch(() => "")).split("\n");
    for (const name of entriesOf(path))
      if (logFiles.test(name) && name !== attemptFiles.events) await rm(join(path, name), { force: true });
    const kept = lines.filter((line) => line !== "" && !shown.includes(typeOf(line)));
    if (kept.length + 1 >= lines.length) continue;
    await writeFile(`${events}.tmp`, kept.map((line) => `${line}\n`).join(""));
    await rename(`${events}.tmp`, events);
  }
}

function typeOf(line: string): JobEvent["type"] {
  try {
    return (JSON.parse(line) as JobEvent).type;
  } catch {
    return "progress"; // torn by a crash: says nothing
  }
}

const attempts = (folder: string) => entriesOf(folder).map((name) => join(folder, name));

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
