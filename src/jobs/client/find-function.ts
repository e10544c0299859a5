/** The module that a function comes from, so that another process can import it. */
import { statSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { MedgymError } from "../../core/errors.ts";
import { nearest } from "../../core/options.ts";
import type { FunctionWork } from "../job.ts";
import { importPackage, packageName } from "../package.ts";
import { checkExport } from "./module-exports.ts";

// biome-ignore lint/suspicious/noExplicitAny: any function that takes options
export type AnyFunction = (options: any, ...rest: any[]) => unknown;

export interface Found extends Pick<FunctionWork, "module" | "export"> {
  /** Where it is at hand. */
  fn?: AnyFunction;
}

/** The user's modules that a kernel has loaded: path → exports. */
const userModules = () =>
  (globalThis as { [key: symbol]: ReadonlyMap<string, Record<string, unknown>> | undefined })[
    Symbol.for("Jupyter.modules")
  ];

/** A function by identity among what medgym and the user's modules export; or "module#export". */
export async function findFunction(verb: string, given: AnyFunction | string): Promise<Found> {
  if (typeof given === "string") return named(verb, given);
  if (typeof given !== "function") {
    throw new MedgymError(
      "invalid-argument",
      `${verb} takes a function, or its name as "module#export"; it got ${typeof given}.`,
    );
  }
  for (const [path, namespace] of userModules() ?? []) {
    const found = exportOf(namespace, given);
    if (found) return { module: path, export: found, fn: given };
  }
  const own = exportOf(await importPackage(), given);
  if (own) return { module: packageName, export: own, fn: given };
  const name = given.name ? `the function ${given.name}` : "this function";
  throw new MedgymError(
    "invalid-argument",
    `${verb}: ${name} is exported by no module that is loaded, and a job runs in another process, which must import it. ` +
      'Put it into a file, export it and import it from there, or name it as "./file.ts#function"; or run a whole cell with %%job.',
  );
}

async function named(verb: string, text: string): Promise<Found> {
  const at = text.lastIndexOf("#");
  const [module, path] = at < 0 ? [packageName, text] : [text.slice(0, at), text.slice(at + 1)];
  if (!path)
    throw new MedgymError("invalid-argument", `${verb}: "${text}" names no export. Write it as "module#export".`);
  if (module === packageName) {
    const exports = await importPackage();
    const fn = path
      .split(".")
      .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], exports);
    if (typeof fn === "function") return { module, export: path, fn: fn as AnyFunction };
    const known = functionsOf(exports);
    const near = nearest(path, known);
    throw new MedgymError(
      "not-found",
      `${verb}: medgym exports no function "${path}"${near ? ` (did you mean "${near}"?)` : ""}. It has ${known.filter((name) => !name.includes(".")).join(", ")}.`,
    );
  }
  const isPath = isAbsolute(module) || /^\.{1,2}\//.test(module) || /\.[cm]?[jt]sx?$/.test(basename(module));
  if (!isPath) return { module, export: path };
  const file = resolve(module);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new MedgymError("not-found", `${verb}: ${file} ${found ? "is no file" : "does not exist"}.`); // biome-ignore format: a line
  await checkExport(verb, file, path);
  const fn = (userModules()?.get(file) as Record<string, unknown> | undefined)?.[path];
  return { module: file, export: path, ...(typeof fn === "function" && { fn: fn as AnyFunction }) };
}

/** Its name, dotted where it lies in a namespace or on another function. */
function exportOf(namespace: Readonly<Record<string, unknown>>, fn: AnyFunction): string | undefined {
  return entriesOf(namespace).find(([, value]) => value === fn)?.[0];
}

const functionsOf = (namespace: Readonly<Record<string, unknown>>) =>
  entriesOf(namespace)
    .filter(([name, value]) => typeof value === "function" && /(^|\.)[a-z][^.]*$/.test(name))
    .map(([name]) => name);

/** What is exported, and what lies in it: those at the top first. */
function entriesOf(namespace: Readonly<Record<string, unknown>>): [string, unknown][] {
  const top = Object.entries(namespace);
  const inner = top.flatMap(([name, value]) => {
    const holds = typeof value === "function" || (typeof value === "object" && value !== null);
    return holds ? Object.entries(value).map(([key, own]): [string, unknown] => [`${name}.${key}`, own]) : [];
  });
  return [...top, ...inner];
}
