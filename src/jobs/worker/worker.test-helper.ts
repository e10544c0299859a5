/** Made-up attempts and real workers on them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../attempt.ts";
import { attemptFolder } from "../home.ts";
import type { Assignment, Beat, CellWork, FunctionWork, JobEvent, JobResult, JobSpec } from "../job.ts";
import { specForTest } from "../testing/spec.test-helper.ts";

const root = join(import.meta.dirname, "../../..");
const hooks = join(root, "test/ts-hooks.mjs");
const main = join(import.meta.dirname, "main.ts");

export const jobSpec = (directory: string, work: FunctionWork | CellWork, more: Partial<JobSpec> = {}): JobSpec =>
  specForTest({ directory, work, gpus: 0, ...more });

/** The folder of a new attempt. */
export function makeAttempt(home: string, spec: JobSpec, more: Partial<Assignment> = {}): string {
  const work: Assignment = {
    ...{ id: 1, attempt: 1, devices: [], environment: spec.environment, stalledSeconds: 120, spec },
    ...more,
  };
  const folder = attemptFolder(home, work.id, work.attempt);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, attemptFiles.work), JSON.stringify(work));
  return folder;
}

export interface StartedWorker {
  process: ChildProcess;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
}

export function startWorker(argument: string, options: { flags?: string[] } = {}): StartedWorker {
  const child = spawn(process.execPath, [...(options.flags ?? []), "--import", hooks, main, argument], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of child.stdio.slice(1)) stream!.on("data", (text) => (output += text));
  const ended = new Promise<Awaited<StartedWorker["ended"]>>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
  return { process: child, ended };
}

/** Without the memory, which is never the same. */
export function resultOf(folder: string): JobResult {
  const { peakBytes, ...result } = readResult(folder);
  return result as JobResult;
}

export const readResult = (folder: string): JobResult =>
  JSON.parse(readFileSync(join(folder, attemptFiles.result), "utf8"));

export const eventsOf = (folder: string): JobEvent[] =>
  readFileSync(join(folder, attemptFiles.events), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

export const beatOf = (folder: string): Beat => JSON.parse(readFileSync(join(folder, attemptFiles.beat), "utf8"));

export async function until<T>(ask: () => T | undefined | false | null, seconds = 10): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      const answer = ask();
      if (answer) return answer;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
