/**
 * Runs that are killed with -9 at a place, started again, and compared with one that was left alone. The program kills itself at the
 * place that MEDGYM_TEST_KILL names, so that no luck is in it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
/** As a program in another folder imports it; the path from here. */
const source = (path: string) => JSON.stringify(join(import.meta.dirname, path));

/**
 * `train` trains `model`, and its last value is `result`. It has `verb`, `byteModel`, `letters`, `quick`, `policyLoss`, and
 * `place(name)`, which counts its calls: a place is "name:count". Each file of an optimizer that is written is a "checkpoint".
 */
function program(folder: string, verb: string, train: string): string {
  const path = join(folder, "train.ts");
  writeFileSync(
    path,
    `import { byteModel, letters, quick } from ${source("policy.test-helper.ts")};
    import { ${verb} } from ${source(`../${verb}/${verb}.ts`)};
    import { policyLoss } from ${source("../math/policy-loss.ts")};
    const counts = {};
    const place = (name) => {
      counts[name] = (counts[name] ?? 0) + 1;
      if (process.env.MEDGYM_TEST_KILL === name + ":" + counts[name]) process.kill(process.pid, "SIGKILL");
    };
    const model = await byteModel();
    const { engine } = model;
    const createOptimizer = engine.createOptimizer.bind(engine);
    engine.createOptimizer = async (...settings) => {
      const optimizer = await createOptimizer(...settings);
      const save = optimizer.save.bind(optimizer);
      optimizer.save = async (file) => { await save(file); place("checkpoint"); };
      return optimizer;
    };
    ${train}
    process.stdout.write(result.path);`,
  );
  return path;
}

function start(folder: string, path: string, runs: string, kill = ""): { signal: string | null; output: string } {
  const env = { ...process.env, MEDGYM_RUNS: join(folder, runs), MEDGYM_TEST_KILL: kill };
  const { signal, stdout, status } = spawnSync(process.execPath, ["--import", hooks, path], { env, encoding: "utf8" });
  expect(signal === "SIGKILL" || status === 0).toBe(true);
  return { signal, output: stdout };
}

const times = new Set(["time", "seconds", "tokensPerSecond", "memoryBytes", "etaSeconds"]);
const curve = (run: string) =>
  readFileSync(join(run, "metrics.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.includes('"step-end"'))
    .map((line) => JSON.parse(line, (key, value) => (times.has(key) ? undefined : value)));

/** Eight steps, killed at each of the places in turn: the run goes on to the same `files` of the last checkpoint and the same curve. */
export function expectSameAfterKills(
  verb: string,
  train: string,
  { kills, files }: { kills: readonly string[]; files: readonly string[] },
): void {
  const folder = mkdtempSync(join(tmpdir(), `medgym-${verb}-kill-`));
  try {
    const path = program(folder, verb, train);
    const whole = start(folder, path, "whole").output;
    for (const kill of kills) expect(start(folder, path, "killed", kill).signal).toBe("SIGKILL");
    expect(readdirSync(join(folder, "killed"))).toHaveLength(1); // each start went on with the same run
    const resumed = start(folder, path, "killed").output;
    for (const name of files) {
      const last = join("checkpoints/step-8", name);
      expect(readFileSync(join(resumed, last)).equals(readFileSync(join(whole, last)))).toBe(true);
    }
    expect(curve(resumed)).toEqual(curve(whole));
    expect(curve(whole)).toHaveLength(8);
    expect(new Set(curve(whole).map(({ reward }) => reward)).size).toBeGreaterThan(4); // else equal curves show nothing
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
