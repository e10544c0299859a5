import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { root } from "../testing/build.ts";
import { complete, inspectAt } from "./completion.ts";
import { Notebook } from "./notebook.ts";

let folder: string;
let notebook: Notebook;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "notebook-test-"));
  writeFileSync(join(folder, "own.ts"), "export interface Patient { age: number }\nexport const limit: number = 3;");
  notebook = new Notebook({ folder, installation: root });
}, 60_000);
beforeEach(() => notebook.forget());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Codes of a cell's problems. */
const codes = (cell: string): number[] => notebook.check(cell).map((problem) => problem.code);

test("a problem has code, message and position", () => {
  expect(notebook.check("let fine = 1;\n  const n: number = 'x';")).toEqual([
    { code: 2322, message: "Type 'string' is not assignable to type 'number'.", line: 1, column: 8 },
  ]);
});

test("types reach across cells: values, interfaces, aliases, classes, enums, generics", () => {
  expect(
    codes(
      "const a = { x: 1 }; interface P { y: number } type T = 'l' | 'r'; class C<V> { #p = 1; v!: V } enum E { A }",
    ),
  ).toEqual([]);
  expect(codes("const p: P = { y: a.x }; const t: T = 'l'; const c = new C<string>(); c.v.length; E.A")).toEqual([]);
  expect(codes("a.nope; const q: P = {}; const u: T = 'x'; c.v.nope; E.B")).toEqual([2339, 2741, 2322, 2339, 2339]);
});

test("names are declared again with another type", () => {
  expect(codes("const x = 1")).toEqual([]);
  expect(codes("let x = 'text'; x.length")).toEqual([]);
  expect(codes("x.toFixed()")).toEqual([2551]);
});

test("let may be assigned from later cells, within its type; const may not", () => {
  expect(codes("let l = 1; const k = 2; function f() {}")).toEqual([]);
  expect(codes("l = 5; l++")).toEqual([]);
  expect(notebook.check("l = 'x'; k = 3").map(({ code, message }) => `${code} ${message}`)).toEqual([
    "2322 Type 'string' is not assignable to type 'number'.",
    "2588 Cannot assign to 'k' because it is a constant.",
  ]);
});

test("imports of one cell serve the next; own files and packages have types", () => {
  expect(
    codes(
      "import { readFileSync } from 'node:fs'; import { limit, type Patient } from './own'; import * as tslab from 'tslab'",
    ),
  ).toEqual([]);
  expect(
    codes("const b: Buffer = readFileSync('x'); const p: Patient = { age: limit }; tslab.display.html('')"),
  ).toEqual([]);
  expect(codes("readFileSync(1 > 2); limit.length; tslab.display.htl('')")).toEqual([2769, 2339, 2551]);
  expect(codes("import x from 'not-there'")).toEqual([2307]);
});

test("an own file that changes has its new types", async () => {
  expect(codes("import { limit } from './own'; limit.toFixed()")).toEqual([]);
  writeFileSync(join(folder, "own.ts"), "export const limit: string = 'three';");
  expect(codes("import { limit } from './own'; limit.toUpperCase()")).toEqual([]);
});

test("what the kernel runs is accepted: await, JSX, display, input, require, import.meta, implicit any", () => {
  expect(codes("await 1; for await (const x of [1]) display(x); const e = <b class='x'>{1}</b>")).toEqual([]);
  expect(codes("const s: string = await input('?'); prompt(); display.clear({ wait: true })")).toEqual([]);
  expect(
    codes(
      "require('fs'); __dirname; import.meta.url; function g(a, b) { return a + b }; using u = { [Symbol.dispose]() {} }",
    ),
  ).toEqual([]);
});

test("import by require, as CommonJS notebooks write it", () => {
  expect(codes("import fs = require('fs'); fs.readFileSync.length")).toEqual([]);
});

test("declare global in a cell holds from there on", () => {
  expect(codes("declare global { interface Array<T> { last(): T } }; [1].last().toFixed()")).toEqual([]);
  expect(codes("['x'].last().length")).toEqual([]);
});

test("200 cells leave the program as it is: the cost of one does not grow", () => {
  const program = () => notebook.program.query((service) => service.getProgram());
  const before = program();
  for (let i = 0; i < 200; i++) {
    expect(codes(`const v${i} = ${i ? `v${i - 1} + 1` : "0"}; console.log(v${i})`)).toEqual([]);
  }
  expect(program()).toBe(before);
  expect(codes("v199.nope")).toEqual([2339]);
});

test("completions: members, names of other cells, keys in strings", () => {
  codes("const patient = { name: 'x', age: 3 }; function assess(n: number) { return n }");
  expect(complete(notebook, "patient.a", 9)).toEqual({ matches: ["age"], kinds: ["property"], start: 8, end: 9 });
  expect(complete(notebook, "1 + pati + 2", 8).matches).toEqual(["patient"]);
  expect(complete(notebook, "ass", 3).matches).toContain("assess");
  expect(complete(notebook, "patient['", 9).matches).toEqual(["age", "name"]);
  expect(complete(notebook, "import {} from './ow", 20).matches).toEqual(["own"]);
});

test("inspection: the declaration and its documentation as Markdown", () => {
  codes("/** Scores it.\n * @param n how many\n * @returns points */\nfunction score(n: number): number { return n }");
  const expected = {
    signature: expect.stringContaining("function score(n: number): number"),
    documentation: "Scores it.\n\n- `n` how many\n\n*returns* points",
  };
  expect(inspectAt(notebook, "score", 2)).toEqual(expected);
  expect(inspectAt(notebook, "score(", 6)?.signature).toBe("score(n: number): number");
  expect(inspectAt(notebook, "   ", 1)).toBeUndefined();
});
