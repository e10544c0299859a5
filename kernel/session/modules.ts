/** `import` in cells: packages from the notebook's folder, the user's own files, `tslab`, and `medgym` itself. */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { notebookFolder } from "./notebook.ts";
import { isPathSpecifier, resolveFile } from "./resolve.ts";
import { importUserModule, isUserModule } from "./user-modules.ts";

export type Namespace = Record<string, unknown>;
export type Attributes = Record<string, string>;

type Import = (specifier: string, options?: { with: Attributes }) => Promise<Namespace>;

const installation = fileURLToPath(new URL("../../../", import.meta.url));

const importers = new Map<string, Import>();

/** Node's own `import()`, as a module in `folder` would call it. */
function nativeImport(folder: string): Import {
  let importer = importers.get(folder);
  if (!importer) {
    importer = vm.runInThisContext("(specifier, options) => import(specifier, options)", {
      filename: pathToFileURL(resolve(folder, "notebook.js")).href,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }) as Import;
    importers.set(folder, importer);
  }
  return importer;
}

export const importModule = (specifier: string, attributes: Attributes): Promise<Namespace> =>
  importFrom(specifier, notebookFolder, attributes);

export async function importFrom(specifier: string, folder: string, attributes: Attributes): Promise<Namespace> {
  if (specifier === "tslab") return import("./tslab.ts") as Promise<object> as Promise<Namespace>;
  if (isPathSpecifier(specifier)) {
    const path = resolveFile(specifier, folder);
    if (!path) throw notFound(`Cannot find ${JSON.stringify(specifier)} from ${folder}`);
    if (isUserModule(path)) return importUserModule(path);
    return nativeImport(folder)(pathToFileURL(path).href, options(attributes));
  }
  try {
    return await nativeImport(folder)(specifier, options(attributes));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // A package of a workspace may hold TypeScript.
    const source = code === "ERR_UNKNOWN_FILE_EXTENSION" && / for (\/.*\.[cm]?tsx?)$/.exec(message);
    if (source) return importUserModule(source[1]);
    // The notebook's folder knows no medgym of its own: then it means the one that this kernel belongs to.
    if (/^medgym(\/|$)/.test(specifier) && isMissing(code)) return nativeImport(installation)(specifier);
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${packageName(specifier)}'`)) {
      throw notFound(
        `Cannot find package ${JSON.stringify(packageName(specifier))} from ${folder}. Install it there: npm install ${packageName(specifier)}`,
      );
    }
    throw error;
  }
}

const options = (attributes: Attributes) => (Object.keys(attributes).length > 0 ? { with: attributes } : undefined);

const isMissing = (code?: string): boolean =>
  code === "ERR_MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED";

const packageName = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

const notFound = (message: string): Error => Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
