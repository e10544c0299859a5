/** What a worker writes when the disk is full, and what it finds of attempts before its own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptFiles } from "../attempt.ts";
import { readEvents } from "../client/events.ts";
import { attemptFolder } from "../home.ts";
import { earlierRun } from "./earlier-run.ts";
import { EventFile } from "./event-file.ts";
import { hasResult, writeResult } from "./result-file.ts";
import { eventsOf, jobSpec, makeAttempt, resultOf, startWorker } from "./worker.test-helper.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "medgym-worker-files-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A run folder with these checkpoints. */
function run(name: string, ...checkpoints: string[]): string {
  for (const step of checkpoints) mkdirSync(join(home, name, "checkpoints", step), { recursive: true });
  return join(home, name);
}

// Fills a tmpfs of its own, which only root may mount, and only Linux has: anybody else would fill a real disk.
describe.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")("on a full disk", () => {
  it("events and the result wait for room, and none is lost", async ({ skip }) => {
    const disk = join(home, "disk");
    mkdirSync(disk);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status !== 0)
      skip("this container may not mount");
    const events = new EventFile(join(disk, attemptFiles.events));
    try {
      const filler = join(disk, "filler");
      events.append({ type: "stream", name: "stdout", text: "before" });
      writeFileSync(filler, Buffer.alloc(52_000));
      const texts = Array.from({ length: 30 }, (_, i) => `${i} ${"x".repeat(1000)}`);
      for (const text of texts) events.append({ type: "stream", name: "stdout", text });
      expect(events.flush()).toBe(false);
      const waits: number[] = [];
      const writing = writeResult(disk, { status: "succeeded", value: "y".repeat(20_000) }, () => {
        waits.push(Date.now());
        rmSync(filler, { force: true });
      });
      expect(hasResult(disk)).toBe(false);
      await writing;
      expect(waits).toHaveLength(1);
      expect(resultOf(disk)).toEqual({ status: "succeeded", value: "y".repeat(20_000) });
      expect(events.flush()).toBe(true);
      const told = await readEvents(disk);
      expect(told.map((event) => (event.type === "stream" ? event.text : ""))).toEqual(["before", ...texts]);
    } finally {
      events.close();
      spawnSync("umount", [disk]);
    }
  });
});

describe("an attempt after another", () => {
  const options = { model: "m", steps: 3 };
  const work = (given: object) => ({ type: "function" as const, module: "medgym", export: "sft", options: given });
  const attempt = (number: number, given: object, ...runs: string[]) => {
    const folder = makeAttempt(home, jobSpec(home, work(given)), { attempt: number });
    const lines = runs.map((path) => JSON.stringify({ time: 1, type: "run", path }));
    writeFileSync(join(folder, attemptFiles.events), `${lines.join("\n")}\n{"time":1,"type":"ru`);
    return folder;
  };
  it("goes on from the newest run with a checkpoint, of the same options", async () => {
    attempt(1, options, run("a", "step-20"));
    attempt(2, options, run("b", "step-40"), run("c"));
    attempt(3, { ...options, microBatchTokens: 512 }, run("d", "step-60"));
    const fourth = attemptFolder(home, 1, 4);
    expect(await earlierRun(fourth, options)).toBe(join(home, "b"));
    expect(await earlierRun(fourth, { ...options, microBatchTokens: 512 })).toBe(join(home, "d"));
    expect(await earlierRun(fourth, { ...options, steps: 9 })).toBeUndefined();
    expect(await earlierRun(attemptFolder(home, 1, 1), options)).toBeUndefined();
  });
});

describe("a described function", () => {
  it("gets options made of JSON, those of an earlier run after a loss, and leaves smaller ones before it is called", async () => {
    const core = join(import.meta.dirname, "../../core");
    const module = join(home, "train.ts");
    writeFileSync(
      module,
      `import { existsSync } from "node:fs";
       import { MedgymError } from ${JSON.stringify(join(core, "errors.ts"))};
       import { describeJob } from ${JSON.stringify(join(core, "job-description.ts"))};
       export function train(options: { data: string[]; resume?: string; hungry: boolean }) {
         console.log(existsSync(process.env.MEDGYM_JOB_ATTEMPT + "/downshift.json"));
         if (options.hungry) throw new MedgymError("out-of-memory", "no memory for a buffer of 9 bytes");
         return { rows: options.data.length, resume: options.resume };
       }
       describeJob(train as (options: any) => any, {
         prepare: async ({ data, ...rest }) => ({ ...rest, data: [data, data] }),
         downshift: async (options) => ({ ...options, hungry: false }),
         resume: (options, run) => ({ ...options, resume: run }),
         result: async (result) => ({ kept: result }),
       });`,
    );
    const options = { data: "rows.jsonl", hungry: true };
    const spec = jobSpec(home, { type: "function", module, export: "train", options });
    const first = makeAttempt(home, spec);
    await startWorker(first).ended;
    expect(resultOf(first)).toMatchObject({
      status: "out-of-memory",
      error: { code: "out-of-memory" },
      downshift: { ...options, hungry: false },
    });
    expect(JSON.parse(readFileSync(join(first, attemptFiles.downshift), "utf8"))).toEqual({
      ...options,
      hungry: false,
    });
    expect(eventsOf(first).find(({ type }) => type === "stream")).toMatchObject({ text: "true\n" });
    const lost = { ...options, hungry: false };
    const again = jobSpec(home, { type: "function", module, export: "train", options: lost });
    const second = makeAttempt(home, again, { attempt: 2 });
    const path = run("run", "step-5");
    writeFileSync(join(second, attemptFiles.events), `${JSON.stringify({ time: 1, type: "run", path })}\n`);
    const third = makeAttempt(home, again, { attempt: 3 });
    await startWorker(third).ended;
    expect(resultOf(third)).toEqual({ status: "succeeded", value: { kept: { rows: 2, resume: path } } });
  });
});
