/** Notebooks run through the real kernel and protocol, as `npm start` does; what comes out must be valid for nbformat. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { type Cell, type CodeCell, cellTags, readNotebook } from "../../kernel/client/notebook.ts";
import { venvPython } from "../../scripts/venv.mjs";
import { root, stageNotebook } from "../stage.ts";

export const output = join(root, "test-output", "e2e");
export const environment = { ...process.env, CI: "true", JUPYTER_PATH: join(root, ".medgym", "share", "jupyter") };
export const start = promisify(execFile);

export const medgym = (...args: string[]) =>
  start(process.execPath, [join(root, "cli", "medgym.mjs"), ...args], { cwd: root, env: environment });

export const isCode = (cell: Cell): cell is CodeCell => cell.cell_type === "code";

/** Of the tests' own packages. */
export const testPython = () => venvPython(["nbformat", "nbclient"]);

async function validate(file: string): Promise<void> {
  const code = "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], 4))";
  await start(await testPython(), ["-c", code, file]);
}

/** Every code cell ran, none failed. */
export function expectExecuted(file: string): CodeCell[] {
  const cells = readNotebook(file).cells.filter(isCode);
  expect(cells.length).toBeGreaterThan(3);
  for (const cell of cells.filter(({ source }) => source.trim())) {
    expect(cell.execution_count, cell.source).toBeGreaterThan(0);
    const errors = cell.outputs.filter((out) => out.output_type === "error").length;
    expect(errors, cell.source).toBe(cellTags(cell).includes("raises-exception") ? 1 : 0);
  }
  return cells;
}

/** SVG curves with a point per step: a path with many line commands. */
function longestCurve(folder: string): number {
  const files = readdirSync(folder).filter((name) => name.endsWith(".svg"));
  const curves = files.flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/ d="([^"]*)"/g)]);
  return Math.max(0, ...curves.map(([, path]) => path.split(/[MLHVCS]/).length - 1));
}

export async function runStaged(
  name: string,
  parameters: Record<string, number>,
  { plots = true } = {},
): Promise<CodeCell[]> {
  const folder = join(output, name);
  const file = join(folder, "executed.ipynb");
  const { stdout } = await medgym("run", stageNotebook(name, folder, parameters), "--output", file);
  expect(stdout).toMatch(/Executed notebook: .*\.ipynb\n/);
  await validate(file);
  if (plots) expect(longestCurve(join(folder, "executed-plots"))).toBeGreaterThan(10);
  return expectExecuted(file);
}

/** What a cell shows as text, by the cell's id. */
export function shownBy(cells: CodeCell[], id: string): string {
  const { outputs } = cells.find((cell) => cell.id === id)!;
  return outputs
    .map((out) =>
      "data" in out ? out.data["text/plain"] : "text" in out ? out.text : "evalue" in out ? out.evalue : "",
    )
    .join("\n");
}
