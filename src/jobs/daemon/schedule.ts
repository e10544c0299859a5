/**
 * Which waiting job starts on which devices: a pure function of what is known.
 *
 * Order: priority, which grows by one for each `ageMs` of waiting, so that nobody starves; among equals, the notebook that has used the
 * devices least; within a notebook, the widest gang that fits just now, else by submission. The first job in this order that does not
 * fit keeps the devices that it will get first, and later jobs start only on others, or if they are expected to be over by then (EASY
 * backfill: Lifka 1995).
 */

export interface ScheduledDevice {
  index: number;
  memoryBytes: number;
  /** In use by programs that are no jobs of ours. */
  foreignBytes?: number;
}

export interface RunningJob {
  id: number;
  notebook: string;
  devices: readonly number[];
  /** On each device; undefined: it has them to itself. */
  sharedBytes?: number;
  /** Infinity: nobody knows. */
  expectedEndMs: number;
}

export interface WaitingJob {
  id: number;
  notebook: string;
  gpus: number;
  /** On each device, if that is known. */
  bytes?: number;
  shared: boolean;
  priority: number;
  submittedMs: number;
  /** How long it probably runs. */
  expectedMs?: number;
}

export interface ScheduleInput {
  nowMs: number;
  devices: readonly ScheduledDevice[];
  running: readonly RunningJob[];
  waiting: readonly WaitingJob[];
  /** Device-seconds of each notebook, the past weighing less. */
  used: ReadonlyMap<string, number>;
  /** Jobs without a device that may run at once. */
  hostJobs: number;
}

export interface Plan {
  starts: { id: number; devices: number[] }[];
  /** The first job that waits for devices, and those that are kept for it; `atMs`: when it probably has all. */
  reserved?: { id: number; devices: number[]; atMs: number };
}

export const ageMs = 10 * 60_000;
/** Seconds that a job of unknown length counts for in the fair share. */
const unknownSeconds = 60;
/** A device of which others use more than this share is theirs, for a job whose memory nobody knows. */
const foreignShare = 0.1;
/** So many of a notebook's jobs are looked at for a gang that fits. */
const widestOf = 1000;
/** So many jobs behind the first that does not fit are looked at for what starts before it. */
const backfillDepth = 1000;

const sharesMemory = (job: WaitingJob): boolean => job.shared && job.bytes !== undefined;

/** Waiting jobs in the order in which they may start. `first`: which of a notebook's equally urgent jobs, oldest first, its turn goes to. */
export function* queueOrder(
  { nowMs, waiting, used }: Pick<ScheduleInput, "nowMs" | "waiting" | "used">,
  first: (jobs: readonly WaitingJob[]) => number = () => 0,
): Generator<WaitingJob, void> {
  const levels = new Map<number, Map<string, WaitingJob[]>>();
  for (const job of waiting) {
    const level = job.priority + Math.max(0, Math.floor((nowMs - job.submittedMs) / ageMs));
    const notebooks = levels.get(level) ?? new Map<string, WaitingJob[]>();
    levels.set(level, notebooks);
    const list = notebooks.get(job.notebook) ?? [];
    notebooks.set(job.notebook, list);
    list.push(job);
  }
  const share = new Map(used);
  for (const level of [...levels.keys()].sort((a, b) => b - a)) {
    const queues = [...levels.get(level)!].map(([notebook, jobs]) => ({ notebook, jobs: jobs.sort(byAge) }));
    while (queues.length > 0) {
      const queue = queues.reduce((a, b) => (before(b, a, share) ? b : a));
      const at = first(queue.jobs);
      const job = at === 0 ? queue.jobs.shift()! : queue.jobs.splice(at, 1)[0];
      yield job;
      const seconds = job.expectedMs === undefined ? unknownSeconds : job.expectedMs / 1000;
      share.set(job.notebook, (share.get(job.notebook) ?? 0) + Math.max(job.gpus, 0.1) * seconds);
      if (queue.jobs.length === 0) queues.splice(queues.indexOf(queue), 1);
    }
  }
}

type Queue = { notebook: string; jobs: WaitingJob[] };

const byAge = (a: WaitingJob, b: WaitingJob): number => a.submittedMs - b.submittedMs || a.id - b.id;

function before(a: Queue, b: Queue, share: ReadonlyMap<string, number>): boolean {
  const [x, y] = [share.get(a.notebook) ?? 0, share.get(b.notebook) ?? 0];
  return x !== y ? x < y : byAge(a.jobs[0], b.jobs[0]) < 0;
}

