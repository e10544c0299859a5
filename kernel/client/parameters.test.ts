import { describe, expect, test } from "vitest";
import type { Notebook } from "./notebook.ts";
import { injectParameters, parseParameter } from "./parameters.ts";

const notebook = (source: string, tags = ["parameters"]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { cell_type: "markdown", id: "m", metadata: {}, source: "# Title" },
    { cell_type: "code", id: "p", metadata: { tags }, source, execution_count: null, outputs: [] },
    { cell_type: "code", id: "u", metadata: {}, source: "use(steps)", execution_count: null, outputs: [] },
  ],
});

describe("parameters", () => {
  test.each([
    ["steps=20", ["steps", 20]],
    ["rate=1e-4", ["rate", 1e-4]],
    ["fast=true", ["fast", true]],
    ["targets=[1,2]", ["targets", [1, 2]]],
    ["name=Qwen/Qwen2.5-0.5B", ["name", "Qwen/Qwen2.5-0.5B"]],
    ['code="12"', ["code", "12"]],
    ["text=a=b", ["text", "a=b"]],
    ["empty=", ["empty", ""]],
  ])("%s", (text, expected) => {
    expect(parseParameter(text)).toEqual(expected);
  });

  test.each(["steps", "=3", "a b=3", "3a=1"])("%j is refused", (text) => {
    expect(() => parseParameter(text)).toThrow(/name=value/);
  });

  test("a cell right after the tagged one declares them anew", () => {
    const source = "const steps: number = 100, rank = 8;\nlet task = 'x';";
    const { cells } = injectParameters(notebook(source), { task: 'a"b', steps: 5, rank: 2 }, "typescript");
    expect(cells.map(({ id }) => id)).toEqual(["m", "p", expect.any(String), "u"]);
    expect(cells[2].source).toBe('// Parameters\nlet task = "a\\"b";\nlet steps = 5;\nlet rank = 2;');
    expect(cells[2].metadata.tags).toEqual(["injected-parameters"]);
  });

  test("the cell of an earlier run is replaced", () => {
    const once = injectParameters(notebook("let steps = 1;"), { steps: 2 }, "typescript");
    const twice = injectParameters(once, { steps: 3 }, "typescript");
    expect(twice.cells).toHaveLength(4);
    expect(twice.cells[2].source).toContain("steps = 3");
  });

  test("Python literals", () => {
    const { cells } = injectParameters(notebook("a = 1\nb: int = 2"), { a: [null, true], b: { c: "d" } }, "python");
    expect(cells[2].source).toBe('# Parameters\na = [None, True]\nb = {"c": "d"}');
  });

  test("what cannot be set is an error that says what can", () => {
    expect(() => injectParameters(notebook("let steps = 1;"), { step: 2 }, "typescript")).toThrow(
      'no parameter "step". Parameters: steps.',
    );
    expect(() => injectParameters(notebook("let steps = 1;", []), { steps: 2 }, "typescript")).toThrow(
      /takes no parameters/,
    );
    expect(() => injectParameters(notebook("let steps = 1;"), { steps: 2 }, "R")).toThrow(/speaks R/);
    expect(injectParameters(notebook("", []), {}, "R").cells).toHaveLength(3);
  });
});
