import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import { takeLock } from "./lock.ts";

/** Whether another process gets the lock. */
function isFree(path: string): boolean {
  const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
  const program = `const { takeLock } = await import(${JSON.stringify(join(import.meta.dirname, "lock.ts"))});
    console.log(takeLock(${JSON.stringify(path)}))`;
  const said = execFileSync(process.execPath, ["--import", hooks, "--input-type=module", "-e", program]);
  return said.toString().trim() === "true";
}

test("a lock is held as long as its process lives, though nobody keeps it and memory is collected", async () => {
  const folder = mkdtempSync(join(tmpdir(), "medgym-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "lock");
  expect(isFree(path)).toBe(true); // its process is over
  expect(takeLock(path)).toBe(true);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10)); // finalizers run on later turns
  }
  expect(isFree(path)).toBe(false);
});
