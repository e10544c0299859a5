/** Answers what clients ask about jobs, queue and devices; decides nothing. */
import { MedgymError } from "../../core/errors.ts";
import { attemptFolder } from "../home.ts";
import { isOver, type JobRecord, terminalStates } from "../job.ts";
import type { DeviceUsage, Expectation, ListQuery, Overview } from "../protocol.ts";
import { readResult } from "./assignment.ts";
import type { DeviceInfo } from "./devices.ts";
import type { FairUse } from "./fair-use.ts";
import type { Meter } from "./measure.ts";
import type { Roll } from "./roll.ts";
import { type Plan, queueOrder } from "./schedule.ts";
import type { Job, Store } from "./store.ts";
import { type Circumstances, deviceView, overviewOf, whyWaiting } from "./telling.ts";
import type { Likeness, TypicalTimes } from "./typical-times.ts";

export interface QueueState {
  paused: boolean;
  reserved?: Plan["reserved"];
  /** Why nothing can be written; the queue waits. */
  trouble?: string;
}

interface DeskOptions {
  home: string;
  devices: readonly DeviceInfo[];
  store: Store;
  roll: Roll;
  queue: Readonly<QueueState>;
  meter: Meter;
  typical: TypicalTimes;
  fairUse: FairUse;
}

export class Desk {
  readonly #options: DeskOptions;
  #ended?: { endings: number; jobs: readonly Job[] };

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get(ids: readonly number[]): JobRecord[] {
    return ids.map((id) => this.#options.roll.job(id)).map(this.#teller());
  }

  list(query: ListQuery): JobRecord[] {
    const { roll, store } = this.#options;
    const { states, notebook, limit = 100, before = Number.POSITIVE_INFINITY } = query;
    const wanted = ({ record }: Job) =>
      (!states || states.includes(record.state)) &&
      (notebook === undefined || record.spec.notebook === notebook) &&
      record.id < before;
    const ends = terminalStates.filter((state) => !states || states.includes(state));
    const found = [...roll.jobs().filter(wanted), ...store.list({ ...query, states: ends })];
    const newest = found.sort((a, b) => b.record.id - a.record.id).slice(0, limit);
    return newest.map(this.#teller());
  }

  overview(): Overview {
    const { devices, roll, queue, meter, typical, fairUse } = this.#options;
    const active = roll.jobs();
    const waiting = roll.waiting(typical);
    const order = [...queueOrder({ nowMs: Date.now(), waiting, used: fairUse.now() })];
    const circumstances = this.#circumstances();
    return overviewOf({
      devices: devices.map((device) => deviceView(device, meter.device(device.index), active, waiting.length, circumstances)), // biome-ignore format: a line
      counts: roll.counts,
      paused: queue.paused,
      active,
      place: new Map(order.map(({ id }, i) => [id, i])),
      ended: this.#newestEnded(),
      tell: this.#teller(),
    });
  }

  result(id: number): unknown {
    const { home, roll } = this.#options;
    const { state, attempt } = roll.job(id).record;
    if (state !== "succeeded")
      throw new MedgymError("invalid-argument", `${roll.nameOf(id)} has no result: it ${isOver(state) ? "is" : "is still"} ${state}.`); // biome-ignore format: a sentence
    const result = readResult(attemptFolder(home, id, attempt));
    if (result?.status === "succeeded") return result.value;
    throw new MedgymError("corrupt", `the result of ${roll.nameOf(id)} is no longer there: somebody removed or changed its folder. Run it again.`); // biome-ignore format: a sentence
  }

  expectation(job: Likeness): Expectation | null {
    return this.#options.typical.expect(job) ?? null;
  }

  usage(): DeviceUsage[] {
    return this.#options.meter.history();
  }

  history(id: number): { time: number; what: string }[] {
    this.#options.roll.job(id); // throws where there is none
    return this.#options.store.notes(id);
  }

  /** Read anew when others are over: boards ask five times a second. */
  #newestEnded(): readonly Job[] {
    const { roll, store } = this.#options;
    if (this.#ended?.endings !== roll.endings)
      this.#ended = { endings: roll.endings, jobs: store.list({ states: [...terminalStates], limit: 50 }) };
    return this.#ended.jobs;
  }

  #circumstances(): Circumstances {
    const { devices, roll, typical, queue } = this.#options;
    const held = new Set(roll.running(typical).flatMap((job) => job.devices));
    return {
      paused: queue.paused,
      trouble: queue.trouble,
      reserved: queue.reserved,
      devices: devices.length,
      free: devices.length - held.size,
      nameOf: (id) => roll.nameOf(id),
    };
  }

  /** Records as clients see them: those that wait say why. */
  #teller(): (job: Job) => JobRecord {
    const { roll } = this.#options;
    const circumstances = this.#circumstances();
    return ({ record }) => {
      if (record.state !== "queued") return record;
      const unmet = [...(roll.get(record.id)?.unmet ?? [])].map((id) => roll.nameOf(id));
      return { ...record, reason: whyWaiting(record, unmet, circumstances) };
    };
  }
}
