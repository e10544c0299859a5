import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { socketPath } from "../home.ts";
import { requests } from "../protocol.ts";
import { jobsFolder, jobsForTest, over, sleeping, submit } from "../testing/jobs.test-helper.ts";
import { connectJobs } from "./connection.ts";

describe("a daemon that the first client starts", () => {
  test("runs a job: events as they come, then the job as it ended, and its result", async () => {
    const jobs = await jobsForTest();
    const [id] = await submit(jobs, sleeping({ ms: 60, steps: 2, value: { answer: 42 } }));
    const types: string[] = [];
    const following = jobs.follow(id);
    for (let next = await following.next(); ; next = await following.next()) {
      if (next.done) {
        expect(next.value).toMatchObject({ state: "succeeded", attempt: 1, devices: [0], progress: { done: 2 } });
        break;
      }
      types.push(next.value.event.type);
    }
    expect(types).toEqual(["started", "progress", "metric", "progress", "metric"]);
    expect(await jobs.request(requests.result, { id })).toEqual({ answer: 42 });
  });

  test("is for its user alone, and one: a second client finds it", async () => {
    const jobs = await jobsForTest();
    expect(statSync(socketPath(jobs.home)).mode & 0o777).toBe(0o600);
    const other = await connectJobs({ home: jobs.home, start: false });
    expect(await other.open()).toEqual(await jobs.open());
    other.close();
  });

  test("six clients at once start one daemon", async () => {
    const first = await jobsForTest();
    const { pid } = await first.open();
    process.kill(pid, "SIGKILL");
    const others = await Promise.all(Array.from({ length: 6 }, () => jobsForTest({}, first.home)));
    const pids = await Promise.all(others.map(async (jobs) => (await jobs.open()).pid));
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).not.toBe(pid);
  });

  test("not started where that is not wanted", async () => {
    const home = jobsFolder();
    await expect(connectJobs({ home, start: false })).rejects.toMatchObject({ code: "not-found" });
  });
});

test("calls and followings go on after the daemon was killed", async () => {
  const jobs = await jobsForTest();
  const { pid } = await jobs.open();
  const [id] = await submit(jobs, sleeping({ ms: 700, steps: 30 }));
  const steps: (number | undefined)[] = [];
  const following = jobs.follow(id);
  for (let next = await following.next(); ; next = await following.next()) {
    if (next.done) {
      expect(next.value.state).toBe("succeeded");
      break;
    }
    const { event } = next.value;
    if (event.type === "progress") steps.push(event.done);
    if (event.type === "progress" && event.done === 5) process.kill(pid, "SIGKILL");
  }
  expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => i + 1)); // each once, none lost
  expect((await jobs.open()).pid).not.toBe(pid);
  expect((await jobs.request(requests.get, { ids: [id] }))[0].attempt).toBe(1);
});

test("a submission that is repeated with its token queues nothing twice", async () => {
  const jobs = await jobsForTest();
  const specs = [sleeping(), sleeping()];
  const first = await jobs.request(requests.submit, { specs, token: "t" });
  expect(await jobs.request(requests.submit, { specs, token: "t" })).toEqual(first);
  expect(await jobs.request(requests.list, {})).toHaveLength(2);
  for (const id of first.ids) await over(jobs, id);
});

test("a watch tells what changes", async () => {
  const jobs = await jobsForTest();
  const states = new Set<string>();
  let submitted = false;
  for await (const { jobs: told } of jobs.watch({ everyMs: 10 })) {
    if (!submitted) await submit(jobs, sleeping({ ms: 50 }));
    submitted = true;
    for (const job of told) states.add(job.state);
    if (states.has("succeeded")) break;
  }
  expect([...states]).toEqual(expect.arrayContaining(["running", "succeeded"]));
});
