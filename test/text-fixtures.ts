import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The fixtures that transformers made (test/fixtures/README.md). */
const root = join(import.meta.dirname, "fixtures/tokenizers");

export function fixtureDirectory(name: string): string {
  return join(root, name);
}

export function fixtureText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export function fixture<T>(file: string): T {
  return JSON.parse(fixtureText(file)) as T;
}
