/** Loader hooks, run by Node in a thread of their own: https://nodejs.org/api/module.html#customization-hooks */
import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** `./helper.js` may be written for a `helper.ts`. */
const sourcesOf: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
  ".jsx": [".tsx"],
};
const implied = [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];
const isTypescript = /\.([cm]?ts|tsx)$/;

/** A module of medgym, from which "medgym" is found when the user's folder has none. */
let own = import.meta.url;

export function initialize(data: { medgym: string }): void {
  own = data.medgym;
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    const found = /^\.{0,2}\/|^file:/.test(specifier) ? sourceFile(specifier, context.parentURL) : undefined;
    if (found) return next(pathToFileURL(found).href, context);
    if (specifier === "medgym" || specifier.startsWith("medgym/"))
      return next(specifier, { ...context, parentURL: own });
    throw error;
  }
};

function sourceFile(specifier: string, parent: string | undefined): string | undefined {
  const path = fileURLToPath(new URL(specifier, parent));
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const candidates = [
    ...(sourcesOf[extension] ?? []).map((other) => stem + other),
    ...implied.map((end) => path + end),
  ];
  return candidates.find(isFile);
}

export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith("file:") || !isTypescript.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const { transform } = await import("oxc-transform");
  const { code, map, errors } = await transform(path, await readFile(path, "utf8"), { sourcemap: true });
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
  const inline = Buffer.from(JSON.stringify({ ...map, sources: [url] })).toString("base64");
  const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`;
  return { format: isCommonJs(path) ? "commonjs" : "module", source, shortCircuit: true };
};

/** A .ts file is a module, unless its package says "commonjs" in so many words. */
export function isCommonJs(path: string): boolean {
  if (/\.cts$/.test(path)) return true;
  if (/\.mts$/.test(path)) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (isFile(file)) return (JSON.parse(readFileSync(file, "utf8")) as { type?: string }).type === "commonjs";
    if (dirname(folder) === folder) return false;
  }
}
