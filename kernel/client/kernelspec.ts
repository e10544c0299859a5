/** Finds kernelspecs where Jupyter does: https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KernelError } from "./errors.ts";

export interface Kernelspec {
  name: string;
  argv: string[];
  displayName: string;
  language: string;
  interruptMode: "signal" | "message";
  env: Record<string, string>;
  /** The spec's own folder, `{resource_dir}` in argv. */
  directory: string;
}

type Environment = Record<string, string | undefined>;

/** Folders that hold `kernels/`, in the order in which Jupyter looks. */
export function jupyterDataPaths(env: Environment = process.env): string[] {
  const paths = (env.JUPYTER_PATH ?? "").split(delimiter).filter(Boolean);
  const home = env.HOME ?? homedir();
  if (env.JUPYTER_DATA_DIR) paths.push(env.JUPYTER_DATA_DIR);
  else if (process.platform === "darwin") paths.push(join(home, "Library", "Jupyter"));
  else if (process.platform === "win32") paths.push(join(env.APPDATA ?? home, "jupyter"));
  else paths.push(join(env.XDG_DATA_HOME ?? join(home, ".local", "share"), "jupyter"));
  if (env.VIRTUAL_ENV) paths.push(join(env.VIRTUAL_ENV, "share", "jupyter"));
  return [...paths, "/usr/local/share/jupyter", "/usr/share/jupyter"];
}

export function listKernelspecs(dataPaths = jupyterDataPaths()): Kernelspec[] {
  const specs = new Map<string, Kernelspec>();
  for (const path of dataPaths) {
    const kernels = join(path, "kernels");
    if (!existsSync(kernels)) continue;
    for (const name of readdirSync(kernels)) {
      const directory = join(kernels, name);
      if (specs.has(name.toLowerCase()) || !existsSync(join(directory, "kernel.json"))) continue;
      specs.set(name.toLowerCase(), readKernelspec(directory, name));
    }
  }
  return [...specs.values()];
}

export function readKernelspec(directory: string, name: string): Kernelspec {
  const file = join(directory, "kernel.json");
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new KernelError("kernelspec-not-found", `${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(json.argv) || json.argv.length === 0) {
    throw new KernelError("kernelspec-not-found", `${file} has no argv. Reinstall that kernel.`);
  }
  return {
    name,
    argv: json.argv.map(String),
    displayName: String(json.display_name ?? name),
    language: String(json.language ?? ""),
    interruptMode: json.interrupt_mode === "message" ? "message" : "signal",
    env: (json.env as Record<string, string> | undefined) ?? {},
    directory,
  };
}

export function findKernelspec(name: string, dataPaths = jupyterDataPaths()): Kernelspec {
  for (const path of dataPaths) {
    const kernels = join(path, "kernels");
    if (!existsSync(kernels)) continue;
    const folder = readdirSync(kernels).find((entry) => entry.toLowerCase() === name.toLowerCase());
    if (folder && existsSync(join(kernels, folder, "kernel.json"))) return readKernelspec(join(kernels, folder), name);
  }
  const known = listKernelspecs(dataPaths).map((spec) => spec.name);
  throw new KernelError(
    "kernelspec-not-found",
    `There is no kernel "${name}". Installed: ${known.join(", ") || "none"}. Looked in ${dataPaths.join(", ")}.`,
  );
}
