import { expect, test } from "vitest";
import type { JobRecord } from "../job.ts";
import { sleeping } from "../testing/jobs.test-helper.ts";
import type { DeviceInfo } from "./devices.ts";
import { findingOf, overMemory, type Signs } from "./liveness.ts";
import type { Job } from "./store.ts";

const nowMs = 1_000_000;

function job(record: Partial<JobRecord> = {}, rest: Partial<Job> = {}): Job {
  const whole: JobRecord = { id: 1, spec: sleeping(), state: "running", attempt: 1, devices: [0], submittedMs: 0, startedMs: nowMs - 1000, lastProgressMs: nowMs - 1000, runs: [], ...record }; // biome-ignore format: a record
  return { record: whole, retries: 0, unbegun: 0, ...rest };
}

function finding(given: Job, signs: Partial<Signs> = {}) {
  const beat = { time: nowMs - 500, mainAliveMs: nowMs - 500, progressMs: nowMs - 900, stack: "at loop" };
  return findingOf(given, { nowMs, claimed: true, beat, stalledSeconds: 60, ...signs });
}

test("a job that works is left alone", () => {
  expect(finding(job())).toEqual({ do: "nothing" });
  expect(finding(job({ state: "starting" }))).toEqual({ do: "tell", state: "running" });
});

test("silence of its events is made up by its beat, until that is silent too", () => {
  const quiet = job({ lastProgressMs: nowMs - 100_000 });
  expect(finding(quiet)).toEqual({ do: "nothing" });
  const beat = { time: nowMs, mainAliveMs: nowMs, progressMs: nowMs - 90_000, stack: "at wait" };
  expect(finding(quiet, { beat })).toEqual({ do: "tell", state: "stalled", reason: "nothing was done for 1 min 30 s", stack: "at wait" }); // biome-ignore format: a line
});

test("a beat that stops is told as such", () => {
  const beat = { time: nowMs - 20_000, mainAliveMs: 0, progressMs: nowMs - 20_000 };
  expect(finding(job(), { beat })).toMatchObject({ state: "stalled", reason: expect.stringMatching(/^no heartbeat for 20 s/) }); // biome-ignore format: a line
});

test("a timeout asks for its end once; the time for that up, it is killed", () => {
  const slow = job({ spec: sleeping({}, { timeoutSeconds: 0.5 }) });
  const asked = finding(slow);
  expect(asked).toMatchObject({ do: "end", ending: { why: "timeout", killMs: nowMs + 10_000 } });
  const ending = { why: "timeout", reason: "", killMs: nowMs + 10 } as const;
  expect(finding({ ...slow, ending })).toEqual({ do: "nothing" });
  expect(finding({ ...slow, ending: { ...ending, killMs: nowMs - 1 } })).toEqual({ do: "kill" });
});

test("a worker that takes a minute to begin is given up", () => {
  const late = job({ state: "starting", startedMs: nowMs - 61_000 });
  expect(finding(late, { claimed: false, beat: undefined })).toEqual({ do: "give up" });
  expect(finding(late, { beat: undefined })).toEqual({ do: "nothing" });
});

test("of those that use more than a slot has, the one furthest over its part ends", () => {
  const slot: DeviceInfo = { index: 0, name: "cpu:0", kind: "slot", memoryBytes: 10e9, threads: 1 };
  const shared = (id: number, memoryBytes: number, residentBytes: number) => ({ job: job({ id, spec: sleeping({}, { shared: true, memoryBytes }) }), residentBytes }); // biome-ignore format: a holder
  expect(overMemory(slot, [shared(1, 4e9, 5e9), shared(2, 4e9, 4.5e9)])).toBeUndefined(); // all fits
  expect(overMemory(slot, [shared(1, 6e9, 6e9), shared(2, 4e9, 4.5e9)])).toEqual({ id: 2, ending: { why: "memory", reason: "used 4.50 GB on cpu:0, of 4.00 GB", killMs: 0 } }); // biome-ignore format: a line
  const alone = { job: job({ devices: [0, 1] }), residentBytes: 19e9 };
  expect(overMemory(slot, [alone])).toBeUndefined(); // on two slots
  expect(overMemory(slot, [{ ...alone, residentBytes: 21e9 }])).toMatchObject({ id: 1 });
});
