/**
 * The daemon's mind: jobs from submission to their end. What it decides is in the store before it is done, so that the next daemon, after
 * this one was killed anywhere, knows what to look for.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { formatBytes, formatDuration } from "../../core/progress-line.ts";
import { claimAttempt, readClaim } from "../claim.ts";
import { attemptFolder, attemptVariable } from "../home.ts";
import { type Assignment, isOver, type JobEvent, type JobRecord, type JobSpec, terminalStates } from "../job.ts";
import type { DeviceUsage, ListQuery, Overview } from "../protocol.ts";
import { AttemptWatch, readJson, readResult, type Watched } from "./attempt.ts";
import { checkOrder, checkSpec } from "./check.ts";
import type { DeviceInfo } from "./devices.ts";
import { type Verdict, verdict } from "./ends.ts";
import { FairUse } from "./fair-use.ts";
import type { Exit, Launcher } from "./launcher.ts";
import { Meter } from "./measure.ts";
import { partOf, referredJobs, replaceReferences } from "./references.ts";
import { type Plan, plan, queueOrder, type RunningJob, type WaitingJob } from "./schedule.ts";
import type { Ending, Job, Store } from "./store.ts";
import { deviceView, overviewOf, whyWaiting } from "./telling.ts";
import { TypicalTimes } from "./typical-times.ts";

export interface DaemonOptions {
  home: string;
  store: Store;
  devices: readonly DeviceInfo[];
  launcher: Launcher;
  /** Silence after which a job counts as stalled. */
  stalledSeconds: number;
  log(text: string): void;
}

/** A job that is not over. */
export interface Active {
  job: Job;
  /** Jobs of `after` that are not over. */
  unmet: Set<number>;
  watch?: AttemptWatch;
  /** The worker said its first word. */
  begun: boolean;
}

