/** Where an import specifier leads when it names one of the user's own files. */
import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** `./helper.js` may be written for a `helper.ts`, as TypeScript does. */
const sourceExtensions: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
const impliedExtensions = [".ts", ".tsx", ".mts", ".js", ".mjs", ".jsx", ".cjs", ".json"];

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

export const isPathSpecifier = (specifier: string): boolean => /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);

/** The file that a relative, absolute or `file:` specifier means, or `undefined` when there is none. */
export function resolveFile(specifier: string, folder: string): string | undefined {
  const path = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : resolve(folder, specifier.replace(/[?#].*$/, ""));
  if (isFile(path)) return path;
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const candidates = [
    ...(sourceExtensions[extension] ?? []).map((other) => stem + other),
    ...impliedExtensions.map((other) => path + other),
    ...impliedExtensions.map((other) => resolve(path, `index${other}`)),
  ];
  return candidates.find(isFile);
}
