import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as jobs from "../index.ts";
import { apiForTest, type TestJobs } from "../testing/api.test-helper.ts";

// All of medgym, transformed by vitest, would take as long as all of these tests.
vi.mock("../package.ts", () => ({
  packageName: "medgym",
  importPackage: async () => ({ sft: () => {}, data: { synthesize: () => {} }, MedgymError: class {} }),
}));

const modules = Symbol.for("Jupyter.modules");
const kernel = globalThis as { [modules]?: Map<string, object> };
afterEach(() => {
  delete kernel[modules];
});

describe("jobs", () => {
  it("run a function of a module, wait for each other and use each other's results", async () => {
    const { module } = await apiForTest();
    const steps = module(
      "steps.ts",
      `export function make({ n }: { n: number }) { console.log("making", n); return { made: { value: n * n } }; }
       export const use = async ({ value, list }: { value: number; list: number[] }) => value + list[0];`,
    );
    const made = jobs.submit(`${steps}#make`, { n: 3 }, { name: "make", gpus: 0 });
    const used = jobs.submit(`${steps}#use`, { value: made.output("made.value"), list: [1] });
    expect(made.state).toBe("submitting");
    expect(await used).toBe(10);
    expect(await made).toEqual({ made: { value: 9 } });
    expect(await made.logs()).toBe("making 3\n");
    expect([await made.submitted, await used.submitted]).toEqual([1, 2]);
    expect(used.record).toMatchObject({
      state: "succeeded",
      spec: { name: "use", gpus: 1, work: { type: "function" } },
    });
    const types: string[] = [];
    for await (const { type } of used) types.push(type);
    expect(types[0]).toBe("started");
    const again = jobs.attach("make");
    expect(await again).toEqual({ made: { value: 9 } });
    expect(String(again)).toBe('job 1 "make": succeeded');
    expect((await jobs.list()).map(({ id, state }) => [id, state])).toEqual([
      [2, "succeeded"],
      [1, "succeeded"],
    ]);
    expect((await jobs.devices()).map(({ name }) => name)).toEqual(["cpu:0", "cpu:1"]);
    expect((await jobs.attach()).map(({ name }) => name)).toEqual(["make", "use"]);
    const dry = await jobs.dryRun(`${steps}#use`, { value: 9, list: [1] });
    expect(dry.expected).toMatchObject({ jobs: 1 });
    expect(String(dry)).toMatch(/time, about .*\n +four in five .* to .* from 1 earlier job here/);
    expect((await jobs.dryRun(`${steps}#make`, { n: 3 })).expected).toBeUndefined(); // it needed no device, this one would
  });

  it("tell what went wrong in them, with code and trace; those that wait for them are cancelled", async () => {
    const { module } = await apiForTest();
    const steps = module(
      "steps.ts",
      `export function fail() { throw Object.assign(new Error("row 3 has no answer"), { code: "invalid-data" }); }
       export function big() { return new ArrayBuffer(2 ** 52); }`,
    );
    const failed = jobs.submit(`${steps}#fail`, {});
    const waits = jobs.submit(`${steps}#big`, {}, { after: failed });
    const big = jobs.submit(`${steps}#big`, {});
    const error = (await failed.then(
      () => undefined,
      (reason) => reason,
    )) as Error & { cause: Error };
    expect(error).toMatchObject({ name: "JobFailure", code: "invalid-data", job: { state: "failed" } });
    expect(error.message).toBe('job 1 "fail" failed: row 3 has no answer');
    expect(error.cause.stack).toMatch(/at fail \(.*steps\.ts:1:\d+\)/);
    await expect(waits).rejects.toMatchObject({ code: "cancelled" });
    await expect(big).rejects.toMatchObject({ code: "out-of-memory" });
  });

  it("can be cancelled", async () => {
    const { module } = await apiForTest();
    const path = module("wait.ts", "export const wait = () => new Promise(() => setInterval(() => {}, 1000));");
    const job = jobs.submit(`${path}#wait`, {});
    await job.submitted;
    await job.cancel({ graceSeconds: 0.1 });
    expect(job.state).toBe("cancelled");
    await expect(job).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("what is submitted", () => {
  let api: TestJobs;
  beforeEach(async () => {
    api = await apiForTest();
  });

  it("is a function that a loaded module exports, found by identity", async () => {
    const path = api.module("mine.ts", "export const mine = () => 1;");
    const mine = () => 1;
    kernel[modules] = new Map([[path, { mine }]]);
    expect(await jobs.submit(mine, {})).toBe(1);
    await expect(jobs.submit(() => 2, {})).rejects.toThrow(
      /this function is exported by no module .*Put it into a file, export it/,
    );
  });

  it("has options that survive JSON; else the place is named, and nothing is queued", async () => {
    const submit = (options: Record<string, unknown>) => jobs.submit("medgym#sft", options);
    expect(() => submit({ data: [{ text: "a" }, { text: () => 1 }] })).toThrow(/option data\[1\]\.text is a function/);
    expect(() => submit({ lora: { targets: /q_proj/ } })).toThrow(/option lora\.targets is \/q_proj\/, a regular/);
    expect(() => submit({ steps: Number.NaN })).toThrow(/option steps is NaN/);
    expect(() => submit({ cache: new Map() })).toThrow(/option cache is a Map/);
    expect(() => jobs.submit("medgym#sft", {}, { gpu: 1 } as never)).toThrow(
      /no option "gpu" \(did you mean "gpus"\?\)/,
    );
    expect(() => jobs.submit("medgym#sft", {}, { memory: "8 apples" })).toThrow(/memory is "8 apples"/);
    await expect(jobs.submit("sftt", {})).rejects.toThrow(/medgym exports no function "sftt" \(did you mean "sft"\?\)/);
    await expect(jobs.submit("./nowhere.ts#a", {})).rejects.toThrow(/nowhere\.ts does not exist/);
    const mine = api.module("mine.ts", "export const train = () => 1;\nthrow new Error('never run here');");
    await expect(jobs.submit(`${mine}#trian`, {})).rejects.toMatchObject({
      code: "not-found",
      message: `jobs.submit: ${mine} exports no "trian" (did you mean "train"?).`,
    });
    await expect(jobs.dryRun(`${mine}#trian`, {})).rejects.toThrow(/jobs\.dryRun: .* \(did you mean "train"\?\)/);
    await expect(jobs.submit("medgym#sft", {}, { gpus: 3 })).rejects.toThrow(/gpus is 3, but this machine has 2 slots/);
    expect(await jobs.list()).toEqual([]);
  });
});
