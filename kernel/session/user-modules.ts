/**
 * The user's own files as modules: TypeScript is lowered by oxc, and a file that changed, or that imports one that did,
 * is loaded anew by the next cell that imports it. Packages stay with Node's loader.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { parseSync } from "oxc-parser";
import { SyntaxProblem } from "../language/lower.ts";
import { SourceMapReader } from "../language/source-map.ts";
import { registerSource } from "./errors.ts";
import { lowerFile } from "./lowering.ts";
import { type Attributes, importFrom, type Namespace } from "./modules.ts";
import { isPathSpecifier, resolveFile } from "./resolve.ts";

interface UserModule {
  module: vm.SourceTextModule | vm.SyntheticModule;
  /** Changes when the file does. */
  stamp: string;
  /** Own files that it imports. */
  imports: Set<string>;
}

const loaded = new Map<string, UserModule>();

/** Path → namespace of those that cells have imported, and of what these import: libraries find a function's module here. */
export const userModules = new Map<string, Namespace>();

/** Whether Node's loader cannot, or should not, load this file: TypeScript, JSON, and modules that may change. */
export function isUserModule(path: string): boolean {
  if (/\.([cm]?ts|tsx|jsx|json)$/.test(path)) return true;
  if (!/\.m?js$/.test(path) || path.includes("/node_modules/")) return false;
  return extname(path) === ".mjs" || parseSync(path, readFileSync(path, "utf8")).module.hasModuleSyntax;
}

export async function importUserModule(path: string): Promise<Namespace> {
  if (isStale(path, new Set())) loaded.delete(path);
  const entry = await load(path);
  try {
    if (entry.module.status === "unlinked") await entry.module.link(link as vm.ModuleLinker);
    await entry.module.evaluate();
  } catch (error) {
    loaded.delete(path); // mended or not, the next import tries again
    throw error;
  }
  for (const [file, { module }] of loaded) {
    if (module.status === "evaluated") userModules.set(file, module.namespace as Namespace);
  }
  return entry.module.namespace as Namespace;
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : "missing";
}

function isStale(path: string, visited: Set<string>): boolean {
  const entry = loaded.get(path);
  if (!entry || visited.has(path)) return !entry;
  visited.add(path);
  // Half-way states are what an interrupt leaves behind.
  const broken = !["evaluated", "evaluating"].includes(entry.module.status);
  const stale = [...entry.imports].filter((file) => isStale(file, visited)).length > 0;
  if (!broken && !stale && entry.stamp === stampOf(path)) return false;
  loaded.delete(path);
  return true;
}

async function load(path: string): Promise<UserModule> {
  const known = loaded.get(path);
  if (known) return known;
  const source = readFileSync(path, "utf8");
  const stamp = stampOf(path);
  const module = path.endsWith(".json") ? jsonModule(path, source) : await sourceModule(path, source);
  const entry = loaded.get(path) ?? { module, stamp, imports: new Set<string>() };
  loaded.set(path, entry);
  return entry;
}

async function sourceModule(path: string, source: string): Promise<vm.SourceTextModule> {
  const url = pathToFileURL(path).href;
  const label = relative(process.cwd(), path);
  registerSource(url, { label, source, locate: (at) => at });
  let lowered: Awaited<ReturnType<typeof lowerFile>>;
  try {
    lowered = await lowerFile(source, path);
  } catch (error) {
    if (error instanceof SyntaxProblem) error.file ??= { label, source };
    throw error;
  }
  const map = new SourceMapReader(lowered.mappings);
  registerSource(url, { label, source, locate: (at) => map.original(at) });
  return new vm.SourceTextModule(lowered.code, {
    identifier: url,
    initializeImportMeta: (meta) => Object.assign(meta, importMeta(path)),
    importModuleDynamically: ((specifier: string, _: unknown, attributes: Attributes) =>
      importFrom(specifier, dirname(path), attributes)) as never,
  });
}

/** What `import.meta` holds in a file. */
export function importMeta(path: string): Record<string, unknown> {
  const url = pathToFileURL(path).href;
  return {
    url,
    filename: path,
    dirname: dirname(path),
    resolve: (specifier: string) =>
      isPathSpecifier(specifier) ? new URL(specifier, url).href : import.meta.resolve(specifier),
  };
}

function jsonModule(path: string, source: string): vm.SyntheticModule {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new SyntaxError(`${relative(process.cwd(), path)}: ${(error as Error).message}`);
  }
  return synthetic(pathToFileURL(path).href, { default: value });
}

function synthetic(identifier: string, namespace: Namespace): vm.SyntheticModule {
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}

const packages = new Map<string, vm.SyntheticModule>();

async function link(specifier: string, from: vm.Module, extra: { attributes?: Attributes }): Promise<vm.Module> {
  const referrer = fileURLToPath(from.identifier);
  const folder = dirname(referrer);
  const path = isPathSpecifier(specifier) ? resolveFile(specifier, folder) : undefined;
  if (path && isUserModule(path)) {
    loaded.get(referrer)?.imports.add(path);
    return (await load(path)).module;
  }
  const key = `${folder}\n${specifier}`;
  const known = packages.get(key);
  if (known) return known;
  const module = synthetic(key, await importFrom(specifier, folder, extra.attributes ?? {}));
  packages.set(key, module);
  return module;
}
