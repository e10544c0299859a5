import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MimeBundle, Notebook } from "./notebook.ts";

/** Pictures by preference: of one output's, the sharpest is taken. */
const pictures: [mime: string, extension: string, encoding: BufferEncoding][] = [
  ["image/svg+xml", "svg", "utf8"],
  ["image/png", "png", "base64"],
  ["image/jpeg", "jpg", "base64"],
];

const extensions = Object.fromEntries(pictures.map(([mime, extension]) => [mime, extension]));

interface Picture {
  extension: string;
  bytes: Buffer;
}

/**
 * Writes the pictures among the outputs to `folder/cell-<number>-<index>.<type>`, where earlier ones are replaced;
 * returns the files in order.
 */
export function extractPlots(notebook: Notebook, folder: string): string[] {
  removeEarlier(folder);
  const files: string[] = [];
  const width = String(notebook.cells.length).length;
  for (const [number, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== "code") continue;
    const found = cell.outputs.flatMap((output) => ("data" in output ? picturesOf(output.data) : []));
    for (const [index, { extension, bytes }] of found.entries()) {
      if (files.length === 0) mkdirSync(folder, { recursive: true });
      const file = join(folder, `cell-${String(number + 1).padStart(width, "0")}-${index + 1}.${extension}`);
      writeFileSync(file, bytes);
      files.push(file);
    }
  }
  return files;
}

/** An output's picture; where it has only HTML (a live view), the pictures inside that. */
function picturesOf(data: MimeBundle): Picture[] {
  for (const [mime, extension, encoding] of pictures) {
    const content = data[mime];
    if (typeof content === "string") return [{ extension, bytes: Buffer.from(content, encoding) }];
  }
  const html = typeof data["text/html"] === "string" ? data["text/html"] : "";
  return [...html.matchAll(/src="data:(image\/[a-z+]+);base64,([^"]+)"/g)]
    .filter(([, mime]) => extensions[mime])
    .map(([, mime, content]) => ({ extension: extensions[mime], bytes: Buffer.from(content, "base64") }));
}

function removeEarlier(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return; // not there yet
  }
  for (const name of names) if (/^cell-\d+-\d+\.(svg|png|jpg)$/.test(name)) rmSync(join(folder, name));
}
