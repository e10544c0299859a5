/** A notebook by nbclient, which is not ours, beside the same one by our client. */
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { CodeCell, Output } from "../../kernel/client/notebook.ts";
import { shortQuickstart, stageNotebook } from "../stage.ts";
import { environment, expectExecuted, medgym, output, start, testPython } from "./run-notebook.test-helper.ts";

test("00-quickstart, shortened, with the kinds of output that our client gets", async () => {
  const notebook = stageNotebook("00-quickstart", join(output, "nbclient"), shortQuickstart);
  const theirs = join(output, "nbclient", "theirs.ipynb");
  const code = [
    "import sys, nbformat, nbclient",
    "notebook = nbformat.read(sys.argv[1], 4)",
    "nbclient.NotebookClient(notebook, timeout=280, resources={'metadata': {'path': sys.argv[3]}}).execute()",
    "nbformat.write(notebook, sys.argv[2])",
  ].join("\n");
  await start(await testPython(), ["-c", code, notebook, theirs, dirname(notebook)], { env: environment });
  const ours = join(output, "nbclient", "ours.ipynb");
  await medgym("run", notebook, "--output", ours);
  // Where a stream is torn into several outputs differs, what follows what does not.
  const kind = (out: Output) => ("data" in out ? Object.keys(out.data).sort().join(" ") : out.output_type);
  const kinds = (cells: CodeCell[]) =>
    cells.map(({ outputs }) => outputs.map(kind).filter((name, at, all) => name !== "stream" || all[at - 1] !== name));
  expect(kinds(expectExecuted(theirs))).toEqual(kinds(expectExecuted(ours)));
});
