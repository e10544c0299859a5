/** `import` in cells: packages from the notebook's folder, the user's own TypeScript files, `tslab`, `medgym`. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

export type Namespace = Record<string, unknown>;
export type Attributes = Record<string, string>;

type Import = (specifier: string, options?: { with: Attributes }) => Promise<Namespace>;

/** Node's own `import()`, as a module in `folder` would call it. */
function nativeImport(folder: string): Import {
  return vm.runInThisContext("(specifier, options) => import(specifier, options)", {
    filename: pathToFileURL(resolve(folder, "notebook.js")).href,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

const fromNotebook = nativeImport(process.cwd());

export async function importModule(specifier: string, attributes: Attributes): Promise<Namespace> {
  return fromNotebook(specifier, Object.keys(attributes).length > 0 ? { with: attributes } : undefined);
}
