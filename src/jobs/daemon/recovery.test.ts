/** A daemon that was killed anywhere between two of its steps: each state that it can leave behind, made by hand, and what the next one does. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { claimAttempt } from "../claim.ts";
import { attemptFolder } from "../home.ts";
import type { JobRecord, JobResult, JobState } from "../job.ts";
import { processIdentity } from "../process.ts";
import { requests } from "../protocol.ts";
import {
  jobsFolder,
  jobsForTest,
  over,
  type SleeperCell,
  sleeper,
  sleeping,
  submit,
} from "../testing/jobs.test-helper.ts";
import { type Job, Store } from "./store.ts";

interface Left {
  cell?: Partial<SleeperCell>;
  record?: Partial<JobRecord>;
  job?: Partial<Job>;
  /** What lies in the folder of the attempt. */
  files?(folder: string): void;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const processes: number[] = [];
afterEach(() => {
  for (const pid of processes.splice(0)) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // gone
    }
  }
});

function leave(home: string, id: number, { cell, record, job, files }: Left): void {
  const store = new Store(join(home, "jobs.sqlite"));
  const whole: JobRecord = {
    id,
    spec: sleeping(cell),
    state: "starting",
    attempt: 1,
    devices: [0],
    submittedMs: Date.now(),
    startedMs: Date.now(),
    runs: [],
    ...record,
  };
  store.transaction(() => {
    store.insert({ record: whole, retries: 0, unbegun: 0, ...job });
    store.lease(id, whole.devices);
  });
  store.close();
  if (!files) return;
  const folder = attemptFolder(home, id, 1);
  mkdirSync(folder, { recursive: true });
  files(folder);
}

const finished = (value: unknown) => (folder: string) => {
  gone(folder);
  writeFileSync(join(folder, "result.json"), JSON.stringify({ status: "succeeded", value } satisfies JobResult));
};

/** Its worker has begun, and is no more. */
function gone(folder: string): void {
  const claim = { by: "worker", pid: 2 ** 22 - 3, identity: "another boot:1" };
  writeFileSync(join(folder, "claim"), JSON.stringify(claim));
}

async function next(home: string, id = 1): Promise<{ end: JobRecord; result: unknown }> {
  const jobs = await jobsForTest({}, home);
  const end = await over(jobs, id);
  const result = end.state === "succeeded" ? await jobs.request(requests.result, { id }) : undefined;
  const { devices } = await jobs.request(requests.overview);
  expect(devices.flatMap((device) => device.jobs)).toEqual([]);
  return { end, result };
}

test("no worker had begun: it is begun, under another number", async () => {
  const home = jobsFolder();
  leave(home, 1, { record: { devices: [7] } }); // leased and no more, by a daemon that had more slots
  leave(home, 2, { files: (folder) => writeFileSync(join(folder, "work.json"), "{}") });
  leave(home, 3, { files: (folder) => claimAttempt(folder, "daemon") }); // given up and not yet queued again
  const jobs = await jobsForTest({}, home);
  for (const id of [1, 2, 3]) expect(await over(jobs, id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(claimAttempt(attemptFolder(home, 2, 1))).toBe(false); // a worker that comes late leaves it alone
});

test("its worker ended meanwhile: the result counts", async () => {
  const home = jobsFolder();
  leave(home, 1, { files: finished("kept") });
  const { end, result } = await next(home);
  expect(end).toMatchObject({ state: "succeeded", attempt: 1 });
  expect(result).toBe("kept");
});

test("its worker is gone without a result: lost, and tried again only if the job allows it", async () => {
  const home = jobsFolder();
  leave(home, 1, { files: gone });
  leave(home, 2, { files: gone, record: { spec: sleeping({}, { retry: { times: 1, on: ["lost"] } }), devices: [1] } });
  const jobs = await jobsForTest({}, home);
  expect(await over(jobs, 1)).toMatchObject({
    state: "lost",
    attempt: 1,
    reason: "its process is gone and left no result",
  });
  expect(await over(jobs, 2)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("its worker goes on: so does the watching, and its device stays taken", async () => {
  const home = jobsFolder();
  const spec = sleeping({ until: join(home, "enough"), ledger: join(home, "ledger") });
  leave(home, 1, {
    record: { spec },
    files: (folder) => {
      const work = { id: 1, attempt: 1, devices: [0], environment: {}, spec };
      writeFileSync(join(folder, "work.json"), JSON.stringify(work));
      const child = spawn(process.execPath, [sleeper, folder], { detached: true, stdio: "ignore" });
      processes.push(child.pid!);
    },
  });
  while (!existsSync(join(attemptFolder(home, 1, 1), "claim"))) await pause(10);
  const jobs = await jobsForTest({ MEDGYM_DEVICES: "cpu:1" }, home);
  const [second] = await submit(jobs, sleeping());
  expect((await jobs.request(requests.overview)).devices[0].jobs).toEqual([1]);
  writeFileSync(join(home, "enough"), "");
  expect(await over(jobs, 1)).toMatchObject({ state: "succeeded", attempt: 1 });
  expect(await over(jobs, second)).toMatchObject({ state: "succeeded" });
  expect(readFileSync(join(home, "ledger"), "utf8")).toBe("1 1\n");
});

test("asked to end before the daemon died: it ends", async () => {
  const home = jobsFolder();
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  processes.push(child.pid!);
  const claim = { by: "worker", pid: child.pid!, identity: processIdentity(child.pid!)! };
  leave(home, 1, {
    job: { ending: { why: "cancel", reason: "cancelled on request", killMs: Date.now() + 200 } },
    files: (folder) => writeFileSync(join(folder, "claim"), JSON.stringify(claim)),
  });
  expect((await next(home)).end).toMatchObject({ state: "cancelled", reason: "cancelled on request" });
});

// A retry waited for what its first attempt had needed, which was long over, until the next daemon: the survival script found it.
test("an attempt that a dead daemon began is tried again, whatever it had to wait for", async () => {
  const home = jobsFolder();
  leave(home, 1, { record: { state: "succeeded", devices: [] } });
  const spec = sleeping({}, { after: [1], retry: { times: 1, on: ["lost"] } });
  leave(home, 2, { record: { spec }, files: gone });
  const jobs = await jobsForTest({}, home);
  expect(await over(jobs, 2)).toMatchObject({ state: "succeeded" });
});

test("what it needs ended while nobody looked: it is started, or cancelled with the reason", async () => {
  const home = jobsFolder();
  const end = (id: number, state: JobState) => leave(home, id, { record: { state, devices: [] } });
  end(1, "succeeded");
  end(2, "failed");
  for (const [id, need] of [[3, 1], [4, 2]]) // biome-ignore format: pairs
    leave(home, id, { record: { state: "queued", attempt: 0, devices: [], spec: sleeping({}, { after: [need] }) } });
  const jobs = await jobsForTest({}, home);
  expect((await over(jobs, 3)).state).toBe("succeeded");
  expect(await over(jobs, 4)).toMatchObject({ state: "cancelled", reason: "needs job 2 (sleep), which ended failed" });
});
