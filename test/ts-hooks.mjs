// Lets a child process of a test run our .ts files as they are: node --import ./test/ts-hooks.mjs file.ts
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

// The hooks live in a thread of their own, which loads this file too.
if (isMainThread) register(import.meta.url);

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const { transform } = await import("oxc-transform");
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await transform(fileURLToPath(url), source);
  return { format: "module", source: code, shortCircuit: true };
}
