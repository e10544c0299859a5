import { expect, test } from "vitest";
import { readMagics } from "./magics.ts";

test("%check is read and blanked, so that positions stay", () => {
  expect(readMagics("\n%check warn\nx %\ny")).toEqual({ code: "\n\nx %\ny", check: "warn" });
});

test("a % further down is the operator", () => {
  expect(readMagics("a\n% b").error).toBeUndefined();
});

test.each([
  ["%nope 1", "there is no %nope. Known: %check."],
  ["%%nope", "there is no %%nope. Known: %check."],
  ["%check loud", '%check takes error, warn, off; got "loud".'],
])("%s is refused", (code, message) => {
  expect(readMagics(code).error?.value).toBe(message);
});
