import { describe, expect, it } from "vitest";
import type { JobRecord, JobSpec } from "../job.ts";
import { specForTest } from "../testing/spec.test-helper.ts";
import { TypicalTimes } from "./typical-times.ts";

const sft = (predictedSeconds: number | undefined, more: Partial<JobSpec> = {}, options: unknown = {}) =>
  specForTest({ work: { type: "function", module: "medgym", export: "sft", options }, predictedSeconds, ...more });

/** One that took so long, some of it loading. */
const took = (spec: JobSpec, seconds: number, loading = 1): JobRecord => ({
  ...{ id: 1, spec, state: "succeeded", attempt: 1, devices: [0], submittedMs: 0, runs: [] },
  ...{ startedMs: 0, loadedMs: loading * 1000, endedMs: seconds * 1000 },
});

describe("how long a job will take", () => {
  it("is what its function says, made longer, where none like it has run; and little is known of that", () => {
    const { seconds, low, high, jobs } = new TypicalTimes().expect(sft(10))!;
    expect(seconds).toBeCloseTo(22, 6); // 2 s to load, twice what it says
    expect(jobs).toBe(0);
    // 80 % of a lognormal of deviation 1: e^±1.28 = 3.6 times more or less, beside the loading.
    expect(low).toBeCloseTo(1 + 20 / Math.exp(1.28), 6);
    expect(high).toBeCloseTo(4 + 20 * Math.exp(1.28), 6);
    expect(new TypicalTimes().expect(sft(undefined))).toBeUndefined();
  });

  it("is learned from others of the function by how much longer they took, and is surer with each", () => {
    const times = new TypicalTimes();
    times.learn(took(sft(2), 21));
    const first = times.expect(sft(4))!;
    expect(first.seconds).toBeCloseTo(1 + 40, 6); // ten times what it says
    for (let i = 0; i < 7; i++) times.learn(took(sft(4), 41));
    const later = times.expect(sft(4))!;
    expect(later).toMatchObject({ seconds: expect.closeTo(41, 6), jobs: 8 });
    expect(later.high / later.low).toBeLessThan(0.6 * (first.high / first.low));
    expect(times.expect(sft(400))!.high / times.expect(sft(400))!.seconds).toBeGreaterThan(2); // far from all of them
  });

  it("counts those most that are alike and new: short jobs tell little of long ones", () => {
    const times = new TypicalTimes();
    for (let i = 0; i < 5; i++) times.learn(took(sft(0.01), 2)); // hundred times what they say: all of it overhead
    for (let i = 0; i < 5; i++) times.learn(took(sft(100), 301));
    expect(times.expect(sft(100))!.seconds).toBeLessThan(330);
    for (let i = 0; i < 10; i++) times.learn(took(sft(100), 601));
    expect(times.expect(sft(100))!.seconds).toBeGreaterThan(450); // the machine has more to do now
  });

  it("of a function that says nothing is what the same options took, else what the function took", () => {
    const times = new TypicalTimes();
    times.learn(took(sft(undefined, {}, { n: 1 }), 10));
    times.learn(took(sft(undefined, {}, { n: 2 }), 90));
    expect(times.expect(sft(undefined, {}, { n: 1 }))).toMatchObject({ seconds: expect.closeTo(10, 6), jobs: 1 });
    const other = times.expect(sft(undefined, {}, { n: 3 }))!;
    expect(other.jobs).toBe(2);
    expect(other.seconds).toBeGreaterThan(10);
    expect(other.high).toBeGreaterThan(90);
    expect(times.expect(sft(undefined, { gpus: 4 }))).toBeUndefined(); // on more devices it is another job
  });

  it("is what somebody said, else what is learned, else the timeout", () => {
    const times = new TypicalTimes();
    expect(times.expectedSeconds(sft(undefined, { timeoutSeconds: 60 }))).toBe(60);
    times.learn(took(sft(1), 11));
    expect(times.expectedSeconds(sft(1, { timeoutSeconds: 60 }))).toBeCloseTo(11, 6);
    expect(times.expectedSeconds(sft(1, { expectedSeconds: 7 }))).toBe(7);
  });

  it("a failure teaches nothing", () => {
    const times = new TypicalTimes();
    times.learn({ ...took(sft(1), 11), state: "failed" });
    expect(times.expect(sft(1))).toMatchObject({ jobs: 0 });
  });
});
