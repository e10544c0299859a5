import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attemptFolder } from "../home.ts";
import type { JobSpec } from "../job.ts";
import { processGroups } from "../process.ts";
import { requests } from "../protocol.ts";
import {
  begun,
  jobsFolder,
  jobsForTest,
  over,
  type SleeperCell,
  sleeper,
  sleeping,
  submit,
} from "../testing/jobs.test-helper.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test.concurrent("each end has its state and a reason that says what happened", async () => {
  const jobs = await jobsForTest({ MEDGYM_DEVICES: "cpu:8" });
  const cells: [string, Partial<SleeperCell>, Partial<JobSpec>?][] = [
    ["good", {}],
    ["throws", { end: "throw" }],
    ["exits", { end: "exit" }],
    ["crashes", { end: "crash" }],
    ["runs out of memory", { end: "memory" }],
    ["is too slow", { ms: 60_000 }, { timeoutSeconds: 0.3 }],
    ["never begins", { end: "no-claim" }],
    ["needs what failed", {}, { after: [-2] }],
    ["is tried again", { end: "throw", once: true }, { retry: { times: 1, on: ["failed"] } }],
    ["fits the second time", { end: "memory", once: true }, { retry: { times: 2, on: ["out-of-memory"] } }],
    ["fails every time", { end: "exit" }, { retry: { times: 2, on: ["failed", "lost"] } }],
    ["is not tried again for this", { end: "throw" }, { retry: { times: 2, on: ["lost"] } }],
  ];
  const ids = await submit(jobs, ...cells.map(([name, cell, spec]) => sleeping(cell, { name, ...spec })));
  await Promise.all(ids.map((id) => over(jobs, id)));
  const told = await jobs.request(requests.get, { ids });
  const ends = Object.fromEntries(
    told.map(({ spec, state, attempt, reason }) => [spec.name, { state, attempt, reason }]),
  );
  expect(ends).toEqual({
    good: { state: "succeeded", attempt: 1, reason: undefined },
    throws: { state: "failed", attempt: 1, reason: "TypeError on purpose" },
    exits: { state: "failed", attempt: 1, reason: "its process ended with code 3 and left no result: the last words" },
    crashes: { state: "failed", attempt: 1, reason: "its process crashed (SIGSEGV)" },
    "runs out of memory": { state: "out-of-memory", attempt: 1, reason: "OutOfMemory on purpose" },
    "is too slow": { state: "failed", attempt: 1, reason: "ran longer than its timeout of 0.3 s" },
    "never begins": { state: "lost", attempt: 4, reason: "4 workers in a row ended before they began" },
    "needs what failed": { state: "cancelled", attempt: 0, reason: `needs job ${ids[1]} (throws), which ended failed` },
    "is tried again": { state: "succeeded", attempt: 2, reason: undefined },
    "fits the second time": { state: "succeeded", attempt: 2, reason: undefined },
    "fails every time": { state: "failed", attempt: 3, reason: expect.stringContaining("the last words") },
    "is not tried again for this": { state: "failed", attempt: 1, reason: "TypeError on purpose" },
  });
  expect(told[4].downshift).toMatchObject({ value: "with less" });
  const { devices } = await jobs.request(requests.overview);
  expect(devices.flatMap((device) => device.jobs)).toEqual([]);
});

test.concurrent("cancelling: asks first, then kills, with what the worker has started", async () => {
  const jobs = await jobsForTest({ MEDGYM_DEVICES: "cpu:2" });
  const [polite, deaf, waiting] = await submit(
    jobs,
    sleeping({ ms: 60_000 }),
    sleeping({ ms: 60_000, deaf: true, child: true }),
    sleeping(),
  );
  await begun(jobs, polite);
  const { pid } = await begun(jobs, deaf);
  expect(await jobs.request(requests.cancel, { id: waiting })).toMatchObject({ state: "cancelled", attempt: 0 });
  const startedAt = performance.now();
  for (const id of [polite, deaf]) await jobs.request(requests.cancel, { id, graceSeconds: 0.4 });
  const [first, second] = await Promise.all([over(jobs, polite), over(jobs, deaf)]);
  expect(performance.now() - startedAt).toBeGreaterThan(400);
  expect([first.state, second.state]).toEqual(["cancelled", "cancelled"]);
  expect(existsSync(join(attemptFolder(jobs.home, polite, 1), "result.json"))).toBe(true);
  expect(processGroups().has(pid!)).toBe(false);
});

test.concurrent("results of jobs are options of others; a part that is not there fails the job that wants it", async () => {
  const jobs = await jobsForTest({ MEDGYM_JOBS_WARM: "1" });
  const using = (path: string, more: object = {}) =>
    sleeping({}, { work: { type: "function", module: "m", export: "f", options: { ms: 0, value: { got: { $job: -1, path } }, ...more } } }); // biome-ignore format: a job
  const [, good, bad] = await submit(jobs, sleeping({ value: { model: { path: "a/b" } } }), using("model.path"), using("modle")); // biome-ignore format: a line
  expect((await over(jobs, good)).spec.after).toEqual([1]);
  expect(await jobs.request(requests.result, { id: good })).toEqual({ got: "a/b" });
  expect(await over(jobs, bad)).toMatchObject({ state: "failed", reason: 'the result of job 1 (sleep) has no "modle". It has model.' }); // biome-ignore format: a line
});

