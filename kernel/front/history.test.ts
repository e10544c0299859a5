import { expect, test } from "vitest";
import { History } from "./history.ts";

const history = new History();
for (const [line, input] of ["a = 1", "b(2)", "a = 1", "c"].entries()) history.add(line + 1, input);
history.setOutput(2, "two");

test("tail takes the last n", () => {
  expect(history.query({ hist_access_type: "tail", n: 2 })).toEqual([
    [1, 3, "a = 1"],
    [1, 4, "c"],
  ]);
});

test("range has an open end, and outputs where asked", () => {
  expect(history.query({ hist_access_type: "range", session: 0, start: 1, stop: 3, output: true })).toEqual([
    [1, 1, ["a = 1", null]],
    [1, 2, ["b(2)", "two"]],
  ]);
  expect(history.query({ hist_access_type: "range", session: 1, start: 3 })).toHaveLength(2);
  expect(history.query({ hist_access_type: "range", session: -1, start: 0 })).toEqual([]);
});

test("search takes globs; unique keeps the last of equals", () => {
  expect(history.query({ hist_access_type: "search", pattern: "a*" })).toHaveLength(2);
  expect(history.query({ hist_access_type: "search", pattern: "a*", unique: true })).toEqual([[1, 3, "a = 1"]]);
  expect(history.query({ hist_access_type: "search", pattern: "b(?)" })).toEqual([[1, 2, "b(2)"]]); // ( is no group
  expect(history.query({ hist_access_type: "search", pattern: "*", n: 1 })).toEqual([[1, 4, "c"]]);
});
