/**
 * Runs that are killed with -9 at a place, started again, and compared with one that was left alone. The program kills itself at the
 * place that MEDGYM_TEST_KILL names, so that no luck is in it.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

const hooks = join(import.meta.dirname, "../../test/ts-hooks.mjs");
const counting = `
  const counts = {};
  const place = (name) => {
    counts[name] = (counts[name] ?? 0) + 1;
    if (process.env.MEDGYM_TEST_KILL === name + ":" + counts[name]) process.kill(process.pid, "SIGKILL");
  };
  /** Each file of an optimizer that is written is a "checkpoint". */
  const watchCheckpoints = ({ engine }) => {
    const createOptimizer = engine.createOptimizer.bind(engine);
    engine.createOptimizer = async (...settings) => {
      const optimizer = await createOptimizer(...settings);
      const save = optimizer.save.bind(optimizer);
      optimizer.save = async (file) => { await save(file); place("checkpoint"); };
      return optimizer;
    };
  };`;

export interface Killed {
  /** From a path beside this file to the names that the program takes from it. */
  imports: Readonly<Record<string, string>>;
  /** Has `place(name)`, which counts its calls, and `watchCheckpoints(model)`; its last value is `result`. */
  train: string;
  /** "name:count", each killing one start of the program. */
  kills: readonly string[];
}

/** Paths of the runs: of one that was left alone, and of one that was killed at each of the places in turn. */
export async function killAndResume(
  { imports, train, kills }: Killed,
  compare: (runs: { whole: string; resumed: string }) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "medgym-kill-"));
  try {
    const path = join(folder, "train.ts");
    const lines = Object.entries(imports).map(
      ([file, names]) => `import { ${names} } from ${JSON.stringify(join(import.meta.dirname, file))};`,
    );
    writeFileSync(path, `${lines.join("\n")}\n${counting}\n${train}\nprocess.stdout.write(result.path);`);
    const store = join(folder, "killed");
    const killed = async () => {
      for (const kill of kills) expect((await start(path, store, kill)).signal).toBe("SIGKILL");
      return start(path, store);
    };
    const [whole, resumed] = await Promise.all([start(path, join(folder, "whole")), killed()]);
    const names = [store, join(folder, "whole")].map((runs) => readdirSync(runs).map((run) => run.split("-")[0]));
    expect(names[0]).toEqual(names[1]); // each start went on with the same run
    compare({ whole: whole.output, resumed: resumed.output });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(path: string, runs: string, kill = ""): Promise<{ signal: string | null; output: string }> {
  const env = { ...process.env, MEDGYM_RUNS: runs, MEDGYM_TEST_KILL: kill };
  const child = spawn(process.execPath, ["--import", hooks, path], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal === "SIGKILL") resolve({ signal, output });
      else reject(new Error(`the program ended with ${code ?? signal}`));
    });
  });
}

const clocked = new Set(["time", "seconds", "tokensPerSecond", "memoryBytes", "peakMemoryBytes", "etaSeconds"]);
/** JSON without what the clock and the memory's use say. */
export const factsOf = (json: string) => JSON.parse(json, (key, value) => (clocked.has(key) ? undefined : value));

/** A run's steps. */
export const curveOf = (run: string): Record<string, unknown>[] =>
  readFileSync(join(run, "metrics.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.includes('"step-end"'))
    .map(factsOf);

/** The runs' curves are equal over so many steps, in which `measure` moved, and so are these files of the last checkpoint. */
export function expectSame(
  { whole, resumed }: { whole: string; resumed: string },
  { steps, measure, files }: { steps: number; measure: string; files: readonly string[] },
): void {
  for (const name of files) {
    const [a, b] = [whole, resumed].map((run) => readFileSync(join(run, `checkpoints/step-${steps}`, name)));
    expect(a.equals(b)).toBe(true);
  }
  expect(curveOf(resumed)).toEqual(curveOf(whole));
  expect(curveOf(whole)).toHaveLength(steps);
  expect(new Set(curveOf(whole).map((step) => step[measure])).size).toBeGreaterThan(steps / 2); // else equal curves show nothing
}
