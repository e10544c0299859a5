import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { nativeEngine } from "../src/engine/native.ts";

/** Where and on what figures were measured. */
export interface Machine {
  cpu: string;
  cores: number;
  /** Instruction set that the engine chose. */
  isa: string;
  /** "unknown" where the system does not say, as in most virtual machines. */
  governor: string;
  memoryGiB: number;
  node: string;
  commit: string;
  /** Sources differ from the commit; results and generated pages do not count. */
  dirty: boolean;
  /** Of one minute, before the bench began. */
  loadBefore: number;
  date: string;
}

export async function machine(root: string): Promise<Machine> {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", cwd: root }).trim();
  const governor = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
  const device = await nativeEngine().device("cpu");
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    isa: device.info().isa,
    governor: existsSync(governor) ? readFileSync(governor, "utf8").trim() : "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: git("rev-parse", "HEAD"),
    dirty: git("status", "--porcelain", "--", ".", ":!bench/results", ":!docs") !== "",
    loadBefore: loadavg()[0],
    date: new Date().toISOString(),
  };
}

/** Another program's load distorts figures: what to say about it, if anything. */
export function loadWarning({ loadBefore, cores }: Pick<Machine, "loadBefore" | "cores">): string | undefined {
  const perCore = loadBefore / cores;
  if (perCore <= 0.5) return undefined;
  return `warning: the load average is ${loadBefore.toFixed(2)} (${perCore.toFixed(2)} per core): other programs run, figures will be low and uneven.`;
}
