/** What the notebook's folder says about TypeScript. */
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";

/** Options of a `tsconfig.json` that bear on how strictly cells are checked. */
const respected = [
  "strict",
  "noImplicitAny",
  "strictNullChecks",
  "noUncheckedIndexedAccess",
  "exactOptionalPropertyTypes",
  "useUnknownInCatchVariables",
  "experimentalDecorators",
  "emitDecoratorMetadata",
  "lib",
  "types",
  "jsx",
  "jsxImportSource",
  "paths",
  "baseUrl",
] as const;

export function readUserOptions(folder: string): ts.CompilerOptions {
  const file = ts.findConfigFile(folder, ts.sys.fileExists);
  if (!file) return {};
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config ?? {},
    { ...ts.sys, readDirectory: () => [] },
    join(file, ".."),
  );
  return Object.fromEntries(
    respected.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

export function hasReact(folder: string): boolean {
  try {
    createRequire(join(folder, "notebook.js")).resolve("react/jsx-runtime");
    return true;
  } catch {
    return false;
  }
}
