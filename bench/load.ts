/** Claim: a fresh process has the package imported and a small model and its tokenizer loaded in less than a third of a second. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Bench } from "./context.ts";
import { coresFor, type Side, type SideFigures, threadsEnvironment } from "./harness.ts";
import { figure } from "./rows.ts";
import { target } from "./targets.ts";

export const loadBench: Bench = async ({ root, python, quick, wanted, row }) => {
  const name = "import and load nano";
  if (!wanted(name, { quick: true })) return;
  await row(name, async () => {
    const env = threadsEnvironment(1);
    const model = join(root, "assets", "nano");
    const script = join(root, "dist", "bench", "sides", "load.js");
    const ours: Side = {
      name: "medgym",
      command: [process.execPath, script, join(root, "dist", "src", "index.js"), model],
      env,
    };
    const peer: Side = {
      name: "torch, transformers, peft, trl",
      command: [python, join(root, "bench", "peers", "load_model.py"), model],
      env,
    };
    const figures = new Map([ours, peer].map((side) => [side, { seconds: [] as number[], peakBytes: [] as number[] }]));
    for (const side of [ours, peer]) await once(side); // files into the page cache
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      // Ours is short and therefore uneven: three for one.
      for (const side of quick ? [ours, peer] : [ours, ours, ours, peer]) {
        const { seconds, peakBytes } = await once(side);
        figures.get(side)?.seconds.push(seconds);
        figures.get(side)?.peakBytes.push(peakBytes);
      }
    }
    const [mine, theirs] = [ours, peer].map((side) => ({ name: side.name, ...figures.get(side)! }));
    const seconds = (side: typeof mine) => figure({ name: side.name, values: side.seconds });
    const megabytes = (side: SideFigures | typeof mine) =>
      figure({ name: side.name, values: side.peakBytes.map((bytes) => bytes / 1e6) });
    const memory = `${name}: peak memory`;
    return [
      { name, unit: "s", better: "less", ours: seconds(mine), peer: seconds(theirs), target: target(name) },
      {
        name: memory,
        unit: "MB",
        better: "less",
        ours: megabytes(mine),
        peer: megabytes(theirs),
        target: target(memory),
      },
    ];
  });
};

/** A fresh process on one core: seconds from its start to its line, which it prints when the model is loaded. */
function once({ command, env, name }: Side): Promise<{ seconds: number; peakBytes: number }> {
  const startedAt = performance.now();
  const child = spawn("taskset", ["-c", coresFor(1).join(","), ...command], { env: { ...process.env, ...env } });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    let answer: { seconds: number; peakBytes: number } | undefined;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) answer = { seconds: (performance.now() - startedAt) / 1000, ...JSON.parse(line) };
    });
    child.on("error", reject);
    child.on("close", (code) =>
      answer && code === 0 ? resolve(answer) : reject(new Error(`${name} ended with ${code}:\n${errors.slice(-3000)}`)),
    );
  });
}