test.concurrent("boards are not told of the data that a job takes along", async () => {
  const jobs = await jobsForTest();
  const [id] = await submit(jobs, sleeping({ value: "x".repeat(10_000) }));
  const { jobs: [told] } = await jobs.request(requests.overview); // biome-ignore format: a line
  expect(told.spec).toMatchObject({ ...sleeping(), work: { type: "cell", runner: expect.any(String), cell: null } });
  const [whole] = await jobs.request(requests.get, { ids: [id] });
  expect(whole.spec.work).toMatchObject({ cell: { value: "x".repeat(10_000) } });
});

test.concurrent("a paused queue starts nothing and says so; an idle device says why", async () => {
  const jobs = await jobsForTest();
  await jobs.request(requests.pause);
  const [id] = await submit(jobs, sleeping());
  await pause(100);
  const { jobs: [job], devices, paused } = await jobs.request(requests.overview); // biome-ignore format: a line
  expect({ state: job.state, reason: job.reason, paused }).toEqual({ state: "queued", reason: "the queue is paused", paused: true }); // biome-ignore format: a line
  expect(devices[0].idleReason).toBe("the queue is paused");
  await jobs.request(requests.resume);
  expect((await over(jobs, id)).state).toBe("succeeded");
});

test.concurrent("a slot's job has its threads and number; what grows over its slot's memory is ended for that", async () => {
  // Slots of a two-hundredth of the machine's memory each, some 100 MB.
  const jobs = await jobsForTest({ MEDGYM_DEVICES: "cpu:200" });
  const [id, eater] = await submit(jobs, sleeping({}, { gpus: 3 }), sleeping({ end: "eat" }));
  await over(jobs, id);
  const { environment } = (await jobs.request(requests.result, { id })) as { environment: Record<string, string> };
  expect(environment).toMatchObject({ MEDGYM_SLOTS: "0,1,2", MEDGYM_THREADS: "3" });
  const ate = await over(jobs, eater);
  expect(ate).toMatchObject({ state: "out-of-memory", reason: expect.stringMatching(/^used .* on cpu:\d+, of /) });
  expect(ate.peakBytes).toBeGreaterThan(50e6);
});

test.concurrent("silence makes a job stalled, with the place where it stands; a word makes it running again", async () => {
  const jobs = await jobsForTest({ MEDGYM_JOBS_STALLED_SECONDS: "0.3" });
  const [id] = await submit(jobs, sleeping({ ms: 2600, steps: 1 }));
  const states: string[] = [];
  for await (const {
    jobs: [job],
  } of jobs.watch({ everyMs: 20 })) {
    if (states.at(-1) !== job.state) states.push(job.state);
    if (job.state === "stalled")
      expect(job).toMatchObject({ stack: "at sleeper", reason: expect.stringContaining("nothing was done for") });
    if (job.state === "succeeded") break;
  }
  expect(states.join(" ")).toMatch(/running stalled running (stalled )?succeeded$/);
  expect(readFileSync(join(attemptFolder(jobs.home, id, 1), "work.json"), "utf8")).toContain('"stalledSeconds":0.3');
});

test.concurrent("what cannot be is said at once, and nothing is queued", async () => {
  const jobs = await jobsForTest();
  const cases: [Partial<JobSpec>, string, RegExp][] = [
    [{ gpus: 3 }, "invalid-option", /gpus is 3, but this machine has 2 slots. Ask for at most 2/],
    [{ memoryBytes: 1e15 }, "invalid-option", /memory is 1000 TB on each of 1 devices, but the largest device has/],
    [{ directory: "/nowhere" }, "not-found", /\/nowhere does not exist/],
    [{ after: [77] }, "not-found", /there is no job 77/],
    [{ after: [-1] }, "invalid-option", /job "sleep" waits for itself/],
    [{ after: [-9] }, "not-found", /job "sleep" waits for number 8 of 2 jobs/],
  ];
  for (const [spec, code, message] of cases) {
    const specs = [sleeping({}, spec), sleeping()];
    await expect(jobs.request(requests.submit, { specs })).rejects.toMatchObject({ code, message: expect.stringMatching(message) }); // biome-ignore format: a line
  }
  expect(await jobs.request(requests.list, {})).toEqual([]);
});

test.concurrent("a full disk under the store: submitting says so, and nothing that was there or ends meanwhile is lost", async () => {
  const home = jobsFolder();
  const jobs = await jobsForTest({}, home, ["--worker", sleeper, "--pages", "20"]);
  const [id] = await submit(jobs, sleeping({ ms: 300, value: "kept" }));
  const large = sleeping({ value: "x".repeat(40_000) });
  await expect(submit(jobs, large, large)).rejects.toMatchObject({ code: "io", message: expect.stringMatching(/no space is left on the device/) }); // biome-ignore format: a line
  expect(await jobs.request(requests.list, {})).toHaveLength(1);
  expect((await over(jobs, id)).state).toBe("succeeded");
  expect(await jobs.request(requests.result, { id })).toBe("kept");
});
