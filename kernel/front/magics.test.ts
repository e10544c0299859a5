import { expect, test } from "vitest";
import { magicLineAt, readMagics } from "./magics.ts";

test("%check is read and blanked, so that positions stay", () => {
  expect(readMagics("\n%check warn\nx %\ny")).toEqual({ code: "\n           \nx %\ny", check: "warn" });
});

test("a % further down is the operator", () => {
  expect(readMagics("a\n% b").error).toBeUndefined();
});

test("%%name takes the cell: its line is told, what follows is code", () => {
  expect(readMagics('%check off\n%%job gpus=1 name="a b"\n%%x')).toEqual({
    code: "          \n                       \n%%x",
    check: "off",
    magic: { name: "job", line: 'gpus=1 name="a b"', at: 1 },
  });
});

test.each([
  ["%nope 1", "there is no %nope. Known: %check."],
  ["%check loud", '%check takes error, warn, off; got "loud".'],
])("%s is refused", (code, message) => {
  expect(readMagics(code).error?.value).toBe(message);
});

test("a position in a %% line is told from one in the code", () => {
  const source = "\n%check off\n%%job gp\nconst a = 1\n%%no";
  expect(magicLineAt(source, source.indexOf("gp") + 2)).toEqual({ line: "%%job gp", start: 12 });
  expect(magicLineAt(source, 3)).toBeUndefined();
  expect(magicLineAt(source, source.length)).toBeUndefined();
  expect(magicLineAt("%%", 2)).toEqual({ line: "%%", start: 0 });
});
