/** Makes the kernel known to Jupyter: https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { logoPng, logoSvg } from "./logo.ts";

export const kernelName = "medgym";

/** Where: one of the three. Nothing chosen means the user's own Jupyter folder. */
export interface InstallOptions {
  /** The user's Jupyter folder (`JUPYTER_DATA_DIR` where set). @default true */
  user?: boolean;
  /** An environment, e.g. a venv's root: the spec goes to `share/jupyter/kernels` in it. */
  prefix?: string;
  /** The folder that holds the specs of all kernels, i.e. `…/kernels` itself. */
  dir?: string;
  /** Environment variables of the kernel process, e.g. `MEDGYM_CHECK`. */
  env?: Record<string, string>;
}

/** Writes the kernelspec and returns its folder. */
export function installKernelSpec(options: InstallOptions = {}): string {
  const folder = specFolder(options);
  const entry = fileURLToPath(new URL("../run/front.js", import.meta.url));
  if (!existsSync(entry)) throw new Error(`${entry} is missing: the kernel runs compiled. Run npm run build.`);
  const spec = {
    argv: [process.execPath, entry, "{connection_file}"],
    display_name: "TypeScript (medgym)",
    language: "typescript",
    interrupt_mode: "message",
    env: options.env ?? {},
    metadata: { debugger: false },
  };
  // Beside it first, then in one step: Jupyter never sees half a spec.
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  const draft = join(parent, `.${kernelName}-${process.pid}`);
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  writeFileSync(join(draft, "logo-svg.svg"), logoSvg());
  for (const size of [32, 64]) writeFileSync(join(draft, `logo-${size}x${size}.png`), logoPng(size));
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return folder;
}

/** Removes the kernelspec; returns its folder, or `undefined` when there was none. */
export function uninstallKernelSpec(options: InstallOptions = {}): string | undefined {
  const folder = specFolder(options);
  if (!existsSync(join(folder, "kernel.json"))) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

function specFolder({ user, prefix, dir }: InstallOptions): string {
  const chosen = [user && "user", prefix !== undefined && "prefix", dir !== undefined && "dir"].filter(Boolean);
  if (chosen.length > 1) throw new Error(`installKernelSpec: ${chosen.join(" and ")} exclude each other. Give one.`);
  const kernels = dir ?? join(prefix === undefined ? userDataFolder() : join(prefix, "share", "jupyter"), "kernels");
  return resolve(kernels, kernelName);
}

function userDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = env.HOME ?? homedir();
  if (process.platform === "darwin") return join(home, "Library", "Jupyter");
  if (process.platform === "win32") return join(env.APPDATA ?? home, "jupyter");
  return join(env.XDG_DATA_HOME ?? join(home, ".local", "share"), "jupyter");
}
