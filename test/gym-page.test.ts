/** The example of docs/gym.md: it is short, its types are checked, and it runs. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { write as writeRows } from "../src/data/index.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/gym.md"), "utf8");
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
const environment = /<!-- example: environment -->\n```ts\n([\s\S]*?)```/.exec(page)![1];
const all = blocks.join("\n").replace('from "medgym"', 'from "../src/index.ts"');

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(root, "test", ".gym-page-"));
  symlinkSync(join(root, "assets"), join(folder, "assets"));
  const corpus = [{ pmid: "1", abstract: "Dexamethasone lowers the mortality of bacterial meningitis." }];
  await writeRows(join(folder, "pubmed.parquet"), corpus);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code.replaceAll("../src/", "../../src/"));
  return file;
}

test("an environment takes less than 40 lines", () => {
  expect(environment.trim().split("\n").length).toBeLessThan(40);
});

test("its types are checked, the arguments of tools too", () => {
  const right = write("right.ts", all);
  const wrong = write("wrong.ts", all.replace("state.ordered = milligrams;", "state.ordered = milligrams.trim();"));
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([right, wrong], { ...options, noEmit: true, types: ["node"] });
  const problems = (file: string) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(problems(right)).toEqual([]);
  expect(problems(wrong)).toEqual([expect.stringMatching(/Property 'trim' does not exist on type 'number'/)]);
}, 120_000); // the compiler reads the whole library: 2 s alone, half a minute on a busy machine

test("it runs, and says what it should", () => {
  const file = write("run.ts", all);
  const printed = execFileSync(process.execPath, ["--import", join(root, "test/ts-hooks.mjs"), file], {
    cwd: folder, // where the page's files lie
    encoding: "utf8",
  });
  const [millimetres, episode, shown, precision] = printed.trim().split("\n");
  expect(millimetres).toBe("40");
  const [end, total, parts] = episode.split(" ");
  expect(end).toBe("submitted");
  expect(JSON.parse(parts)).toMatchObject({ dose: 1 });
  expect(Number(total)).toBeGreaterThan(0.9);
  expect(shown).toBe("20 assistant");
  expect(Number(precision)).toBeGreaterThan(0.9);
}, 120_000);
