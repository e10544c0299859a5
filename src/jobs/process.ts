/** Processes, as /proc tells of them. */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessStat {
  pid: number;
  /** A zombie is over, though nobody has fetched its exit code. */
  over: boolean;
  group: number;
  /** Ticks since boot. */
  startedTicks: string;
  /** Of processor time, user and system. */
  cpuTicks: number;
  residentBytes: number;
}

/** Linux has 100 ticks a second in what it tells programs, and pages of 4 KiB wherever we run. */
export const ticksPerSecond = 100;
const pageBytes = 4096;

export function processStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold anything: fields are counted from behind it. man 5 proc numbers them from 1; [0] is 3, the state.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    over: fields[0] === "Z" || fields[0] === "X",
    group: Number(fields[2]),
    startedTicks: fields[19],
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    residentBytes: Number(fields[21]) * pageBytes,
  };
}

let bootId: string | undefined;

/** Which process this is, also after its id was given to another and after a reboot; undefined if there is none. */
export function processIdentity(pid: number): string | undefined {
  const stat = processStat(pid);
  if (!stat || stat.over) return undefined;
  bootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  return `${bootId}:${stat.startedTicks}`;
}

export interface GroupUse {
  residentBytes: number;
  cpuTicks: number;
}

/** What all process groups use, by the id of the group. */
export function processGroups(): Map<number, GroupUse> {
  const groups = new Map<number, GroupUse>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? processStat(Number(name)) : undefined;
    if (!stat || stat.over) continue;
    const use = groups.get(stat.group) ?? { residentBytes: 0, cpuTicks: 0 };
    use.residentBytes += stat.residentBytes;
    use.cpuTicks += stat.cpuTicks;
    groups.set(stat.group, use);
  }
  return groups;
}

/**
 * Kills all of the group that a worker led; true when nobody of it is left. `identity`: the worker's; where another process has its id by
 * now, the group is another's too.
 */
export function endGroup(leader: number, identity: string | undefined): boolean {
  const now = processIdentity(leader);
  if (leader <= 1 || (now !== undefined && now !== identity)) return true;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    return true;
  }
  return !processGroups().has(leader);
}
