/**
 * A ppo killed with -9 in the middle of a rollout, an update (of the policy, of the value function) or a checkpoint, and started
 * again, ends with the bytes and the curve of one that was left alone. The program kills itself at the place that MEDGYM_TEST_KILL
 * names, so that no luck is in it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
const source = (path: string) => JSON.stringify(join(import.meta.dirname, path));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-ppo-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Rewards, the policy's loss, passes of values alone and the optimizers' files count their calls; the place is "name:count". */
function program(): string {
  const path = join(folder, "train.ts");
  writeFileSync(
    path,
    `import { byteModel, letters, quick } from ${source("../policy/policy.test-helper.ts")};
    import { ppo } from ${source("ppo.ts")};
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
    const backward = engine.backward.bind(engine);
    engine.backward = async (gradients) => { if (gradients.values) place("values"); return backward(gradients); };
    const result = await ppo({ model, ...quick, groupSize: 1, tasksPerStep: 4, steps: 8, saveEvery: 2, iterations: 2,
      minibatches: 2, klCoefficient: 0.05, klTarget: 0.01, klHorizon: 40, valueWarmupSteps: 1,
      lora: { rank: 4, dropout: 0.1 }, valueLora: { rank: 2, dropout: 0.1 }, sampler: "curriculum", curriculum: { window: 3 },
      resume: true, data: quick.data.map((row, i) => ({ ...row, difficulty: 1 + (i % 2) })),
      rewards: { letters: (context) => { place("rollout"); return letters(context); } },
      loss: (inputs, totals) => { place("update"); return policyLoss(inputs, { kind: "bnpo" }, totals); } });
    process.stdout.write(result.path);`,
  );
  return path;
}

function start(path: string, runs: string, kill = ""): { signal: string | null; output: string } {
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

it("ends with the same bytes and the same curve", { timeout: 240_000 }, () => {
  const path = program();
  const whole = start(path, "whole").output;
  // In a rollout of the first step after a checkpoint, in an update of each, between the two files of a checkpoint.
  for (const kill of ["rollout:11", "update:6", "values:7", "checkpoint:3"])
    expect(start(path, "killed", kill).signal).toBe("SIGKILL");
  expect(readdirSync(join(folder, "killed"))).toHaveLength(1); // each start went on with the same run
  const resumed = start(path, "killed").output;
  // Trained values, moments and step counts.
  for (const name of ["optimizer.safetensors", "value-optimizer.safetensors"]) {
    const last = join("checkpoints/step-8", name);
    expect(readFileSync(join(resumed, last)).equals(readFileSync(join(whole, last)))).toBe(true);
  }
  expect(curve(resumed)).toEqual(curve(whole));
  expect(curve(whole)).toHaveLength(8);
  expect(new Set(curve(whole).map(({ reward }) => reward)).size).toBeGreaterThan(4); // else equal curves show nothing
});
