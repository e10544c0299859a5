/** A run on the native engine, killed with -9 and started again, ends with the bytes of one that was left alone. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Random } from "../core/random.ts";

const hooks = join(import.meta.dirname, "../../test/ts-hooks.mjs");
const source = (path: string) => JSON.stringify(join(import.meta.dirname, path));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that trains the fixture model with resume, printing a dot a step and at last its run folder. */
function program(lora: string, dtype: string): string {
  const path = join(folder, "train.ts");
  writeFileSync(
    path,
    `import { nativeEngine } from ${source("../engine/native.ts")};
    import { Model } from ${source("../model/model.ts")};
    import { ByteTokenizer } from ${source("../text/byte-tokenizer.ts")};
    import { sft } from ${source("sft/sft.ts")};
    import { heldOut, rows } from ${source("sft/sft.test-helper.ts")};
    const directory = ${source("../../test/fixtures/models/qwen2_tied")};
    const engine = await (await nativeEngine().device("cpu")).load(directory, { dtype: "${dtype}" });
    const source = { id: null, directory, revision: null };
    const model = new Model({ engine, source, config: {}, generationConfig: {}, tokenizer: new ByteTokenizer() });
    const run = sft({ model, data: rows, evalData: heldOut, evalEvery: 10, steps: 40, saveEvery: 4, batchSize: 8,
      microBatchTokens: 12, learningRate: 1e-3, schedule: "cosine", warmupSteps: 3, lora: ${lora}, resume: true });
    for await (const event of run) if (event.type === "step-end") process.stdout.write(".");
    process.stdout.write((await run).path);`,
  );
  return path;
}

/** Runs the program; kills it with -9 once it has told of `killAt` steps. Its run folder, or undefined when killed. */
function runProgram(path: string, runs: string, killAt = Number.POSITIVE_INFINITY): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, MEDGYM_RUNS: join(folder, runs) };
    const child = spawn(process.execPath, ["--import", hooks, path], { env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.length >= killAt) child.kill("SIGKILL");
    });
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve(undefined);
      else if (code === 0) resolve(output.replace(/^\.+/, ""));
      else reject(new Error(`the program ended with ${code ?? signal}`));
    });
  });
}

describe.each([
  ["LoRA with dropout", "{ rank: 4, dropout: 0.1 }", "f32"],
  ["full fine-tuning in bf16", "false", "bf16"],
])("%s", (_, lora, dtype) => {
  it("ends with the same bytes after kills at random steps", async () => {
    const path = program(lora, dtype);
    const whole = await runProgram(path, "whole");
    const random = new Random(Date.now());
    let killed = 0;
    for (const killAt of [1 + random.integer(8), 12 + random.integer(8), 24 + random.integer(8)]) {
      if ((await runProgram(path, "killed", killAt)) === undefined) killed++;
      else break; // it had written all its dots before the kill arrived
    }
    const resumed = await runProgram(path, "killed");
    expect(killed).toBeGreaterThan(0);
    const last = "checkpoints/step-40/optimizer.safetensors"; // trained values, moments and step count
    expect(readFileSync(join(resumed!, last)).equals(readFileSync(join(whole!, last)))).toBe(true);
    const losses = (run: string) =>
      readFileSync(join(run, "metrics.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line.includes('"step-end"'))
        .map((line) => JSON.parse(line))
        .map(({ step, loss, gradNorm }) => ({ step, loss, gradNorm }));
    expect(losses(resumed!)).toEqual(losses(whole!));
    expect(losses(whole!)).toHaveLength(40);
  }, 60_000);
});
