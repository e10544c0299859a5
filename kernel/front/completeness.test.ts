import { expect, test } from "vitest";
import { isComplete } from "./completeness.ts";

test.each(["1", "const x: number = 1;", "await f()", "<b>x</b>", "<number>x", "import x from 'y'", ""])(
  "complete: %s",
  async (code) => {
    expect(await isComplete(code)).toEqual({ status: "complete" });
  },
);

test.each([
  ["function f() {", "  "],
  ["[1,", ""],
  ["f(", "  "],
  ["`abc", ""],
  ["/* x", ""],
  ["x +", ""],
  ["class A {\n  m() {", "    "],
  ["if (x", ""],
  ["a ? b", ""],
])("incomplete: %s", async (code, indent) => {
  expect(await isComplete(code)).toEqual({ status: "incomplete", indent });
});

test.each(["let x = ;", "'abc", "import = 7q", "}", "1 1"])("invalid: %s", async (code) => {
  expect(await isComplete(code)).toEqual({ status: "invalid" });
});
