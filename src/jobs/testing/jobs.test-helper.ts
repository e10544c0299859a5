/** A folder of jobs of a test's own, with a daemon that ends with the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { connectJobs, type JobsConnection } from "../connection.ts";
import type { JobRecord, JobSpec } from "../job.ts";
import { requests } from "../protocol.ts";

export const sleeper = join(import.meta.dirname, "sleeper.mjs");

export function jobsFolder(): string {
  const home = mkdtempSync(join(tmpdir(), "medgym-jobs-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

/** A connection to a daemon of its own; both end with the test. */
export async function jobsForTest(
  environment: Record<string, string> = {},
  home = jobsFolder(),
): Promise<JobsConnection> {
  const connection = await connectJobs({
    home,
    _internal: {
      environment: { ...process.env, MEDGYM_DEVICES: "cpu:2", MEDGYM_JOBS_WARM: "0", ...environment },
      worker: sleeper,
    },
  });
  onTestFinished(async () => {
    const { pid } = await connection.open().catch(() => ({ pid: 0 }));
    connection.close();
    if (pid > 0) await ended(pid);
  });
  return connection;
}

async function ended(pid: number): Promise<void> {
  try {
    process.kill(pid, "SIGKILL");
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } catch {
    // gone
  }
}

/** What sleeper.mjs is told. */
export interface SleeperCell {
  ms: number;
  value?: unknown;
  ledger?: string;
  end?: "throw" | "exit" | "crash" | "memory" | "eat" | "hang" | "no-claim";
  once?: boolean;
  steps?: number;
  deaf?: boolean;
  silent?: boolean;
  child?: boolean;
}

/** A job that sleeps. */
export function sleeping(cell: Partial<SleeperCell> = {}, spec: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "sleep",
    notebook: "test",
    directory: tmpdir(),
    environment: {},
    work: { type: "cell", runner: sleeper, cell: { ms: 0, ...cell } },
    gpus: 1,
    shared: false,
    priority: 0,
    after: [],
    retry: { times: 0, on: [] },
    ...spec,
  };
}

export async function submit(jobs: JobsConnection, ...specs: JobSpec[]): Promise<number[]> {
  return (await jobs.request(requests.submit, { specs })).ids;
}

/** The job at its end. */
export async function over(jobs: JobsConnection, id: number): Promise<JobRecord> {
  const following = jobs.follow(id);
  for (;;) {
    const { done, value } = await following.next();
    if (done) return value;
  }
}
