/**
 * One Python environment, `.medgym/venv`, for what is not ours: JupyterLab, and the peers that tests compare with.
 * Packages are added when first asked for; a stamp remembers them, so that the next call returns at once.
 *
 *   import { venvPython } from "../scripts/venv.mjs";
 *   const python = await venvPython(["torch", "peft"]);   // path of the venv's python
 *
 * By hand: node scripts/venv.mjs torch peft
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { capture, localFolder, lock } from "./steps.mjs";

// Its real path: worktrees may share one folder through links, and must not take it for one that was moved.
mkdirSync(localFolder, { recursive: true });
const venv = join(realpathSync(localFolder), "venv");
const python = process.platform === "win32" ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");
const stampFile = join(venv, "medgym-packages.json");

/** What `npm run lab` needs, and what the tests need. */
export const labPackages = ["jupyterlab"];
export const testPackages = [
  ...["jupyterlab", "nbclient", "nbformat", "ipykernel"],
  ...["torch", "transformers", "peft", "safetensors", "numpy"],
];

/** Path of a python that has the packages; undefined when they are not installed yet. Installs nothing. */
export function venvPythonIfReady(packages) {
  return missing(packages).length === 0 ? python : undefined;
}

/** Path of a python that has the packages. `log` gets one line per step that takes time. */
export async function venvPython(packages, log = () => {}) {
  if (missing(packages).length === 0) return python;
  const release = await lock("venv");
  try {
    const wanted = missing(packages); // another process may have installed them meanwhile
    if (wanted.length === 0) return python;
    if (!existsSync(python) || stamp().home !== venv) await createVenv(log);
    log(`installing ${wanted.join(", ")} with pip into .medgym/venv`);
    await pipInstall(wanted);
    writeFileSync(stampFile, JSON.stringify({ home: venv, packages: [...stamp().packages, ...wanted] }, null, 1));
    return python;
  } finally {
    release();
  }
}

function missing(packages) {
  const installed = existsSync(python) && stamp().home === venv ? stamp().packages : [];
  return packages.filter((name) => !installed.includes(name));
}

/** `home` tells a folder that was moved: its scripts hold absolute paths. */
function stamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return { home: undefined, packages: [] };
  }
}

async function createVenv(log) {
  const version = spawnSync("python3", ["-c", "import sys; print(sys.version_info >= (3, 9))"], { encoding: "utf8" });
  if (version.error || version.stdout.trim() !== "True") {
    throw new Error(
      "Python 3.9 or newer is needed for this. On Debian or Ubuntu: apt-get install python3 python3-venv",
    );
  }
  log("making the Python environment .medgym/venv");
  rmSync(venv, { recursive: true, force: true });
  const { code, output } = await capture("python3", ["-m", "venv", venv]);
  if (code !== 0) {
    throw new Error(`python3 -m venv failed. On Debian or Ubuntu: apt-get install python3-venv\n${output}`);
  }
  writeFileSync(stampFile, JSON.stringify({ home: venv, packages: [] }));
}

/** Without retries first: where one of several package sources cannot be reached, pip would wait on it per package. */
async function pipInstall(packages) {
  const args = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", ...packages];
  let result;
  for (const retries of ["0", "3"]) {
    result = await capture(python, args, { env: { ...process.env, PIP_RETRIES: retries } });
    if (result.code === 0) return;
  }
  throw new Error(`pip could not install ${packages.join(", ")}:\n${result.output.slice(-2000)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  venvPython(process.argv.slice(2), console.error).then(console.log, (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
