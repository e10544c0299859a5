/** The user's modules in a worker: TypeScript as it is, imports written as TypeScript allows, "medgym" from wherever it is. */
import { register } from "node:module";
import { extname } from "node:path";
import { setSourceMapsEnabled } from "node:process";
import { pathToFileURL } from "node:url";

let isRegistered = false;

/** A file by its absolute path, anything else as a package. */
export async function importUserModule(module: string): Promise<Record<string, unknown>> {
  const isFile = module.startsWith("/") || /^[a-z]:[\\/]/i.test(module);
  if (!isFile) return import(module);
  if (!isRegistered) {
    register(`./typescript-hooks${extname(import.meta.url)}`, import.meta.url, { data: { medgym: import.meta.url } });
    setSourceMapsEnabled(true); // traces of errors name the user's lines
    isRegistered = true;
  }
  return import(pathToFileURL(module).href);
}
