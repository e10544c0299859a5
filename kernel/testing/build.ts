/** The kernel runs compiled: tests that start it compile it first when a source is newer. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder, from the sources and from what is compiled of them. */
export const root = join(
  fileURLToPath(new URL(".", import.meta.url)).replace(/\/dist\/.*/, "/kernel/testing"),
  "../..",
);

export function compileKernel(): void {
  if (!isStale()) return;
  const release = lock();
  try {
    if (!isStale()) return; // another test file has compiled it meanwhile
    // Types are checked elsewhere (npm run check); this only has to run.
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--noCheck"], { cwd: root });
    execFileSync(process.execPath, [join(root, "scripts/bundle.mjs")], { cwd: root, stdio: "ignore" });
  } finally {
    release();
  }
}

const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isStale(): boolean {
  const built = modified(join(root, "dist/kernel/run/complete")); // written last
  return readdirSync(join(root, "kernel"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .some((name) => modified(join(root, "kernel", name)) >= built);
}

/** Longer than compiling takes: whoever holds it was killed. */
const abandonedMs = 300_000;

/** One process at a time; the others wait, since they have nothing else to do. */
function lock(): () => void {
  const folder = join(root, "dist/kernel.lock");
  mkdirSync(join(root, "dist"), { recursive: true });
  for (;;) {
    try {
      mkdirSync(folder);
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (Date.now() - modified(folder) > abandonedMs) rmSync(folder, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}
