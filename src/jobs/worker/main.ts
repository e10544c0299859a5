/**
 * A worker: `node main.js <folder of an attempt>`, or `node main.js --warm`: that one imports medgym, writes `{"ready":true}` to file
 * descriptor 3 and waits for one line with the folder; it ends when its input does.
 */
import { closeSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { importPackage } from "../package.ts";
import { runAttempt } from "./run-attempt.ts";

// Before medgym is imported: there it tells that somebody reports the runs of this process already.
Object.assign(globalThis, { [Symbol.for("medgym.worker")]: true });

const [argument] = process.argv.slice(2);
if (argument === undefined) {
  process.stderr.write("usage: node main.js <folder of an attempt> | --warm\nThe daemon of medgym's jobs starts it.\n");
  process.exit(2);
}

const folder = argument === "--warm" ? await waitForWork() : argument;
if (folder) await runAttempt(folder);
process.exit(0);

async function waitForWork(): Promise<string | undefined> {
  // Without the package functions of other modules still run.
  await importPackage().catch(() => undefined);
  writeSync(3, '{"ready":true}\n');
  const lines = createInterface({ input: process.stdin });
  const folder = await new Promise<string | undefined>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(undefined));
  });
  lines.close();
  process.stdin.destroy();
  closeSync(3);
  return folder;
}
