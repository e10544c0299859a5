import { expect, test } from "vitest";
import { duration, parseLine } from "./magic-line.ts";

const known = ["gpus", "name", "after", "shared", "timeout"];
const parse = (line: string) => parseLine("%%job", line, known);

test("numbers, words, texts, lists, and names alone", () => {
  expect(parse(`gpus=1 name="a \\"b\\" c" after=demos,17 shared`)).toEqual({
    gpus: 1,
    name: 'a "b" c',
    after: ["demos", 17],
    shared: true,
  });
  expect(parse("name='x y' shared=false gpus=-1.5 ")).toEqual({ name: "x y", shared: false, gpus: -1.5 });
  expect(parse("")).toEqual({});
});

test.each([
  ["gpu=1", '%%job has no option "gpu" (did you mean "gpus"?). Options: gpus, name, after, shared, timeout.'],
  ["gpus=1 gpus=2", "%%job: gpus is given twice."],
  ["gpus=", "%%job: gpus= has no value."],
  ['name="open', '%%job: cannot read "name=\\"open". Write name=value'],
  ["=1", '%%job: cannot read "=1".'],
])("%s is refused", (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test("durations are seconds", () => {
  expect([90, "90s", "30m", "1.5h", "soon"].map(duration)).toEqual([90, 90, 1800, 5400, "soon"]);
});
