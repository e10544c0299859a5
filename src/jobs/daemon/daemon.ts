/**
 * The daemon's mind: jobs from submission to their end. What it decides is in the store before it is done, so that the next daemon, after
 * this one was killed anywhere, knows what to look for.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { attemptFiles } from "../attempt.ts";
import { claimAttempt, readClaim } from "../claim.ts";
import { attemptFolder } from "../home.ts";
import { isOver, type JobEvent, type JobRecord, type JobSpec } from "../job.ts";
import { assignmentOf, layOut, leftovers, writeWhole } from "./assignment.ts";
import { AttemptWatch, type Watched } from "./attempt.ts";
import { Desk, type QueueState } from "./desk.ts";
import type { DeviceInfo } from "./devices.ts";
import { type Verdict, verdict } from "./ends.ts";
import { FairUse } from "./fair-use.ts";
import type { Exit, Launcher } from "./launcher.ts";
import { defaultGraceSeconds, findingOf, overMemory } from "./liveness.ts";
import { Meter } from "./measure.ts";
import { Pruner } from "./pruner.ts";
import { partOf, replaceReferences } from "./references.ts";
import { type Active, Roll } from "./roll.ts";
import { plan } from "./schedule.ts";
import type { Ending, Job, Store } from "./store.ts";
import { submittedJobs } from "./submission.ts";
import { TypicalTimes } from "./typical-times.ts";

export interface DaemonOptions {
  home: string;
  store: Store;
  devices: readonly DeviceInfo[];
  launcher: Launcher;
  /** Silence after which a job counts as stalled. */
  stalledSeconds: number;
  /** After so many days the logs of a job that is over go; never those of the newest. */
  logDays: number;
  log(text: string): void;
}

