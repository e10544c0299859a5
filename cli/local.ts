import { join } from "node:path";
import { packageRoot } from "../src/engine/addon.ts";

/** Where `npm start` puts the kernelspec: found without an installation for the user. */
export function localDataPath(): string {
  return join(packageRoot(), ".medgym", "share", "jupyter");
}
