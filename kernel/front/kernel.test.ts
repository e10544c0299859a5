import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelUnderTest, plain } from "../testing/harness.ts";

let kernel: KernelUnderTest;
beforeAll(async () => {
  kernel = await KernelUnderTest.start();
}, 60_000);
afterAll(() => kernel.stop());

const types = (messages: { header: { msg_type: string }; content: Record<string, unknown> }[]) =>
  messages.map((m) => (m.header.msg_type === "status" ? m.content.execution_state : m.header.msg_type));

describe("messages", () => {
  test("kernel_info tells language and protocol", async () => {
    expect(await kernel.request("kernel_info_request")).toMatchObject({
      status: "ok",
      protocol_version: "5.4",
      implementation: "medgym",
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
    });
  });

  test("a cell's messages come in the protocol's order, each with the request as parent", async () => {
    const { messages, reply } = await kernel.execute("console.log('out'); console.error('err'); 1 + 1");
    expect(types(messages)).toEqual(["busy", "execute_input", "stream", "stream", "execute_result", "idle"]);
    expect(messages[1].content).toMatchObject({ execution_count: reply.execution_count });
    expect(new Set(messages.map((m) => m.parentHeader.msg_id)).size).toBe(1);
  });

  test("errors go to iopub and into the reply", async () => {
    const { messages, reply } = await kernel.execute("throw new RangeError('too far')");
    expect(types(messages)).toEqual(["busy", "execute_input", "error", "idle"]);
    expect(reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    expect(messages[2].content).toMatchObject({ ename: "RangeError", traceback: reply.traceback });
  });

  test("an empty cell is a cell", async () => {
    expect((await kernel.execute("  \n")).reply.status).toBe("ok");
  });

  test("what is forged, broken or cut short is dropped; the kernel lives", async () => {
    const header = JSON.stringify({ msg_id: "x", msg_type: "execute_request", session: "s" });
    const parts = [header, "{}", "{}", JSON.stringify({ code: "globalThis.forged = true" })];
    await kernel.sendRaw(["<IDS|MSG>", "0".repeat(64), ...parts]);
    await kernel.sendRaw(["<IDS|MSG>", "", ...parts]);
    await kernel.sendRaw(["nonsense"]);
    await kernel.sendRaw(["<IDS|MSG>", "0".repeat(64), "{}"]);
    expect((await kernel.execute("typeof globalThis.forged")).result).toBe("'undefined'");
    expect(kernel.log.match(/message dropped/g)).toHaveLength(4);
  });

  test("unknown requests are answered with an error, debug with a refusal", async () => {
    expect(await kernel.request("flight_request")).toMatchObject({ status: "error", ename: "UnknownRequest" });
    const refusal = await kernel.request("debug_request", { seq: 4, command: "attach" }, "control");
    expect(refusal).toMatchObject({ success: false, request_seq: 4, command: "attach" });
  });

  test("is_complete, history, comm_info, complete and inspect answer", async () => {
    expect(await kernel.request("is_complete_request", { code: "f(" })).toEqual({ status: "incomplete", indent: "  " });
    await kernel.execute("'remember me'");
    const history = await kernel.request("history_request", { hist_access_type: "tail", n: 1, output: true });
    expect((history.history as unknown[][])[0][2]).toEqual(["'remember me'", "'remember me'"]);
    expect(await kernel.request("comm_info_request")).toMatchObject({ status: "ok", comms: {} });
  });

  test("help by a question mark is a page, and positions count characters", async () => {
    const { reply } = await kernel.execute("parseInt?");
    expect(JSON.stringify(reply.payload)).toContain("function parseInt(string: string");
    // Two emoji are two characters to Jupyter and four units to JavaScript.
    const completion = await kernel.request("complete_request", { code: "'😀😀'; structuredCl", cursor_pos: 18 });
    expect(completion).toMatchObject({ matches: ["structuredClone"], cursor_start: 6, cursor_end: 18 });
    const code = "/** Doubles. @param n what */\nfunction double(n: number) { return 2 * n }\ndouble(";
    const inspection = await kernel.request("inspect_request", { code, cursor_pos: code.length });
    const { data, found } = inspection as { data: Record<string, string>; found: boolean };
    expect(found).toBe(true);
    expect(data["text/markdown"]).toBe("```typescript\ndouble(n: number): number\n```\n\nDoubles.\n\n- `n` what");
  });
});

describe("the queue", () => {
  const requests = (codes: string[], options: object = {}) =>
    Promise.all(codes.map((code) => kernel.execute(code, { ...options })));

  test("a failing cell takes the waiting ones with it, and no later one", async () => {
    const results = await requests([
      "await new Promise((r) => setTimeout(r, 200)); throw new Error('x')",
      "globalThis.ran = 1",
      "2",
    ]);
    expect(results.map(({ reply }) => reply.status)).toEqual(["error", "aborted", "aborted"]);
    expect(types(results[1].messages)).toEqual(["busy", "idle"]);
    expect((await kernel.execute("typeof globalThis.ran")).result).toBe("'undefined'");
  });

  test("unless stop_on_error is off", async () => {
    const results = await requests(["throw new Error('x')", "2"], { stop_on_error: false });
    expect(results.map(({ reply }) => reply.status)).toEqual(["error", "ok"]);
  });

  test("other requests are answered while a cell runs, which then is busy again", async () => {
    const running = kernel.execute("while (true) {}");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await kernel.request("kernel_info_request")).status).toBe("ok");
    expect((await kernel.request("is_complete_request", { code: "1" })).status).toBe("complete");
    const completion = await kernel.request("complete_request", { code: "Math.hyp", cursor_pos: 8 });
    expect(completion.matches).toEqual(["hypot"]);
    expect(kernel.iopub.at(-1)?.content.execution_state).toBe("busy");
    await kernel.interrupt();
    expect((await running).reply.ename).toBe("Interrupted");
  });
});

