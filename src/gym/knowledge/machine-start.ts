import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Tells one start of the machine from another: what was written without waiting for the disk outlives a process, not the machine. */
export function machineStart(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `minute ${Math.round((Date.now() / 1000 - uptime()) / 60)}`; // of the clock, which may be set meanwhile
  }
}

/** Starts that are told by the clock are the same within two minutes. */
export function sameStart(one: string, other: string): boolean {
  const [a, b] = [one, other].map((start) => Number(/^minute (-?\d+)$/.exec(start)?.[1]));
  return one === other || Math.abs(a - b) <= 2;
}
