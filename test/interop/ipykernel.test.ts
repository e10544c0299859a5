/** Our client against ipykernel, a server that is not ours; the notebooks it writes against nbformat's own validator. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Kernel } from "../../kernel/client/kernel.ts";
import type { Kernelspec } from "../../kernel/client/kernelspec.ts";
import { type CodeCell, type Notebook, writeNotebook } from "../../kernel/client/notebook.ts";
import { injectParameters } from "../../kernel/client/parameters.ts";
import { runNotebook } from "../../kernel/client/run-notebook.ts";
import { venvPython } from "../../scripts/venv.mjs";

const folder = mkdtempSync(join(tmpdir(), "medgym-ipykernel-"));
let python: string;
let spec: Kernelspec;
const kernels: Kernel[] = [];

async function start(options: Parameters<typeof Kernel.start>[1] = {}): Promise<Kernel> {
  const kernel = await Kernel.start(spec, options);
  kernels.push(kernel);
  return kernel;
}

function notebook(...sources: (string | [source: string, ...tags: string[]])[]): Notebook {
  const cells = sources.map((entry, index): CodeCell => {
    const [source, ...tags] = typeof entry === "string" ? [entry] : entry;
    const metadata = tags.length > 0 ? { tags } : {};
    return { cell_type: "code", id: `cell-${index}`, metadata, source, execution_count: null, outputs: [] };
  });
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

const outputsOf = (book: Notebook, index: number) =>
  JSON.parse(JSON.stringify((book.cells[index] as CodeCell).outputs));

beforeAll(async () => {
  python = await venvPython(["ipykernel", "nbformat"]);
  spec = {
    name: "python3",
    argv: [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    displayName: "Python 3",
    language: "python",
    interruptMode: "signal",
    env: {},
    directory: folder,
  };
});

afterAll(async () => {
  await Promise.all(kernels.map((kernel) => kernel.shutdown({ graceMs: 2000 })));
  rmSync(folder, { recursive: true, force: true });
});

describe("our client with ipykernel", () => {
  test.each(["ipc", "tcp"] as const)(
    "a notebook over %s: every kind of output, valid for nbformat",
    async (transport) => {
      const kernel = await start({ transport });
      const book = injectParameters(
        notebook(
          ["n = 1", "parameters"],
          "for i in range(n):\n    print(i)\nimport sys; print('e', file=sys.stderr)",
          "from IPython.display import display, HTML, SVG, clear_output\nh = display('first', display_id='d')\nn * 2",
          "h.update(HTML('<b>second</b>'));",
          "print('gone'); clear_output(wait=True); print('kept')",
          "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))",
          ["1/0", "raises-exception"],
          ["boom", "skip-execution"],
          "",
          "'unicode: é 😀'",
        ),
        { n: 3 },
        "python",
      );
      const events: string[] = [];
      const result = await runNotebook(book, kernel, {
        onEvent: (event) => events.push(event.type === "cell-output" ? `${event.number} ${event.line}` : event.type),
      });
      expect(result).toEqual({ failures: [], ran: 9 });
      expect(outputsOf(book, 2)).toEqual([
        { output_type: "stream", name: "stdout", text: "0\n1\n2\n" },
        { output_type: "stream", name: "stderr", text: "e\n" },
      ]);
      expect(outputsOf(book, 3)).toMatchObject([
        { output_type: "display_data", data: { "text/html": "<b>second</b>" } },
        { output_type: "execute_result", execution_count: 4, data: { "text/plain": "6" } },
      ]);
      expect(outputsOf(book, 4)).toEqual([]);
      expect(outputsOf(book, 5)).toEqual([{ output_type: "stream", name: "stdout", text: "kept\n" }]);
      expect(outputsOf(book, 7)).toMatchObject([{ output_type: "error", ename: "ZeroDivisionError" }]);
      expect(outputsOf(book, 8)).toEqual([]);
      expect(outputsOf(book, 10)).toMatchObject([{ data: { "text/plain": "'unicode: é 😀'" } }]);
      expect(events.slice(0, 4)).toEqual(["cell-start", "cell-end", "cell-start", "cell-end"]);
      expect(events).toContain("6 kept");
      const file = join(folder, `${transport}.ipynb`);
      writeNotebook(file, book);
      const validate = "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], 4)); print('valid')";
      expect(execFileSync(python, ["-c", validate, file], { encoding: "utf8" })).toBe("valid\n");
    },
  );

  test("20,000 lines arrive whole and in order before the cell ends", async () => {
    const kernel = await start();
    const book = notebook("for i in range(20000): print(i)");
    await runNotebook(book, kernel);
    const [{ text }] = outputsOf(book, 0);
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(""));
  });

  test("stops at the first error, or goes on when asked to", async () => {
    const kernel = await start();
    const stopped = notebook("a = 1", "a.b", "a = 2");
    const { failures, ran } = await runNotebook(stopped, kernel);
    expect(ran).toBe(2);
    expect(failures).toMatchObject([{ cellNumber: 2, error: { ename: "AttributeError" } }]);
    expect((stopped.cells[2] as CodeCell).execution_count).toBeNull();
    const all = notebook("a.b", "a = 2", "a");
    const result = await runNotebook(all, kernel, { allowErrors: true });
    expect(result).toMatchObject({ ran: 3, failures: [{ cellNumber: 1 }] });
    expect(outputsOf(all, 2)).toMatchObject([{ data: { "text/plain": "2" } }]);
  });

  test("a cell over its time is interrupted; the state stays", async () => {
    const kernel = await start();
    const book = notebook("a = 7", "import time\nwhile True: time.sleep(0.01)", "a");
    const { failures } = await runNotebook(book, kernel, { timeoutMs: 700, allowErrors: true });
    expect(failures).toMatchObject([{ cellNumber: 2, error: { ename: "TimeoutError" } }]);
    expect(failures[0].error.evalue).toBe("The cell ran longer than 0.7 s. It was interrupted.");
    expect(outputsOf(book, 1).map(({ ename }: { ename: string }) => ename)).toEqual([
      "KeyboardInterrupt",
      "TimeoutError",
    ]);
    expect(outputsOf(book, 2)).toMatchObject([{ data: { "text/plain": "7" } }]);
  });

  test("input is refused", async () => {
    const kernel = await start();
    const book = notebook("input('name? ')", "1");
    const { failures } = await runNotebook(book, kernel);
    expect(failures).toMatchObject([{ error: { ename: "StdinNotImplementedError" } }]);
  });

  test("a kernel that dies is noticed at once; a restarted one runs again", async () => {
    const kernel = await start();
    const book = notebook("print('before', flush=True)", "import os; os._exit(3)", "1");
    await expect(runNotebook(book, kernel)).rejects.toMatchObject({
      code: "died",
      message: expect.stringMatching(/exit code 3\) while it ran the cell\./),
    });
    expect(outputsOf(book, 0)).toMatchObject([{ text: "before\n" }]);
    expect(kernel.running).toBe(false);
    await expect(kernel.execute("1").done).rejects.toMatchObject({ code: "died" });
    await kernel.restart();
    expect(await kernel.execute("1").done).toMatchObject({ status: "ok", executionCount: 1 });
  });

  test("restart forgets the state; requests in flight fail", async () => {
    const kernel = await start();
    await kernel.execute("a = 1").done;
    const sleeping = kernel.execute("import time; time.sleep(60)").done;
    await kernel.restart();
    await expect(sleeping).rejects.toThrow("restarted");
    expect(await kernel.execute("a").done).toMatchObject({ status: "error", ename: "NameError" });
  });

  test("shutdown ends the process and removes the connection file; it was readable by us alone", async () => {
    const kernel = await start();
    const file = JSON.parse(JSON.stringify(await fileOf(kernel)));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    await kernel.shutdown();
    expect(existsSync(dirname(file))).toBe(false);
    expect(kernel.running).toBe(false);
  });

  test("a kernel that cannot start says why", async () => {
    const broken = { ...spec, argv: [python, "-c", "import sys; sys.exit('no such module')"] };
    await expect(Kernel.start(broken)).rejects.toThrow(
      /exit code 1\) before it was ready\. Its last words:\nno such module/,
    );
    await expect(Kernel.start({ ...spec, argv: ["/no/such/python"] })).rejects.toThrow(/ENOENT/);
    const mute = { ...spec, argv: [python, "-c", "import time; print('hm', flush=True); time.sleep(60)"] };
    await expect(Kernel.start(mute, { startTimeoutMs: 800 })).rejects.toThrow(
      /did not answer in 0.8 s. It printed:\nhm/,
    );
  });
});

async function fileOf(kernel: Kernel): Promise<string> {
  let file = "";
  const stop = kernel.onIopub(({ content, header }) => {
    if (header.msg_type === "stream") file += content.text;
  });
  await kernel.execute("from ipykernel import get_connection_file; print(get_connection_file(), end='')").done;
  stop();
  return file;
}