const tickMs = 1000;
/** A worker that has not taken its attempt by then never will. */
const beginMs = 60_000;
/** A beat older than this is none: the process is stopped, or the machine starves it. */
const beatMs = 15_000;
const defaultGraceSeconds = 10;
/** Workers that never began, in a row, before their job is given up. */
const unbegunLimit = 3;

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #active = new Map<number, Active>();
  readonly #dependents = new Map<number, Set<number>>();
  readonly #fairUse = new FairUse();
  readonly #typical = new TypicalTimes();
  readonly #meter: Meter;
  readonly #ticking: NodeJS.Timeout;
  #paused: boolean;
  #reserved: Plan["reserved"];
  /** Why nothing can be written; the queue waits. */
  #trouble?: string;
  #passWanted = false;
  #counts: Map<JobRecord["state"], number>;
  #waiters = new Map<number, (() => void)[]>();
  #closed = false;
  /** Grows with everything that clients can see. */
  version = 0;
  onChange: () => void = () => {};

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { store } = options;
    this.#paused = store.setting("paused") === "true";
    this.#counts = store.counts();
    this.#meter = new Meter(options.devices);
    for (const { record } of store.list({ states: ["succeeded"], limit: 200 }).reverse()) this.#typical.learn(record);
    this.#recover();
    this.#ticking = setInterval(() => this.#tick(), tickMs);
    this.#wantPass();
  }

  // —— what clients ask ——

  /** Ids of the jobs, queued all or none. */
  submit(specs: readonly JobSpec[], token?: string): number[] {
    const { store, devices } = this.#options;
    const before = token === undefined ? undefined : store.submission(token);
    if (before) return before;
    for (const spec of specs) checkSpec(spec, devices);
    checkOrder(specs.map((spec) => ({ name: spec.name, needs: needsOf(spec) })));
    for (const id of specs.flatMap(needsOf)) if (id >= 0) this.#jobOf(id);
    const first = store.nextId();
    const ids = specs.map((_, index) => first + index);
    const place = (id: number) => (id < 0 ? ids[-1 - id] : id);
    const submittedMs = Date.now();
    const jobs = specs.map((spec, index) => {
      const placed = withPlaces(spec, place);
      const record: JobRecord = { id: ids[index], spec: placed, state: "queued", attempt: 0, devices: [], submittedMs, runs: [] }; // biome-ignore format: a record
      return { record, retries: 0, unbegun: 0 } satisfies Job;
    });
    this.#write(() => {
      for (const job of jobs) store.insert(job);
      if (token !== undefined) store.keepSubmission(token, ids);
    });
    for (const job of jobs) {
      this.#count(undefined, "queued");
      this.#add(job);
    }
    this.#options.launcher.keepWarm();
    for (const job of jobs) this.#settleDependencies(job.record.id);
    this.#changed();
    this.#wantPass();
    return ids;
  }

  get(ids: readonly number[]): JobRecord[] {
    return ids.map((id) => this.#jobOf(id)).map(this.#teller());
  }

  list(query: ListQuery): JobRecord[] {
    const { states, notebook, limit = 100, before = Number.POSITIVE_INFINITY } = query;
    const wanted = ({ record }: Job) =>
      (!states || states.includes(record.state)) &&
      (notebook === undefined || record.spec.notebook === notebook) &&
      record.id < before;
    const active = [...this.#active.values()].map(({ job }) => job).filter(wanted);
    const over = this.#options.store.list({ ...query, states: terminalStates.filter((state) => !states || states.includes(state)) }); // biome-ignore format: a line
    const newest = [...active, ...over].sort((a, b) => b.record.id - a.record.id).slice(0, limit);
    return newest.map(this.#teller());
  }

  overview(): Overview {
    const active = [...this.#active.values()].map(({ job }) => job);
    const waiting = this.#waiting();
    const order = [...queueOrder({ nowMs: Date.now(), waiting, used: this.#fairUse.now() })];
    const place = new Map(order.map(({ id }, i) => [id, i]));
    const ended = this.#options.store.list({ states: [...terminalStates], limit: 50 });
    return overviewOf({
      devices: this.#options.devices.map((device) =>
        deviceView(device, this.#meter.device(device.index), active, waiting.length, {
          paused: this.#paused,
          trouble: this.#trouble,
          reserved: this.#reserved,
          nameOf: (id) => this.#nameOf(id),
        }),
      ),
      counts: this.#counts,
      paused: this.#paused,
      active,
      place,
      ended,
      tell: this.#teller(),
    });
  }

  result(id: number): unknown {
    const { record } = this.#jobOf(id);
    if (record.state !== "succeeded")
      throw new MedgymError("invalid-argument", `${this.#nameOf(id)} has no result: it ${isOver(record.state) ? "is" : "is still"} ${record.state}.`); // biome-ignore format: a sentence
    return this.#resultOf(record);
  }

  usage(): DeviceUsage[] {
    return this.#meter.history();
  }

  history(id: number): { time: number; what: string }[] {
    this.#jobOf(id);
    return this.#options.store.notes(id);
  }

  cancel(id: number, graceSeconds = defaultGraceSeconds): JobRecord {
    const { job } = this.#active.get(id) ?? { job: this.#jobOf(id) };
    if (isOver(job.record.state)) return job.record;
    const reason = "cancelled on request";
    if (job.record.state === "queued") this.#settle(id, { state: "cancelled", reason });
    else this.#askEnd(id, { why: "cancel", reason, killMs: Date.now() + graceSeconds * 1000 }, graceSeconds);
    return this.get([id])[0];
  }

  setPaused(paused: boolean): void {
    this.#write(() => this.#options.store.set("paused", String(paused)));
    this.#paused = paused;
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
    return this.#active.size > 0;
  }

  /** Stops watching; workers go on, and the next daemon finds them. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#ticking);
    for (const { watch } of this.#active.values()) watch?.close();
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
    if (this.#paused || this.#trouble) return;
    const { devices, store } = this.#options;
    const made = plan({
      nowMs: Date.now(),
      devices: devices.map((device) => ({ ...device, foreignBytes: this.#meter.device(device.index).foreignBytes })),
      running: this.#running(),
      waiting: this.#waiting(),
      used: this.#fairUse.now(),
      hostJobs: Math.max(
        2,
        devices.reduce((sum, { threads }) => sum + threads, 0),
      ),
    });
    this.#reserved = made.reserved;
    if (made.starts.length === 0) return;
    const starting = made.starts.map(({ id, devices }) => {
      const { job } = this.#active.get(id)!;
      const { progress, lastProgressMs, stack, peakBytes, pid, error, reason, endedMs, ...kept } = job.record;
      const attempt = job.record.attempt + 1;
      const record: JobRecord = { ...kept, state: "starting", attempt, devices, startedMs: Date.now() };
      return { ...job, identity: undefined, record } satisfies Job;
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
      this.#replace(job);
      this.#begin(job);
    }
  }

  #begin(job: Job): void {
    const { id } = job.record;
    try {
      const assignment = this.#assignment(job);
      const folder = attemptFolder(this.#options.home, id, job.record.attempt);
      mkdirSync(folder, { recursive: true });
      writeWhole(join(folder, "work.json"), assignment);
      this.#watch(id, this.#options.launcher.launch(folder, assignment));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EAGAIN"].includes(code)) {
        this.#trouble = `cannot start ${this.#nameOf(id)}: ${(error as Error).message}`;
        this.#requeue(id, this.#trouble);
      } else this.#settle(id, failure(error));
    }
  }

  #assignment({ record, options }: Job): Assignment {
    const { home, stalledSeconds } = this.#options;
    const { spec, id, attempt, devices } = record;
    const work = spec.work.type === "cell" ? spec.work : { ...spec.work, options: options ?? this.#resolved(spec.work.options) }; // biome-ignore format: a line
    const environment = {
      ...spec.environment,
      ...this.#deviceEnvironment(devices),
      [attemptVariable]: attemptFolder(home, id, attempt),
    };
    const previous = attempt > 1 ? attemptFolder(home, id, attempt - 1) : undefined;
    return { id, attempt, spec: { ...spec, work }, devices, environment, stalledSeconds, previous };
  }

  #resolved(options: unknown): unknown {
    return replaceReferences(options, ({ $job, path }) => partOf(this.#resultOf(this.#jobOf($job).record), path, this.#nameOf($job))); // biome-ignore format: a line
  }

  #deviceEnvironment(devices: readonly number[]): Record<string, string> {
    const held = devices.map((index) => this.#options.devices[index]);
    const isGpu = this.#options.devices[0].kind === "gpu";
    const threads = held.reduce((sum, device) => sum + device.threads, 0) || 1;
    if (isGpu) return { CUDA_VISIBLE_DEVICES: held.map(({ uuid }) => uuid).join(",") };
    return { MEDGYM_SLOTS: devices.join(","), MEDGYM_THREADS: String(threads) };
  }

  #watch(id: number, worker: Watched): void {
    const active = this.#active.get(id)!;
    const folder = attemptFolder(this.#options.home, id, active.job.record.attempt);
    active.job.record.pid = worker.pid;
    active.job.identity = worker.identity;
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
    const active = this.#active.get(id);
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
    } else if (event.type === "run" && !record.runs.includes(event.path)) record.runs.push(event.path);
    this.#changed();
  }

  #tick(): void {
    if (this.#trouble && this.#try(() => this.#options.store.set("written", String(Date.now())))) {
      this.#wantPass();
      this.#changed();
    }
    const watched = [...this.#active.values()].filter(({ watch }) => watch !== undefined);
    this.#meter.sample(watched.map(({ watch, job }) => ({ group: watch!.worker.pid, devices: job.record.devices })));
    for (const active of watched) this.#lookAt(active);
    this.#keepMemory(watched);
    if (watched.length > 0) this.#changed();
    this.#fairUse.add(watched.map(({ job }) => job.record));
    if (this.#waiting().length > 0) this.#wantPass(); // devices that others used may be free, priorities grow
  }

  #lookAt(active: Active): void {
    const { record, ending } = active.job;
    const watch = active.watch!;
    const now = Date.now();
    const bytes = this.#meter.residentBytes(watch.worker.pid);
    record.peakBytes = Math.max(record.peakBytes ?? 0, bytes) || undefined;
    const runs = (now - record.startedMs!) / 1000;
    if (ending) {
      if (now > ending.killMs) watch.kill();
      return;
    }
    const { timeoutSeconds } = record.spec;
    if (timeoutSeconds !== undefined && runs > timeoutSeconds) {
      const reason = `ran longer than its timeout of ${formatDuration(timeoutSeconds)}`;
      const graceMs = defaultGraceSeconds * 1000;
      this.#askEnd(record.id, { why: "timeout", reason, killMs: now + graceMs }, defaultGraceSeconds);
      return;
    }
    const claim = readClaim(watch.folder);
    if (!claim && runs * 1000 > beginMs && claimAttempt(watch.folder, "daemon")) {
      watch.kill();
      return;
    }
    const beat = watch.beat();
    if (!beat) return;
    record.lastProgressMs = Math.max(record.lastProgressMs ?? 0, beat.progressMs);
    const silent = now - record.lastProgressMs > this.#options.stalledSeconds * 1000;
    const dead = now - beat.time > beatMs;
    if (silent || dead) {
      record.stack = beat.stack ?? record.stack;
      const since = formatDuration((now - (dead ? beat.time : record.lastProgressMs)) / 1000);
      this.#setState(active, "stalled", dead ? `no heartbeat for ${since}: stopped, or the machine is overloaded` : `nothing was done for ${since}`); // biome-ignore format: a line
    } else if (record.state === "stalled" || (record.state === "starting" && claim)) this.#setState(active, "running");
  }

  /** A slot is a part of the machine's memory: when the jobs of one use more than it has, the one furthest over its part ends. */
  #keepMemory(watched: readonly Active[]): void {
    for (const device of this.#options.devices) {
      if (device.kind !== "slot") return;
      if ((this.#meter.device(device.index).usedBytes ?? 0) <= device.memoryBytes) continue;
      const holders = watched.filter(({ job }) => job.record.devices.includes(device.index) && !job.ending);
      const over = holders.map((active) => {
        const { record } = active.job;
        const used = this.#meter.residentBytes(active.watch!.worker.pid) / record.devices.length;
        const granted = (record.spec.shared ? record.spec.memoryBytes : undefined) ?? device.memoryBytes;
        return { active, used, granted };
      });
      over.sort((a, b) => b.used - b.granted - (a.used - a.granted));
      const [worst] = over;
      if (!worst) continue;
      const reason = `used ${formatBytes(worst.used)} on ${device.name}, of ${formatBytes(worst.granted)}`;
      this.#askEnd(worst.active.job.record.id, { why: "memory", reason, killMs: 0 }, 0);
    }
  }

  /** Writes it down, tells the worker, and kills it later if need be. */
  #askEnd(id: number, ending: Ending, graceSeconds: number): void {
    const active = this.#active.get(id)!;
    const known = active.job.ending;
    active.job.ending = known ? { ...known, killMs: Math.min(known.killMs, ending.killMs) } : ending;
    active.job.record.reason = `ends: ${active.job.ending.reason}`;
    this.#try(() => this.#options.store.update(active.job));
    const folder = attemptFolder(this.#options.home, id, active.job.record.attempt);
    try {
      writeWhole(join(folder, "cancel"), { time: Date.now(), graceSeconds, reason: active.job.ending.reason });
    } catch {
      // A full disk: it is killed when its time is up.
    }
    if (graceSeconds <= 0) active.watch?.kill();
    else setTimeout(() => this.#killIfStillThere(id, active.watch), graceSeconds * 1000).unref();
    this.#changed();
  }

  #killIfStillThere(id: number, watch: AttemptWatch | undefined): void {
    if (!this.#closed && this.#active.get(id)?.watch === watch) watch?.kill();
  }

  // —— ends ——

  /** The attempt's process is gone. */
  #over(id: number, exit: Exit | undefined): void {
    const active = this.#active.get(id);
    if (!active || this.#closed) return;
    const { job } = active;
    const folder = attemptFolder(this.#options.home, id, job.record.attempt);
    const claim = readClaim(folder);
    const failedAlone = exit !== undefined && typeof exit.code === "number" && exit.code !== 0;
    const output = tailOf(join(folder, "output.log"));
    if (claim?.by !== "worker" && failedAlone && /ENOSPC|EDQUOT/.test(output)) {
      this.#trouble = "no space is left on the device for the files of jobs. Free some space: jobs wait until there is some."; // biome-ignore format: a sentence
      this.#requeue(id, "its worker found no space on the disk");
      return;
    }
    if (claim?.by !== "worker" && !job.ending && !failedAlone) {
      this.#neverBegan(id, folder);
      return;
    }
    this.#settle(id, verdict({
      result: readResult(folder),
      ending: job.ending,
      ...exit,
      output,
      downshift: readJson(join(folder, "downshift.json")),
    })); // biome-ignore format: a call
  }

  /** Nothing was done, so nothing is lost: it is begun anew, unless that happens again and again. */
  #neverBegan(id: number, folder: string): void {
    const { job } = this.#active.get(id)!;
    const ours = readClaim(folder)?.by === "daemon" || claimAttempt(folder, "daemon");
    if (!ours) this.#watchFound(id);
    else if (job.ending) this.#settle(id, verdict({ ending: job.ending, output: "" }));
    else if (job.unbegun >= unbegunLimit)
      this.#settle(id, { state: "lost", reason: `${unbegunLimit + 1} workers in a row ended before they began`, retry: "lost" }); // biome-ignore format: a line
    else this.#requeue(id, "its worker ended before it began", true);
  }

  #requeue(id: number, reason: string, unbegun = false): void {
    const active = this.#active.get(id)!;
    const { pid, startedMs, ...record } = active.job.record;
    const job: Job = {
      ...active.job,
      identity: undefined,
      unbegun: active.job.unbegun + (unbegun ? 1 : 0),
      record: { ...record, state: "queued", devices: [], reason },
    };
    this.#commit(job, reason, () => this.#wantPass());
  }

  /** The end of an attempt: of the job, or a retry. */
  #settle(id: number, end: Verdict): void {
    const { job } = this.#active.get(id)!;
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
      this.#active.delete(id);
      const dependents = [...(this.#dependents.get(id) ?? [])];
      this.#dependents.delete(id);
      for (const dependent of dependents) this.#settleDependencies(dependent);
      this.#wantPass();
    });
  }

  /** Frees the devices and writes what the job is now; tried until it can be written, the devices are held so long. */
  #commit(job: Job, note: string, then: () => void): void {
    const { id } = job.record;
    const { store } = this.#options;
    const active = this.#active.get(id)!;
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
    this.#replace(job);
    then();
    this.#touch(id);
    this.#changed();
  }

  /** A queued job whose `after` are over: free to go, or over too. */
  #settleDependencies(id: number): void {
    const active = this.#active.get(id);
    if (!active) return;
    for (const need of [...active.unmet]) {
      const { record } = this.#jobOf(need);
      if (!isOver(record.state)) continue;
      active.unmet.delete(need);
      if (record.state === "succeeded") continue;
      this.#settle(id, { state: "cancelled", reason: `needs ${this.#nameOf(need)}, which ended ${record.state}` });
      return;
    }
  }

  // —— after a daemon's death ——

  #recover(): void {
    const { store, launcher } = this.#options;
    const jobs = store.inStates(["queued", "starting", "running", "stalled"]);
    for (const job of jobs) this.#add(job);
    for (const { record } of jobs) if (record.state !== "queued") this.#watchFound(record.id);
    for (const { record } of jobs) if (record.state === "queued") this.#settleDependencies(record.id);
    if (jobs.length > 0) launcher.keepWarm();
    if (jobs.length > 0) this.#options.log(`found ${jobs.length} jobs that are not over`);
  }

  /** Of an attempt that somebody else began: its worker is alive, or it is over, or it never began. */
  #watchFound(id: number): void {
    const { job } = this.#active.get(id)!;
    const folder = attemptFolder(this.#options.home, id, job.record.attempt);
    mkdirSync(folder, { recursive: true });
    const claim = readClaim(folder);
    if (claim?.by === "worker") this.#watch(id, claim);
    else this.#neverBegan(id, folder);
    const { ending } = job;
    if (ending) setTimeout(() => this.#killIfStillThere(id, this.#active.get(id)?.watch), Math.max(0, ending.killMs - Date.now())).unref(); // biome-ignore format: a line
  }

  // —— small parts ——

  #add(job: Job): void {
    const { id, spec } = job.record;
    const unmet = new Set(needsOf(spec));
    this.#active.set(id, { job, unmet, begun: false });
    for (const need of unmet) {
      const dependents = this.#dependents.get(need) ?? new Set();
      this.#dependents.set(need, dependents.add(id));
    }
  }

  #replace(job: Job): void {
    const active = this.#active.get(job.record.id)!;
    this.#count(active.job.record.state, job.record.state);
    active.job = job;
  }

  #setState(active: Active, state: "running" | "stalled", reason?: string): void {
    const { record } = active.job;
    if (!active.job.ending) record.reason = reason;
    if (state === "running") record.stack = undefined;
    if (record.state === state) return;
    this.#count(record.state, state);
    record.state = state; // not written: a daemon that comes back asks the worker's folder
    this.#touch(record.id);
    this.#changed();
  }

  #count(from: JobRecord["state"] | undefined, to: JobRecord["state"]): void {
    if (from) this.#counts.set(from, (this.#counts.get(from) ?? 0) - 1);
    this.#counts.set(to, (this.#counts.get(to) ?? 0) + 1);
  }

  #waiting(): WaitingJob[] {
    const waiting: WaitingJob[] = [];
    for (const { job, unmet } of this.#active.values()) {
      const { record } = job;
      if (record.state !== "queued" || unmet.size > 0) continue;
      const { notebook, gpus, memoryBytes: bytes, shared, priority } = record.spec;
      const expected = this.#typical.expectedSeconds(record.spec);
      const expectedMs = expected === undefined ? undefined : expected * 1000;
      waiting.push({ id: record.id, notebook, gpus, bytes, shared, priority, submittedMs: record.submittedMs, expectedMs }); // biome-ignore format: a line
    }
    return waiting;
  }

  #running(): RunningJob[] {
    const running: RunningJob[] = [];
    for (const { job } of this.#active.values()) {
      const { record } = job;
      if (record.state === "queued") continue;
      const { notebook, shared, memoryBytes } = record.spec;
      const sharedBytes = shared ? memoryBytes : undefined;
      running.push({ id: record.id, notebook, devices: record.devices, sharedBytes, expectedEndMs: expectedEnd(record, this.#typical.expectedSeconds(record.spec)) }); // biome-ignore format: a line
    }
    return running;
  }

  #jobOf(id: number): Job {
    const job = this.#active.get(id)?.job ?? this.#options.store.get(id);
    if (!job) throw new MedgymError("not-found", `there is no job ${id}. \`medgym jobs list\` shows those there are.`);
    return job;
  }

  #nameOf(id: number): string {
    return `job ${id} (${this.#jobOf(id).record.spec.name})`;
  }

  #resultOf({ id, attempt }: JobRecord): unknown {
    const result = readResult(attemptFolder(this.#options.home, id, attempt));
    if (result?.status === "succeeded") return result.value;
    throw new MedgymError("corrupt", `the result of job ${id} is no longer there: somebody removed or changed its folder. Run it again.`); // biome-ignore format: a sentence
  }

  /** Records as clients see them: those that wait say why. */
  #teller(): (job: Job) => JobRecord {
    const devices = this.#options.devices.length;
    const circumstances = {
      paused: this.#paused,
      trouble: this.#trouble,
      devices,
      free: devices - new Set(this.#running().flatMap((job) => job.devices)).size,
      reserved: this.#reserved,
      nameOf: (id: number) => this.#nameOf(id),
    };
    return ({ record }) => {
      if (record.state !== "queued") return record;
      const unmet = [...(this.#active.get(record.id)?.unmet ?? [])].map((id) => this.#nameOf(id));
      return { ...record, reason: whyWaiting(record, { ...circumstances, unmet }) };
    };
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
    this.#trouble = undefined;
  }

  /** What cannot be written now is tried again by the callers; nothing starts meanwhile. */
  #try(work: () => void): boolean {
    if (this.#closed) return false;
    try {
      this.#write(work);
      return true;
    } catch (error) {
      if (!(error instanceof MedgymError)) throw error;
      if (this.#trouble !== error.message) this.#options.log(error.message);
      this.#trouble = error.message;
      return false;
    }
  }
}

const needsOf = (spec: JobSpec): number[] => [
  ...new Set([...spec.after, ...(spec.work.type === "function" ? referredJobs(spec.work.options) : [])]),
];

/** With ids where places in the same call stood. */
function withPlaces(spec: JobSpec, place: (id: number) => number): JobSpec {
  const after = needsOf(spec).map(place);
  if (spec.work.type === "cell") return { ...spec, after };
  const options = replaceReferences(spec.work.options, ({ $job, path }) => ({ $job: place($job), path }));
  return { ...spec, after, work: { ...spec.work, options } };
}

function expectedEnd({ startedMs, progress, lastProgressMs }: JobRecord, seconds: number | undefined): number {
  const now = Date.now();
  if (progress?.etaSeconds !== undefined && lastProgressMs !== undefined)
    return Math.max(lastProgressMs + progress.etaSeconds * 1000, now + 1000);
  if (seconds === undefined || startedMs === undefined) return Number.POSITIVE_INFINITY;
  // Overdue: as much again as a tenth of what it has taken.
  return Math.max(startedMs + seconds * 1000, now + (now - startedMs) / 10);
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

/** A file that is there whole or not at all, as far as other processes see. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(value));
  renameSync(`${path}.tmp`, path);
}

const tailBytes = 16_384;

function tailOf(path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    return text.slice(-tailBytes);
  } catch {
    return "";
  }
}
