import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelUnderTest, plain } from "../testing/harness.ts";

let kernel: KernelUnderTest;
beforeAll(async () => {
  kernel = await KernelUnderTest.start({
    files: {
      "helper.ts": [
        'import { base } from "./base.js";',
        "export interface Options { size: number }",
        "export const size = (options: Options): number => options.size + base;",
        "export let count = 0;",
        "export function increment(): void { count++; }",
        "export function fail(what: string): never {",
        "  throw new RangeError(what);",
        "}",
      ].join("\n"),
      "base.ts": "export const base: number = 1;",
      "broken.ts": "export const a = 1;\nexport const b = ;\n",
      "data.json": '{ "answer": 42 }',
    },
  });
}, 60_000);
afterAll(() => kernel.stop());

const traceback = (reply: Record<string, unknown>): string => plain((reply.traceback as string[]).join("\n"))!;

describe("a REPL's semantics", () => {
  test("const stays constant until it is declared again", async () => {
    await kernel.execute("const k = 1");
    expect((await kernel.execute("k = 2")).reply.ename).toBe("TypeError");
    expect((await kernel.execute("let k = 3; k = 4; k")).result).toBe("4");
  });

  test("a redefined function is seen by earlier ones", async () => {
    await kernel.execute("function fa() { return fb() }");
    await kernel.execute("function fb() { return 'old' }");
    await kernel.execute("function fb() { return 'new' }");
    expect((await kernel.execute("fa()")).result).toBe("'new'");
  });

  test("top-level await; a last expression's promise is awaited, another thenable is not", async () => {
    expect((await kernel.execute("const w = await new Promise(r => setTimeout(r, 5, 7)); w")).result).toBe("7");
    expect((await kernel.execute("Promise.resolve(8)")).result).toBe("8");
    expect((await kernel.execute("Promise.reject(new Error('no'))")).reply.evalue).toBe("no");
    expect((await kernel.execute("await 1; ({ then() {}, kept: 1 })")).result).toContain("kept: 1");
  });

  test("modern syntax: for await, standard decorators, using, JSX, enums, import.meta, __dirname, require", async () => {
    const results = [
      ["let sum = 0; for await (const n of [1, Promise.resolve(2)]) sum += n; sum", "3"],
      [
        "const seen: string[] = []; { using r = { [Symbol.dispose]() { seen.push('gone') } }; seen.push('in') } seen",
        "[ 'in', 'gone' ]",
      ],
      ["using s = { [Symbol.dispose]() { seen.push('end') } }; const top = seen.length; top", "2"],
      ["[seen.length, top]", "[ 3, 2 ]"],
      ["enum Level { Low = 1, High } Level.High", "2"],
      ["[__dirname, __filename, import.meta.dirname].map(p => p.startsWith(process.cwd()))", "[ true, true, true ]"],
      ["require('node:path').basename('/a/b')", "'b'"],
      [
        "function named(m: Function, c: ClassMethodDecoratorContext) { return () => String(c.name) }\n" +
          "class Decorated { @named method() { return '' } }\nnew Decorated().method()",
        "'method'",
      ],
    ];
    for (const [code, result] of results) expect((await kernel.execute(code)).result, code).toBe(result);
    const { messages } = await kernel.execute("<ul className='x'>{[1, 2].map((n) => <li>{n}{'<'}</li>)}</ul>");
    const shown = messages.find((m) => m.header.msg_type === "execute_result")!.content.data as Record<string, string>;
    expect(shown["text/html"]).toBe('<ul class="x"><li>1&#60;</li><li>2&#60;</li></ul>');
  });

  test("silent cells show no result and count nothing", async () => {
    const before = (await kernel.execute("0")).reply.execution_count as number;
    const { messages } = await kernel.execute("1 + 1", { silent: true, store_history: false });
    expect(messages.map((m) => m.header.msg_type)).toEqual(["status", "status"]);
    expect((await kernel.execute("0")).reply.execution_count).toBe(before + 1);
  });

  test("user expressions", async () => {
    const { reply } = await kernel.execute("const u = 5", { user_expressions: { good: "u + 1", bad: "nope" } });
    const results = reply.user_expressions as Record<string, Record<string, unknown>>;
    expect(results.good).toMatchObject({ status: "ok", data: { "text/plain": "6" } });
    expect(results.bad).toMatchObject({ status: "error", ename: "ReferenceError" });
  });
});

