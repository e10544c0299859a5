/** The kernel runs compiled: tests that start it compile it first when a source is newer. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder, from the sources and from what is compiled of them. */
export const root = join(
  fileURLToPath(new URL(".", import.meta.url)).replace(/\/dist\/.*/, "/kernel/testing"),
  "../..",
);

export function compileKernel(): void {
  if (!isStale()) return;
  // Types are checked elsewhere (npm run check); this only has to run.
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--noCheck"], { cwd: root });
}

function isStale(): boolean {
  return readdirSync(join(root, "kernel"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .some((name) => {
      const compiled = join(root, "dist/kernel", name.replace(/\.ts$/, ".js"));
      return !existsSync(compiled) || statSync(compiled).mtimeMs < statSync(join(root, "kernel", name)).mtimeMs;
    });
}