const tickMs = 1000;
/** Workers that never began, in a row, before their job is given up. */
const unbegunLimit = 3;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #roll: Roll;
  readonly #fairUse = new FairUse();
  readonly #typical = new TypicalTimes();
  readonly #meter: Meter;
  readonly #ticking: NodeJS.Timeout;
  /** Answers what needs no decision. */
  readonly desk: Desk;
  /** Removes what is over. */
  readonly pruner: Pruner;
  readonly #queue: QueueState;
  #passWanted = false;
  #waiters = new Map<number, (() => void)[]>();
  #closed = false;
  /** Grows with everything that clients can see. */
  version = 0;
  onChange: () => void = () => {};

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { store } = options;
    this.#queue = { paused: store.setting("paused") === "true" };
    this.#roll = new Roll(store);
    this.#meter = new Meter(options.devices);
    const { home, devices } = options;
    this.desk = new Desk({ home, devices, store, roll: this.#roll, queue: this.#queue, meter: this.#meter, typical: this.#typical, fairUse: this.#fairUse }); // biome-ignore format: a line
    this.pruner = new Pruner({ ...options, roll: this.#roll, changed: () => this.#changed() });
    for (const { record } of store.list({ states: ["succeeded"], limit: 200 }).reverse()) this.#typical.learn(record);
    this.#recover();
    this.#ticking = setInterval(() => this.#tick(), tickMs);
    this.#wantPass();
    this.pruner.tidy();
  }

  // —— what clients ask ——

  /** Ids of the jobs, queued all or none. */
  submit(specs: readonly JobSpec[], token?: string): number[] {
    const { store, devices } = this.#options;
    const before = token === undefined ? undefined : store.submission(token);
    if (before) return before;
    const jobs = submittedJobs(specs, { devices, first: store.nextId(), mustBe: (id) => void this.#roll.job(id) });
    const ids = jobs.map(({ record }) => record.id);
    this.#write(() => {
      for (const job of jobs) store.insert(job);
      if (token !== undefined) store.keepSubmission(token, ids);
    });
    for (const job of jobs) {
      this.#roll.count(undefined, "queued");
      this.#roll.add(job);
    }
    if (specs.length > 0) this.#options.launcher.keepWarm(specs[0]);
    for (const id of ids) this.#settleDependencies(id);
    this.#changed();
    this.#wantPass();
    return ids;
  }

  cancel(id: number, graceSeconds = defaultGraceSeconds): JobRecord {
    const { job } = this.#roll.get(id) ?? { job: this.#roll.job(id) };
    if (isOver(job.record.state)) return job.record;
    const reason = "cancelled on request";
    if (job.record.state === "queued") this.#settle(id, { state: "cancelled", reason });
    else this.#askEnd(id, { why: "cancel", reason, killMs: Date.now() + graceSeconds * 1000 }, graceSeconds);
    return this.desk.get([id])[0];
  }

  setPaused(paused: boolean): void {
    this.#write(() => this.#options.store.set("paused", String(paused)));
    this.#queue.paused = paused;
    this.#changed();
    this.#wantPass();
  }

  /** The next time that there may be something new of a job. */
  touched(id: number): Promise<void> {
    return new Promise((resolve) => {
      const list = this.#waiters.get(id) ?? [];
      list.push(resolve);
      this.#waiters.set(id, list);
    });
  }

  get busy(): boolean {
    return this.#roll.size > 0 || this.pruner.busy;
  }

  /** Stops watching; workers go on, and the next daemon finds them. */
  close(): void {
    this.#closed = true;
    this.pruner.close();
    clearInterval(this.#ticking);
    for (const { watch } of this.#roll.watched()) watch.close();
    this.#options.launcher.letCool();
    this.#options.store.close();
  }

  // —— starting ——

  #wantPass(): void {
    if (this.#passWanted || this.#closed) return;
    this.#passWanted = true;
    setImmediate(() => {
      this.#passWanted = false;
      if (!this.#closed) this.#pass();
    });
  }

  #pass(): void {
    if (this.#queue.paused || this.#queue.trouble) return;
    const { devices, store } = this.#options;
    const made = plan({
      nowMs: Date.now(),
      devices: devices.map((device) => ({ ...device, foreignBytes: this.#meter.device(device.index).foreignBytes })),
      running: this.#roll.running(this.#typical),
      waiting: this.#roll.waiting(this.#typical),
      used: this.#fairUse.now(),
      hostJobs: Math.max(
        2,
        devices.reduce((sum, { threads }) => sum + threads, 0),
      ),
    });
    this.#queue.reserved = made.reserved;
    if (made.starts.length === 0) return;
    const starting = made.starts.map(({ id, devices }) => {
      const { job } = this.#roll.get(id)!;
      const { progress, lastProgressMs, loadedMs, stack, peakBytes, pid, error, reason, endedMs, ...kept } = job.record;
      const attempt = job.record.attempt + 1;
      const record: JobRecord = { ...kept, state: "starting", attempt, devices, startedMs: Date.now() };
      return { ...job, record } satisfies Job;
    });
    const written = this.#try(() => {
      for (const job of starting) {
        store.update(job);
        store.lease(job.record.id, job.record.devices);
        store.note(job.record.id, `attempt ${job.record.attempt} on ${placeText(job.record.devices)}`);
      }
    });
    if (!written) return;
    for (const job of starting) {
      this.#roll.replace(job);
      this.#begin(job);
    }
  }

  #begin(job: Job): void {
    const { id } = job.record;
    try {
      const assignment = assignmentOf(job, { ...this.#options, resolve: (options) => this.#resolved(options) });
      const folder = layOut(this.#options.home, assignment);
      this.#watch(id, this.#options.launcher.launch(folder, assignment));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN"].includes(code)) {
        this.#queue.trouble = `cannot start ${this.#roll.nameOf(id)}: ${(error as Error).message}`;
        this.#requeue(id, this.#queue.trouble);
      } else this.#settle(id, failure(error));
    }
  }

  #resolved(options: unknown): unknown {
    return replaceReferences(options, ({ $job, path }) => partOf(this.desk.result($job), path, this.#roll.nameOf($job))); // biome-ignore format: a line
  }

  #watch(id: number, worker: Watched): void {
    const active = this.#roll.get(id)!;
    const folder = attemptFolder(this.#options.home, id, active.job.record.attempt);
    active.job.record.pid = worker.pid;
    active.begun = false;
    active.watch = new AttemptWatch(folder, worker, {
      event: (event) => this.#see(id, event),
      touched: () => this.#touch(id),
      over: (exit) => this.#over(id, exit),
    });
    this.#changed();
  }

  // —— while it runs ——

  #see(id: number, event: JobEvent): void {
    const active = this.#roll.get(id);
    if (!active) return;
    const { record } = active.job;
    record.lastProgressMs = event.time;
    if (!active.begun || record.state === "stalled") {
      active.begun = true;
      this.#setState(active, "running");
    }
    if (event.type === "progress") {
      const { time, type, ...progress } = event;
      record.progress = progress;
      if (progress.phase !== "loading") record.loadedMs ??= time;
    } else if (event.type === "run" && !record.runs.includes(event.path)) record.runs.push(event.path);
    this.#changed();
  }

  #tick(): void {
    if (this.#queue.trouble && this.#try(() => this.#options.store.set("written", String(Date.now())))) {
      this.#wantPass();
      this.#changed();
    }
    const watched = this.#roll.watched();
    this.#meter.sample(watched.map(({ watch, job }) => ({ group: watch.worker.pid, devices: job.record.devices })));
    for (const active of watched) this.#lookAt(active, active.watch);
    this.#keepMemory();
    if (watched.length > 0) this.#changed();
    this.#fairUse.add(watched.map(({ job }) => job.record));
    if (this.#roll.waiting(this.#typical).length > 0) this.#wantPass(); // devices that others used may be free, priorities grow
  }

  #lookAt(active: Active, watch: AttemptWatch): void {
    const { record } = active.job;
    const bytes = this.#meter.residentBytes(watch.worker.pid);
    record.peakBytes = Math.max(record.peakBytes ?? 0, bytes) || undefined;
    const beat = watch.beat();
    if (beat) record.lastProgressMs = Math.max(record.lastProgressMs ?? 0, beat.progressMs);
    const claimed = readClaim(watch.folder) !== undefined;
    const { stalledSeconds } = this.#options;
    const finding = findingOf(active.job, { nowMs: Date.now(), claimed, beat, stalledSeconds });
    if (finding.do === "kill") watch.kill();
    else if (finding.do === "end") this.#askEnd(record.id, finding.ending, defaultGraceSeconds);
    else if (finding.do === "give up" && claimAttempt(watch.folder, "daemon")) watch.kill();
    else if (finding.do === "tell") {
      record.stack = finding.stack ?? record.stack;
      this.#setState(active, finding.state, finding.reason);
    }
  }

  #keepMemory(): void {
    for (const device of this.#options.devices) {
      if (device.kind !== "slot") return;
      const here = this.#roll.watched().filter(({ job }) => job.record.devices.includes(device.index) && !job.ending);
      const holders = here.map(({ job, watch }) => ({
        job,
        residentBytes: this.#meter.residentBytes(watch.worker.pid),
      }));
      const over = overMemory(device, holders);
      if (over) this.#askEnd(over.id, over.ending, 0);
    }
  }

  /** Writes it down, tells the worker, and kills it later if need be. */
  #askEnd(id: number, ending: Ending, graceSeconds: number): void {
    const active = this.#roll.get(id)!;
    const known = active.job.ending;
    active.job.ending = known ? { ...known, killMs: Math.min(known.killMs, ending.killMs) } : ending;
    active.job.record.reason = `ends: ${active.job.ending.reason}`;
    this.#try(() => this.#options.store.update(active.job));
    const folder = attemptFolder(this.#options.home, id, active.job.record.attempt);
    try {
      writeWhole(join(folder, attemptFiles.cancel), {
        time: Date.now(),
        graceSeconds,
        reason: active.job.ending.reason,
      });
    } catch {
      // A full disk: it is killed when its time is up.
    }
    if (graceSeconds <= 0) active.watch?.kill();
    else setTimeout(() => this.#killIfStillThere(id, active.watch), graceSeconds * 1000).unref();
    this.#changed();
  }

  #killIfStillThere(id: number, watch: AttemptWatch | undefined): void {
    if (!this.#closed && this.#roll.get(id)?.watch === watch) watch?.kill();
  }

  // —— ends ——

  /** The attempt's process is gone. */
  #over(id: number, exit: Exit | undefined): void {
    const active = this.#roll.get(id);
    if (!active || this.#closed) return;
    const { job } = active;
    const folder = attemptFolder(this.#options.home, id, job.record.attempt);
    const claim = readClaim(folder);
    const failedAlone = exit !== undefined && typeof exit.code === "number" && exit.code !== 0;
    const left = leftovers(folder);
    job.record.peakBytes = Math.max(job.record.peakBytes ?? 0, left.result?.peakBytes ?? 0) || undefined;
    if (claim?.by !== "worker" && failedAlone && /ENOSPC|EDQUOT/.test(left.output)) {
      this.#queue.trouble = "no space is left on the device for the files of jobs. Free some space: jobs wait until there is some."; // biome-ignore format: a sentence
      this.#requeue(id, "its worker found no space on the disk");
      return;
    }
    if (claim?.by !== "worker" && !job.ending && !failedAlone) {
      this.#neverBegan(id, folder);
      return;
    }
    this.#settle(id, verdict({ ...left, ...exit, ending: job.ending }));
  }

  /** Nothing was done, so nothing is lost: it is begun anew, unless that happens again and again. */
  #neverBegan(id: number, folder: string): void {
    const { job } = this.#roll.get(id)!;
    const ours = readClaim(folder)?.by === "daemon" || claimAttempt(folder, "daemon");
    if (!ours) this.#watchFound(id);
    else if (job.ending) this.#settle(id, verdict({ ending: job.ending, output: "" }));
    else if (job.unbegun >= unbegunLimit)
      this.#settle(id, { state: "lost", reason: `${unbegunLimit + 1} workers in a row ended before they began`, retry: "lost" }); // biome-ignore format: a line
    else this.#requeue(id, "its worker ended before it began", true);
  }

  #requeue(id: number, reason: string, unbegun = false): void {
    const active = this.#roll.get(id)!;
    const { pid, startedMs, ...record } = active.job.record;
    const job: Job = {
      ...active.job,
      unbegun: active.job.unbegun + (unbegun ? 1 : 0),
      record: { ...record, state: "queued", devices: [], reason },
    };
    this.#commit(job, reason, () => this.#wantPass());
  }

  /** The end of an attempt: of the job, or a retry. */
  #settle(id: number, end: Verdict): void {
    const { job } = this.#roll.get(id)!;
    const { retry, state } = end;
    const { pid, ...record } = job.record;
    const { spec } = record;
    const again = retry !== undefined && spec.retry.on.includes(retry) && job.retries < spec.retry.times;
    if (again) {
      const { startedMs, ...kept } = record;
      const options = retry === "out-of-memory" && end.downshift !== undefined ? end.downshift : job.options;
      const reason = `attempt ${record.attempt} ended ${state}: ${end.reason}`;
      const next: Job = {
        retries: job.retries + 1,
        unbegun: 0,
        options,
        record: { ...kept, state: "queued", devices: [], reason, error: end.error, downshift: end.downshift },
      };
      this.#commit(next, reason, () => this.#wantPass());
      return;
    }
    const { error, downshift, reason } = end;
    const ended: Job = { ...job, record: { ...record, state, reason, error, downshift, stack: undefined, endedMs: Date.now() } }; // biome-ignore format: a line
    this.#typical.learn(ended.record);
    this.#commit(ended, `${state}${reason ? `: ${reason}` : ""}`, () => {
      for (const dependent of this.#roll.remove(id)) this.#settleDependencies(dependent);
      this.#wantPass();
    });
  }

  /** Frees the devices and writes what the job is now; tried until it can be written, the devices are held so long. */
  #commit(job: Job, note: string, then: () => void): void {
    const { id } = job.record;
    const { store } = this.#options;
    const active = this.#roll.get(id)!;
    active.watch?.close();
    active.watch = undefined;
    const written = this.#try(() => {
      store.update(job);
      store.lease(id, []);
      store.note(id, note);
    });
    if (this.#closed) return;
    if (!written) {
      setTimeout(() => this.#commit(job, note, then), tickMs);
      return;
    }
    this.#roll.replace(job);
    then();
    this.#touch(id);
    this.#changed();
  }

  /** A queued job whose `after` are over: free to go, or over too. */
  #settleDependencies(id: number): void {
    const active = this.#roll.get(id);
    if (!active) return;
    for (const need of [...active.unmet]) {
      const { record } = this.#roll.job(need);
      if (!isOver(record.state)) continue;
      active.unmet.delete(need);
      if (record.state === "succeeded") continue;
      this.#settle(id, { state: "cancelled", reason: `needs ${this.#roll.nameOf(need)}, which ended ${record.state}` });
      return;
    }
  }

  // —— after a daemon's death ——

  #recover(): void {
    const { store, launcher } = this.#options;
    const jobs = store.inStates(["queued", "starting", "running", "stalled"]);
    for (const job of jobs) this.#roll.add(job);
    for (const { record } of jobs) if (record.state !== "queued") this.#watchFound(record.id);
    for (const { record } of jobs) if (record.state === "queued") this.#settleDependencies(record.id);
    if (jobs.length > 0) launcher.keepWarm(jobs[jobs.length - 1].record.spec);
    if (jobs.length > 0) this.#options.log(`found ${jobs.length} jobs that are not over`);
  }

  /** Of an attempt that somebody else began: its worker is alive, or it is over, or it never began. */
  #watchFound(id: number): void {
    const { job } = this.#roll.get(id)!;
    const folder = attemptFolder(this.#options.home, id, job.record.attempt);
    mkdirSync(folder, { recursive: true });
    const claim = readClaim(folder);
    if (claim?.by === "worker") this.#watch(id, claim);
    else this.#neverBegan(id, folder);
    const { ending } = job;
    if (ending) setTimeout(() => this.#killIfStillThere(id, this.#roll.get(id)?.watch), Math.max(0, ending.killMs - Date.now())).unref(); // biome-ignore format: a line
  }

  // —— small parts ——

  #setState(active: Active, state: "running" | "stalled", reason?: string): void {
    const { record } = active.job;
    if (!active.job.ending) record.reason = reason;
    if (state === "running") record.stack = undefined;
    if (record.state === state) return;
    this.#roll.count(record.state, state);
    record.state = state; // not written: a daemon that comes back asks the worker's folder
    this.#touch(record.id);
    this.#changed();
  }

  #touch(id: number): void {
    const waiters = this.#waiters.get(id);
    this.#waiters.delete(id);
    for (const wake of waiters ?? []) wake();
  }

  #changed(): void {
    this.version++;
    this.onChange();
  }

  #write(work: () => void): void {
    this.#options.store.transaction(work);
    this.#queue.trouble = undefined;
  }

  /** What cannot be written now is tried again by the callers; nothing starts meanwhile. */
  #try(work: () => void): boolean {
    if (this.#closed) return false;
    try {
      this.#write(work);
      return true;
    } catch (error) {
      if (!(error instanceof MedgymError)) throw error;
      if (this.#queue.trouble !== error.message) this.#options.log(error.message);
      this.#queue.trouble = error.message;
      return false;
    }
  }
}

function failure(error: unknown): Verdict {
  const { name = "Error", message = String(error), code, stack } = error as NodeJS.ErrnoException;
  const traceback = error instanceof MedgymError ? [] : (stack ?? "").split("\n");
  return { state: "failed", reason: message, error: { name, message, code, traceback }, retry: "failed" };
}

function placeText(devices: readonly number[]): string {
  if (devices.length === 0) return "no device";
  return `device${devices.length === 1 ? "" : "s"} ${devices.join(", ")}`;
}
