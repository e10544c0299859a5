/** Cell magics: what they are given, what of a cell may leave the session, and the cell run in a session of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CellOutput } from "../job/outputs.ts";
import type { CellContext, CellOutcome } from "../job/run-cell.ts";
import { compileKernel, root } from "../testing/build.ts";
import { KernelUnderTest, plain } from "../testing/harness.ts";

let kernel: KernelUnderTest;
beforeAll(async () => {
  kernel = await KernelUnderTest.start({ files: { "own.ts": "export const double = (n: number): number => 2 * n;" } });
  await kernel.execute(
    "globalThis[Symbol.for('Jupyter.cellMagics')]" +
      ".set('echo', async (cell) => ({ value: { line: cell.line, x: cell.variable('x'), none: cell.variable('none') } }))" +
      ".set('carry', async (cell) => ({ value: JSON.stringify(await cell.carry()) }))" +
      ".set('late', async (cell) => { setTimeout(() => console.log('later'), 20); return {} })",
  );
}, 60_000);
afterAll(() => kernel.stop());

const traceback = (reply: Record<string, unknown>): string => plain((reply.traceback as string[]).join("\n"))!;

describe("a cell magic", () => {
  test("gets its line and the notebook's variables; its value is the cell's", async () => {
    await kernel.execute("const x = [1]");
    expect((await kernel.execute('%%echo a=1 b="c d"\nfoo')).result).toBe(
      `{ line: 'a=1 b="c d"', x: [ 1 ], none: undefined }`,
    );
  });

  test("output that comes after the cell's end goes to the cell", async () => {
    const late = kernel.until((_, message) => message.content.text === "later\n");
    const { messages } = await kernel.execute("%%late");
    await kernel.execute("await new Promise((r) => setTimeout(r, 60))");
    expect((await late).parentHeader.msg_id).toBe(messages[0].parentHeader.msg_id);
  });

  test("that nobody knows is refused, also where its code is no TypeScript", async () => {
    const { reply } = await kernel.execute("%%bash -e\nls -l $HOME");
    expect(reply.ename).toBe("MagicError");
    expect(reply.evalue).toMatch(/^there is no %%bash\. Known: .*%%carry/);
    expect(traceback(reply)).toContain("  1 | %%bash -e");
  });

  test("its code is checked, and later cells do not see what it declares", async () => {
    const checked = await KernelUnderTest.start({ env: { MEDGYM_CHECK: "error" } });
    await checked.execute("globalThis[Symbol.for('Jupyter.cellMagics')].set('echo', async () => ({}))");
    const { reply } = await checked.execute("%%echo\nconst n: number = 'x'");
    expect(traceback(reply)).toMatch(/Cell \[2\]:2:7 error TS2322/);
    expect((await checked.execute("%%echo\nconst m = 1; m.toFixed()")).reply.status).toBe("ok");
    expect((await checked.execute("m")).reply.ename).toBe("TS2304");
    await checked.stop();
  });
});

describe("what leaves the session", () => {
  const carried = async (code: string) => {
    const { result, reply } = await kernel.execute(`%%carry\n${code}`);
    return result ? JSON.parse(result.slice(1, -1).replaceAll("\\'", "'")).cell : reply;
  };

  test("imports and JSON of earlier cells, as far as the cell uses them", async () => {
    await kernel.execute(
      "import { double } from './own.ts'; import * as path from 'node:path'; import fs from 'node:fs'; import 'node:os'",
    );
    await kernel.execute(
      "const rows = [{ a: 1, b: [null, 'x'] }]; let open; const unused = 1; const double2 = () => 1",
    );
    const { imports, values, code } = await carried("const own = double(rows.length); path.join('a', open + own)");
    expect(imports).toEqual([
      { specifier: "node:os", attributes: {}, names: [] },
      { specifier: "./own.ts", attributes: {}, names: [["double", "double"]] },
      { specifier: "node:path", attributes: {}, names: [["*", "path"]] },
    ]);
    expect(values).toEqual([["rows", [{ a: 1, b: [null, "x"] }]], ["open"]]);
    expect(code).toContain("\\nconst own = double(rows.length); path.join('a', open + own)");
  });

  test("a name that the cell declares or imports itself is its own", async () => {
    const { imports, values } = await carried("const rows = 1; import * as path from 'node:path'; path.sep + rows");
    expect(imports).toEqual([{ specifier: "node:os", attributes: {}, names: [] }]);
    expect(values).toEqual([]);
  });

  test.each([
    ["function f() {}", "f()", "f is a function"],
    ["class Model {}; const m = new Model()", "m", "m is a Model"],
    ["const deep = { list: [1, { when: new Date() }] }", "deep", "deep.list[1].when is a Date"],
    ["const ratio = 0 / 0", "ratio", "ratio is NaN, which JSON does not know"],
    ["const ring: any = {}; ring.self = ring", "ring", "ring.self contains itself"],
    ["const big = { n: 1n }", "big", "big.n is a bigint"],
  ])("%s stays", async (declaration, code, complaint) => {
    await kernel.execute(declaration);
    const reply = await carried(`1;\n  ${code}`);
    expect(reply.ename).toBe("NotPortable");
    expect(reply.evalue).toMatch(
      new RegExp(`^${complaint.replace(/[[\].]/g, "\\$&")}\\. The cell runs in a process of its own`),
    );
    expect(traceback(reply)).toMatch(/Cell \[\d+\]:3:3\n {2}3 \| {3}/);
  });
});

describe("a cell in a session of its own", () => {
  let folder: string;
  let runCell: (cell: unknown, context: CellContext) => Promise<CellOutcome>;
  const before = process.cwd();
  beforeAll(async () => {
    compileKernel();
    ({ runCell } = await import(join(root, "dist/kernel/job/run-cell.js")));
    folder = mkdtempSync(join(tmpdir(), "run-cell-"));
    writeFileSync(join(folder, "own.ts"), "export const double = (n: number): number => 2 * n;");
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(code: string, brought: object = {}) {
    const { signal } = new AbortController();
    const outputs: CellOutput[] = [];
    const cell = { code, count: 7, imports: [], values: [], ...brought };
    const outcome = await runCell(cell, { emit: (output) => outputs.push(output), signal });
    return { outcome, outputs };
  }

  test("brings what it came with, shows, prints, and its last expression is the outcome", async () => {
    const imports = [{ specifier: "./own.ts", attributes: {}, names: [["double", "twice"]] }];
    const values = [["rows", [1, 2]], ["open"], ["tricky", JSON.parse('{"__proto__": {"a": 1}}')]];
    const { outcome, outputs } = await run(
      "console.log('a'); console.log('b'); display('shown'); open = Object.keys(tricky);\nPromise.resolve({ sum: rows.map(twice), open })",
      { imports, values },
    );
    expect(outcome).toEqual({ status: "succeeded", value: { sum: [2, 4], open: ["__proto__"] } });
    expect(outputs.map(({ type }) => type)).toEqual(["stream", "display", "result"]);
    expect(outputs[0]).toMatchObject({ name: "stdout", text: "a\nb\n" });
  });

  test("a thenable at its end is waited for; a display drawn often is kept as its last", async () => {
    const { outcome, outputs } = await run(
      "const shown = globalThis[Symbol.for('Jupyter.display')]({ 'text/plain': '0' });\n" +
        "for (let i = 1; i <= 100; i++) shown.update({ 'text/plain': String(i) });\n" +
        "({ then: (resolve) => setTimeout(resolve, 30, 'waited') })",
    );
    expect(outcome).toEqual({ status: "succeeded", value: "waited" });
    const updates = outputs.filter(({ type }) => type === "update");
    expect(updates.length).toBeLessThan(5);
    expect(updates.at(-1)).toMatchObject({ data: { "text/plain": "100" } });
  });

  test("errors are placed in the cell, with their code", async () => {
    const { outcome } = await run("const a = 1;\nthrow Object.assign(new RangeError('too far'), { code: 'far' })");
    if (outcome.status !== "failed") throw new Error(outcome.status);
    expect(outcome.error).toMatchObject({ name: "RangeError", message: "too far", code: "far" });
    expect(plain(outcome.error.traceback.join("\n"))).toContain("Cell [7]:2:");
  });

  test("what it came with and cannot be had is its failure", async () => {
    const imports = [{ specifier: "./gone.ts", attributes: {}, names: [["a", "a"]] }];
    expect((await run("a", { imports })).outcome).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining('Cannot find "./gone.ts"') },
    });
  });

  test("a session that dies is a failure; a full heap is told apart", async () => {
    const ended = await run("process.exit(3)");
    expect(ended.outcome).toMatchObject({ error: { message: "the session that ran the cell ended (code 3)" } });
    process.env.NODE_OPTIONS = "--max-old-space-size=50";
    const full = await run("const all = []; for (;;) all.push(Array(1e5).fill(0.5).map(Math.sqrt));");
    delete process.env.NODE_OPTIONS;
    expect(full.outcome).toMatchObject({ error: { name: "OutOfMemory", code: "out-of-memory" } });
  });

  test("cancelled: what listens ends by itself, a wait is cut, a loop is broken", async () => {
    const cancelled = async (code: string) => {
      const controller = new AbortController();
      const cell = { code: `console.log('begun'); ${code}`, count: 1, imports: [], values: [] };
      return runCell(cell, { emit: () => controller.abort(), signal: controller.signal });
    };
    const listening = cancelled(
      "const shown = globalThis[Symbol.for('Jupyter.display')]({}); " +
        "await new Promise((resolve) => shown.signal.addEventListener('abort', () => setTimeout(resolve, 50)));\n'ended'",
    );
    const waiting = cancelled("await new Promise(() => {})");
    const looping = cancelled("for (;;);");
    expect(await listening).toEqual({ status: "succeeded", value: "ended" });
    for (const outcome of [await waiting, await looping])
      expect(outcome).toMatchObject({ status: "failed", error: { name: "Interrupted" } });
  });
});
