import { expect, test } from "vitest";
import { verdict } from "./ends.ts";

const result = { status: "succeeded", value: 1 } as const;
const ending = (why: "cancel" | "timeout" | "memory") => ({ why, reason: `because of ${why}`, killMs: 0 });

test("a result counts, whatever happened around it", () => {
  expect(verdict({ result, output: "", signal: "SIGKILL" })).toEqual({ state: "succeeded" });
  expect(verdict({ result, output: "", ending: ending("cancel") })).toEqual({ state: "succeeded" });
});

test("whoever was asked to end ended for that reason, with or without words of its own", () => {
  const cancelled = { status: "cancelled", reason: "its own" } as const;
  expect(verdict({ output: "", ending: ending("cancel"), signal: "SIGKILL" })).toMatchObject({ state: "cancelled", reason: "because of cancel" }); // biome-ignore format: a line
  for (const given of [undefined, cancelled])
    expect(verdict({ output: "", result: given, ending: ending("timeout") })).toMatchObject({ state: "failed", reason: "because of timeout", retry: "timeout" }); // biome-ignore format: a line
  expect(verdict({ output: "", ending: ending("memory"), downshift: { batchSize: 1 } })).toMatchObject({
    state: "out-of-memory",
    downshift: { batchSize: 1 },
    retry: "out-of-memory",
  });
});

test.each([
  ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "SIGABRT"],
  ["terminate called after throwing an instance of 'std::bad_alloc'", "SIGABRT"],
] as const)("a process that dies with %s ran out of memory", (output, signal) => {
  expect(verdict({ output, signal })).toMatchObject({ state: "out-of-memory", error: { code: "out-of-memory" } });
});

test("other deaths: crashed, ended by its code, killed, gone", () => {
  expect(verdict({ output: "", signal: "SIGSEGV" })).toMatchObject({ state: "failed", reason: "its process crashed (SIGSEGV)" }); // biome-ignore format: a line
  expect(verdict({ output: "Error: no module x\n    at y", code: 1 })).toMatchObject({ state: "failed", retry: "failed", error: { traceback: ["Error: no module x", "    at y"] } }); // biome-ignore format: a line
  expect(verdict({ output: "", signal: "SIGKILL" })).toMatchObject({ state: "lost", reason: expect.stringContaining("SIGKILL"), retry: "lost" }); // biome-ignore format: a line
  expect(verdict({ output: "" })).toMatchObject({ state: "lost" });
});
