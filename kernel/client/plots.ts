import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Notebook } from "./notebook.ts";

/** Pictures by preference: one file per output, the sharpest that it offers. */
const pictures: [mime: string, extension: string, encoding: BufferEncoding][] = [
  ["image/svg+xml", "svg", "utf8"],
  ["image/png", "png", "base64"],
  ["image/jpeg", "jpg", "base64"],
];

/** Writes the pictures among the outputs to `folder/cell-<number>-<index>.<type>`; returns the files in order. */
export function extractPlots(notebook: Notebook, folder: string): string[] {
  const files: string[] = [];
  const width = String(notebook.cells.length).length;
  for (const [number, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== "code") continue;
    let index = 0;
    for (const output of cell.outputs) {
      if (output.output_type !== "display_data" && output.output_type !== "execute_result") continue;
      const picture = pictures.find(([mime]) => typeof output.data[mime] === "string");
      if (!picture) continue;
      const [mime, extension, encoding] = picture;
      if (files.length === 0) mkdirSync(folder, { recursive: true });
      const file = join(folder, `cell-${String(number + 1).padStart(width, "0")}-${++index}.${extension}`);
      writeFileSync(file, Buffer.from(output.data[mime] as string, encoding));
      files.push(file);
    }
  }
  return files;
}
