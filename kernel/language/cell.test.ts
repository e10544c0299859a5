import vm from "node:vm";
import { beforeEach, expect, test } from "vitest";
import { compileCell, type ImportRequest, NotebookNames } from "./cell.ts";
import { lower, SyntaxProblem } from "./lower.ts";

/** A global object of its own, with what a session provides. */
let context: vm.Context;
let names: NotebookNames;
/** Whether the cell has been interrupted. */
let isOver = false;
const modules: Record<string, Record<string, unknown>> = {};

beforeEach(() => {
  context = vm.createContext({ console, performance, process });
  names = new NotebookNames(["performance", "process"], ["require", "import.meta"]);
  let awaited: unknown;
  isOver = false;
  context.__cell = {
    over: (value?: unknown) => {
      awaited = value;
      return isOver;
    },
    last: () => awaited,
    never: new Promise(() => {}),
    constant: () => {}, // a vm context ignores `writable`: tested in a real session
    import: async (request: ImportRequest) => {
      context[request.namespace] = modules[request.specifier];
      names.import(request);
    },
  };
});

/** Runs a cell as the session does; the value of its last expression. */
function run(source: string): unknown {
  const cell = compileCell(names, lower(source));
  names.declare(cell.declared);
  for (const name of cell.globals) {
    const value = cell.fresh.includes(name) ? undefined : context[name];
    Object.defineProperty(context, name, { value, writable: true, configurable: true });
  }
  const result = vm.runInContext(cell.code, context);
  if (cell.isAsync) return (result as Promise<{ value: unknown } | undefined>).then((outcome) => outcome?.value);
  return cell.hasValue ? result : undefined;
}

test("the last expression is the value; a declaration has none", () => {
  expect(run("const x: number = 5; x * 2")).toBe(10);
  expect(run("x + 1; function later() {}")).toBe(6);
  expect(run("'text'")).toBe("text");
  expect(run("let y = 3")).toBeUndefined();
  expect(run("if (x) { y }")).toBeUndefined();
  expect(run("({ a: x })")).toEqual({ a: 5 });
  expect(run("export default (x, 1)")).toBeUndefined();
});

test("names can be declared again, in any kind", () => {
  for (const [kind, value] of [
    ["let", 1],
    ["const", 2],
    ["var", 3],
    ["const", 4],
    ["let", 5],
  ] as const) {
    expect(run(`${kind} v = ${value}; v`)).toBe(value);
  }
  expect(run("function v() { return 6 } v()")).toBe(6);
  expect(run("class v { static x = 7 } v.x")).toBe(7);
});

test("closures see later definitions", () => {
  run("function fa() { return fb() }");
  run("function fb() { return 1 }");
  expect(run("fa()")).toBe(1);
  run("const fb = () => 2");
  expect(run("fa()")).toBe(2);
  run("function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1) }; const keep = fact");
  run("function fact() { return 100 }");
  expect(run("keep(2)")).toBe(200); // the body's own name is the notebook's
});

test("assignments to names that nobody declared fail: cells are strict, as modules are", () => {
  expect(() => run("nobody = 1")).toThrow(/nobody is not defined/);
});

test("patterns, loops, nested var, functions named as in the source", () => {
  expect(run("const { a, b: [c = 2, ...d], ...e } = { a: 1, b: [undefined, 3], f: 4 }; [a, c, d, e]")).toEqual([
    1,
    2,
    [3],
    { f: 4 },
  ]);
  expect(run("for (var i = 0, n = 3; i < n; i++) var last = i; [i, last]")).toEqual([3, 2]);
  expect(run("for (var key of ['p', 'q']) {} key")).toBe("q");
  expect(run("let s = 0; for (let j = 0; j < 3; j++) s += j; [s, typeof j]")).toEqual([3, "undefined"]);
  expect(run("const arrow = () => 1; function plain() {} class Klass {} [arrow.name, plain.name, Klass.name]")).toEqual(
    ["arrow", "plain", "Klass"],
  );
});

test("top-level await, for await, and a promise's value", async () => {
  expect(await run("const w = await Promise.resolve(3); w + 1")).toBe(4);
  expect(await run("let t = 0; for await (const q of [1, Promise.resolve(2)]) t += q; t")).toBe(3);
  expect(run("w")).toBe(3);
  expect(compileCell(names, lower("async () => { await 1 }")).isAsync).toBe(false);
  expect(compileCell(names, lower("class A { x = async () => await 1; static async m() { await 2 } }")).isAsync).toBe(
    false,
  );
});

