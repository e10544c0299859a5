/** Jobs as they are shipped: the built package, its daemon, its warm workers, the embedded model. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../stage.ts";

/** Runs a program that imports the built package; what it prints last is JSON. */
async function program(folder: string, body: string): Promise<Told> {
  const file = join(folder, "program.mjs");
  const from = (path: string) => JSON.stringify(join(root, "dist/src", path));
  writeFileSync(
    file,
    `import { evaluate, jobs, merge, readEvaluation, sft, track } from ${from("index.js")};
     import { connectJobs } from ${from("jobs/client/connection.js")};
     const nano = ${JSON.stringify(join(root, "assets/nano"))};
     const connection = await connectJobs();
     const { pid: daemon } = await connection.open();
     try {
       const told = await (async () => {${body}})();
       console.log(JSON.stringify(told));
     } finally {
       process.kill(daemon, "SIGKILL");
       process.exit();
     }`,
  );
  const settings = { MEDGYM_JOBS: join(folder, "jobs"), MEDGYM_RUNS: join(folder, "runs"), MEDGYM_DEVICES: "cpu:2" };
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...settings } });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  await new Promise((resolve) => child.once("close", resolve));
  expect(errors).toBe("");
  return JSON.parse(output.trim().split("\n").at(-1)!);
}

interface Told {
  state: string;
  attempt: number;
  status: string;
  runs: number;
  steps: number[];
  n: number;
  ratio: number;
  result: { summary: { steps: number } };
  merged: { model: { path: string } };
}

it("a training whose worker is killed goes on from its checkpoint; what waits for it is merged and evaluated", async () => {
  const folder = mkdtempSync(join(tmpdir(), "medgym-e2e-jobs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const row = (i: number) => JSON.stringify({ text: `patient ${i} has a fever and a cough` });
  writeFileSync(join(folder, "rows.jsonl"), Array.from({ length: 32 }, (_, i) => `${row(i)}\n`).join(""));
  const { state, attempt, result, status, runs, steps, merged, n, ratio } = await program(
    folder,
    `const tuned = jobs.submit(
       sft,
       { model: nano, data: "rows.jsonl", steps: 40, batchSize: 8, saveEvery: 4, lora: { rank: 4 } },
       { name: "tuned", retry: { times: 1, on: ["lost"] } },
     );
     const merged = jobs.submit(merge, { model: tuned.output("model") });
     const play = { environment: "triage", count: 2, maxNewTokens: 8, maxEpisodeTokens: 4096 };
     const score = jobs.submit(evaluate, { model: merged.output("model"), ...play });
     let killed = false;
     for await (const event of tuned) {
       if (killed || event.type !== "metric" || event.step < 9) continue;
       process.kill((await tuned.refresh()).pid, "SIGKILL");
       killed = true;
     }
     const result = await tuned;
     const { status, metrics } = await track.load(result.path);
     const { state, attempt, spec, peakBytes } = tuned.record;
     return {
       state, attempt, result, status,
       runs: (await track.runs()).length,
       steps: metrics.filter(({ type }) => type === "step-end").map(({ step }) => step),
       merged: await merged,
       n: (await readEvaluation(await score)).n,
       ratio: spec.estimate.bytes / peakBytes,
     };`,
  );
  expect({ state, attempt, status, n }).toEqual({ state: "succeeded", attempt: 2, status: "succeeded", n: 2 });
  expect(result.summary.steps).toBe(40);
  // One run, each of its steps once.
  expect(runs).toBe(1);
  expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(merged.model.path).toContain("merged");
  // What was predicted of a process of 200 MB; docs/jobs-functions.md has the bench shapes.
  expect(ratio).toBeGreaterThan(0.7);
  expect(ratio).toBeLessThan(1.4);
});
