/** The checks that `npm run check` and `npm test` run. Each prints its own output and returns its counts. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { capture, localFolder, root } from "./steps.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @returns {Promise<Counts>} */
export function format() {
  return whole("format and lint (biome)", "@biomejs/biome/bin/biome", ["check", "--colors=off", "."]);
}

/** @returns {Promise<Counts>} */
export function types() {
  return whole("types (tsc)", "typescript/bin/tsc", [
    "-p",
    ".",
    "--noEmit",
    "--tsBuildInfoFile",
    ".medgym/types.tsbuildinfo",
  ]);
}

/** A tool that passes or fails as a whole counts as one test. */
async function whole(title, program, args) {
  console.log(`\n=== ${title}`);
  const { code } = await capture(process.execPath, [join(root, "node_modules", program), ...args], { echo: true });
  console.log(code === 0 ? "passed" : "failed");
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** The engine's own tests, which run without Node. @returns {Promise<Counts>} */
export async function native(jobs) {
  console.log("\n=== native engine (make -C native test)");
  const { code, output } = await capture("make", ["-C", "native", `-j${jobs}`, "test"], { echo: true });
  const line = output.match(/^native: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?/m);
  if (!line) return { passed: 0, failed: 1, skipped: 0 }; // it did not build, or it crashed
  const [passed, failed, skipped] = line.slice(1).map((count) => Number(count ?? 0));
  return { passed, failed: Math.max(failed, code === 0 ? 0 : 1), skipped };
}

/** @param {string} project of vitest.config.ts @returns {Promise<Counts>} */
export async function vitest(project, options = []) {
  console.log(`\n=== vitest: ${project}`);
  const report = join(localFolder, "vitest.json");
  mkdirSync(localFolder, { recursive: true });
  rmSync(report, { force: true });
  const program = join(root, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = [program, "run", "--project", project, ...options, ...reporters];
  const { code } = await capture(process.execPath, args, { echo: true });
  try {
    const json = JSON.parse(readFileSync(report, "utf8"));
    // A file that cannot be loaded fails without any of its tests having run.
    const brokenFiles = json.testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.length === 0,
    );
    const failed = json.numFailedTests + brokenFiles.length;
    const counts = { passed: json.numPassedTests, failed, skipped: json.numPendingTests + json.numTodoTests };
    // Unhandled errors fail a run without failing a test.
    return { ...counts, failed: Math.max(failed, code === 0 ? 0 : 1) };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Prints the sum, alone on the last line; returns the exit code. @param {Counts[]} all */
export function close(all) {
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  const skipped = sum("skipped");
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return sum("failed") > 0 ? 1 : 0;
}
