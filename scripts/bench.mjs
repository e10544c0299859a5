// npm run bench [-- name …] [--quick]: builds, then runs bench/main.ts with the peers in a virtual environment of their own.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

const { main } = await import(join(root, "dist", "bench", "main.js"));
const { venvPython } = await import("./venv.mjs");
process.exitCode = await main(root, process.argv.slice(2), () =>
  venvPython(["torch", "transformers", "peft", "safetensors"]),
);
