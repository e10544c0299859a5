import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptFiles } from "../attempt.ts";
import { claimAttempt, readClaim } from "../claim.ts";
import type { JobEvent, JobSpec } from "../job.ts";
import { eventsOf, jobSpec, makeAttempt, readResult, resultOf, startWorker, until } from "./worker.test-helper.ts";

const core = JSON.stringify(join(import.meta.dirname, "../../core"));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "medgym-worker-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A user's module in TypeScript, with what its functions need. */
function attempt(name: string, code: string, options: unknown = {}, spec: Partial<JobSpec> = {}): string {
  const path = join(home, "steps.ts");
  writeFileSync(path, code.replaceAll("CORE", core.slice(1, -1)));
  return makeAttempt(home, jobSpec(home, { type: "function", module: path, export: name, options }, spec));
}

const textOf = (folder: string, name = "stdout") =>
  eventsOf(folder)
    .map((event) => (event.type === "stream" && event.name === name ? event.text : ""))
    .join("");

describe("a worker", () => {
  it("calls the function with its options, in its folder and environment, and keeps the result", async () => {
    const folder = attempt(
      "add",
      `import { double } from "./helper.js"; // lies there as helper.ts
       interface Options { a: number; b: number }
       export async function add({ a, b }: Options) {
         console.log("adding", a, b);
         console.error("aside");
         return { sum: double(a) + b, cwd: process.cwd(), mode: process.env.MODE, slot: process.env.SLOT, none: undefined };
       }`,
      { a: 1, b: 2 },
      { environment: { MODE: "spec", SLOT: "x" } },
    );
    writeFileSync(join(home, "helper.ts"), "export const double = (n: number): number => 2 * n;");
    const work = join(folder, attemptFiles.work);
    const { default: json } = await import(work, { with: { type: "json" } });
    writeFileSync(work, JSON.stringify({ ...json, environment: { ...json.environment, SLOT: "3" } }));
    const { code, output } = await startWorker(folder).ended;
    expect({ code, output }).toEqual({ code: 0, output: "" });
    expect(resultOf(folder)).toEqual({
      status: "succeeded",
      value: { sum: 4, cwd: home, mode: "spec", slot: "3" },
    });
    expect(textOf(folder)).toBe("adding 1 2\n");
    expect(textOf(folder, "stderr")).toBe("aside\n");
    expect(eventsOf(folder)[0]).toMatchObject({ type: "started", pid: readClaim(folder)!.pid });
  });

  it("leaves an attempt alone that is somebody's", async () => {
    const folder = attempt("never", "export const never = () => 1;");
    expect(claimAttempt(folder)).toBe(true);
    expect((await startWorker(folder).ended).code).toBe(0);
    expect(() => resultOf(folder)).toThrow("ENOENT");
  });

  it("tells errors with the user's lines", async () => {
    const folder = attempt(
      "fail",
      `interface Unused { a: number }


       export async function fail(): Promise<Unused> {
         await null;
         throw Object.assign(new TypeError("no such row"), { code: "invalid-data" });
       }`,
    );
    await startWorker(folder).ended;
    const result = resultOf(folder);
    expect(result).toMatchObject({
      status: "failed",
      error: { name: "TypeError", message: "no such row", code: "invalid-data" },
    });
    const { traceback } = (result as { error: { traceback: string[] } }).error;
    expect(traceback[1]).toMatch(/^ {4}at fail \(.*steps\.ts:6:\d+\)$/);
    expect(traceback.join("\n")).not.toContain("function-work");
    expect(eventsOf(folder).at(-1)).toMatchObject({ type: "error", error: { message: "no such row" } });
  });

  it("says which function is missing, and what module", async () => {
    const missing = attempt("adn", "export const and = () => 1;");
    await startWorker(missing).ended;
    expect(resultOf(missing)).toMatchObject({ error: { message: expect.stringContaining('Did you mean "and"?') } });
  });

  it("makes progress, curves and run folders of the runs inside, and events of what is shown", async () => {
    const folder = attempt(
      "train",
      `import { Run } from "CORE/run.ts";
       import { show } from "CORE/display.ts";
       export function train({ steps }: { steps: number }) {
         return new Run("sft", async ({ emit }) => {
           emit({ type: "start", path: "/runs/one", steps, step: 0 });
           const plot = show({ "text/plain": "0" });
           for (let step = 1; step <= steps; step++) {
             emit({ type: "step-end", step, loss: 2 / step, parts: { form: { mean: 0.5 } }, broken: Number.NaN, etaSeconds: 9 });
             plot.update({ "text/plain": String(step) });
             await new Promise((resolve) => setTimeout(resolve, 20));
           }
           return { toJSON: () => ({ loss: 2 / steps }), [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "drawn" }) };
         }, undefined, ({ events }) => ({ done: events.length - 1, total: steps, detail: "so far" }));
       }`,
      { steps: 20 },
    );
    await startWorker(folder).ended;
    expect(resultOf(folder)).toEqual({ status: "succeeded", value: { loss: 0.1 } });
    // Over long before the daemon looks, which it does once a second: Node alone takes 30 MB.
    expect(readResult(folder).peakBytes).toBeGreaterThan(30e6);
    const events = eventsOf(folder);
    const of = <T extends JobEvent["type"]>(type: T) =>
      events.filter((event): event is Extract<JobEvent, { type: T }> => event.type === type);
    const shown = (type: string) =>
      events.flatMap((event) => ("data" in event && event.type === type ? [event.data] : []));
    expect(of("run").map(({ path }) => path)).toEqual(["/runs/one"]);
    expect(of("metric")).toHaveLength(20);
    expect(of("metric")[3]).toMatchObject({ run: "sft", step: 4, values: { loss: 0.5, "parts.form": 0.5 } });
    expect(Object.keys(of("metric")[3].values)).toEqual(["loss", "parts.form"]);
    const progress = of("progress").filter(({ phase }) => phase === "updating");
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.length).toBeLessThan(8);
    expect(progress.at(-1)).toMatchObject({ total: 20, unit: "steps", detail: "so far" });
    expect(shown("display")).toHaveLength(1);
    expect(shown("update").length).toBeLessThan(4);
    expect(shown("update").at(-1)).toEqual({ "text/plain": "20" });
    expect(shown("result")[0]).toEqual({ "text/plain": "drawn" });
  });

  it("cancels the runs inside when asked, with the reason", async () => {
    const folder = attempt(
      "train",
      `import { Run } from "CORE/run.ts";
       export const train = () => new Run("grpo", async ({ signal, emit }) => {
         for (let step = 1; ; step++) {
           signal.throwIfAborted();
           emit({ type: "step-end", step });
           await new Promise((resolve) => setTimeout(resolve, 5));
         }
       });`,
    );
    const worker = startWorker(folder);
    await until(() => eventsOf(folder).some(({ type }) => type === "progress"));
    const askedMs = Date.now();
    writeFileSync(
      join(folder, attemptFiles.cancel),
      JSON.stringify({ time: askedMs, graceSeconds: 10, reason: "timed out after 60 s" }),
    );
    expect((await worker.ended).code).toBe(0);
    expect(resultOf(folder)).toEqual({ status: "cancelled", reason: "timed out after 60 s" });
    expect(Date.now() - askedMs).toBeLessThan(1000);
  });

  it("tells code of the job where it is, and hears its progress and artefacts", async () => {
    const folder = attempt(
      "work",
      `import { writeFileSync } from "node:fs";
       import { current } from "CORE/../jobs/current.ts";
       export async function work() {
         const job = current()!;
         job.progress({ phase: "scoring", done: 1, total: 2 });
         job.metric(1, { score: 0.5 });
         writeFileSync(job.artefact("notes.txt"), "n");
         return [job.id, job.name, job.attempt];
       }`,
    );
    await startWorker(folder).ended;
    expect(resultOf(folder)).toEqual({ status: "succeeded", value: [1, "made-up", 1] });
    expect(eventsOf(folder).filter(({ type }) => ["metric", "artefact"].includes(type))).toMatchObject([
      { type: "metric", run: "made-up", step: 1, values: { score: 0.5 } },
      { type: "artefact", name: "notes.txt", path: join(folder, "artefacts", "notes.txt") },
    ]);
  });

  it("hears the runs of processes that the job starts", async () => {
    const hooks = JSON.stringify(join(import.meta.dirname, "../../../test/ts-hooks.mjs"));
    const folder = attempt(
      "work",
      `import { spawnSync } from "node:child_process";
       import { writeFileSync } from "node:fs";
       export function work() {
         writeFileSync("child.ts", \`
           import { Run } from "CORE/run.ts";
           import { reportRuns } from "CORE/../jobs/worker/report-runs.ts";
           reportRuns();
           await new Run("dpo", async ({ emit }) => emit({ type: "step-end", step: 1, loss: 0.5 }));\`);
         return spawnSync(process.execPath, ["--import", ${hooks}, "child.ts"], { encoding: "utf8" }).stderr;
       }`,
    );
    await startWorker(folder).ended;
    expect(resultOf(folder)).toEqual({ status: "succeeded", value: "" });
    const metrics = eventsOf(folder).filter(({ type }) => type === "metric");
    expect(metrics).toMatchObject([{ run: "dpo", step: 1, values: { loss: 0.5 } }]);
  });

  it("fails with what nobody caught, and when its code ends the process", async () => {
    const thrown = attempt(
      "work",
      'export const work = () => new Promise(() => setTimeout(() => { throw new Error("late"); }));',
    );
    expect((await startWorker(thrown).ended).code).toBe(1);
    expect(resultOf(thrown)).toMatchObject({ status: "failed", error: { message: "late" } });
    rmSync(thrown, { recursive: true });
    const left = attempt("work", "export const work = () => process.exit(4);");
    expect((await startWorker(left).ended).code).toBe(4);
    expect(resultOf(left)).toMatchObject({ error: { message: "The job ended its own process with exit code 4." } });
  });

  it("tells out of memory from other failures", async () => {
    const folder = attempt("work", "export const work = () => new ArrayBuffer(2 ** 52);");
    await startWorker(folder).ended;
    expect(resultOf(folder)).toMatchObject({ status: "out-of-memory", error: { name: "RangeError" } });
  });

  it("waits warm, and takes the first folder it is given", async () => {
    const folder = attempt("work", "export const work = () => 7;");
    const worker = startWorker("--warm");
    await new Promise((resolve) => (worker.process.stdio[3] as Readable).once("data", resolve));
    const givenMs = Date.now();
    worker.process.stdin!.write(`${folder}\n`);
    const result = await until(() => resultOf(folder));
    expect(Date.now() - givenMs).toBeLessThan(1000);
    expect(result).toEqual({ status: "succeeded", value: 7 });
    expect(await worker.ended).toMatchObject({ code: 0, output: '{"ready":true}\n' });
    const idle = startWorker("--warm");
    idle.process.stdin!.end();
    expect((await idle.ended).code).toBe(0);
  });
});
