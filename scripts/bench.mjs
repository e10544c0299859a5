// npm run bench [-- name …] [--quick]: builds, then runs bench/main.ts beside its peers, which get folders of their own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { llamaPeer } from "./llama.mjs";
import { build, capture, main, root, StepError } from "./steps.mjs";
import { venvPython } from "./venv.mjs";

const program = join(root, "dist", "bench", "main.js");

await main(async () => {
  const asksForHelp = process.argv.includes("--help") || process.argv.includes("-h");
  if (!asksForHelp || !existsSync(program)) {
    await build();
    const { code, output } = await capture("make", ["-C", "native", "build/bench/bandwidth"]);
    if (code !== 0) throw new StepError(`The bandwidth program was not built:\n${output}`);
  }
  const { main: bench } = await import(program);
  const log = (line) => console.log(`· ${line}`);
  return bench(root, process.argv.slice(2), {
    python: () => venvPython(["torch", "transformers", "peft", "trl", "safetensors"], log),
    llama: () => llamaPeer(log),
  });
});
