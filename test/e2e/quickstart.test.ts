/** The quickstart as it is shipped: the one notebook that runs in full here. */
import { expect, test } from "vitest";
import { runStaged } from "./run-notebook.test-helper.ts";

test("00-quickstart in full: held-out exact match from below 0.1 to above 0.85", async () => {
  const cells = await runStaged("00-quickstart", {});
  const table = cells.flatMap(({ outputs }) =>
    outputs
      .map((out) => ("data" in out ? String(out.data["text/plain"]) : ""))
      .filter((text) => /^exact match +base/m.test(text)),
  );
  const [, before, after] = /^all +(\d\.\d+) \[[^\]]*\] +(\d\.\d+)/m.exec(table[0]) ?? [];
  expect(Number(before)).toBeLessThan(0.1);
  expect(Number(after)).toBeGreaterThan(0.85);
});
