/** What people are told of the queue and the devices. */
import { formatBytes } from "../../core/progress-line.ts";
import type { Device, JobRecord, JobSpec, JobState } from "../job.ts";
import type { Overview } from "../protocol.ts";
import type { DeviceInfo } from "./devices.ts";
import type { DeviceUse } from "./measure.ts";
import type { Plan } from "./schedule.ts";
import type { Job } from "./store.ts";

export interface Circumstances {
  paused: boolean;
  /** Why nothing can be written. */
  trouble?: string;
  reserved?: Plan["reserved"];
  /** How many there are, and how many of them nobody holds. */
  devices: number;
  free: number;
  nameOf(id: number): string;
}

/** Why a job waits, in one sentence. `unmet`: the jobs that it waits for. */
export function whyWaiting(
  { id, spec, reason }: JobRecord,
  unmet: readonly string[],
  { paused, trouble, reserved, devices, free, nameOf }: Circumstances,
): string {
  const before = reason ? ` (${reason})` : "";
  if (unmet.length > 0) return `waits for ${listed(unmet)}${before}`;
  if (trouble) return `waits: ${trouble}${before}`;
  if (paused) return `the queue is paused${before}`;
  if (spec.gpus === 0) return `waits for other jobs without a device${before}`;
  const need = `needs ${spec.gpus} of ${devices} devices, ${free} ${free === 1 ? "is" : "are"} free`;
  const kept = reserved && reserved.id !== id && free > 0 ? `, kept for ${nameOf(reserved.id)}` : "";
  return `${need}${kept}${before}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

export function deviceView(
  { index, name, kind, memoryBytes }: DeviceInfo,
  use: DeviceUse,
  active: readonly Job[],
  waiting: number,
  { paused, trouble, reserved, nameOf }: Circumstances,
): Device {
  const jobs = active.filter(({ record }) => record.devices.includes(index)).map(({ record }) => record.id);
  const queued = active.filter(({ record }) => record.state === "queued").length;
  const why = () => {
    if (trouble) return trouble;
    if (paused) return "the queue is paused";
    if (reserved?.devices.includes(index)) return `kept for ${nameOf(reserved.id)}`;
    if ((use.foreignBytes ?? 0) > 0.1 * memoryBytes)
      return `other programs use ${formatBytes(use.foreignBytes!)} of it`;
    return waiting === 0 ? "what waits, waits for other jobs to end" : "nothing that waits fits it";
  };
  const { utilisation, usedBytes } = use;
  const idleReason = jobs.length === 0 && queued > 0 ? why() : undefined;
  return { index, name, kind, memoryBytes, utilisation, usedBytes, jobs, idleReason };
}

const states: JobState[] = ["queued", "starting", "running", "stalled", "succeeded", "failed", "cancelled", "lost", "out-of-memory"]; // biome-ignore format: a list

/** Running ones first, oldest first; then the queue in its order; then what ended last. */
export function overviewOf(given: {
  devices: Device[];
  counts: ReadonlyMap<JobState, number>;
  paused: boolean;
  active: readonly Job[];
  /** In the queue; jobs that wait for others have none and come last. */
  place: ReadonlyMap<number, number>;
  ended: readonly Job[];
  tell(job: Job): JobRecord;
}): Overview {
  const { devices, paused, active, place, ended, tell } = given;
  const rank = ({ record }: Job) => (record.state === "queued" ? (place.get(record.id) ?? 1e9) : -1);
  const open = [...active].sort((a, b) => rank(a) - rank(b) || a.record.id - b.record.id).slice(0, 200);
  const counts = Object.fromEntries(states.map((state) => [state, given.counts.get(state) ?? 0]));
  const jobs = [...open, ...ended].map(tell).map((record) => ({ ...record, spec: light(record.spec) }));
  return { devices, counts: counts as Record<JobState, number>, paused, jobs };
}

const lightLength = 4096;
const lightSpecs = new WeakMap<JobSpec, JobSpec>();

/** Boards are told five times a second: not with the data that a cell takes along. */
function light(spec: JobSpec): JobSpec {
  const known = lightSpecs.get(spec);
  if (known) return known;
  const { work } = spec;
  const isLight = JSON.stringify(work).length <= lightLength;
  const made = isLight ? spec : { ...spec, work: work.type === "cell" ? { ...work, cell: null } : { ...work, options: null } }; // biome-ignore format: a line
  lightSpecs.set(spec, made);
  return made;
}
