import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { readNotebook, writeNotebook } from "../kernel/client/notebook.ts";
import { injectParameters, type ParameterValue } from "../kernel/client/parameters.ts";

export const root = join(import.meta.dirname, "..");

/**
 * `folder/notebooks/<name>.ipynb`, with `folder/assets` beside it as in the repository: what a notebook writes next to
 * itself or to `../runs` stays in `folder`, so that several tests can run the same one at once.
 */
export function stageNotebook(name: string, folder: string, parameters: Record<string, ParameterValue> = {}): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "notebooks"), { recursive: true });
  symlinkSync(join(root, "assets"), join(folder, "assets"));
  const file = join(folder, "notebooks", `${name}.ipynb`);
  const original = readNotebook(join(root, "notebooks", `${name}.ipynb`));
  writeNotebook(file, injectParameters(original, parameters, "typescript"));
  return file;
}

/** The quickstart on few tasks and steps: for tests of what carries it. Its scores are then no scores. */
export const shortQuickstart = { steps: 16, trainTasks: 96, testTasks: 16 };