describe("nothing is lost", () => {
  test("20,000 lines, in order, before idle", async () => {
    const { stdout } = await kernel.execute("for (let i = 0; i < 20_000; i++) console.log('line ' + i)");
    expect(stdout).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  });

  test("both streams keep their places between displays", async () => {
    const { messages } = await kernel.execute(
      "for (let i = 0; i < 50; i++) { console.log('o' + i); console.error('e' + i); display(i) }",
    );
    const told = messages
      .slice(2, -1)
      .map((m) => m.content.text ?? (m.content.data as Record<string, string>)["text/plain"])
      .join("");
    expect(told).toBe(Array.from({ length: 50 }, (_, i) => `o${i}\ne${i}\n${i}`).join(""));
  });

  test("2,000 cells sent at once: every print, result, reply and idle", async () => {
    const results = await Promise.all(
      Array.from({ length: 2000 }, (_, i) => kernel.execute(`console.log(${i}); ${i} + 1`)),
    );
    for (const [i, { stdout, result, reply, messages }] of results.entries()) {
      expect([stdout, result, reply.status]).toEqual([`${i}\n`, String(i + 1), "ok"]);
      expect(types(messages)).toEqual(["busy", "execute_input", "stream", "execute_result", "idle"]);
    }
  });

  test("binary and large content", async () => {
    const { messages } = await kernel.execute(
      "globalThis[Symbol.for('Jupyter.display')]({ 'image/png': new Uint8Array(3_000_000).fill(7) }); 'x'.repeat(5)",
    );
    const data = messages.find((m) => m.header.msg_type === "display_data")!.content.data as Record<string, string>;
    expect(Buffer.from(data["image/png"], "base64").equals(Buffer.alloc(3_000_000, 7))).toBe(true);
  });
});

test("two kernels at once share nothing", async () => {
  const other = await KernelUnderTest.start();
  const [one, two] = await Promise.all([
    kernel.execute("globalThis.mine = 'one'; process.pid"),
    other.execute("globalThis.mine = 'two'; process.pid"),
  ]);
  expect(one.result).not.toBe(two.result);
  expect((await kernel.execute("mine")).result).toBe("'one'");
  const code = "%check error\nconst n: number = 'text'";
  const { reply } = await other.execute(code);
  expect(reply).toMatchObject({ status: "error", ename: "TS2322" });
  expect(plain((reply.traceback as string[]).join("\n"))).toContain(
    ":2:7 error TS2322: Type 'string' is not assignable to type 'number'.\n  2 | const n: number = 'text'\n    |       ^",
  );
  const warned = await other.execute("const w: number = 'text'; w", { metadata: {} });
  expect(warned.reply.ename).toBe("TS2322");
  const { stderr, result } = await other.execute("%check warn\nconst v: number = 'text'; v");
  expect(stderr).toContain("TS2322");
  expect(result).toBe("'text'");
  expect((await other.execute("%check off\nconst o: number = 'text'; o")).stderr).toBe("");
  await other.stop();
  expect(other.child.exitCode).toBe(0);
}, 60_000);

test("without a key nothing is signed, and shutdown_request is answered before the end", async () => {
  const open = await KernelUnderTest.start({ key: "" });
  expect((await open.execute("1 + 1")).result).toBe("2");
  expect(await open.request("shutdown_request", { restart: true }, "control")).toEqual({ status: "ok", restart: true });
  if (open.child.exitCode === null) await new Promise((resolve) => open.child.once("exit", resolve));
  expect(open.child.exitCode).toBe(0);
  await open.stop();
});
