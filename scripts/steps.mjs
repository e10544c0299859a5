/**
 * What start, test, lab and build have in common: dependencies, native engine, TypeScript, kernelspec, each done only
 * when it is not up to date. Only modules of Node itself: this runs before `npm install`.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ours: kernelspec, Python environment, stamps. */
export const localFolder = join(root, ".medgym");

/** Where Jupyter finds the kernel of this clone, without anything being installed for the user. */
export const localDataPath = join(localFolder, "share", "jupyter");

/** A failure whose message says all there is to say. */
export class StepError extends Error {}

/** Runs a script's main function: messages for expected failures, stacks for defects. */
export async function main(body) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`medgym needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** Says what is being done, then how long it took. */
export async function step(title, body) {
  const startedAt = performance.now();
  console.log(`· ${title}`);
  const result = await body();
  console.log(`  done in ${seconds(startedAt)} s`);
  return result;
}

export function seconds(startedAt) {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

/** Runs a command with its output shown; resolves with its exit code. Ctrl-C reaches it through the terminal. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const ignore = () => {};
    process.on("SIGINT", ignore);
    const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.removeListener("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/** Runs a command quietly; shows its output as it comes with `echo`. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        if (options.echo) target.write(text);
      });
    }
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

export function hasCommand(name) {
  return !spawnSync(name, ["--version"], { stdio: "ignore" }).error;
}

/** Everything that both commands need: dependencies, engine, compiled TypeScript. */
export async function build() {
  const release = await lock("build");
  try {
    await installDependencies();
    await buildNative();
    await compileTypescript();
  } finally {
    release();
  }
}

/**
 * Installs what the lock file says, when that is not what is installed. Not `npm ci`: it refuses a lock file without the
 * optional binaries of every platform, which a lock file written on one platform may lack.
 */
export async function installDependencies() {
  const reason = dependenciesMissing();
  if (!reason) return;
  await step(`npm dependencies (${reason})`, async () => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    const { code, output } = await capture(npm, args);
    if (code !== 0) throw new StepError(`npm ${args.join(" ")} failed:\n${output.slice(0, 3000)}`);
  });
}

function dependenciesMissing() {
  const installedFile = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return "not installed yet";
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (!path || optional || link) continue; // optional ones depend on the machine
    if (installed[path]?.version !== version) return `${path.replace(/^.*node_modules\//, "")} ${version} is missing`;
  }
  return "";
}

/** Debian's package for each tool the engine's build calls. */
export function missingBuildTools() {
  const compiler = process.env.CXX ?? "g++";
  return [
    [compiler, "g++"],
    ["make", "make"],
  ]
    .filter(([command]) => !hasCommand(command.split(" ")[0]))
    .map(([, debianPackage]) => debianPackage);
}

export async function buildNative() {
  const addon = "build/medgym.node";
  const missing = missingBuildTools();
  if (missing.length === 0 && spawnSync("make", ["-C", "native", "-q", addon], { cwd: root }).status === 0) return;
  if (missing.length > 0) {
    if (existsSync(join(root, "native", addon))) return; // shipped or built elsewhere: it will do
    throw new StepError(
      `The native engine cannot be built: ${missing.join(" and ")} missing.\n` +
        `On Debian or Ubuntu: apt-get install ${missing.join(" ")}\n` +
        "On Fedora: dnf install gcc-c++ make. On macOS: xcode-select --install",
    );
  }
  await step(`native engine (make -C native -j${cpus().length} addon)`, async () => {
    const { code, output } = await capture("make", ["-C", "native", `-j${cpus().length}`, "addon"]);
    if (code !== 0) {
      const errors = output.split("\n").filter((line) => /error|Error|Killed/.test(line));
      throw new StepError(
        `The native build failed:\n${(errors.length > 0 ? errors.join("\n") : output).slice(0, 4000)}`,
      );
    }
  });
}

/** Sources that tsc compiles into dist/, as tsconfig.build.json lists them. */
const compiledFolders = ["src", "kernel", "cli", "bench", "assets"];

export async function compileTypescript() {
  const stampFile = join(root, "dist", ".medgym-stamp.json");
  const files = sourceFiles();
  const hash = createHash("sha256");
  for (const file of [...files, "tsconfig.json", "tsconfig.build.json", "package-lock.json", "scripts/bundle.mjs"]) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  const digest = hash.digest("hex");
  const before = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, "utf8")) : { files: [] };
  if (before.digest === digest) return;
  await step("TypeScript (tsc)", async () => {
    // What a removed source left behind could still be imported.
    if (before.files.some((file) => !files.includes(file)))
      rmSync(join(root, "dist"), { recursive: true, force: true });
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { code, output } = await capture(process.execPath, [tsc, "-p", "tsconfig.build.json"]);
    if (code !== 0) throw new StepError(`tsc found errors:\n${output}`);
    const { bundleKernel } = await import("./bundle.mjs"); // rolldown is a package
    await bundleKernel();
    writeFileSync(stampFile, JSON.stringify({ digest, files }));
  });
}

function sourceFiles() {
  const isSource = (name) => name.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(name);
  return compiledFolders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** The kernelspec of this clone, in .medgym/share/jupyter. */
export async function installKernelspec() {
  const args = [join(root, "cli", "medgym.mjs"), "install", "--prefix", localFolder];
  const { code, output } = await capture(process.execPath, args);
  if (code !== 0) throw new StepError(`The kernelspec was not installed:\n${output}`);
}

/** The environment in which Jupyter programs find this clone's kernel first. */
export function jupyterEnvironment() {
  const paths = [localDataPath, process.env.JUPYTER_PATH].filter(Boolean);
  return { ...process.env, JUPYTER_PATH: paths.join(process.platform === "win32" ? ";" : ":") };
}

/** One process at a time: `start`, `test` and `lab` may run at once. A lock whose owner is gone is taken over. */
export async function lock(name) {
  const folder = join(localFolder, `${name}.lock`);
  const owner = join(folder, "pid");
  mkdirSync(localFolder, { recursive: true });
  // Scripts inside Python packages are CommonJS; our own package.json above them says otherwise.
  writeFileSync(join(localFolder, "package.json"), '{ "type": "commonjs" }\n');
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(folder);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (waited === 10) console.log(`· waiting for another process (${name})`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (isAbandoned(folder, owner)) rmSync(folder, { recursive: true, force: true });
  }
}

function isAbandoned(folder, owner) {
  try {
    const pid = Number(readFileSync(owner, "utf8"));
    if (!pid) return false; // being written
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error.code === "ESRCH") return true;
    // Killed between the two calls of `lock`: a lock without an owner for this long.
    return error.code === "ENOENT" && existsSync(folder) && Date.now() - statSync(folder).mtimeMs > 10_000;
  }
}
