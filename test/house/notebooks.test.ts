/** What every notebook in the repository must be: valid, without outputs of a run, without paths of somebody's machine. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { cellTags, parseNotebook } from "../../kernel/client/notebook.ts";

const folder = join(dirname(dirname(import.meta.dirname)), "notebooks");
const files = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));

test("there are notebooks", () => {
  expect(files).toContain("00-quickstart.ipynb");
});

describe.each(files)("%s", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  const notebook = parseNotebook(text, name);

  test("is for our kernel", () => {
    expect(notebook.metadata.kernelspec).toMatchObject({ name: "medgym", language: "typescript" });
  });

  test("is committed without outputs and counts", () => {
    for (const cell of notebook.cells) {
      if (cell.cell_type !== "code") continue;
      expect(cell.outputs).toEqual([]);
      expect(cell.execution_count).toBeNull();
      expect(cell.metadata).not.toHaveProperty("execution");
      expect(cellTags(cell)).not.toContain("injected-parameters");
    }
  });

  test("has cell ids as nbformat 4.5 wants them", () => {
    const ids = JSON.parse(text).cells.map((cell: { id?: string }) => cell.id);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("names no path of a machine", () => {
    expect(text).not.toMatch(/\/(home|Users|root|work|tmp)\/|[A-Z]:\\\\/);
  });

  test("begins with a title", () => {
    expect(notebook.cells[0]).toMatchObject({ cell_type: "markdown", source: expect.stringMatching(/^# /) });
  });
});