export function plan(input: ScheduleInput): Plan {
  const { nowMs, devices } = input;
  const holders = new Map<number, RunningJob[]>(devices.map(({ index }) => [index, []]));
  for (const job of input.running) for (const device of job.devices) holders.get(device)?.push(job);
  let hostJobs = input.running.filter((job) => job.devices.length === 0).length;
  const starts: Plan["starts"] = [];
  let reserved: Plan["reserved"];
  let unfit = 0;

  /** A gang that fits just now starts now: later it would cost idle devices to gather as many. */
  const widest = (jobs: readonly WaitingJob[]): number => {
    let at = 0;
    const room = devices.filter(({ index }) => hasRoom(holders.get(index)!)).length;
    if (reserved || room < 2) return at;
    for (let i = 0; i < Math.min(jobs.length, widestOf); i++) {
      const { gpus } = jobs[i];
      if (gpus > Math.max(1, jobs[at].gpus) && gpus <= room && place(jobs[i], devices, holders)) at = i;
    }
    return at;
  };

  let hostWaiting = input.waiting.reduce((count, { gpus }) => count + (gpus === 0 ? 1 : 0), 0);
  for (const job of queueOrder(input, widest)) {
    if (job.gpus === 0) {
      hostWaiting--;
      if (hostJobs >= input.hostJobs) continue;
      hostJobs++;
      starts.push({ id: job.id, devices: [] });
      continue;
    }
    const overInTime = reserved && job.expectedMs !== undefined && nowMs + job.expectedMs <= reserved.atMs;
    const open = devices.filter(({ index }) => !reserved || overInTime || !reserved.devices.includes(index));
    const chosen = place(job, open, holders);
    if (chosen) {
      starts.push({ id: job.id, devices: chosen });
      const { id, notebook } = job;
      const expectedEndMs = nowMs + (job.expectedMs ?? Infinity);
      const sharedBytes = sharesMemory(job) ? job.bytes : undefined;
      for (const index of chosen)
        holders.get(index)!.push({ id, notebook, devices: chosen, sharedBytes, expectedEndMs });
    } else {
      reserved ??= reserve(job, devices, holders, nowMs);
      const hostFull = hostWaiting === 0 || hostJobs >= input.hostJobs;
      const nothingLeft = hostFull && !devices.some(({ index }) => hasRoom(holders.get(index)!));
      if (nothingLeft || ++unfit > backfillDepth) break;
    }
  }
  return { starts, reserved };
}

/** Devices for a job, now; undefined if there are too few. */
function place(
  job: WaitingJob,
  devices: readonly ScheduledDevice[],
  holders: ReadonlyMap<number, readonly RunningJob[]>,
): number[] | undefined {
  const fitting = devices.filter((device) => fits(job, device, holders.get(device.index)!));
  if (fitting.length < job.gpus) return undefined;
  // A job that shares goes where the least is left, so that whole devices stay free for those that do not.
  if (sharesMemory(job)) fitting.sort((a, b) => left(a, holders.get(a.index)!) - left(b, holders.get(b.index)!));
  const chosen = fitting.slice(0, job.gpus).map(({ index }) => index);
  return chosen.sort((a, b) => a - b);
}

function fits(job: WaitingJob, device: ScheduledDevice, holders: readonly RunningJob[]): boolean {
  const foreign = device.foreignBytes ?? 0;
  if (sharesMemory(job)) {
    return holders.every(({ sharedBytes }) => sharedBytes !== undefined) && left(device, holders) >= job.bytes!;
  }
  if (holders.length > 0) return false;
  return job.bytes === undefined ? foreign <= foreignShare * device.memoryBytes : job.bytes <= device.memoryBytes - foreign; // biome-ignore format: a condition
}

/** For somebody, perhaps. */
const hasRoom = (holders: readonly RunningJob[]): boolean =>
  holders.every(({ sharedBytes }) => sharedBytes !== undefined);

const left = (device: ScheduledDevice, holders: readonly RunningJob[]): number =>
  device.memoryBytes -
  (device.foreignBytes ?? 0) -
  holders.reduce((sum, { sharedBytes }) => sum + (sharedBytes ?? 0), 0);

/** The devices that a job will get first. Undefined while others use so many that its own jobs' ends do not help. */
function reserve(
  job: WaitingJob,
  devices: readonly ScheduledDevice[],
  holders: ReadonlyMap<number, readonly RunningJob[]>,
  nowMs: number,
): Plan["reserved"] {
  const coming = devices
    .filter((device) => fits(job, device, []))
    .map((device) => ({ index: device.index, atMs: availableAt(job, device, holders.get(device.index)!, nowMs) }))
    .sort((a, b) => a.atMs - b.atMs || a.index - b.index)
    .slice(0, job.gpus);
  if (coming.length < job.gpus) return undefined;
  return { id: job.id, devices: coming.map(({ index }) => index), atMs: coming[coming.length - 1].atMs };
}

function availableAt(job: WaitingJob, device: ScheduledDevice, holders: readonly RunningJob[], nowMs: number): number {
  const staying = [...holders].sort((a, b) => a.expectedEndMs - b.expectedEndMs);
  let atMs = nowMs;
  while (!fits(job, device, staying)) atMs = Math.max(atMs, staying.shift()!.expectedEndMs);
  return atMs;
}
