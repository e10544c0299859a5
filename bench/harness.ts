import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

export interface BenchContext {
  /** Package root. */
  root: string;
  /** Python of the peers' virtual environment. */
  python: string;
  quick: boolean;
  /** Whether a row, named by its parameters ("mini lora 1"), was asked for. */
  wanted(row: string): boolean;
  log(text: string): void;
}

/** One figure-producing process: a command that prints one line of JSON with its figures. */
export interface Side {
  name: string;
  command: string[];
  env?: Record<string, string>;
}

export interface Figures {
  tokensPerSecond: number;
  /** Highest resident memory of the process (VmHWM). */
  peakBytes: number;
  /** Loss of the first step: both sides start from the same weights and batch, so it must agree. */
  firstLoss?: number;
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export function runSide(side: Side, cores: number[]): Promise<Figures> {
  const [file, ...args] = ["taskset", "-c", cores.join(","), ...side.command];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...side.env }, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const line = out.trim().split("\n").at(-1);
      if (code === 0 && line?.startsWith("{")) resolve(JSON.parse(line));
      else reject(new Error(`${side.name} exited with ${code}:\n${err.slice(-2000)}${out.slice(-500)}`));
    });
  });
}

/** Runs the sides in turn, A B A B …, so that a drifting machine hits both; medians of `rounds`. */
export async function alternate(
  sides: Side[],
  rounds: number,
  cores: number[],
  progress: (text: string) => void,
): Promise<Map<string, Figures[]>> {
  const figures = new Map<string, Figures[]>(sides.map((side) => [side.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      progress(`round ${round + 1}/${rounds}: ${side.name}`);
      figures.get(side.name)?.push(await runSide(side, cores));
    }
  }
  return figures;
}

/** Of the sides whose name begins with `prefix`, the fastest: its name after the prefix, and the medians of its figures. */
export function bestOf<F extends Figures>(
  figures: Map<string, F[]>,
  prefix: string,
): { precision: string; tokensPerSecond: number; peakBytes: number } {
  const candidates = [...figures]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, list]) => ({
      precision: name.slice(prefix.length).trim(),
      tokensPerSecond: median(list.map((f) => f.tokensPerSecond)),
      peakBytes: median(list.map((f) => f.peakBytes)),
    }));
  return candidates.reduce((a, b) => (b.tokensPerSecond > a.tokensPerSecond ? b : a));
}

export function machine(): Record<string, unknown> {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  return {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: git("rev-parse", "HEAD"),
    dirty: git("status", "--porcelain") !== "",
    loadBefore: loadavg()[0],
    date: new Date().toISOString(),
  };
}

export function writeResults(root: string, name: string, results: unknown): string {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${new Date().toISOString().slice(0, 16).replaceAll(":", "")}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

/** Aligned text table; the first column is left-aligned. */
export function table(header: string[], rows: string[][]): string {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length)));
  const line = (row: string[]) =>
    row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ");
  return [line(header), widths.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}
