import { expect, test } from "vitest";
import { copyJson } from "./copy-json.ts";

test("equal all the way down, and nothing of it shared", () => {
  const value = { a: [1, { b: null, c: "x" }, []], d: { e: true, f: undefined }, g: new Map([["h", [1]]]) };
  const copy = copyJson(value);
  expect(copy).toStrictEqual(value);
  (copy.a[1] as { c: string }).c = "y";
  copy.d.e = false;
  copy.g.get("h")!.push(2);
  expect(value).toStrictEqual({
    a: [1, { b: null, c: "x" }, []],
    d: { e: true, f: undefined },
    g: new Map([["h", [1]]]),
  });
});

test("a field named __proto__ stays a field", () => {
  const copy = copyJson(JSON.parse('{"__proto__": {"x": 1}}'));
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"x":1}}');
});
