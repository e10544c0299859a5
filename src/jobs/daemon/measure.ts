/** What jobs and devices use, sampled once a second. */
import { type GroupUse, processGroups, processStat, ticksPerSecond } from "../process.ts";
import type { DeviceUsage, UsagePoint } from "../protocol.ts";
import { type DeviceInfo, gpuProcesses, gpuUse } from "./devices.ts";

export interface Measured {
  group: number;
  devices: readonly number[];
}

export interface DeviceUse {
  utilisation?: number;
  /** By anybody. */
  usedBytes?: number;
  /** By others than our jobs. */
  foreignBytes?: number;
}

/** An hour of it, a point every five seconds while jobs run. */
const historyEveryMs = 5000;
const historyPoints = 720;

/** nvidia-smi takes some tenths of a second of the driver's time. */
const gpuEveryMs = 3000;

export class Meter {
  readonly #devices: readonly DeviceInfo[];
  #use: DeviceUse[];
  #groups = new Map<number, GroupUse>();
  #sampledMs = 0;
  #gpuAskedMs = Number.NEGATIVE_INFINITY;
  readonly #history: UsagePoint[][];
  #noted = Number.NEGATIVE_INFINITY;

  constructor(devices: readonly DeviceInfo[]) {
    this.#devices = devices;
    this.#use = devices.map(() => ({}));
    this.#history = devices.map(() => []);
  }

  history(): DeviceUsage[] {
    return this.#devices.map(({ index, name }) => ({ index, name, points: this.#history[index] }));
  }

  device(index: number): DeviceUse {
    return this.#use[index];
  }

  residentBytes(group: number): number {
    return this.#groups.get(group)?.residentBytes ?? 0;
  }

  sample(jobs: readonly Measured[]): void {
    const now = performance.now();
    const groups = jobs.length > 0 ? processGroups() : new Map<number, GroupUse>();
    const seconds = (now - this.#sampledMs) / 1000;
    if (this.#devices[0].kind === "slot") this.#use = this.#slotUse(jobs, groups, seconds);
    else if (now - this.#gpuAskedMs > gpuEveryMs) {
      this.#gpuAskedMs = now;
      this.#askDriver(new Set(jobs.map(({ group }) => group))).catch(() => {}); // asked again soon
    }
    this.#groups = groups;
    this.#sampledMs = now;
    if (jobs.length > 0 && now - this.#noted >= historyEveryMs) this.#note(now);
  }

  #note(now: number): void {
    this.#noted = now;
    this.#use.forEach(({ utilisation, usedBytes }, index) => {
      const points = this.#history[index];
      points.push({ time: Date.now(), utilisation, usedBytes });
      if (points.length > historyPoints) points.shift();
    });
  }

  /** A job on several slots counts on each in equal parts. */
  #slotUse(jobs: readonly Measured[], groups: ReadonlyMap<number, GroupUse>, seconds: number): DeviceUse[] {
    const use = this.#devices.map(() => ({ utilisation: 0, usedBytes: 0 }));
    for (const { group, devices } of jobs) {
      const now = groups.get(group);
      const before = this.#groups.get(group);
      if (!now || devices.some((index) => !use[index])) continue; // of an earlier daemon that had more slots
      const busy = before ? Math.max(0, now.cpuTicks - before.cpuTicks) / ticksPerSecond / seconds : 0;
      for (const index of devices) {
        const share = busy / devices.length / this.#devices[index].threads;
        use[index].utilisation = Math.min(1, use[index].utilisation + share);
        use[index].usedBytes += now.residentBytes / devices.length;
      }
    }
    return use;
  }

  async #askDriver(groups: ReadonlySet<number>): Promise<void> {
    const [use, processes] = await Promise.all([gpuUse(), gpuProcesses()]);
    this.#use = this.#devices.map(({ uuid }) => {
      const gpu = use.find((one) => one.uuid === uuid);
      const ours = processes.filter(({ pid, uuid: on }) => on === uuid && groups.has(processStat(pid)?.group ?? -1));
      const bytes = ours.reduce((sum, one) => sum + one.bytes, 0);
      const foreignBytes = gpu?.usedBytes === undefined ? undefined : Math.max(0, gpu.usedBytes - bytes);
      return { utilisation: gpu?.utilisation, usedBytes: gpu?.usedBytes, foreignBytes };
    });
  }
}
