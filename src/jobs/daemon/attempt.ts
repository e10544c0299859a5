/** Watches the folder of an attempt and the process that works in it. */
import { type FSWatcher, statSync, watch } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../attempt.ts";
import type { Beat, JobEvent } from "../job.ts";
import { endGroup, processIdentity } from "../process.ts";
import { readJson } from "./assignment.ts";
import type { Exit, Launched } from "./launcher.ts";
import { EventTail } from "./tail.ts";

/** A worker that was found, not started by us, has no `exited`. */
export type Watched = Omit<Launched, "exited"> & Partial<Pick<Launched, "exited">>;

export interface AttemptHooks {
  event(event: JobEvent): void;
  /** There may be something new for those who read along. */
  touched(): void;
  /** The process and all of its group are gone, every event was told. */
  over(exit: Exit | undefined): void;
}

/** Besides what the system tells of the folder: file systems that tell nothing, workers that are not our children. */
const pollMs = 400;
/** After its result is there, a worker may take so long to end. */
const lingerMs = 5000;

export class AttemptWatch {
  readonly folder: string;
  readonly worker: Watched;
  readonly #hooks: AttemptHooks;
  readonly #tail: EventTail;
  readonly #poll: NodeJS.Timeout;
  #watcher?: FSWatcher;
  #resultMs?: number;
  #closed = false;
  #ending = false;

  constructor(folder: string, worker: Watched, hooks: AttemptHooks) {
    this.folder = folder;
    this.worker = worker;
    this.#hooks = hooks;
    this.#tail = new EventTail(join(folder, attemptFiles.events));
    try {
      this.#watcher = watch(folder, () => this.#look()).on("error", () => {});
    } catch {
      // No more watches to be had: the poll is enough.
    }
    this.#poll = setInterval(() => this.#check(), pollMs);
    worker.exited?.then((exit) => this.#end(exit));
    if (!worker.exited) queueMicrotask(() => this.#check());
  }

  /** Whole, or undefined. */
  beat(): Beat | undefined {
    return readJson(join(this.folder, attemptFiles.beat));
  }

  kill(): void {
    endGroup(this.worker.pid, this.worker.identity);
  }

  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#poll);
    this.#tail.close();
  }

  #look(): void {
    if (this.#closed) return;
    for (let batch = this.#tail.read(); batch.length > 0; batch = this.#tail.read()) {
      for (const { event } of batch) this.#hooks.event(event);
    }
    this.#hooks.touched();
  }

  #check(): void {
    this.#look();
    if (this.#closed || this.#ending) return;
    if (this.#resultMs === undefined && exists(join(this.folder, attemptFiles.result)))
      this.#resultMs = performance.now();
    if (this.#resultMs !== undefined && performance.now() - this.#resultMs > lingerMs) this.kill();
    const { pid, identity, exited } = this.worker;
    if (!exited && processIdentity(pid) !== identity) this.#end(undefined);
  }

  #end(exit: Exit | undefined): void {
    this.#ending = true;
    if (this.#closed) return;
    const { pid, identity } = this.worker;
    if (!endGroup(pid, identity)) {
      setTimeout(() => this.#end(exit), 20);
      return;
    }
    this.#look();
    this.close();
    this.#hooks.over(exit);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
