/**
 * A worker: `node main.js <folder of an attempt>`, or `node main.js --warm`: that one imports medgym, writes `{"ready":true}` and waits
 * for one line with the folder; it ends when its input does.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { attemptFiles } from "../attempt.ts";
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
  // By name: the package as the user's modules see it. Without it functions of other modules still run.
  await importPackage().catch(() => undefined);
  writeSync(1, '{"ready":true}\n');
  const lines = createInterface({ input: process.stdin });
  const folder = await new Promise<string | undefined>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(undefined));
  });
  lines.close();
  process.stdin.destroy();
  if (folder) redirect(join(folder, attemptFiles.output));
  return folder;
}

/** What native code and a crash print goes into the attempt's own file: of free numbers the system gives the lowest. */
function redirect(path: string): void {
  closeSync(1);
  closeSync(2);
  const opened = [openSync(path, "a"), openSync(path, "a")];
  // Standard input's 0 was freed too: then one more.
  if (opened.includes(0)) openSync(path, "a");
}
