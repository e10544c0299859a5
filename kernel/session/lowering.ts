/** Lowering as the session does it: with what the notebook's folder decides, and with help for standard decorators. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Lowered, lower } from "../language/lower.ts";
import { report } from "./channel.ts";
import { notebookFile, notebookFolder } from "./notebook.ts";

const require = createRequire(notebookFile);

let react: boolean | undefined;
function hasReact(): boolean {
  if (react === undefined) {
    try {
      require.resolve("react/jsx-runtime");
      react = true;
    } catch {
      react = false;
    }
  }
  return react;
}

/** TypeScript's older decorators, which its standard ones replaced: a project that wants them says so. */
const legacyDecorators = ((): boolean => {
  for (let folder = notebookFolder; ; folder = dirname(folder)) {
    const file = join(folder, "tsconfig.json");
    if (existsSync(file)) return /"experimentalDecorators"\s*:\s*true/.test(readFileSync(file, "utf8"));
    if (dirname(folder) === folder) return false;
  }
})();

type Waiting = { resolve(lowered: Lowered): void; reject(error: Error): void };
const waiting = new Map<number, Waiting>();
let requests = 0;

/** The answer of the language process, which has the TypeScript compiler. */
export function onTranspiled({
  id,
  code,
  map,
  error,
}: {
  id: number;
  code?: string;
  map?: string;
  error?: string;
}): void {
  const request = waiting.get(id);
  waiting.delete(id);
  if (code === undefined) request?.reject(new SyntaxError(error ?? "the TypeScript compiler did not answer"));
  else request?.resolve({ code, mappings: map ?? "" });
}

function lowerDecorators(code: string, file: string): Promise<Lowered> {
  return new Promise((resolve, reject) => {
    const id = ++requests;
    waiting.set(id, { resolve, reject });
    report({ type: "transpile", id, code, file });
  });
}

/** A cell: at once, except with standard decorators. */
export function lowerCell(source: string): Lowered | Promise<Lowered> {
  const jsx = /<\/|\/>/.test(source) && hasReact() ? "react" : "kernel";
  const lowered = lower(source, { jsx, legacyDecorators });
  return lowered.decorated ? lowerDecorators(source, "cell.ts") : lowered;
}

export async function lowerFile(source: string, file: string): Promise<Lowered> {
  const jsx = /\.[jt]sx$/.test(file) && hasReact() ? "react" : "kernel";
  const lowered = lower(source, { file, jsx, legacyDecorators });
  return lowered.decorated ? lowerDecorators(source, file) : lowered;
}
