/** A folder of a test's own, where runs go. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

/**
 * For each test of a file, or one for all of them: an empty folder with runs in its `runs/`, gone when the test is over. `path` is
 * there once the first begins.
 */
export function useRunsFolder(one: "a-test" | "a-file" = "a-test"): { path: string } {
  const folder = { path: "" };
  const [before, after] = one === "a-test" ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(() => {
    folder.path = mkdtempSync(join(tmpdir(), "medgym-runs-"));
    process.env.MEDGYM_RUNS = join(folder.path, "runs");
  });
  after(() => {
    delete process.env.MEDGYM_RUNS;
    rmSync(folder.path, { recursive: true, force: true });
  });
  return folder;
}