test("what a cell awaited is its own, however awaits stand in each other; once it is over, it does not go on", async () => {
  expect(await run("await (await 1 + await Promise.resolve(await 2))")).toBe(3);
  expect(await run("const { a, b = await 4 } = await { a: [await 3] };\n[a[await 0], await b]")).toEqual([3, 4]);
  expect(await run("const f = async (n) => await n + 1; await f(await 1)")).toBe(2);
  expect(await run("class C { static [await 'k'] = 5 }; await C.k")).toBe(5);
  const loops = [
    "for (;;) { turns++; await 0 }",
    "for (;;) { try { turns++; await 0 } catch {} finally { await 0 } }",
    "for await (const n of (async function* () { for (;;) yield 1 })()) turns++",
    "for await (const n of (async function* () { for (;;) yield 1 })()) { turns++ }",
  ];
  for (const loop of loops) {
    await run("var turns = 0");
    isOver = false;
    void run(loop);
    await Promise.resolve();
    isOver = true;
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await Promise.resolve(context.turns), loop).toBeLessThan(5);
  }
});

test("imports are live, also in earlier closures and later cells, and lose to a later declaration", async () => {
  const counter = {
    count: 1,
    default: "d",
    "odd-name": 3,
    self() {
      return this;
    },
  };
  modules.counter = counter;
  run("const early = () => typeof count");
  expect(
    await run("import def, { count, count as again, 'odd-name' as odd, self } from 'counter'; [def, count, odd]"),
  ).toEqual(["d", 1, 3]);
  counter.count = 2;
  expect(run("[count, again, { count }.count]")).toEqual([2, 2, 2]);
  expect(run("self()")).not.toBe(counter); // called as a function, not as a method of the namespace
  expect(run("(count => count)(9)")).toBe(9);
  expect(await run("import * as all from 'counter'; all.count")).toBe(2);
  expect(run("const count = 10; const f = () => count; f()")).toBe(10);
  expect(run("again")).toBe(2);
});

test("a cell's performance or process is its own; libraries keep theirs", () => {
  expect(
    run("const performance = { now: () => 42 }; const { process } = { process: 7 }; [performance.now(), process]"),
  ).toEqual([42, 7]);
  expect(run("((performance) => performance)(1)")).toBe(1);
  expect(run("({ performance }).performance.now()")).toBe(42);
  expect(context.performance).toBe(performance);
  expect(context.process).toBe(process);
});

test("require and import.meta are the cells' own", () => {
  context.__cell_require = (name: string) => `required ${name}`;
  context.__cell_meta = { url: "file:///here" };
  expect(run("[require('x'), import.meta.url]")).toEqual(["required x", "file:///here"]);
  expect(context.require).toBeUndefined();
});

test("enums and namespaces begin anew in a cell that runs again, and merge within one", () => {
  run("enum E { A, B }");
  expect(Object.keys(run("enum E { C } enum E { D = 1 } E") as object)).toEqual(["0", "1", "C", "D"]);
  run("namespace N { export const x = 1 }");
  expect(run("namespace N { export const y = 2 } N")).toEqual({ y: 2 });
});

test("export is tolerated; types vanish", () => {
  expect(
    run(
      "export const a = 1; export function g() { return a } export { a as b }; interface I { x: number } type T = I; g()",
    ),
  ).toBe(1);
  expect(run("export default class D { static z = 1 }; D.z")).toBe(1);
  expect(compileCell(names, lower("import type { X } from 'nowhere'; 1")).imports).toEqual([]);
});

test("using: names of the block are the notebook's, the resource is disposed at the end", () => {
  const disposed: string[] = [];
  context.open = () => ({ [Symbol.dispose ?? Symbol.for("Symbol.dispose")]: () => disposed.push("yes") });
  context.babelHelpers = { usingCtx: () => ({ u: (r: object) => r, d: () => disposed.push("end") }) };
  expect(run("using r = open(); const inner = 5; inner")).toBe(5);
  expect(disposed).toEqual(["end"]);
  expect(run("inner")).toBe(5);
});

test("positions lead back to the cell through both rewritings", () => {
  const source =
    "import { a } from 'x';\nfunction f(p: number) {\n  return a(p).oops;\n}\nconst first: number = 1, { second } = f(first);";
  const cell = compileCell(names, lower(source));
  const positionOf = (text: string, wanted: string) => {
    const before = text.slice(0, text.indexOf(wanted)).split("\n");
    return { line: before.length - 1, column: before.at(-1)!.length };
  };
  for (const [generated, original] of [
    ["oops", "oops"],
    ["f(first)", "f(first)"],
  ]) {
    expect(cell.locate(positionOf(cell.code, generated)), generated).toEqual(positionOf(source, original));
  }
});

test("syntax errors carry their position", () => {
  try {
    lower("let a = 1;\nlet b = ;");
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxProblem);
    expect((error as SyntaxProblem).at).toEqual({ line: 1, column: 8 });
  }
});
