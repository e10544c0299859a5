/** Folders of jobs of a test's own, with daemons that end with the file; tests may run at once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { connectJobs, type JobsConnection } from "../client/connection.ts";
import type { JobRecord, JobSpec } from "../job.ts";
import { requests } from "../protocol.ts";
import { specForTest } from "./spec.test-helper.ts";

export const sleeper = join(import.meta.dirname, "sleeper.mjs");

const folders: string[] = [];
const connections: JobsConnection[] = [];

afterAll(async () => {
  await Promise.all(connections.map(endDaemon));
  for (const home of folders) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

async function endDaemon(jobs: JobsConnection): Promise<void> {
  const running = await connectJobs({ home: jobs.home, start: false }).catch(() => undefined);
  const daemon = await running?.open();
  running?.close();
  jobs.close();
  if (daemon) await ended(daemon.pid);
}

export function jobsFolder(): string {
  const home = mkdtempSync(join(tmpdir(), "medgym-jobs-"));
  folders.push(home);
  return home;
}

/** A connection to a daemon of its own. */
export async function jobsForTest(
  environment: Record<string, string> = {},
  home = jobsFolder(),
  daemon: readonly string[] = ["--worker", sleeper],
): Promise<JobsConnection> {
  const connection = await connectJobs({
    home,
    _internal: {
      environment: { ...process.env, MEDGYM_DEVICES: "cpu:2", MEDGYM_JOBS_WARM: "0", ...environment },
      daemon,
    },
  });
  connections.push(connection);
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
  until?: string;
  value?: unknown;
  ledger?: string;
  guard?: string;
  end?: "throw" | "exit" | "crash" | "memory" | "eat" | "hang" | "no-claim";
  once?: boolean;
  steps?: number;
  say?: string;
  deaf?: boolean;
  silent?: boolean;
  child?: boolean;
}

/** A job that sleeps. */
export const sleeping = (cell: Partial<SleeperCell> = {}, spec: Partial<JobSpec> = {}): JobSpec =>
  specForTest({ name: "sleep", work: { type: "cell", runner: sleeper, cell: { ms: 0, ...cell } }, ...spec });

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

/** Once its worker has said a word. */
export async function begun(jobs: JobsConnection, id: number): Promise<JobRecord> {
  for await (const _ of jobs.follow(id)) break;
  return (await jobs.request(requests.get, { ids: [id] }))[0];
}
