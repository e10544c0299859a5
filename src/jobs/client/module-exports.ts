/** What a file of the user's exports, read without running it: a misspelt name is told where it was written, not by a worker later. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { nearest } from "../../core/options.ts";
import { isCommonJs } from "../worker/typescript-hooks.ts";

/** Throws where the file surely exports no such name; what only running it would tell (`export * from`, CommonJS) passes. `path`: dotted. */
export async function checkExport(verb: string, file: string, path: string): Promise<void> {
  const { parseSync } = await import("oxc-parser"); // some tens of milliseconds, for those who name files alone
  const { errors, module, program } = parseSync(file, await readFile(file, "utf8"));
  const [error] = errors;
  if (error) {
    const place = error.codeframe?.match(/\[.*?(:\d+:\d+)\]/)?.[1] ?? "";
    throw new MedgymError("invalid-argument", `${verb}: ${file}${place} cannot be read: ${error.message}.`);
  }
  if (!module.hasModuleSyntax && mayBeCommonJs(file)) return;
  if (program.body.some(({ type }) => type === "TSExportAssignment")) return;
  const entries = module.staticExports.flatMap((statement) => statement.entries).filter(({ isType }) => !isType);
  if (entries.some(({ exportName }) => exportName.kind === "None")) return; // export * from
  const names = entries.map(({ exportName }) => (exportName.kind === "Default" ? "default" : exportName.name!));
  const [name] = path.split(".");
  if (names.includes(name)) return;
  const isDeclared = program.body.some((statement) => declaredNames(statement).includes(name));
  throw new MedgymError("not-found", `${verb}: ${file} exports no "${name}"${isDeclared ? `: it is there, write "export" before it` : hintFor(name, names)}.`); // biome-ignore format: a sentence
}

function hintFor(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near) return ` (did you mean "${near}"?)${names.length > 1 ? `. It exports ${listed(names)}` : ""}`;
  return `. It exports ${names.length > 0 ? listed(names) : "nothing"}`;
}

const listed = (names: readonly string[]) => names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");

function mayBeCommonJs(file: string): boolean {
  const extension = extname(file);
  if (extension === ".ts" || extension === ".tsx") return isCommonJs(file);
  return extension !== ".mjs" && extension !== ".mts";
}

interface Statement {
  type: string;
  id?: unknown;
  declarations?: readonly { id: unknown }[];
}

/** Functions, classes and plain variables at the top of a module. */
function declaredNames(statement: object): string[] {
  const { id, declarations = [] } = statement as Statement;
  return [id, ...declarations.map((each) => each.id)].flatMap((node) => {
    const name = (node as { name?: unknown } | null | undefined)?.name;
    return typeof name === "string" ? [name] : [];
  });
}
