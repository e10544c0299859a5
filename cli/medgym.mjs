#!/usr/bin/env node
// Plain JavaScript that any Node parses, so that an old Node or a missing build ends in a sentence, not in a stack trace.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const main = new URL("../dist/cli/main.js", import.meta.url);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`medgym needs Node 20.19 or newer; this is ${process.versions.node} (${process.execPath}).`);
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error(
    `medgym is not built yet. Run: npm run build --prefix ${dirname(dirname(fileURLToPath(import.meta.url)))}`,
  );
  process.exitCode = 1;
} else {
  const { runCli } = await import(main.href);
  process.exitCode = await runCli(process.argv);
}
