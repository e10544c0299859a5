import { fileURLToPath } from "node:url";

/**
 * Arguments for Node to run one of our programs: built, the file itself; from the sources (tests), with the hooks that strip types.
 * `url`: of the program, as the calling module names it.
 */
export function programArguments(url: URL): string[] {
  if (!import.meta.url.endsWith(".ts")) return [fileURLToPath(url).replace(/\.ts$/, ".js")];
  return ["--import", new URL("../../../test/ts-hooks.mjs", import.meta.url).href, fileURLToPath(url)];
}
