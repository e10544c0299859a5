import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../testing/build.ts";
import { completeMagic, inspectMagic } from "./magic-line.ts";
import { Notebook } from "./notebook.ts";

let folder: string;
let notebook: Notebook;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "magic-line-"));
  const library = join(folder, "node_modules/medgym");
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, "package.json"), '{ "name": "medgym", "types": "index.d.ts" }');
  writeFileSync(
    join(library, "index.d.ts"),
    `export interface CellMagics {
      /** Runs the cell elsewhere. */
      job: {
        /** Devices. @default 0 */
        gpus?: number;
        name?: string;
        after?: string;
      };
      other: {};
    }`,
  );
  notebook = new Notebook({ folder, installation: root });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (line: string) => completeMagic(notebook, line.replace("|", ""), line.indexOf("|"));

test("the magics that the library has", () => {
  expect(at("%%|")).toMatchObject({ matches: ["job", "other"], start: 2, end: 2 });
  expect(at("%%j| gpus=1")).toMatchObject({ matches: ["job"], start: 2, end: 3 });
});

test("options not given yet; nothing inside a value", () => {
  expect(at("%%job gpus=1 |")).toMatchObject({ matches: ["after=", "name="], start: 13, end: 13 });
  expect(at("%%job gpus=1 na|")).toMatchObject({ matches: ["name="], start: 13, end: 15 });
  for (const line of ["%%job gpus=|", '%%job name="a |', "%%job name=a|", "%%nope |"])
    expect(at(line).matches, line).toEqual([]);
});

test("what a magic and its options mean", () => {
  const documentation = (line: string) =>
    inspectMagic(notebook, line.replace("|", ""), line.indexOf("|"))?.documentation;
  expect(documentation("%%jo|b gpus=1")).toBe("Runs the cell elsewhere.");
  expect(documentation("%%job gp|us=1")).toBe("Devices.\n\n*default* 0");
  expect(documentation("%%job gpus=1|")).toContain("Devices.");
  expect(documentation("|")).toBeUndefined();
});
