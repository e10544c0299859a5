/** One JSON value a line, appended as it happens, so that a crash loses at most the line being written. */
import { closeSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { MedgymError } from "./errors.ts";
import { writeError } from "./files.ts";

export class JsonLinesWriter {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "a");
  }

  append(value: unknown): void {
    if (this.#file === undefined) return;
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    try {
      for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** All values; [] without the file. A last line torn by a crash is left out; a bad line elsewhere is an error that names it. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  const isTorn = lines[lines.length - 1] !== "";
  const values: T[] = [];
  lines.forEach((line, i) => {
    if (line === "") return;
    try {
      values.push(JSON.parse(line));
    } catch (error) {
      if (i === lines.length - 1 && isTorn) return;
      throw new MedgymError("corrupt", `${path}, line ${i + 1} is not JSON: ${line.slice(0, 60)}. Delete the line.`, {
        cause: error,
      });
    }
  });
  return values;
}
