import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beatOf, jobSpec, makeAttempt, resultOf, startWorker, until } from "./worker.test-helper.ts";

const hooks = JSON.stringify(join(import.meta.dirname, "../../../test/ts-hooks.mjs"));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "medgym-beat-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

function attempt(name: string, code: string): string {
  const module = join(home, "steps.ts");
  writeFileSync(module, code);
  return makeAttempt(home, jobSpec(home, { type: "function", module, export: name, options: {} }), {
    stalledSeconds: 0.3,
  });
}

describe("a worker's beat", () => {
  it("goes on while the main thread spins, and says where, without harming it", async () => {
    const folder = attempt(
      "spin",
      `interface Ignored { x: number }
       export function spin(_: Ignored) {
         const end = Date.now() + 2000;
         while (Date.now() < end) {
           work();
         }
         return "unharmed";
       }
       function work() { for (let i = 0; i < 1e6; i++); }`,
    );
    const worker = startWorker(folder);
    const beat = await until(() => (beatOf(folder).stack ? beatOf(folder) : undefined));
    expect(beat.stack).toMatch(/at spin \(.*steps\.ts:[456]:\d+\)/);
    expect(beat.time - beat.mainAliveMs).toBeGreaterThan(300);
    await worker.ended;
    expect(resultOf(folder)).toEqual({ status: "succeeded", value: "unharmed" });
  });

  it("says where a process hangs that the job waits for", async () => {
    const folder = attempt(
      "wait",
      `import { spawn } from "node:child_process";
       import { writeFileSync } from "node:fs";
       export function wait() {
         writeFileSync("child.ts", \`
           import { reportRuns } from ${JSON.stringify(join(import.meta.dirname, "report-runs.ts"))};
           reportRuns();
           function hang() { for (const end = Date.now() + 6000; Date.now() < end; ); }
           setTimeout(hang, 20);\`);
         return new Promise((resolve) => {
           const child = spawn(process.execPath, ["--import", ${hooks}, "child.ts"], { stdio: "ignore" });
           writeFileSync("pid", String(child.pid));
           child.once("exit", resolve);
         });
       }`,
    );
    const worker = startWorker(folder);
    const { stack } = await until(() => (/at hang/.test(beatOf(folder).stack ?? "") ? beatOf(folder) : undefined));
    expect(stack).toMatch(/at hang \(.*child\.ts/);
    process.kill(Number(readFileSync(join(home, "pid"), "utf8")), "SIGKILL");
    await worker.ended;
  });

  it("says when the main thread waits for something", async () => {
    const folder = attempt("wait", "export const wait = () => new Promise((resolve) => setTimeout(resolve, 9000));");
    const worker = startWorker(folder);
    const beat = await until(() => (beatOf(folder).stack ? beatOf(folder) : undefined));
    expect(beat.stack).toContain("The main thread is idle");
    expect(beat.time - beat.mainAliveMs).toBeLessThan(1000);
    expect(beat.time - beat.progressMs).toBeGreaterThan(300);
    worker.process.kill("SIGKILL");
    await worker.ended;
  });
});
