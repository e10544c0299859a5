// Lets a child process of a test run our .ts files as they are: node --import ./test/ts-hooks.mjs file.ts
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

// The hooks live in a thread of their own, which loads this file too.
if (isMainThread) register(import.meta.url);

// By its name the package is what is built; tests are of the sources.
const medgym = new URL("../src/index.ts", import.meta.url).href;

export async function resolve(specifier, context, next) {
  return specifier === "medgym" ? { url: medgym, shortCircuit: true } : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const { transform } = await import("oxc-transform");
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await transform(fileURLToPath(url), source);
  return { format: "module", source: code, shortCircuit: true };
}