describe("imports", () => {
  test("own TypeScript files, with live bindings", async () => {
    const { result } = await kernel.execute(
      "import { size, count, increment } from './helper'; increment(); [size({ size: 2 }), count]",
    );
    expect(result).toBe("[ 3, 1 ]");
    expect((await kernel.execute("increment(); count")).result).toBe("2");
  });

  test("a changed file is loaded anew, also when a file that it imports has changed", async () => {
    writeFileSync(join(kernel.folder, "base.ts"), "export const base: number = 100; // changed");
    expect((await kernel.execute("import { size } from './helper'; size({ size: 2 })")).result).toBe("102");
  });

  test("JSON, packages of Node, dynamic import", async () => {
    expect((await kernel.execute("import data from './data.json'; data.answer")).result).toBe("42");
    expect((await kernel.execute("import { basename } from 'node:path'; basename('/x/y')")).result).toBe("'y'");
    expect((await kernel.execute("(await import('./base.ts')).base")).result).toBe("100");
  });

  test("what is missing is named", async () => {
    const { reply } = await kernel.execute("import x from 'not-a-package'");
    expect(reply.evalue).toContain('Cannot find package "not-a-package"');
    expect((await kernel.execute("import './nowhere'")).reply.evalue).toContain('"./nowhere"');
  });

  test("tslab's display API", async () => {
    const code =
      "import * as tslab from 'tslab';\ntslab.display.html('<b>1</b>');\ntslab.display.png(new Uint8Array([1, 2]));\nconst d = tslab.newDisplay(); d.text('a'); d.text('b');";
    const { messages } = await kernel.execute(code);
    const shown = messages.filter((m) => m.header.msg_type.includes("display_data"));
    expect(shown.map((m) => [m.header.msg_type, m.content.data])).toEqual([
      ["display_data", { "text/html": "<b>1</b>" }],
      ["display_data", { "image/png": "AQI=" }],
      ["display_data", { "text/plain": "a" }],
      ["update_display_data", { "text/plain": "b" }],
    ]);
    const ids = shown.slice(2).map((m) => (m.content.transient as { display_id: string }).display_id);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe("errors", () => {
  test("positions are the cell's, with the line and a caret; none of the kernel's frames", async () => {
    const { reply } = await kernel.execute("function deep(o: any) {\n  return o.a.b;\n}\n\ndeep({})");
    const n = reply.execution_count;
    expect(traceback(reply)).toBe(
      [
        `Cell [${n}]:2:14`,
        "  2 |   return o.a.b;",
        "    |              ^",
        "TypeError: Cannot read properties of undefined (reading 'b')",
        `    at deep (Cell [${n}]:2:14)`,
        `    at Cell [${n}]:5:1`,
      ].join("\n"),
    );
  });

  test("in own files too, and across an await", async () => {
    const { reply } = await kernel.execute("import { fail } from './helper';\nawait 1;\nfail('bad')");
    expect(traceback(reply)).toContain(
      "helper.ts:7:9\n  7 |   throw new RangeError(what);\n    |         ^\nRangeError: bad",
    );
    expect(traceback(reply)).toMatch(/at fail \(helper\.ts:7:9\)\n +at Cell \[\d+\]:3:1$/);
  });

  test("syntax errors, in the cell and in a file", async () => {
    expect(traceback((await kernel.execute("let a = 1;\nlet b = ;")).reply)).toContain(
      "2 | let b = ;\n    |         ^",
    );
    expect(traceback((await kernel.execute("import './broken'")).reply)).toContain("broken.ts:2:18");
  });

  test("causes and further properties are shown; thrown non-errors survive", async () => {
    const { reply } = await kernel.execute(
      "throw Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E1' })",
    );
    expect(traceback(reply)).toMatch(/code: 'E1'[\s\S]*caused by:[\s\S]*inner/);
    expect((await kernel.execute("throw 7")).reply.evalue).toBe("7");
    expect((await kernel.execute("throw null")).reply.status).toBe("error");
  });

  test("unhandled rejections and throwing timers are shown in their cell and survived", async () => {
    const code =
      "setTimeout(() => { throw new Error('late') }, 1); Promise.reject(new Error('forgotten'));\nawait new Promise(r => setTimeout(r, 30))";
    const { stderr, reply } = await kernel.execute(code);
    expect(reply.status).toBe("ok");
    expect(stderr).toContain("late");
    expect(stderr).toContain("forgotten");
    expect((await kernel.execute("1")).result).toBe("1");
  });
});

describe("outputs", () => {
  test("a timer prints into the cell that started it", async () => {
    const start = await kernel.execute(
      "setTimeout(() => console.log('from the first'), 60); (async () => { await 1; })()",
    );
    const id = start.messages[0].parentHeader.msg_id;
    const first = kernel.until((channel, m) => channel === "iopub" && m.content.text === "from the first\n");
    const second = await kernel.execute("await new Promise(r => setTimeout(r, 120)); console.log('second')");
    const late = (await first) as { parentHeader: { msg_id: string } };
    expect(late.parentHeader.msg_id).toBe(id);
    expect(second.stdout).toBe("second\n");
  });

  test("objects draw themselves; display shows at once; clear_output", async () => {
    const draw = "const drawn = { [Symbol.for('Jupyter.display')]: async () => ({ 'text/html': '<i>x</i>' }) };";
    const { messages } = await kernel.execute(
      `${draw} display(1, drawn); display.clear({ wait: true }); await 0; drawn`,
    );
    expect(messages.slice(2, -1).map((m) => [m.header.msg_type, m.content.data ?? m.content.wait])).toEqual([
      ["display_data", { "text/plain": "1" }],
      ["clear_output", true],
      ["display_data", { "text/html": "<i>x</i>" }],
      ["execute_result", { "text/html": "<i>x</i>" }],
    ]);
  });

  test("what child processes write to the real stdout comes before idle", async () => {
    const code =
      "import { execFileSync } from 'node:child_process'; execFileSync(process.execPath, ['-e', 'console.log(\"child\")'], { stdio: 'inherit' }); 1";
    expect((await kernel.execute(code)).stdout).toBe("child\n");
  });

  test("the symbol that libraries meet the kernel at", async () => {
    const code =
      "const handle = globalThis[Symbol.for('Jupyter.display')]({ 'text/plain': 'one' }); handle.update({ 'text/plain': 'two' }); handle.signal.aborted";
    const { messages, result } = await kernel.execute(code);
    expect(result).toBe("false");
    expect(messages.map((m) => m.header.msg_type)).toContain("update_display_data");
  });
});

describe("interrupt", () => {
  const interrupted = async (code: string, how: () => unknown = () => kernel.interrupt()) => {
    const running = kernel.execute(code);
    setTimeout(how, 150);
    const { reply } = await running;
    expect(reply.ename, code).toBe("Interrupted");
  };

  test.each([
    ["a loop", "while (true) state++"],
    ["a loop that swallows errors", "for (;;) { try { for (;;) state++ } catch {} }"],
    ["a loop after an await", "await 1; await null; while (true) state++"],
    ["a loop in a timer", "await new Promise(() => setTimeout(() => { while (true) state++ }, 1))"],
    ["a loop that prints", "for (;;) console.log('x'.repeat(100))"],
    ["a pending await", "await new Promise(() => {})"],
    ["an async chain", "async function spin() { for (;;) await new Promise(r => setImmediate(r)) } await spin()"],
    [
      "microtasks without end, nearly all of it inside Node",
      "const wait = async (): Promise<void> => { for (;;) await null }; await wait()",
    ],
    ["ticks without end", "const next = () => process.nextTick(next); next(); await new Promise(() => {})"],
    ["microtasks without end", "const tick = (): Promise<void> => Promise.resolve().then(tick); await tick()"],
  ])("%s, and the state is kept", async (_, code) => {
    await kernel.execute("let state = 1");
    await interrupted(code);
    expect((await kernel.execute("state > 0 && typeof kernelUnderTest")).result).toBe("'undefined'");
    expect(
      (await kernel.execute("await new Promise(r => setTimeout(r, 5)); console.log('alive'); state > 0")).stdout,
    ).toBe("alive\n");
  });

  test.each([
    "for (;;) { turns++; await new Promise(setImmediate) }",
    "for (;;) { try { turns++; await new Promise((r) => setTimeout(r, 5)) } catch {} finally { turns++ } }",
    "for await (const _ of (await import('node:timers/promises')).setInterval(5)) { turns++ }",
  ])("a chain over the event loop does not go on: %s", async (code) => {
    await interrupted(`var turns = 0; ${code}`);
    const { result } = await kernel.execute("[turns > 0, turns, (await new Promise((r) => setTimeout(r, 40)), turns)]");
    const [, before, after] = /true, (\d+), (\d+)/.exec(result!)!;
    expect(Number(after) - Number(before)).toBeLessThanOrEqual(1);
  });

  test("at once: before the cell has reached its session", async () => {
    for (let i = 0; i < 20; i++) {
      const running = kernel.execute("while (true) {}");
      await kernel.until((channel, m) => channel === "iopub" && m.header.msg_type === "execute_input");
      await kernel.interrupt();
      expect((await running).reply.ename).toBe("Interrupted");
    }
  });

  test("SIGINT to the front does the same", async () => {
    await interrupted("while (true) {}", () => kernel.child.kill("SIGINT"));
    expect((await kernel.execute("typeof state")).result).toBe("'number'");
  });

  test("what the cell shows learns of it", async () => {
    const code =
      "const h = globalThis[Symbol.for('Jupyter.display')]({ 'text/plain': 'x' }); let told = 0; h.signal.addEventListener('abort', () => { told++ }); await new Promise(() => {})";
    await interrupted(code);
    expect((await kernel.execute("told")).result).toBe("1");
  });

  test("the event loop is idle afterwards", async () => {
    await interrupted("while (true) {}");
    const code =
      "const before = process.cpuUsage(); await new Promise(r => setTimeout(r, 300)); process.cpuUsage(before).user < 150_000";
    expect((await kernel.execute(code)).result).toBe("true");
  });
});

test("input, in both kinds; refused where nobody answers", async () => {
  kernel.answer = (question) => `answer to ${question}`;
  expect((await kernel.execute("await input('name?')", { allow_stdin: true })).result).toBe("'answer to name?'");
  expect((await kernel.execute("prompt('age?')", { allow_stdin: true })).result).toBe("'answer to age?'");
  expect((await kernel.execute("await input('x')")).reply.evalue).toContain("allow_stdin");
  kernel.answer = undefined;
  const asking = kernel.execute("prompt('nobody')", { allow_stdin: true });
  setTimeout(() => kernel.interrupt(), 100);
  expect((await asking).reply.ename).toBe("Interrupted");
});

test("comms: both sides open, send with buffers, close", async () => {
  await kernel.execute(`
    const comms = globalThis[Symbol.for("Jupyter.comms")];
    comms.register("echo", (comm: any, opened: any) => {
      comm.send({ hello: opened.data.who });
      comm.onMessage = ({ data, buffers }: any) => comm.send({ back: data, bytes: buffers[0].length }, { buffers });
    });`);
  const next = (type: string) => kernel.until((channel, m) => channel === "iopub" && m.header.msg_type === type);
  const hello = next("comm_msg");
  kernel.send("comm_open", { comm_id: "c1", target_name: "echo", data: { who: "front" } });
  expect((await hello).content).toEqual({ comm_id: "c1", data: { hello: "front" } });
  expect((await kernel.request("comm_info_request", { target_name: "echo" })).comms).toEqual({
    c1: { target_name: "echo" },
  });
  const echo = next("comm_msg");
  kernel.send("comm_msg", { comm_id: "c1", data: { n: 1 } }, "shell", [Buffer.from([0, 255, 3])]);
  const { content, buffers } = await echo;
  expect([content.data, buffers[0]]).toEqual([{ back: { n: 1 }, bytes: 3 }, Buffer.from([0, 255, 3])]);
  const closed = next("comm_close");
  kernel.send("comm_open", { comm_id: "c2", target_name: "unknown", data: {} });
  expect((await closed).content.comm_id).toBe("c2");
});

test("a session that ends is replaced, and the user told", async () => {
  await kernel.execute("const gone = 1; console.log('before')");
  const { reply, stdout } = await kernel.execute("console.log('last words'); process.exit(3)");
  expect(stdout).toBe("last words\n");
  expect(reply.evalue).toBe(
    "the session called process.exit(3). A new session has started; the variables of the old one are gone.",
  );
  expect((await kernel.execute("typeof gone")).result).toBe("'undefined'");
  const crash = await kernel.execute("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})");
  expect(crash.reply.evalue).toContain("was killed by SIGSEGV");
  expect((await kernel.execute("1 + 1")).result).toBe("2");
});

test("when the front is killed, no session stays behind, spinning or not", async () => {
  const doomed = await KernelUnderTest.start();
  const pid = Number((await doomed.execute("process.pid")).result);
  doomed.execute("while (true) {}").catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  doomed.child.kill("SIGKILL");
  const isAlive = () => {
    try {
      return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
    } catch {
      return false;
    }
  };
  for (let i = 0; i < 50 && isAlive(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isAlive()).toBe(false);
  await doomed.stop();
});
