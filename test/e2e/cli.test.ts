/** `medgym run` with our own kernel: what a person at a terminal, or a CI job, gets from it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { type CodeCell, readNotebook } from "../../kernel/client/notebook.ts";
import { root } from "../stage.ts";

const folder = join(root, "test-output", "cli");

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

/** Writes a notebook of these cells; `["source", "tag"]` gives a cell a tag. */
function notebook(name: string, ...sources: (string | [source: string, tag: string])[]): string {
  const cells = sources.map((entry, index) => {
    const [source, tag] = typeof entry === "string" ? [entry] : entry;
    const metadata = tag ? { tags: [tag] } : {};
    return { cell_type: "code", id: `cell-${index}`, metadata, source, execution_count: null, outputs: [] };
  });
  const metadata = { kernelspec: { name: "medgym", display_name: "TypeScript (medgym)", language: "typescript" } };
  const file = join(folder, `${name}.ipynb`);
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
  return file;
}

interface Ended {
  code: number | null;
  output: string;
}

/** `watch` sees the output as it grows. */
function medgym(args: string[], watch: (output: string, child: ChildProcess) => void = () => {}): Promise<Ended> {
  const env = { ...process.env, CI: "true", JUPYTER_PATH: join(root, ".medgym", "share", "jupyter") };
  const child = spawn(process.execPath, [join(root, "cli", "medgym.mjs"), ...args], { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      watch(output, child);
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

const executed = (name: string) => readNotebook(join(folder, `${name}-executed.ipynb`)).cells as CodeCell[];
/** What a cell shows, without the colours. */
const plainText = (cell: CodeCell) =>
  stripVTControlCharacters(
    cell.outputs.map((out) => ("text" in out ? out.text : "data" in out ? out.data["text/plain"] : out.ename)).join(""),
  );

describe("medgym run", () => {
  test("parameters, types across cells, the result in the notebook", async () => {
    const file = notebook(
      "sum",
      ["let n: number = 2; let name = 'x';", "parameters"],
      "const twice = n * 2;",
      "name + ' ' + twice",
    );
    const { code, output } = await medgym(["run", file, "-p", "n=21", "-p", "name=the answer is"]);
    expect(output).toContain("[4/4] ✓");
    expect(code).toBe(0);
    expect(plainText(executed("sum")[3])).toBe("'the answer is 42'");
  });

  test("a failing cell ends the run with its mapped position; the notebook keeps what ran", async () => {
    const file = notebook(
      "fail",
      "console.log('first');",
      "const ok = 1;\nconst bad: any = null;\nbad.field;",
      "'never'",
    );
    const { code, output } = await medgym(["run", file]);
    expect(code).toBe(1);
    expect(output).toMatch(/Cell 2 of the notebook, In \[2\] failed:\n/);
    expect(output).toMatch(/Cell \[2\]:3:\d+/);
    expect(output).toMatch(/TypeError: Cannot read properties of null \(reading 'field'\)/);
    const cells = executed("fail");
    expect(plainText(cells[0])).toBe("first\n");
    expect(plainText(cells[1])).toBe("TypeError");
    expect(cells[2].execution_count).toBeNull();
    const allowed = await medgym(["run", file, "--allow-errors"]);
    expect(allowed.code).toBe(0);
    expect(plainText(executed("fail")[2])).toBe("'never'");
  });

  test("a cell over its time is interrupted, spinning or waiting", async () => {
    for (const [name, source] of [
      ["spin", "while (true) {}"],
      ["wait", "await new Promise(() => {});"],
    ]) {
      const { code, output } = await medgym(["run", notebook(name, source), "--timeout", "1"]);
      expect(output).toContain("TimeoutError: The cell ran longer than 1 s. It was interrupted.");
      expect(code).toBe(1);
    }
  });

  test("Ctrl-C interrupts the cell and leaves a notebook with what came until then", async () => {
    const file = notebook(
      "stop",
      "console.log('before');",
      "while (true) await new Promise((go) => setTimeout(go, 20));",
    );
    const { code, output } = await medgym(["run", file], (text, child) => {
      if (/1\/2\] ✓[^\n]*\n$/.test(text)) setTimeout(() => child.kill("SIGINT"), 500);
    });
    expect(output).toContain("Interrupting the cell. Ctrl-C again stops the kernel.");
    expect(code).toBe(130);
    expect(plainText(executed("stop")[0])).toBe("before\n");
    expect(executed("stop")[1].outputs.at(-1)).toMatchObject({ output_type: "error" });
  });

  test("20,000 lines and a display that is updated from a later cell", async () => {
    const many = "for (let i = 0; i < 20000; i++) console.log(i);";
    const shown = "const handle = (globalThis as any)[Symbol.for('Jupyter.display')]({ 'text/plain': 'old' });";
    const file = notebook("much", many, shown, "handle.update({ 'text/plain': 'new' });");
    expect((await medgym(["run", file])).code).toBe(0);
    const cells = executed("much");
    expect(plainText(cells[0])).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(""));
    expect(plainText(cells[1])).toBe("new");
  });

  test("a kernel that is not there: the ones that are, and exit code 1", async () => {
    const { code, output } = await medgym(["run", notebook("none", "1"), "--kernel", "no-such-kernel"]);
    expect(output).toMatch(/medgym: There is no kernel "no-such-kernel". Installed: .*medgym/);
    expect(code).toBe(1);
  });

  test("the package's own library is what a notebook in this clone imports", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const file = notebook(
      "own",
      "import manifest from 'medgym/package.json' with { type: 'json' };",
      "manifest.version",
    );
    expect((await medgym(["run", file])).code).toBe(0);
    expect(plainText(executed("own")[1])).toBe(`'${version}'`);
  });
});
