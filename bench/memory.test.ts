import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { coresFor, Sides } from "./harness.ts";
import { memorySide } from "./memory.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

test("the bandwidth program answers as often as it is asked", async () => {
  execFileSync("make", ["-C", "native", "build/bench/bandwidth"], { cwd: root });
  const pool = new Sides(coresFor(1));
  try {
    for (let round = 0; round < 2; round++) {
      const read = await pool.measure(memorySide(root, 1, 64), { seconds: 0.1 });
      expect(read?.value, [...pool.failures.values()].join("\n")).toBeGreaterThan(1e8);
      expect(read?.peakBytes).toBe(64 * 2 ** 20);
    }
  } finally {
    pool.stopAll();
  }
});
