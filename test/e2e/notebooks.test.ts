/**
 * The notebooks from top to bottom, through the real kernel and protocol: by our client (as `npm start` does), and by
 * nbclient, which is not ours. What comes out must be valid for nbformat.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Cell,
  type CodeCell,
  cellTags,
  type Output,
  readNotebook,
  writeNotebook,
} from "../../kernel/client/notebook.ts";
import { venvPython } from "../../scripts/venv.mjs";
import { root, shortQuickstart, stageNotebook } from "../stage.ts";

const output = join(root, "test-output", "e2e");
const environment = { ...process.env, CI: "true", JUPYTER_PATH: join(root, ".medgym", "share", "jupyter") };
const start = promisify(execFile);

const medgym = (...args: string[]) =>
  start(process.execPath, [join(root, "cli", "medgym.mjs"), ...args], { cwd: root, env: environment });

const isCode = (cell: Cell): cell is CodeCell => cell.cell_type === "code";

let python: string;

beforeAll(async () => {
  python = await venvPython(["nbformat", "nbclient"]);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
});

async function validate(file: string): Promise<void> {
  const code = "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], 4))";
  await start(python, ["-c", code, file]);
}

/** Every code cell ran, none failed. */
function expectExecuted(file: string): CodeCell[] {
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

async function runStaged(name: string, parameters: Record<string, number>, { plots = true } = {}): Promise<CodeCell[]> {
  const folder = join(output, name);
  const file = join(folder, "executed.ipynb");
  const { stdout } = await medgym("run", stageNotebook(name, folder, parameters), "--output", file);
  expect(stdout).toMatch(/Executed notebook: .*\.ipynb\n/);
  await validate(file);
  if (plots) expect(longestCurve(join(folder, "executed-plots"))).toBeGreaterThan(10);
  return expectExecuted(file);
}

/** What a cell shows as text, by the cell's id. */
function shownBy(cells: CodeCell[], id: string): string {
  const { outputs } = cells.find((cell) => cell.id === id)!;
  return outputs
    .map((out) =>
      "data" in out ? out.data["text/plain"] : "text" in out ? out.text : "evalue" in out ? out.evalue : "",
    )
    .join("\n");
}

describe("by our client", () => {
  test("00-quickstart in full: held-out exact match from below 0.1 to above 0.85", async () => {
    const cells = await runStaged("00-quickstart", {});
    const table = cells.flatMap(({ outputs }) =>
      outputs
        .map((out) => ("data" in out ? String(out.data["text/plain"]) : ""))
        .filter((text) => /^exact match +base/m.test(text)),
    );
    const [, before, after] = /^all +(\d\.\d+) \[[^\]]*\] +(\d\.\d+)/m.exec(table[0]) ?? [];
    expect(Number(before)).toBeLessThan(0.1);
    expect(Number(after)).toBeGreaterThan(0.85);
  });

  test("01-data, shortened: what is read comes back, patients stay together, rows replay, a leak stops training", async () => {
    const cells = await runStaged("01-data", { patients: 40, demonstrations: 30, steps: 1 }, { plots: false });
    const shown = (id: string) => shownBy(cells, id);
    expect(shown("table")).toMatch(/80 rows, 3 columns.*visit: Int64, dialogue: List<Struct</s);
    expect(shown("stream")).toMatch(/dialogues\.jsonl, line 4\n320 turns/);
    expect(shown("thinking")).toMatch(/^true <think>.*\nfalse \d+ kg/);
    expect(shown("back")).toContain("true");
    expect(shown("split")).toMatch(/train +64 rows, 32 patients.*test patients in training: 0/s);
    expect(shown("make")).toMatch(/30 demonstrations of 30 tasks, each replayed/);
    expect(shown("make-few")).toContain("10 distinct ones exist");
    expect(shown("games")).toMatch(/Push the box.*<answer>/s);
    expect(shown("lint")).toMatch(/\d+ tasks, 0 errors/);
    expect(shown("contamination")).toMatch(/contamination: 0 of/);
    expect(shown("leak")).toMatch(/contamination: 1 of/);
    expect(shown("learned")).toMatch(/submitAnswer.*<\|im_end\|>/s);
    expect(shown("train")).toMatch(/sft:\s+succeeded/);
    expect(shown("train-leak")).toContain("Take these rows out of the training data");
  });

  test("03-lora-sft, shortened", async () => {
    await runStaged("03-lora-sft", { steps: 16, trainTasks: 160, testTasks: 12 });
  });

  test("02-baseline-evaluation, shortened: models × domains with n and intervals, the expert far above chance", async () => {
    const cells = await runStaged(
      "02-baseline-evaluation",
      { trainTasks: 8, testTasks: 2, steps: 2 },
      { plots: false },
    );
    const table = shownBy(cells, "table");
    expect(table).toMatch(/^composite +nano +nano, tuned +random tools +expert /m);
    for (const row of ["drug-interaction", "ehr-management", "medical-qa", "triage"]) {
      const estimates = [...new RegExp(`^${row} .* 2$`, "m").exec(table)![0].matchAll(/(\d\.\d+) \[\d/g)].map(([, n]) =>
        Number(n),
      );
      expect(estimates.slice(0, 4).length).toBe(4);
      expect(estimates[3]).toBeGreaterThan(estimates[2] + 0.3);
    }
    for (const id of ["domains", "plot", "parts"]) expect(shownBy(cells, id)).toMatch(/Figure "/);
  });

  test("06-clinical-gym: an environment in a cell of under 40 lines; wrong arguments, bad tasks and bad rewards are told", async () => {
    const cells = await runStaged("06-clinical-gym", {}, { plots: false });
    const { source } = cells.find(({ id }) => id === "environment")!;
    expect(source.split("\n").length).toBeLessThan(40);
    const shown = (id: string) => shownBy(cells, id);
    expect(shown("wrong-argument")).toMatch(/'mlPerHour' does not exist on type '{ millilitresPerHour: number; }'/);
    expect(shown("play")).toMatch(/submitted after \d turns, reward 0\.9.*action \+0\.\d+/s);
    expect(shown("mistake")).toMatch(/examination is .*xray.*There is no tool stopdrug/s);
    expect(shown("lint")).toContain("60 tasks, 0 errors");
    for (const rule of ["unknown-tool", "empty-criteria", "leak", "duplicate-ticket"])
      expect(shown("spoilt")).toContain(rule);
    expect(shown("probe-bad")).toContain("keyword salad is paid");
    expect(shown("probe-good")).not.toContain("is paid");
    const [, random, expert] = /^all +(\d\.\d+) .*?(\d\.\d+) \[[^\]]*\] +[−+]/m.exec(shown("evaluate")) ?? [];
    expect(Number(expert)).toBeGreaterThan(0.9);
    expect(Number(random)).toBeLessThan(0.7);
    expect(shown("rollout")).toMatch(/\d+ tokens, \d+ drawn/);
  });
});

describe("by nbclient", () => {
  test("00-quickstart, shortened, with the kinds of output that our client gets", async () => {
    const notebook = stageNotebook("00-quickstart", join(output, "nbclient"), shortQuickstart);
    const theirs = join(output, "nbclient", "theirs.ipynb");
    const code = [
      "import sys, nbformat, nbclient",
      "notebook = nbformat.read(sys.argv[1], 4)",
      "nbclient.NotebookClient(notebook, timeout=280, resources={'metadata': {'path': sys.argv[3]}}).execute()",
      "nbformat.write(notebook, sys.argv[2])",
    ].join("\n");
    await start(python, ["-c", code, notebook, theirs, dirname(notebook)], { env: environment });
    const ours = join(output, "nbclient", "ours.ipynb");
    await medgym("run", notebook, "--output", ours);
    // Where a stream is torn into several outputs differs, what follows what does not.
    const kind = (out: Output) => ("data" in out ? Object.keys(out.data).sort().join(" ") : out.output_type);
    const kinds = (cells: CodeCell[]) =>
      cells.map(({ outputs }) =>
        outputs.map(kind).filter((name, at, all) => name !== "stream" || all[at - 1] !== name),
      );
    expect(kinds(expectExecuted(theirs))).toEqual(kinds(expectExecuted(ours)));
  });
});

test("the README's cell runs as it stands, on fewer steps and tasks", async () => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const source = code
    .replace("count: 1600", "count: 64")
    .replace("count: 200", "count: 8")
    .replace("steps: 200", "steps: 4");
  expect(source).not.toBe(code);
  const file = join(output, "readme.ipynb");
  const cell: CodeCell = { cell_type: "code", id: "readme", metadata: {}, source, execution_count: null, outputs: [] };
  const metadata = { kernelspec: { name: "medgym", display_name: "TypeScript (medgym)", language: "typescript" } };
  writeNotebook(file, { nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] });
  await medgym("run", file, "--cwd", root, "--output", join(output, "readme-executed.ipynb"));
  const [executed] = readNotebook(join(output, "readme-executed.ipynb")).cells.filter(isCode);
  expect(executed.outputs.at(-1)).toMatchObject({
    output_type: "execute_result",
    data: { "text/html": expect.any(String) },
  });
});
