import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type CodeCell,
  parseNotebook,
  readNotebook,
  serializeNotebook,
  splitLines,
  writeNotebook,
} from "./notebook.ts";
import { extractPlots } from "./plots.ts";

const folder = mkdtempSync(join(tmpdir(), "medgym-notebook-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As JupyterLab writes it: keys sorted, one space of indent, lists of lines. */
const saved = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "m1",
   "metadata": {},
   "source": [
    "# Title\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "c1",
   "metadata": {},
   "outputs": [
    {
     "data": {
      "application/json": {
       "a": [
        "x",
        "y"
       ]
      },
      "image/png": "aGk=",
      "image/svg+xml": [
       "<svg>\\n",
       "</svg>"
      ],
      "text/plain": [
       "1\\n",
       "2"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "a\\n",
      "b\\n"
     ]
    }
   ],
   "source": [
    "f()"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

describe("notebooks", () => {
  test("what JupyterLab wrote is written back byte for byte", () => {
    const notebook = parseNotebook(saved);
    expect(notebook.cells[1]).toMatchObject({
      source: "f()",
      outputs: [{ data: { "text/plain": "1\n2" } }, { text: "a\nb\n" }],
    });
    expect(serializeNotebook(notebook)).toBe(saved);
  });

  test("lines keep their ends", () => {
    expect(splitLines("a\n\nb")).toEqual(["a\n", "\n", "b"]);
    expect(splitLines("a\n")).toEqual(["a\n"]);
    expect(splitLines("")).toEqual([]);
  });

  test("a notebook from before 4.5 gets cell ids; doubled ids are parted", () => {
    const cell = { cell_type: "code", metadata: {}, source: "", outputs: [], execution_count: null };
    const notebook = parseNotebook(
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 2,
        metadata: {},
        cells: [cell, { ...cell, id: "x" }, { ...cell, id: "x" }],
      }),
    );
    expect(notebook.nbformat_minor).toBe(5);
    expect(notebook.cells[1].id).toBe("x");
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(3);
    expect(notebook.cells[0].id).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    ["{", /nb is not JSON/],
    ["[]", /has no nbformat/],
    ['{"nbformat": 3, "worksheets": []}', /is nbformat 3/],
    ['{"nbformat": 4, "cells": [{"cell_type": "heading"}]}', /cell 1: unknown cell_type "heading"/],
  ])("%s is refused", (text, reason) => {
    expect(() => parseNotebook(text, "nb")).toThrow(reason);
  });

  test("a write that fails leaves the file as it was, and nothing beside it", () => {
    const file = join(folder, "a.ipynb");
    writeFileSync(file, saved);
    const broken = parseNotebook(saved);
    broken.metadata.loop = broken;
    expect(() => writeNotebook(file, broken)).toThrow();
    expect(readFileSync(file, "utf8")).toBe(saved);
    expect(readdirSync(folder)).toEqual(["a.ipynb"]);
    expect(() => readNotebook(join(folder, "none.ipynb"))).toThrow(/Cannot read/);
  });

  test("plots: one file per output, vectors before pixels", () => {
    const files = extractPlots(parseNotebook(saved), join(folder, "plots"));
    expect(files).toEqual([join(folder, "plots", "cell-2-1.svg")]);
    expect(readFileSync(files[0], "utf8")).toBe("<svg>\n</svg>");
    const bitmap = parseNotebook(saved.replace("image/svg+xml", "text/html"));
    const again = extractPlots(bitmap, join(folder, "plots"));
    expect(readFileSync(again[0], "utf8")).toBe("hi");
    expect(readdirSync(join(folder, "plots"))).toEqual(["cell-2-1.png"]); // the earlier one is gone
  });

  test("plots inside HTML, where there is nothing else", () => {
    const html = '<img src="data:image/svg+xml;base64,PHN2Zy8+"> <img src="data:image/png;base64,aGk=">';
    const live = parseNotebook(saved);
    const outputs = [{ output_type: "display_data" as const, data: { "text/html": html }, metadata: {} }];
    live.cells[1] = { ...(live.cells[1] as CodeCell), outputs };
    const files = extractPlots(live, join(folder, "html"));
    expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(["<svg/>", "hi"]);
    expect(files.map((file) => file.slice(-3))).toEqual(["svg", "png"]);
  });
});
