import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { installKernelSpec, kernelName, uninstallKernelSpec } from "../kernel/install/kernelspec.ts";
import { kernelspecLibrary, libraryPath } from "../src/plot/html.ts";

export interface InstallCommandOptions {
  /** Root of an environment; the kernelspec goes into its share/jupyter/kernels. @default the user's Jupyter folder */
  prefix?: string;
  /** Take it away instead. */
  remove?: boolean;
}

/** `medgym install`: makes the kernel known to Jupyter. Returns the exit code. */
export function installCommand({ prefix, remove }: InstallCommandOptions): number {
  if (remove) {
    const folder = uninstallKernelSpec({ prefix });
    console.log(folder ? `Removed ${folder}` : "It was not installed there.");
    return 0;
  }
  const folder = installKernelSpec({ prefix });
  addPlotLibrary(folder);
  console.log(`Kernel "${kernelName}" installed in ${folder}`);
  return 0;
}

/** A Jupyter server offers a kernelspec's files to the page: figures of a reloaded notebook find plotly.js there. */
function addPlotLibrary(folder: string): void {
  const library = libraryPath();
  if (existsSync(library)) copyFileSync(library, join(folder, kernelspecLibrary.file));
}
